//! Compensations: what undoes the effects of failed stages; and the effects themselves.

use domain::{
    Time,
    compensation::Compensation,
    id::{CheckId, CompensationId, RunId, SessionId},
};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, inconsistent, on, to_text};
use crate::error::StoreError;

/// A compensation as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: CompensationId,
    /// The run.
    pub run: RunId,
    /// The stage whose effect it undoes.
    pub stage: String,
    /// Its attempt.
    pub attempt: u32,
    /// The call whose effect it undoes.
    pub check: CheckId,
    /// Its place in the definition.
    pub place: usize,
    /// The tool.
    pub tool: String,
    /// The exact input.
    pub input: Value,
    /// How far it is.
    pub state: Compensation,
    /// The session that makes the call, once one may.
    pub claimed_by: Option<SessionId>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    run_id: Uuid,
    stage: String,
    attempt: i64,
    check_id: Uuid,
    place: i64,
    tool: String,
    input: String,
    state: String,
    claimed_by: Option<Uuid>,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = CompensationId::from_uuid(row.id);
        Ok(Self {
            id,
            run: RunId::from_uuid(row.run_id),
            stage: row.stage,
            attempt: u32::try_from(row.attempt).map_err(|error| inconsistent("compensation", "attempt", id, error))?,
            check: CheckId::from_uuid(row.check_id),
            place: usize::try_from(row.place).map_err(|error| inconsistent("compensation", "place", id, error))?,
            tool: row.tool,
            input: from_text(&row.input, "compensation", "input", id)?,
            state: from_text(&row.state, "compensation", "state", id)?,
            claimed_by: row.claimed_by.map(SessionId::from_uuid),
        })
    }
}

macro_rules! select_compensation {
    ($tail:literal) => {
        concat!(
            "SELECT id, run_id, stage, attempt, check_id, place, tool, input, state, claimed_by FROM compensation ",
            $tail
        )
    };
}

/// The word of the status column.
fn status(state: &Compensation) -> &'static str {
    match state {
        Compensation::Asked { .. } => "asked",
        Compensation::Done { .. } => "done",
        Compensation::Failed { .. } => "failed",
    }
}

/// Stores a new compensation; the run is locked.
pub async fn insert(tx: &mut Tx, new: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO compensation (id, run_id, stage, attempt, check_id, place, tool, input, status, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new.id.uuid())
        .bind(new.run.uuid())
        .bind(&new.stage)
        .bind(i64::from(new.attempt))
        .bind(new.check.uuid())
        .bind(i64::try_from(new.place).unwrap_or(i64::MAX))
        .bind(&new.tool)
        .bind(to_text(&new.input))
        .bind(status(&new.state))
        .bind(to_text(&new.state))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores how far a compensation is; the run is locked.
pub async fn update(tx: &mut Tx, id: CompensationId, state: &Compensation) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE compensation SET status = $1, state = $2 WHERE id = $3")
            .bind(status(state))
            .bind(to_text(state))
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Lets one session make the call: `false` when another may already, or it is asked of nobody any more. The run is locked.
pub async fn claim(tx: &mut Tx, id: CompensationId, session: SessionId) -> Result<bool, StoreError> {
    let claimed = on!(tx, |conn| {
        sqlx::query(
            "UPDATE compensation SET claimed_by = $1 \
             WHERE id = $2 AND status = 'asked' AND (claimed_by IS NULL OR claimed_by = $1)",
        )
        .bind(session.uuid())
        .bind(id.uuid())
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(claimed == 1)
}

/// A compensation by id.
pub async fn find(tx: &mut Tx, id: CompensationId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        sqlx::query_as(select_compensation!("WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await
    })?;
    row.map(Stored::try_from).transpose()
}

/// The compensations of a run, in the order in which they are to be made.
pub async fn list_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(select_compensation!("WHERE run_id = $1 ORDER BY id")).bind(run.uuid()).fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Those of a run whose effects stand yet.
pub async fn list_outstanding(tx: &mut Tx, run: RunId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(select_compensation!("WHERE run_id = $1 AND status <> 'done' ORDER BY id"))
            .bind(run.uuid())
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// A call that was allowed in an attempt.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The check.
    pub check: CheckId,
    /// The tool.
    pub tool: String,
    /// When it was allowed.
    pub checked_at: Time,
    /// What it returned, as far as it was reported and did not fail.
    pub returned: Returned,
}

/// How an allowed call went.
#[derive(Debug, Clone, PartialEq)]
pub enum Returned {
    /// It ran, and returned this.
    Output(Value),
    /// It failed.
    Error,
    /// Nobody has said.
    Unknown,
}

#[derive(FromRow)]
struct AllowedRow {
    id: Uuid,
    tool: String,
    checked_at: Time,
    is_error: Option<bool>,
    output: Option<String>,
}

/// The calls that were allowed in an attempt, oldest first.
pub async fn list_allowed(tx: &mut Tx, run: RunId, stage: &str, attempt: u32) -> Result<Vec<Allowed>, StoreError> {
    let rows: Vec<AllowedRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT c.id, c.tool, c.checked_at, r.is_error, r.output FROM stage_call s \
             JOIN gate_check c ON c.id = s.check_id LEFT JOIN tool_result r ON r.check_id = c.id \
             WHERE s.run_id = $1 AND s.stage = $2 AND s.attempt = $3 ORDER BY c.id",
        )
        .bind(run.uuid())
        .bind(stage)
        .bind(i64::from(attempt))
        .fetch_all(conn)
        .await
    })?;
    let read = |row: AllowedRow| {
        let returned = match (row.is_error, row.output) {
            (Some(false), Some(output)) => Returned::Output(from_text(&output, "tool_result", "output", run)?),
            (Some(true), _) => Returned::Error,
            (Some(false) | None, _) => Returned::Unknown,
        };
        Ok(Allowed { check: CheckId::from_uuid(row.id), tool: row.tool, checked_at: row.checked_at, returned })
    };
    rows.into_iter().map(read).collect()
}
