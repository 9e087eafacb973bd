//! What people have set for themselves.

use std::collections::HashMap;

use domain::{id::PersonId, notification::Notices, profile::Preferences};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::{Result, StoreError};

/// A person's preferences; the usual ones until they have set some.
pub async fn find(tx: &mut Tx, person: PersonId) -> Result<Preferences, StoreError> {
    let row: Option<(bool,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT keys FROM preference WHERE person_id = $1")
            .bind(person.uuid())
            .fetch_optional(conn)
            .await
    })?;
    Ok(row.map_or_else(Preferences::default, |(keys,)| Preferences { keys }))
}

/// Keeps a person's preferences.
pub async fn set(tx: &mut Tx, person: PersonId, preferences: Preferences) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO preference (person_id, keys) VALUES ($1, $2) \
             ON CONFLICT (person_id) DO UPDATE SET keys = excluded.keys",
        )
        .bind(person.uuid())
        .bind(preferences.keys)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// What these people want to be told by which channel; those who have set nothing are absent.
pub async fn list_notices(tx: &mut Tx, people: &[PersonId]) -> Result<HashMap<PersonId, Notices>, StoreError> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT person_id, notices FROM notice_preference WHERE person_id IN (");
        let mut list = query.separated(", ");
        for person in people {
            list.push_bind(person.uuid());
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await
    })?;
    let read = |(id, notices): (Uuid, String)| {
        let person = PersonId::from_uuid(id);
        Ok((person, from_text(&notices, "notice_preference", "notices", person)?))
    };
    rows.into_iter().map(read).collect()
}

/// Keeps what a person wants to be told by which channel.
pub async fn set_notices(tx: &mut Tx, person: PersonId, notices: &Notices) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO notice_preference (person_id, notices) VALUES ($1, $2) \
             ON CONFLICT (person_id) DO UPDATE SET notices = excluded.notices",
        )
        .bind(person.uuid())
        .bind(to_text(notices))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}
