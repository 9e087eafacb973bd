//! Plain gate checks as pure appends. Each carries what it was decided on, and the statement that stores it looks
//! whether that still holds: it is stored against the very state it was decided on, or not at all.

use std::collections::HashSet;

use domain::{
    Actor, Digest, Time,
    event::{Entry, Event},
    gate::Outcome,
    id::{ApprovalId, CheckId, ConcernId, EventId, KeyId, RunId, SessionId},
};
use sqlx::{Database, Encode, QueryBuilder, Type, query_builder::Separated};
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
    /// How many names were asserted then.
    pub assertions: i64,
    /// Its session.
    pub session: SessionId,
    /// The client's id of the call.
    pub tool_use_id: String,
    /// 0 for the first answer, one more for each after what the call waited for had ended.
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
    /// The concern it works on.
    pub concern: Option<ConcernId>,
    /// The whole answer, as it is given again to whoever repeats the call.
    pub answer: String,
    /// Who asked.
    pub key: KeyId,
    /// The stage and attempt it belongs to, when it is allowed in one.
    pub in_stage: Option<(String, u32)>,
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is durable.
    Stored,
    /// The run has moved since its facts were read, the key does not stand any more, or the call has an answer
    /// already: look again.
    Overtaken,
}

/// An append with whoever waits for it.
pub(super) struct CheckAppend {
    pub(super) row: CheckRow,
    pub(super) reply: oneshot::Sender<Result<Appended>>,
}

/// Stores the checks of a batch that nothing has overtaken; says what became of each, in order.
pub(super) async fn append(tx: &mut Tx, rows: &[&CheckRow]) -> Result<Vec<Appended>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let stored: Vec<(Uuid,)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("");
        push_guarded(&mut query, rows, now);
        query.push(" RETURNING id");
        query.build_query_as().fetch_all(conn).await
    })?;
    let stored: HashSet<Uuid> = stored.into_iter().map(|(id,)| id).collect();
    for row in rows.iter().filter(|row| stored.contains(&row.id.uuid())) {
        record(tx, row);
    }
    let became = |row: &&CheckRow| {
        if stored.contains(&row.id.uuid()) { Appended::Stored } else { Appended::Overtaken }
    };
    Ok(rows.iter().map(became).collect())
}

/// The columns of a check, in the order in which [`Takes::row`] binds them.
macro_rules! columns {
    () => {
        "id, run_id, session_id, tool_use_id, phase, tool, call_digest, gate_id, outcome, approval_id, answer, checked_at"
    };
}
pub(super) use columns;

/// What both drivers can take of a check.
pub(super) trait Takes: Database {
    /// Binds the columns of a check.
    fn row(values: &mut Separated<'_, Self, &'static str>, row: &CheckRow, now: Time);
    /// Binds what it was decided on.
    fn basis(values: &mut Separated<'_, Self, &'static str>, row: &CheckRow);
}

impl<D> Takes for D
where
    D: Database,
    Uuid: for<'t> Encode<'t, D> + Type<D>,
    i64: for<'t> Encode<'t, D> + Type<D>,
    Time: for<'t> Encode<'t, D> + Type<D>,
    Vec<u8>: for<'t> Encode<'t, D> + Type<D>,
    for<'t> &'t str: Encode<'t, D> + Type<D>,
    Option<Uuid>: for<'t> Encode<'t, D> + Type<D>,
{
    fn row(values: &mut Separated<'_, D, &'static str>, row: &CheckRow, now: Time) {
        values.push_bind(row.id.uuid()).push_bind(row.run.uuid()).push_bind(row.session.uuid());
        values.push_bind(row.tool_use_id.as_str()).push_bind(row.phase).push_bind(row.tool.as_str());
        values.push_bind(row.call_digest.bytes().to_vec()).push_bind(row.gate_id.as_str());
        values.push_bind(row.outcome.as_str()).push_bind(row.approval.map(ApprovalId::uuid));
        values.push_bind(row.answer.as_str()).push_bind(now);
    }

    fn basis(values: &mut Separated<'_, D, &'static str>, row: &CheckRow) {
        values.push_bind(row.moves).push_bind(row.assertions).push_bind(row.key.uuid());
    }
}

/// The insert that looks whether the run is where it was, the key still stands and the call has no answer yet.
pub(super) fn push_guarded<D: Takes>(query: &mut QueryBuilder<D>, rows: &[&CheckRow], now: Time) {
    query.push(concat!("WITH v (", columns!(), ", moves, assertions, key_id) AS ("));
    query.push_values(rows, |mut values, row| {
        D::row(&mut values, row, now);
        D::basis(&mut values, row);
    });
    query.push(concat!(
        ") INSERT INTO gate_check (",
        columns!(),
        ") SELECT v.id, v.run_id, v.session_id, v.tool_use_id, v.phase, v.tool, v.call_digest, v.gate_id, v.outcome, \
         v.approval_id, v.answer, v.checked_at FROM v \
         JOIN run r ON r.id = v.run_id AND r.moves = v.moves AND r.assertions = v.assertions \
         JOIN api_key k ON k.id = v.key_id AND k.revoked_at IS NULL \
         WHERE k.expires_at IS NULL OR k.expires_at > v.checked_at ON CONFLICT DO NOTHING"
    ));
}

/// Inserts a check whose run the caller has locked; `false` when its call has an answer already.
pub(super) async fn insert(tx: &mut Tx, row: &CheckRow) -> Result<bool, StoreError> {
    let now = tx.now();
    let stored = on!(tx, |conn| {
        let mut query = QueryBuilder::new(concat!("INSERT INTO gate_check (", columns!(), ") "));
        query.push_values([row], |mut values, row| Takes::row(&mut values, row, now));
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// Records the check in the log.
pub(super) fn record(tx: &mut Tx, row: &CheckRow) {
    tx.record_in(row.run, &row.subject, row.approval, Actor::Key(row.key), event(row));
}

/// The check as an entry of the log.
pub(super) fn entry(row: &CheckRow, id: EventId, at: Time) -> Entry {
    let (actor, subject) = (Actor::Key(row.key), Some(row.subject.clone()));
    Entry { id, at, actor, run: Some(row.run), approval: row.approval, subject, event: event(row) }
}

fn event(row: &CheckRow) -> Event {
    Event::GateChecked {
        check: row.id,
        session: row.session,
        tool: row.tool.clone(),
        tool_use_id: row.tool_use_id.clone(),
        gate: row.gate_id.clone(),
        outcome: row.outcome,
        error: row.error.clone(),
        approval: row.approval,
        concern: row.concern,
    }
}
