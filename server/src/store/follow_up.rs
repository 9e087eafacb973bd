//! Follow-ups: what closures handed over to people.

use domain::{
    closure::page::FollowUpRow,
    follow_up::{FollowUp, FollowUpStatus, Owner, Packet},
    id::{ClosureId, FollowUpId, PersonId},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, closure::list::Sight, from_text, on, to_text};
use crate::error::{Result, StoreError};

/// A follow-up as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: FollowUpId,
    /// The closure that stopped.
    pub closure: ClosureId,
    /// What a person needs to know.
    pub packet: Packet,
    /// How far it is.
    pub state: FollowUp,
    /// To whom it was given.
    pub assigned_to: Option<Owner>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    closure_id: Uuid,
    packet: String,
    state: String,
    assignee_id: Option<Uuid>,
    assignee: Option<String>,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = FollowUpId::from_uuid(row.id);
        Ok(Self {
            id,
            closure: ClosureId::from_uuid(row.closure_id),
            packet: from_text(&row.packet, "follow_up", "packet", id)?,
            state: from_text(&row.state, "follow_up", "state", id)?,
            assigned_to: row
                .assignee_id
                .zip(row.assignee)
                .map(|(person, name)| Owner { person_id: PersonId::from_uuid(person), name }),
        })
    }
}

impl From<Stored> for FollowUpRow {
    fn from(stored: Stored) -> Self {
        Self {
            follow_up_id: stored.id,
            closure_id: stored.closure,
            status: stored.state.status(),
            packet: stored.packet,
            state: stored.state,
            assigned_to: stored.assigned_to,
            resolved_by: None,
        }
    }
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct FollowUpFilter {
    /// Only this status.
    pub status: Option<FollowUpStatus>,
    /// Only those of this closure.
    pub closure: Option<ClosureId>,
    /// Only those that were given to this person.
    pub assignee: Option<PersonId>,
    /// Only those of closures that this sight reaches.
    pub sight: Sight,
}

const SELECT: &str = "SELECT f.id, f.closure_id, f.packet, f.state, f.assignee_id, p.name AS assignee FROM follow_up f \
                      LEFT JOIN person p ON p.id = f.assignee_id WHERE f.id ";

/// Stores a new follow-up.
pub async fn insert(tx: &mut Tx, new: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO follow_up (id, closure_id, step, packet, status, state) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.id.uuid())
        .bind(new.closure.uuid())
        .bind(new.packet.step.as_deref())
        .bind(to_text(&new.packet))
        .bind(new.state.status().as_str())
        .bind(to_text(&new.state))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores that an open one is settled; `false` when somebody was first.
pub async fn settle(tx: &mut Tx, id: FollowUpId, state: &FollowUp) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE follow_up SET status = $2, state = $3 WHERE id = $1 AND status = 'open'")
            .bind(id.uuid())
            .bind(state.status().as_str())
            .bind(to_text(state))
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Stores to whom an open one is given; `false` when it is settled by now.
pub async fn assign(tx: &mut Tx, id: FollowUpId, to: PersonId) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE follow_up SET assignee_id = $2 WHERE id = $1 AND status = 'open'")
            .bind(id.uuid())
            .bind(to.uuid())
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// A follow-up by id.
pub async fn find(tx: &mut Tx, id: FollowUpId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("= ").push_bind(id.uuid());
        query.build_query_as().fetch_optional(conn).await
    })?;
    row.map(Stored::try_from).transpose()
}

/// Follow-ups before one, newest first.
pub async fn list(
    tx: &mut Tx,
    filter: &FollowUpFilter,
    before: Option<FollowUpId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let before = before.map_or(Uuid::max(), FollowUpId::uuid);
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("< ").push_bind(before);
        if let Some(status) = filter.status {
            query.push(" AND f.status = ").push_bind(status.as_str());
        }
        if let Some(closure) = filter.closure {
            query.push(" AND f.closure_id = ").push_bind(closure.uuid());
        }
        if let Some(person) = filter.assignee {
            query.push(" AND f.assignee_id = ").push_bind(person.uuid());
        }
        filter.sight.narrow(&mut query, "f.closure_id");
        query.push(" ORDER BY f.id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Open follow-ups after one, the longest waiting first; those of one person where one is named.
pub async fn list_open(
    tx: &mut Tx,
    of: Option<PersonId>,
    after: Option<FollowUpId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let after = after.map_or(Uuid::nil(), FollowUpId::uuid);
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("> ").push_bind(after).push(" AND f.status = 'open'");
        if let Some(person) = of {
            query.push(" AND f.assignee_id = ").push_bind(person.uuid());
        }
        query.push(" ORDER BY f.id LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// How many are open.
pub async fn count_open(tx: &mut Tx) -> Result<u32, StoreError> {
    let (open,): (i64,) = on!(tx, |conn| {
        sqlx::query_as("SELECT COUNT(*) FROM follow_up WHERE status = 'open'").fetch_one(conn).await
    })?;
    Ok(u32::try_from(open).unwrap_or(u32::MAX))
}
