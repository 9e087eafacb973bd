//! Groups of people, and since when people belong to them.

use std::collections::BTreeMap;

use domain::{
    group::Member,
    id::{GroupId, PersonId},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, on};
use crate::error::{Result, StoreError};

/// Groups listed at the most.
const MOST_GROUPS: i64 = 1_000;

/// A group by name.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<GroupId>, StoreError> {
    let row: Option<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id FROM person_group WHERE name = $1").bind(name).fetch_optional(conn).await
    })?;
    Ok(row.map(|(id,)| GroupId::from_uuid(id)))
}

/// Creates a group; `None` when the name is taken.
pub async fn insert(tx: &mut Tx, name: &str) -> Result<Option<GroupId>, StoreError> {
    let (id, now) = (tx.uuid(), tx.now());
    let created = on!(tx, |conn| {
        sqlx::query("INSERT INTO person_group (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
            .bind(id)
            .bind(name)
            .bind(now)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok((created > 0).then(|| GroupId::from_uuid(id)))
}

/// The names of all groups, in order.
pub async fn list_names(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT name FROM person_group ORDER BY name LIMIT $1").bind(MOST_GROUPS).fetch_all(conn).await
    })?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

#[derive(FromRow)]
struct MemberRow {
    group_name: Option<String>,
    id: Option<Uuid>,
    name: Option<String>,
    email: Option<String>,
    is_reviewer: bool,
    is_disabled: bool,
}

impl MemberRow {
    /// The person of the row; a group without people has a row without one.
    fn member(self) -> Option<Member> {
        let Self { id, name, email, is_reviewer, is_disabled, .. } = self;
        Some(Member { id: PersonId::from_uuid(id?), name: name?, email: email?, is_reviewer, is_disabled })
    }
}

/// What is known of a person of a group.
macro_rules! select_members {
    ($group:literal, $from:literal) => {
        concat!(
            "SELECT ",
            $group,
            " AS group_name, p.id, p.name, p.email, EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id \
             AND r.role = 'reviewer') AS is_reviewer, (p.disabled_at IS NOT NULL) AS is_disabled ",
            $from
        )
    };
}

/// Every group with its people, both by name.
pub async fn list_members(tx: &mut Tx) -> Result<BTreeMap<String, Vec<Member>>, StoreError> {
    let rows: Vec<MemberRow> = on!(tx, |conn| {
        sqlx::query_as(select_members!(
            "g.name",
            "FROM person_group g LEFT JOIN membership m ON m.group_id = g.id LEFT JOIN person p ON p.id = m.person_id \
             ORDER BY g.name, p.name, p.id"
        ))
        .fetch_all(conn)
        .await
    })?;
    let mut groups = BTreeMap::<String, Vec<Member>>::new();
    for mut row in rows {
        let people = groups.entry(row.group_name.take().unwrap_or_default()).or_default();
        people.extend(row.member());
    }
    Ok(groups)
}

/// People who may sign in, by name: who could join a group.
pub async fn list_others(tx: &mut Tx, limit: i64) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<MemberRow> = on!(tx, |conn| {
        sqlx::query_as(select_members!(
            "CAST(NULL AS TEXT)",
            "FROM person p WHERE p.disabled_at IS NULL ORDER BY p.name, p.id LIMIT $1"
        ))
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().filter_map(MemberRow::member).collect())
}

/// The people of a group who may sign in.
pub async fn list_active(tx: &mut Tx, name: &str) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id FROM person p JOIN membership m ON m.person_id = p.id JOIN person_group g ON g.id = m.group_id \
             WHERE g.name = $1 AND p.disabled_at IS NULL ORDER BY p.id",
        )
        .bind(name)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(id,)| PersonId::from_uuid(id)).collect())
}

/// Puts a person into a group from now on; `false` when they belong to it already.
pub async fn insert_membership(tx: &mut Tx, person: PersonId, group: GroupId) -> Result<bool, StoreError> {
    let now = tx.now();
    let joined = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO membership (person_id, group_id, joined_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(person.uuid())
        .bind(group.uuid())
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(joined > 0)
}

/// Takes a person out of a group; `false` when they do not belong to it.
pub async fn delete_membership(tx: &mut Tx, person: PersonId, group: GroupId) -> Result<bool, StoreError> {
    let left = on!(tx, |conn| {
        sqlx::query("DELETE FROM membership WHERE person_id = $1 AND group_id = $2")
            .bind(person.uuid())
            .bind(group.uuid())
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(left > 0)
}
