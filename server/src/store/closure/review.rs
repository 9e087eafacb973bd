//! Samples: which closures people look at, what came of it, and who had a part in them.

use domain::{
    Actor,
    closure::{
        page::Mark,
        review::{ClosureReview, ReviewStatus},
        sample::Drawn,
        trigger::Trigger,
    },
    follow_up::FollowUp,
    id::{ClosureId, FollowUpId, PersonId},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    super::{Tx, from_text, inconsistent, on, parse, to_text},
    list::{Sight, of},
};
use crate::error::{Result, StoreError};

/// A sample as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The closure.
    pub closure: ClosureId,
    /// The workflow whose policy it followed.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// The policy.
    pub rule: String,
    /// The group that looks at it.
    pub group: String,
    /// Why it was drawn.
    pub drawn: Drawn,
    /// One in so many is.
    pub one_in: u32,
    /// How far it is.
    pub state: ClosureReview,
}

#[derive(FromRow)]
struct Row {
    closure_id: Uuid,
    workflow: String,
    version: i64,
    rule: String,
    group_name: String,
    drawn: String,
    one_in: i64,
    state: String,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let closure = ClosureId::from_uuid(row.closure_id);
        let small = |column, value: i64| {
            u32::try_from(value).map_err(|error| inconsistent("closure_review", column, closure, error))
        };
        Ok(Self {
            closure,
            version: small("version", row.version)?,
            one_in: small("one_in", row.one_in)?,
            drawn: parse(&row.drawn, "closure_review", "drawn", closure)?,
            state: from_text(&row.state, "closure_review", "state", closure)?,
            workflow: row.workflow,
            rule: row.rule,
            group: row.group_name,
        })
    }
}

const SELECT: &str =
    "SELECT closure_id, workflow, version, rule, group_name, drawn, one_in, state FROM closure_review WHERE ";

/// Where a page that shows what waits first goes on: whether what it showed last waits, and which it was.
pub type Place = (bool, ClosureId);

/// Stores a new sample.
pub async fn insert(tx: &mut Tx, new: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO closure_review (closure_id, workflow, version, rule, group_name, drawn, one_in, status, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(new.closure.uuid())
        .bind(&new.workflow)
        .bind(i64::from(new.version))
        .bind(&new.rule)
        .bind(&new.group)
        .bind(new.drawn.as_str())
        .bind(i64::from(new.one_in))
        .bind(new.state.status().as_str())
        .bind(to_text(&new.state))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores what somebody says of one that waits; `false` when somebody was first.
pub async fn settle(tx: &mut Tx, closure: ClosureId, state: &ClosureReview) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query(
            "UPDATE closure_review SET status = $2, state = $3, follow_up_id = $4 WHERE closure_id = $1 AND status = 'waiting'",
        )
        .bind(closure.uuid())
        .bind(state.status().as_str())
        .bind(to_text(state))
        .bind(state.follow_up().map(FollowUpId::uuid))
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// The sample of a closure, if it is one.
pub async fn find(tx: &mut Tx, closure: ClosureId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("closure_id = ").push_bind(closure.uuid());
        query.build_query_as().fetch_optional(conn).await
    })?;
    row.map(Stored::try_from).transpose()
}

/// How many samples a policy has in a version; counted up to `most`.
pub async fn count(tx: &mut Tx, of: &super::Stored, most: u32) -> Result<u32, StoreError> {
    let (found,): (i64,) = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT COUNT(*) FROM (SELECT 1 FROM closure_review WHERE workflow = $1 AND version = $2 AND rule = $3 LIMIT $4) AS drawn_before",
        )
        .bind(&of.workflow)
        .bind(i64::from(of.version))
        .bind(&of.rule)
        .bind(i64::from(most))
        .fetch_one(conn)
        .await
    })?;
    Ok(u32::try_from(found).unwrap_or(u32::MAX))
}

/// Samples of closures before one, newest first, as far as somebody sees them.
pub async fn list(
    tx: &mut Tx,
    status: Option<ReviewStatus>,
    sight: &Sight,
    before: Option<ClosureId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let before = before.map_or(Uuid::max(), ClosureId::uuid);
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("closure_id < ").push_bind(before);
        if let Some(status) = status {
            query.push(" AND status = ").push_bind(status.as_str());
        }
        sight.narrow(&mut query, "closure_id");
        query.push(" ORDER BY closure_id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Samples after a place: those that wait, then the others, each newest first.
pub async fn list_waiting_first(tx: &mut Tx, after: Option<Place>, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let (waits, before) = after.map_or((true, Uuid::max()), |(waits, closure)| (waits, closure.uuid()));
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push(if waits {
            "((status = 'waiting' AND closure_id < "
        } else {
            "(status <> 'waiting' AND closure_id < "
        });
        query.push_bind(before).push(if waits { ") OR status <> 'waiting')" } else { ")" });
        query.push(" ORDER BY CASE WHEN status = 'waiting' THEN 0 ELSE 1 END, closure_id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// What waits for any of these groups, the latest first.
pub async fn list_of_groups(tx: &mut Tx, groups: &[String], limit: i64) -> Result<Vec<ClosureId>, StoreError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        let mut query =
            QueryBuilder::new("SELECT closure_id FROM closure_review WHERE status = 'waiting' AND group_name IN (");
        let mut list = query.separated(", ");
        for group in groups {
            list.push_bind(group);
        }
        query.push(") ORDER BY closure_id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    Ok(rows.into_iter().map(|(id,)| ClosureId::from_uuid(id)).collect())
}

/// Who may sign in, is a reviewer and belongs to a group now, by name.
pub async fn list_lookers(tx: &mut Tx, group: &str, limit: i64) -> Result<Vec<(PersonId, String)>, StoreError> {
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.name FROM person p JOIN person_role r ON r.person_id = p.id AND r.role = 'reviewer' \
             JOIN membership m ON m.person_id = p.id JOIN person_group g ON g.id = m.group_id \
             WHERE p.disabled_at IS NULL AND g.name = $1 ORDER BY p.name, p.id LIMIT $2",
        )
        .bind(group)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(id, name)| (PersonId::from_uuid(id), name)).collect())
}

/// Whether somebody may sign in, is a reviewer and belongs to a group now.
pub async fn is_looker(tx: &mut Tx, group: &str, person: PersonId) -> Result<bool, StoreError> {
    let (found,): (i64,) = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT COUNT(*) FROM person p JOIN person_role r ON r.person_id = p.id AND r.role = 'reviewer' \
             JOIN membership m ON m.person_id = p.id JOIN person_group g ON g.id = m.group_id \
             WHERE p.disabled_at IS NULL AND g.name = $1 AND p.id = $2",
        )
        .bind(group)
        .bind(person.uuid())
        .fetch_one(conn)
        .await
    })?;
    Ok(found > 0)
}

/// Who settled follow-ups of these closures.
pub async fn list_settlers(tx: &mut Tx, ids: &[ClosureId]) -> Result<Vec<(ClosureId, Actor)>, StoreError> {
    let rows: Vec<(Uuid, String)> =
        of(tx, "SELECT closure_id, state FROM follow_up WHERE status = 'resolved' AND closure_id IN (", ids, ")")
            .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, state) in rows {
        let id = ClosureId::from_uuid(id);
        if let FollowUp::Resolved { by, .. } = from_text(&state, "follow_up", "state", id)? {
            found.push((id, by));
        }
    }
    Ok(found)
}

/// Who had these closures finish what they left.
pub async fn list_replayers(tx: &mut Tx, ids: &[ClosureId]) -> Result<Vec<(ClosureId, Actor)>, StoreError> {
    let rows: Vec<(Uuid, String)> =
        of(tx, "SELECT closure_id, mark FROM closure_mark WHERE kind = 'replayed' AND closure_id IN (", ids, ")")
            .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, mark) in rows {
        let id = ClosureId::from_uuid(id);
        if let Mark::Replayed { who: Some(who), .. } = from_text(&mark, "closure_mark", "mark", id)? {
            found.push((id, who));
        }
    }
    Ok(found)
}

/// What set these closures going.
pub async fn list_triggers(tx: &mut Tx, ids: &[ClosureId]) -> Result<Vec<(ClosureId, Trigger)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, String)> = of(tx, "SELECT id, cause FROM closure WHERE id IN (", ids, ")").await?;
    let read = |(id, cause): (Uuid, String)| {
        let id = ClosureId::from_uuid(id);
        Ok((id, from_text(&cause, "closure", "cause", id)?))
    };
    rows.into_iter().map(read).collect()
}
