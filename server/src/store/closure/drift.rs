//! What became of the records of closures: when they are looked at, what was found, and who looks at this moment.

use domain::{
    Time,
    closure::drift::{Drift, DriftStatus, Noted},
    id::ClosureId,
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    super::{Tx, from_text, on, to_text},
    list::Sight,
};
use crate::error::{Result, StoreError};

/// What became of the records of a closure, as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The closure.
    pub closure: ClosureId,
    /// How they stand.
    pub state: Drift,
    /// What was found, record by record.
    pub noted: Vec<Noted>,
    /// When they were looked at last.
    pub looked_at: Option<Time>,
    /// When they are looked at next, or a lease on that is over.
    pub due: Option<Time>,
    /// How often it moved.
    pub moves: i64,
}

#[derive(FromRow)]
struct Row {
    closure_id: Uuid,
    state: String,
    looked: String,
    looked_at: Option<Time>,
    due_at: Option<Time>,
    moves: i64,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let closure = ClosureId::from_uuid(row.closure_id);
        Ok(Self {
            closure,
            state: from_text(&row.state, "closure_drift", "state", closure)?,
            noted: from_text(&row.looked, "closure_drift", "looked", closure)?,
            looked_at: row.looked_at,
            due: row.due_at,
            moves: row.moves,
        })
    }
}

const SELECT: &str = "SELECT closure_id, state, looked, looked_at, due_at, moves FROM closure_drift WHERE closure_id ";

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct DriftFilter {
    /// Only this status.
    pub status: Option<DriftStatus>,
    /// Only closures that this sight reaches.
    pub sight: Sight,
}

/// Says when the records of a closure that has ended are looked at first. What was found before stays known.
pub async fn schedule(tx: &mut Tx, closure: ClosureId, due: Time) -> Result<(), StoreError> {
    let state = Drift::Unseen {};
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO closure_drift (closure_id, due_at, status, state, looked) VALUES ($1, $2, $3, $4, '[]') \
             ON CONFLICT (closure_id) DO UPDATE SET due_at = excluded.due_at, moves = closure_drift.moves + 1",
        )
        .bind(closure.uuid())
        .bind(due)
        .bind(state.status().as_str())
        .bind(to_text(&state))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Takes it until then, or says that it is not looked at any more; `false` when somebody has moved it since.
pub async fn lease(tx: &mut Tx, read: &Stored, until: Option<Time>) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE closure_drift SET due_at = $3, moves = moves + 1 WHERE closure_id = $1 AND moves = $2")
            .bind(read.closure.uuid())
            .bind(read.moves)
            .bind(until)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Stores what was found, or accepted; `false` when somebody has moved it since `new` was read.
pub async fn update(tx: &mut Tx, new: &Stored) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query(
            "UPDATE closure_drift SET due_at = $3, looked_at = $4, status = $5, state = $6, looked = $7, moves = moves + 1 \
             WHERE closure_id = $1 AND moves = $2",
        )
        .bind(new.closure.uuid())
        .bind(new.moves)
        .bind(new.due)
        .bind(new.looked_at)
        .bind(new.state.status().as_str())
        .bind(to_text(&new.state))
        .bind(to_text(&new.noted))
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// What became of the records of a closure.
pub async fn find(tx: &mut Tx, closure: ClosureId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("= ").push_bind(closure.uuid());
        query.build_query_as().fetch_optional(conn).await
    })?;
    row.map(Stored::try_from).transpose()
}

/// Some of what is due, the longest due first. What is due later than anything can be was noted by a clock that was
/// wrong, and is due too.
pub async fn list_due(tx: &mut Tx, latest: Time, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let now = tx.now();
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT closure_id, state, looked, looked_at, due_at, moves FROM closure_drift \
             WHERE due_at <= $1 OR due_at > $2 ORDER BY due_at LIMIT $3",
        )
        .bind(now)
        .bind(latest)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// When the next is due.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Time>, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query_scalar("SELECT due_at FROM closure_drift WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1")
            .fetch_optional(conn)
            .await
    })?)
}

/// Those before a closure, newest first.
pub async fn page(
    tx: &mut Tx,
    filter: &DriftFilter,
    before: Option<ClosureId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let before = before.map_or(Uuid::max(), ClosureId::uuid);
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("< ").push_bind(before);
        if let Some(status) = filter.status {
            query.push(" AND status = ").push_bind(status.as_str());
        }
        filter.sight.narrow(&mut query, "closure_id");
        query.push(" ORDER BY closure_id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Of how many closures a record is not as it was left, and of how many others one could not be looked at.
pub async fn count(tx: &mut Tx) -> Result<(u32, u32), StoreError> {
    let (drifted, unreadable): (i64, i64) = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT COUNT(CASE WHEN status = 'drifted' THEN 1 END), COUNT(CASE WHEN status = 'unreadable' THEN 1 END) \
             FROM closure_drift WHERE status IN ('drifted', 'unreadable')",
        )
        .fetch_one(conn)
        .await
    })?;
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    Ok((number(drifted), number(unreadable)))
}
