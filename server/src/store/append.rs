//! Plain gate checks as pure appends: one multi-row statement a table for a whole batch.

use std::collections::{HashMap, HashSet};

use domain::{
    Actor, Digest,
    event::Event,
    gate::Outcome,
    id::{ApprovalId, CheckId, RunId, SessionId},
};
use sqlx::QueryBuilder;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Tx, on};
use crate::error::{Result, StoreError};

/// A gate check to be stored.
#[derive(Debug, Clone)]
pub struct CheckRow {
    /// Its id.
    pub id: CheckId,
    /// Its run.
    pub run: RunId,
    /// The run's subject, for the log.
    pub subject: String,
    /// The run's count of moves when its facts were read.
    pub moves: i64,
    /// Its session.
    pub session: SessionId,
    /// The client's id of the call.
    pub tool_use_id: String,
    /// 0 for the first answer, 1 for the answer after the call's approval ended.
    pub phase: i64,
    /// The tool.
    pub tool: String,
    /// The digest of tool and input.
    pub call_digest: Digest,
    /// The gate that speaks.
    pub gate_id: String,
    /// The answer.
    pub outcome: Outcome,
    /// What the agent reads, when blocked.
    pub error: Option<String>,
    /// The approval it is about.
    pub approval: Option<ApprovalId>,
    /// The whole answer, as it is given again to whoever repeats the call.
    pub answer: String,
    /// Who asked.
    pub actor: Actor,
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is durable.
    Stored,
    /// The run has moved since its facts were read: evaluate again.
    Stale,
    /// The call has an answer already: read that.
    Repeated,
}

/// An append with whoever waits for it.
pub(super) struct CheckAppend {
    pub(super) row: CheckRow,
    pub(super) reply: oneshot::Sender<Result<Appended>>,
}

/// Stores the checks of a batch whose runs have not moved; says what became of each, in order.
pub(super) async fn append(tx: &mut Tx, rows: &[&CheckRow]) -> Result<Vec<Appended>, StoreError> {
    let moves = moves_of(tx, rows).await?;
    let fresh: Vec<&CheckRow> =
        rows.iter().copied().filter(|row| moves.get(&row.run.uuid()) == Some(&row.moves)).collect();
    let stored = insert(tx, &fresh).await?;
    for row in &fresh {
        if stored.contains(&row.id.uuid()) {
            record(tx, row);
        }
    }
    let became = |row: &&CheckRow| {
        if stored.contains(&row.id.uuid()) {
            Appended::Stored
        } else if moves.get(&row.run.uuid()) == Some(&row.moves) {
            Appended::Repeated
        } else {
            Appended::Stale
        }
    };
    Ok(rows.iter().map(became).collect())
}

async fn moves_of(tx: &mut Tx, rows: &[&CheckRow]) -> Result<HashMap<Uuid, i64>, StoreError> {
    let runs: HashSet<Uuid> = rows.iter().map(|row| row.run.uuid()).collect();
    let found: Vec<(Uuid, i64)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT id, moves FROM run WHERE id IN (");
        let mut list = query.separated(", ");
        for run in &runs {
            list.push_bind(*run);
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await
    })?;
    Ok(found.into_iter().collect())
}

/// Inserts checks; the ids that come back are those whose call had no answer yet.
pub(super) async fn insert(tx: &mut Tx, rows: &[&CheckRow]) -> Result<HashSet<Uuid>, StoreError> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let now = tx.now();
    let stored: Vec<(Uuid,)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "INSERT INTO gate_check (id, run_id, session_id, tool_use_id, phase, tool, call_digest, gate_id, outcome, approval_id, answer, checked_at) ",
        );
        query.push_values(rows, |mut values, row| {
            values.push_bind(row.id.uuid()).push_bind(row.run.uuid()).push_bind(row.session.uuid());
            values.push_bind(&row.tool_use_id).push_bind(row.phase).push_bind(&row.tool);
            values.push_bind(row.call_digest.bytes().to_vec()).push_bind(&row.gate_id).push_bind(row.outcome.as_str());
            values.push_bind(row.approval.map(ApprovalId::uuid)).push_bind(&row.answer).push_bind(now);
        });
        query.push(" ON CONFLICT DO NOTHING RETURNING id");
        query.build_query_as().fetch_all(conn).await
    })?;
    Ok(stored.into_iter().map(|(id,)| id).collect())
}

/// Records the check in the log.
pub(super) fn record(tx: &mut Tx, row: &CheckRow) {
    let event = Event::GateChecked {
        check: row.id,
        session: row.session,
        tool: row.tool.clone(),
        tool_use_id: row.tool_use_id.clone(),
        gate: row.gate_id.clone(),
        outcome: row.outcome,
        error: row.error.clone(),
        approval: row.approval,
    };
    tx.record_in(row.run, &row.subject, row.approval, row.actor, event);
}
