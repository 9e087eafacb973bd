//! Runs: one execution of one workflow version for one subject.

use domain::{
    Time,
    id::{KeyId, PersonId, RunId},
    run::{Run as State, RunStatus},
};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, inconsistent, on, to_text};
use crate::error::{Result, StoreError};

/// A run as stored.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The version it is pinned to.
    pub version: u32,
    /// What it is about.
    pub subject: String,
    /// What it was started with.
    pub inputs: Value,
    /// Who asked for it.
    pub requested_by: Option<PersonId>,
    /// Their email, for conditions.
    pub requester_email: Option<String>,
    /// The key that started it.
    pub key: KeyId,
    /// When.
    pub started_at: Time,
    /// Changes so far that a gate check could have read.
    pub moves: i64,
    /// Approvals opened so far.
    pub approvals: i64,
    /// Names asserted so far.
    pub assertions: i64,
    /// Whether it goes on, or how it ended.
    pub state: State,
    /// Whether one of its sessions waits for people.
    pub is_suspended: bool,
}

impl Run {
    /// The status people and agents see.
    pub const fn status(&self) -> RunStatus {
        self.state.status(self.is_suspended)
    }
}

#[derive(FromRow)]
struct RunRow {
    id: Uuid,
    workflow: String,
    version: i64,
    subject: String,
    inputs: String,
    requested_by: Option<Uuid>,
    requester_email: Option<String>,
    key_id: Uuid,
    started_at: Time,
    moves: i64,
    approvals: i64,
    assertions: i64,
    state: String,
    is_suspended: bool,
}

impl TryFrom<RunRow> for Run {
    type Error = StoreError;

    fn try_from(row: RunRow) -> Result<Self, StoreError> {
        let id = RunId::from_uuid(row.id);
        Ok(Self {
            id,
            workflow: row.workflow,
            version: u32::try_from(row.version).map_err(|error| inconsistent("run", "version", id, error))?,
            subject: row.subject,
            inputs: from_text(&row.inputs, "run", "inputs", id)?,
            requested_by: row.requested_by.map(PersonId::from_uuid),
            requester_email: row.requester_email,
            key: KeyId::from_uuid(row.key_id),
            started_at: row.started_at,
            moves: row.moves,
            approvals: row.approvals,
            assertions: row.assertions,
            state: from_text(&row.state, "run", "state", id)?,
            is_suspended: row.is_suspended,
        })
    }
}

macro_rules! run_columns {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            " id, workflow, version, subject, inputs, requested_by, key_id, started_at, moves, approvals, assertions, state, \
             EXISTS (SELECT 1 FROM session s WHERE s.run_id = run.id AND s.status = 'suspended') AS is_suspended, \
             (SELECT p.email FROM person p WHERE p.id = run.requested_by) AS requester_email ",
            $tail
        )
    };
}

macro_rules! select_run {
    ($tail:literal) => {
        concat!(run_columns!("SELECT", "FROM run "), $tail)
    };
}

/// Stores a new run.
pub async fn insert(tx: &mut Tx, run: &Run) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO run (id, workflow, version, subject, inputs, requested_by, key_id, started_at, status, state, moves, approvals, assertions) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0)",
        )
        .bind(run.id.uuid())
        .bind(&run.workflow)
        .bind(i64::from(run.version))
        .bind(&run.subject)
        .bind(to_text(&run.inputs))
        .bind(run.requested_by.map(PersonId::uuid))
        .bind(run.key.uuid())
        .bind(run.started_at)
        .bind(run.state.status(false).as_str())
        .bind(to_text(&run.state))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// A run by id.
pub async fn find(tx: &mut Tx, id: RunId) -> Result<Option<Run>, StoreError> {
    let row: Option<RunRow> =
        on!(tx, |conn| sqlx::query_as(select_run!("WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await)?;
    row.map(Run::try_from).transpose()
}

/// Locks a run for a move and counts it; on PostgreSQL other moves of the run wait here until the commit.
pub async fn lock(tx: &mut Tx, id: RunId) -> Result<Option<Run>, StoreError> {
    let row: Option<RunRow> = on!(tx, |conn| {
        sqlx::query_as(run_columns!("UPDATE run SET moves = moves + 1 WHERE id = $1 RETURNING", ""))
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(Run::try_from).transpose()
}

/// Locks a run without counting a move: for what gates do not read.
pub async fn lock_still(tx: &mut Tx, id: RunId) -> Result<Option<Run>, StoreError> {
    let row: Option<RunRow> = on!(tx, |conn| {
        sqlx::query_as(run_columns!("UPDATE run SET moves = moves WHERE id = $1 RETURNING", ""))
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(Run::try_from).transpose()
}

/// Counts an approval opened and names asserted.
pub async fn count(tx: &mut Tx, id: RunId, approvals: i64, assertions: i64) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE run SET approvals = approvals + $1, assertions = assertions + $2 WHERE id = $3")
            .bind(approvals)
            .bind(assertions)
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Stores a run's new state; the run is locked by the caller.
pub async fn update(tx: &mut Tx, id: RunId, state: &State) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE run SET status = $1, state = $2 WHERE id = $3")
            .bind(state.status(false).as_str())
            .bind(to_text(state))
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}
