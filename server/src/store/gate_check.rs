//! Stored gate checks and the results of the calls they allowed.

use domain::{
    Digest, Time,
    gate::Outcome,
    id::{ApprovalId, CheckId, RunId, SessionId},
};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{CheckRow, Tx, append, digest, from_text, on, parse, to_text, tx::Conn};
use crate::error::{Result, StoreError};

/// A stored check: what identifies the call, and the answer it got.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its id.
    pub id: CheckId,
    /// 0 for the first answer, one more for each after what the call waited for had ended.
    pub phase: i64,
    /// The tool.
    pub tool: String,
    /// The digest of tool and input.
    pub call_digest: Digest,
    /// What was answered.
    pub outcome: Outcome,
    /// The approval it is about.
    pub approval: Option<ApprovalId>,
    /// The whole answer, as it was given.
    pub answer: String,
}

#[derive(FromRow)]
struct CheckLine {
    id: Uuid,
    phase: i64,
    tool: String,
    call_digest: Vec<u8>,
    outcome: String,
    approval_id: Option<Uuid>,
    answer: String,
}

impl TryFrom<CheckLine> for Check {
    type Error = StoreError;

    fn try_from(row: CheckLine) -> Result<Self, StoreError> {
        let id = CheckId::from_uuid(row.id);
        Ok(Self {
            id,
            phase: row.phase,
            tool: row.tool,
            call_digest: digest(&row.call_digest, "gate_check", "call_digest", id)?,
            outcome: parse(&row.outcome, "gate_check", "outcome", id)?,
            approval: row.approval_id.map(ApprovalId::from_uuid),
            answer: row.answer,
        })
    }
}

macro_rules! of_call {
    ($table:literal) => {
        concat!(
            "SELECT id, phase, tool, call_digest, outcome, approval_id, answer FROM ",
            $table,
            " WHERE session_id = $1 AND tool_use_id = $2 "
        )
    };
}

/// The newest check of a call, sorted or not.
pub async fn find_of_call(tx: &mut Tx, session: SessionId, tool_use_id: &str) -> Result<Option<Check>, StoreError> {
    const NEWEST: &str = concat!(of_call!("gate_check"), "ORDER BY phase DESC LIMIT 1");
    const NEWEST_OF_ALL: &str =
        concat!(of_call!("gate_check"), "UNION ALL ", of_call!("check_inbox"), "ORDER BY phase DESC LIMIT 1");
    let text = match tx.conn {
        Conn::Sqlite(_) => NEWEST_OF_ALL,
        Conn::Postgres(_) => NEWEST,
    };
    let row: Option<CheckLine> =
        on!(tx, |conn| sqlx::query_as(text).bind(session.uuid()).bind(tool_use_id).fetch_optional(conn).await)?;
    row.map(Check::try_from).transpose()
}

/// The approval that a check is about, if any; the outer `None` where there is no such check.
pub async fn find_approval(tx: &mut Tx, check: CheckId) -> Result<Option<Option<ApprovalId>>, StoreError> {
    let row: Option<(Option<Uuid>,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT approval_id FROM gate_check WHERE id = $1").bind(check.uuid()).fetch_optional(conn).await
    })?;
    Ok(row.map(|(approval,)| approval.map(ApprovalId::from_uuid)))
}

/// Another call of a session that waits for an approval than the one named: its newest check says so.
pub async fn find_other_waiting(
    tx: &mut Tx,
    session: SessionId,
    approval: ApprovalId,
    than: &str,
) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT c.tool_use_id FROM gate_check c WHERE c.session_id = $1 AND c.approval_id = $2 AND c.outcome = 'suspend' \
             AND c.tool_use_id <> $3 AND NOT EXISTS (SELECT 1 FROM gate_check l WHERE l.session_id = c.session_id \
             AND l.tool_use_id = c.tool_use_id AND l.phase > c.phase) ORDER BY c.id DESC LIMIT 1",
        )
        .bind(session.uuid())
        .bind(approval.uuid())
        .bind(than)
        .fetch_optional(conn)
        .await
    })?;
    Ok(found.map(|(call,)| call))
}

/// What the newest check of a call by its content answered, whatever the call's id.
pub async fn find_outcome_of(tx: &mut Tx, session: SessionId, call: Digest) -> Result<Option<Outcome>, StoreError> {
    let row: Option<(String,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT outcome FROM gate_check WHERE session_id = $1 AND call_digest = $2 ORDER BY id DESC LIMIT 1",
        )
        .bind(session.uuid())
        .bind(call.bytes().to_vec())
        .fetch_optional(conn)
        .await
    })?;
    row.map(|(outcome,)| parse(&outcome, "gate_check", "outcome", session)).transpose()
}

/// Whether a call by its content waits: the last answer to one of its ids suspended it.
pub async fn is_waiting(tx: &mut Tx, session: SessionId, call: Digest) -> Result<bool, StoreError> {
    let found: Option<(String,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT c.tool_use_id FROM gate_check c WHERE c.session_id = $1 AND c.call_digest = $2 AND c.outcome = 'suspend' \
             AND NOT EXISTS (SELECT 1 FROM gate_check l WHERE l.session_id = c.session_id AND l.tool_use_id = c.tool_use_id \
             AND l.phase > c.phase) LIMIT 1",
        )
        .bind(session.uuid())
        .bind(call.bytes().to_vec())
        .fetch_optional(conn)
        .await
    })?;
    Ok(found.is_some())
}

/// The newest check of a gate in a run: when, what was answered, and the approval it is about.
pub async fn find_newest(
    tx: &mut Tx,
    run: RunId,
    gate: &str,
) -> Result<Option<(Time, Outcome, Option<ApprovalId>)>, StoreError> {
    let row: Option<(Time, String, Option<Uuid>)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT checked_at, outcome, approval_id FROM gate_check WHERE run_id = $1 AND gate_id = $2 \
             ORDER BY id DESC LIMIT 1",
        )
        .bind(run.uuid())
        .bind(gate)
        .fetch_optional(conn)
        .await
    })?;
    row.map(|(at, outcome, approval)| {
        Ok((at, parse(&outcome, "gate_check", "outcome", gate)?, approval.map(ApprovalId::from_uuid)))
    })
    .transpose()
}

/// Stores a check inside a command, with its event; `false` when the call has that answer already.
pub async fn insert(tx: &mut Tx, row: &CheckRow) -> Result<bool, StoreError> {
    let is_new = append::insert(tx, row).await?;
    if is_new {
        if let Some((stage, attempt)) = &row.in_stage {
            super::stage::insert_call(tx, row.id, row.run, stage, *attempt).await?;
        }
        append::record(tx, row);
    }
    Ok(is_new)
}

/// What a tool returned, with when it was allowed.
#[derive(Debug, Clone)]
pub struct Execution {
    /// When the call was allowed.
    pub allowed_at: Time,
    /// When the result came, if it has.
    pub reported_at: Option<Time>,
    /// Whether it failed.
    pub is_error: Option<bool>,
    /// What it returned.
    pub output: Option<Value>,
}

#[derive(FromRow)]
struct ExecutionRow {
    checked_at: Time,
    reported_at: Option<Time>,
    is_error: Option<bool>,
    output: Option<String>,
}

/// How the approved call of an approval went, once it was allowed.
pub async fn find_execution(tx: &mut Tx, approval: ApprovalId) -> Result<Option<Execution>, StoreError> {
    let row: Option<ExecutionRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT c.checked_at, r.reported_at, r.is_error, r.output FROM gate_check c \
             LEFT JOIN tool_result r ON r.check_id = c.id \
             WHERE c.approval_id = $1 AND c.outcome = 'allow' ORDER BY c.checked_at LIMIT 1",
        )
        .bind(approval.uuid())
        .fetch_optional(conn)
        .await
    })?;
    row.map(|row| {
        let output = row.output.map(|text| from_text(&text, "tool_result", "output", approval)).transpose()?;
        let (reported_at, is_error) = (row.reported_at, row.is_error);
        Ok(Execution { allowed_at: row.checked_at, reported_at, is_error, output })
    })
    .transpose()
}

/// A reported result.
#[derive(Debug, Clone)]
pub struct ToolResult {
    /// What the tool returned.
    pub output: Value,
    /// Whether it failed.
    pub is_error: bool,
    /// The facts it wrote.
    pub facts: Vec<String>,
}

/// The result reported for a check.
pub async fn find_result(tx: &mut Tx, check: CheckId) -> Result<Option<ToolResult>, StoreError> {
    let row: Option<(String, bool, String)> = on!(tx, |conn| {
        sqlx::query_as("SELECT output, is_error, facts FROM tool_result WHERE check_id = $1")
            .bind(check.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(|(output, is_error, facts)| {
        Ok(ToolResult {
            output: from_text(&output, "tool_result", "output", check)?,
            is_error,
            facts: from_text(&facts, "tool_result", "facts", check)?,
        })
    })
    .transpose()
}

/// Stores the first result of a check; `false` when there is one already.
pub async fn insert_result(tx: &mut Tx, check: CheckId, result: &ToolResult) -> Result<bool, StoreError> {
    let now = tx.now();
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO tool_result (check_id, output, is_error, facts, reported_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(check.uuid())
        .bind(to_text(&result.output))
        .bind(result.is_error)
        .bind(to_text(&result.facts))
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}
