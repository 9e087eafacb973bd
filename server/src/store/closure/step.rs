//! Steps of closures, and which of them has used which idempotency key.

use domain::{
    closure::{rule::Planned, step::Step},
    id::ClosureId,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::super::{Tx, from_text, inconsistent, on, to_text};
use crate::error::{Result, StoreError};

/// A step as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The closure.
    pub closure: ClosureId,
    /// Its place in the policy.
    pub place: usize,
    /// What is to be done.
    pub plan: Planned,
    /// Its idempotency key.
    pub key: String,
    /// How far it is.
    pub state: Step,
}

#[derive(FromRow)]
struct Row {
    closure_id: Uuid,
    place: i64,
    plan: String,
    key: String,
    state: String,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let closure = ClosureId::from_uuid(row.closure_id);
        Ok(Self {
            closure,
            place: usize::try_from(row.place).map_err(|error| inconsistent("closure_step", "place", closure, error))?,
            plan: from_text(&row.plan, "closure_step", "plan", closure)?,
            key: row.key,
            state: from_text(&row.state, "closure_step", "state", closure)?,
        })
    }
}

fn place_of(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// Stores a step, or what is planned of one anew.
pub async fn put(tx: &mut Tx, step: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO closure_step (closure_id, place, plan, key, status, state, target, record) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (closure_id, place) DO UPDATE SET plan = excluded.plan, key = excluded.key, status = excluded.status, \
             state = excluded.state, target = excluded.target, record = excluded.record",
        )
        .bind(step.closure.uuid())
        .bind(place_of(step.place))
        .bind(to_text(&step.plan))
        .bind(&step.key)
        .bind(step.state.status().as_str())
        .bind(to_text(&step.state))
        .bind(&step.plan.target)
        .bind(&step.plan.record)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// The steps of a closure, in the order of the policy.
pub async fn list(tx: &mut Tx, closure: ClosureId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT closure_id, place, plan, key, state FROM closure_step WHERE closure_id = $1 ORDER BY place",
        )
        .bind(closure.uuid())
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Other steps about the same record, those of the latest closures first.
pub async fn list_of_record(tx: &mut Tx, step: &Stored, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT closure_id, place, plan, key, state FROM closure_step \
             WHERE target = $1 AND record = $2 AND NOT (closure_id = $3 AND place = $4) ORDER BY closure_id DESC LIMIT $5",
        )
        .bind(&step.plan.target)
        .bind(&step.plan.record)
        .bind(step.closure.uuid())
        .bind(place_of(step.place))
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// A step's own use of a key: `None` when it is its own; else the step that has used it.
pub async fn claim(tx: &mut Tx, step: &Stored) -> Result<Option<Stored>, StoreError> {
    on!(tx, |conn| {
        sqlx::query("INSERT INTO closure_key (key, closure_id, place) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&step.key)
            .bind(step.closure.uuid())
            .bind(place_of(step.place))
            .execute(conn)
            .await
            .map(drop)
    })?;
    let other = holder(tx, &step.key).await?;
    Ok(other.filter(|other| (other.closure, other.place) != (step.closure, step.place)))
}

/// The step that has used a key.
pub async fn holder(tx: &mut Tx, key: &str) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT s.closure_id, s.place, s.plan, s.key, s.state FROM closure_key k \
             JOIN closure_step s ON s.closure_id = k.closure_id AND s.place = k.place WHERE k.key = $1",
        )
        .bind(key)
        .fetch_optional(conn)
        .await
    })?;
    row.map(Stored::try_from).transpose()
}
