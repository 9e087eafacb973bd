//! Attempts of stages, with what was recorded before each.

use std::collections::BTreeMap;

use domain::{
    handoff::Snapshot,
    id::{CheckId, RunId, SessionId},
    progress::Newest,
    stage::Attempt,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, inconsistent, on, to_text};
use crate::error::StoreError;

/// An attempt as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The stage.
    pub stage: String,
    /// Its number, from 1.
    pub attempt: u32,
    /// Its state.
    pub state: Attempt,
    /// What was recorded before it was entered.
    pub snapshot: Option<Snapshot>,
    /// What it hands over once people agree.
    pub submitted: Option<Submitted>,
    /// What was undone with it, once it failed.
    pub rollback: Option<Rollback>,
    /// The session whose call or request entered it.
    pub session: Option<SessionId>,
}

impl Stored {
    /// An attempt that nobody has entered.
    pub fn pending(stage: &str, attempt: u32) -> Self {
        let (snapshot, submitted, rollback, session) = (None, None, None, None);
        Self { stage: stage.to_owned(), attempt, state: Attempt::Pending, snapshot, submitted, rollback, session }
    }
}

/// What a stage hands over once people agree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Submitted {
    /// What the harness handed over.
    pub outputs: Map<String, Value>,
    /// What it wants carried forward, if it said.
    pub customer_profile: Option<Map<String, Value>>,
}

/// What was undone with a failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    /// The stage whose end state stands again; `None` when nothing is left.
    pub rolled_back_to: Option<String>,
    /// The attempts that are to be done again, the failed one included, in file order.
    pub undone: Vec<(String, u32)>,
    /// What to tell the user.
    pub user_message: String,
    /// Whether nothing was undone, as the definition says.
    pub is_kept: bool,
}

#[derive(FromRow)]
struct Row {
    stage: String,
    attempt: i64,
    state: String,
    snapshot: Option<String>,
    submitted: Option<String>,
    rollback: Option<String>,
    session_id: Option<Uuid>,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let place = format!("{}/{}", row.stage, row.attempt);
        let attempt = u32::try_from(row.attempt);
        Ok(Self {
            attempt: attempt.map_err(|error| inconsistent("stage_attempt", "attempt", &place, error))?,
            state: from_text(&row.state, "stage_attempt", "state", &place)?,
            snapshot: row.snapshot.map(|text| from_text(&text, "stage_attempt", "snapshot", &place)).transpose()?,
            submitted: row.submitted.map(|text| from_text(&text, "stage_attempt", "submitted", &place)).transpose()?,
            rollback: row.rollback.map(|text| from_text(&text, "stage_attempt", "rollback", &place)).transpose()?,
            session: row.session_id.map(SessionId::from_uuid),
            stage: row.stage,
        })
    }
}

/// The attempts of a run, oldest first within each stage.
pub async fn list_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT stage, attempt, state, snapshot, submitted, rollback, session_id FROM stage_attempt WHERE run_id = $1 \
             ORDER BY stage, attempt",
        )
        .bind(run.uuid())
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Active runs that have begun a stage, by id after one of them: those that something recorded may move on.
pub async fn list_active_runs(tx: &mut Tx, after: RunId, limit: i64) -> Result<Vec<RunId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT DISTINCT a.run_id FROM stage_attempt a JOIN run r ON r.id = a.run_id \
             WHERE r.status = 'active' AND a.run_id > $1 ORDER BY a.run_id LIMIT $2",
        )
        .bind(after.uuid())
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(run,)| RunId::from_uuid(run)).collect())
}

/// The newest attempt of each stage that was ever entered.
pub async fn list_newest(tx: &mut Tx, run: RunId) -> Result<BTreeMap<String, Newest>, StoreError> {
    let rows: Vec<(String, i64, String)> = on!(tx, |conn| {
        sqlx::query_as("SELECT stage, attempt, state FROM stage_attempt WHERE run_id = $1 ORDER BY stage, attempt")
            .bind(run.uuid())
            .fetch_all(conn)
            .await
    })?;
    let read = |(stage, attempt, state): (String, i64, String)| {
        let number = u32::try_from(attempt).map_err(|error| inconsistent("stage_attempt", "attempt", &stage, error))?;
        let newest = Newest { attempt: number, state: from_text(&state, "stage_attempt", "state", &stage)? };
        Ok((stage, newest))
    };
    // Later ones replace earlier ones.
    rows.into_iter().map(read).collect()
}

/// An attempt of a stage; the newest when no number is given.
pub async fn find(tx: &mut Tx, run: RunId, stage: &str, attempt: Option<u32>) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT stage, attempt, state, snapshot, submitted, rollback, session_id FROM stage_attempt \
             WHERE run_id = $1 AND stage = $2 AND (CAST($3 AS BIGINT) IS NULL OR attempt = $3) \
             ORDER BY attempt DESC LIMIT 1",
        )
        .bind(run.uuid())
        .bind(stage)
        .bind(attempt.map(i64::from))
        .fetch_optional(conn)
        .await
    })?;
    row.map(Stored::try_from).transpose()
}

/// Stores an attempt as it is now; the run is locked.
pub async fn put(tx: &mut Tx, run: RunId, attempt: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO stage_attempt (run_id, stage, attempt, status, state, snapshot, submitted, rollback, session_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (run_id, stage, attempt) DO UPDATE SET \
             status = excluded.status, state = excluded.state, snapshot = excluded.snapshot, \
             submitted = excluded.submitted, rollback = excluded.rollback, session_id = excluded.session_id",
        )
        .bind(run.uuid())
        .bind(&attempt.stage)
        .bind(i64::from(attempt.attempt))
        .bind(attempt.state.status().as_str())
        .bind(to_text(&attempt.state))
        .bind(attempt.snapshot.as_ref().map(to_text))
        .bind(attempt.submitted.as_ref().map(to_text))
        .bind(attempt.rollback.as_ref().map(to_text))
        .bind(attempt.session.map(SessionId::uuid))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Notes in which attempt a call was allowed.
pub async fn insert_call(tx: &mut Tx, check: CheckId, run: RunId, stage: &str, attempt: u32) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("INSERT INTO stage_call (check_id, run_id, stage, attempt) VALUES ($1, $2, $3, $4)")
            .bind(check.uuid())
            .bind(run.uuid())
            .bind(stage)
            .bind(i64::from(attempt))
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// The attempt in which a call was allowed, as it stands now; `None` for a call of no stage.
pub async fn find_of_call(tx: &mut Tx, check: CheckId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT a.stage, a.attempt, a.state, a.snapshot, a.submitted, a.rollback, a.session_id FROM stage_call c \
             JOIN stage_attempt a ON a.run_id = c.run_id AND a.stage = c.stage AND a.attempt = c.attempt \
             WHERE c.check_id = $1",
        )
        .bind(check.uuid())
        .fetch_optional(conn)
        .await
    })?;
    row.map(Stored::try_from).transpose()
}
