//! Steps of enforced executions: the newest try of each.

use domain::{id::RunId, step::State};
use serde_json::Value;
use sqlx::FromRow;

use super::{Tx, from_text, inconsistent, on, to_text};
use crate::error::StoreError;

/// A step of a run as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its id in the workflow.
    pub step: String,
    /// The try, from 1.
    pub attempt: u32,
    /// Its state.
    pub state: State,
    /// What was found; null while nothing is.
    pub evidence: Value,
}

impl Stored {
    /// A step that nobody has begun.
    pub fn pending(step: &str) -> Self {
        Self { step: step.to_owned(), attempt: 0, state: State::Pending, evidence: Value::Null }
    }
}

#[derive(FromRow)]
struct Row {
    step: String,
    attempt: i64,
    state: String,
    evidence: String,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let attempt = u32::try_from(row.attempt);
        Ok(Self {
            attempt: attempt.map_err(|error| inconsistent("run_step", "attempt", &row.step, error))?,
            state: from_text(&row.state, "run_step", "state", &row.step)?,
            evidence: from_text(&row.evidence, "run_step", "evidence", &row.step)?,
            step: row.step,
        })
    }
}

/// The steps of a run that were begun, by id.
pub async fn list_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as("SELECT step, attempt, state, evidence FROM run_step WHERE run_id = $1 ORDER BY step")
            .bind(run.uuid())
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Stores a step as it is now; the run is locked.
pub async fn put(tx: &mut Tx, run: RunId, step: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO run_step (run_id, step, attempt, status, state, evidence) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (run_id, step) DO UPDATE SET attempt = excluded.attempt, status = excluded.status, \
             state = excluded.state, evidence = excluded.evidence",
        )
        .bind(run.uuid())
        .bind(&step.step)
        .bind(i64::from(step.attempt))
        .bind(step.state.status().as_str())
        .bind(to_text(&step.state))
        .bind(to_text(&step.evidence))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}
