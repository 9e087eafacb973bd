//! The outbox that wakes sessions: one record an ended approval.

pub mod runner;

use domain::{
    Time,
    id::{ApprovalId, EndpointId, ResumptionId, RunId, SessionId},
    queue::FailingRow,
    resumption::{Resumption, Way},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, from_text, inconsistent, on, parse, to_text, tx::Conn};
use crate::error::{Result, StoreError};

/// A resumption as stored.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Its id.
    pub id: ResumptionId,
    /// The approval that ended.
    pub approval: ApprovalId,
    /// The session to wake.
    pub session: SessionId,
    /// Its state.
    pub state: Resumption,
    /// How often it has changed: what a change compares.
    pub moves: i64,
}

#[derive(FromRow)]
struct ResumptionRow {
    id: Uuid,
    approval_id: Uuid,
    session_id: Uuid,
    state: String,
    moves: i64,
}

impl TryFrom<ResumptionRow> for Queued {
    type Error = StoreError;

    fn try_from(row: ResumptionRow) -> Result<Self, StoreError> {
        let id = ResumptionId::from_uuid(row.id);
        Ok(Self {
            id,
            approval: ApprovalId::from_uuid(row.approval_id),
            session: SessionId::from_uuid(row.session_id),
            state: from_text(&row.state, "resumption", "state", id)?,
            moves: row.moves,
        })
    }
}

/// What a state is found by.
struct Found<'a> {
    /// Where it is sent.
    endpoint: Option<EndpointId>,
    /// When it may be sent.
    due: Option<Time>,
    /// Who has the session go on.
    runner: Option<&'a str>,
    /// When that may be.
    run_due: Option<Time>,
}

impl<'a> Found<'a> {
    const fn by(state: &'a Resumption) -> Self {
        let none = Self { endpoint: None, due: None, runner: None, run_due: None };
        match (state.way(), state) {
            (Some(Way::Webhook { endpoint }), _) => Self { endpoint: Some(*endpoint), due: state.due(), ..none },
            (Some(Way::Runner { runner }), _) => Self { runner: Some(runner.as_str()), run_due: state.due(), ..none },
            (None, Resumption::Resumed { turn: Some(turn), .. }) => Self { runner: Some(turn.runner.as_str()), ..none },
            (Some(Way::Poll) | None, _) => none,
        }
    }
}

/// Queues a wake-up. A second one for the same approval breaks the unique constraint, and with it the command.
pub async fn insert(tx: &mut Tx, queued: &Queued) -> Result<(), StoreError> {
    let now = tx.now();
    let found = Found::by(&queued.state);
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO resumption (id, approval_id, session_id, status, state, queued_at, endpoint_id, due_at, runner, run_due_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(queued.id.uuid())
        .bind(queued.approval.uuid())
        .bind(queued.session.uuid())
        .bind(queued.state.status())
        .bind(to_text(&queued.state))
        .bind(now)
        .bind(found.endpoint.map(EndpointId::uuid))
        .bind(found.due)
        .bind(found.runner)
        .bind(found.run_due)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// The wake-up of an approval.
pub async fn find_of_approval(tx: &mut Tx, approval: ApprovalId) -> Result<Option<Queued>, StoreError> {
    let row: Option<ResumptionRow> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, approval_id, session_id, state, moves FROM resumption WHERE approval_id = $1")
            .bind(approval.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(Queued::try_from).transpose()
}

/// Stores a resumption's new state, unless it has changed since it was read: of two who change it at once, one succeeds.
pub async fn update(tx: &mut Tx, read: &Queued, state: &Resumption) -> Result<bool, StoreError> {
    let now = tx.now();
    let found = Found::by(state);
    let resumed = if let Resumption::Resumed { at, .. } = state { Some(*at) } else { None };
    let fails = matches!(state, Resumption::Failed { .. }).then_some(now);
    let is_over = matches!(state, Resumption::Resumed { .. } | Resumption::Abandoned { .. });
    let moved = on!(tx, |conn| {
        sqlx::query(
            "UPDATE resumption SET moves = moves + 1, status = $1, state = $2, resumed_at = $3, endpoint_id = $4, \
             due_at = $5, failing_since = CASE WHEN $6 THEN NULL ELSE COALESCE(failing_since, $7) END, runner = $8, \
             run_due_at = $9, held_until = $10 WHERE id = $11 AND moves = $12",
        )
        .bind(state.status())
        .bind(to_text(state))
        .bind(resumed)
        .bind(found.endpoint.map(EndpointId::uuid))
        .bind(found.due)
        .bind(is_over)
        .bind(fails)
        .bind(found.runner)
        .bind(found.run_due)
        .bind(state.held_until())
        .bind(read.id.uuid())
        .bind(read.moves)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(moved == 1)
}

/// What may be taken now. Beyond these moments no lease and no pause can end that a clock noted which was right.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Now.
    pub now: Time,
    /// When the longest lease ends.
    pub longest_lease: Time,
    /// When the longest pause ends.
    pub longest_pause: Time,
}

impl Due {
    /// What is queued waits for no moment, whatever the clock said then.
    fn only<DB: sqlx::Database>(self, query: &mut QueryBuilder<DB>)
    where
        Time: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        query.push(" AND (status = 'queued' OR due_at <= ").push_bind(self.now);
        query.push(" OR (status = 'delivering' AND due_at > ").push_bind(self.longest_lease);
        query.push(") OR due_at > ").push_bind(self.longest_pause).push(")");
    }
}

/// When the next record may be taken, apart from those of these endpoints.
pub async fn next_due(tx: &mut Tx, due: Due, apart_from: &[EndpointId]) -> Result<Option<Time>, StoreError> {
    let is_due: Option<(i64,)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT moves FROM resumption WHERE due_at IS NOT NULL");
        due.only(&mut query);
        exclude(&mut query, apart_from);
        query.push(" LIMIT 1");
        query.build_query_as().fetch_optional(conn).await
    })?;
    if is_due.is_some() {
        return Ok(Some(due.now));
    }
    let due: Option<(Time,)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT due_at FROM resumption WHERE due_at IS NOT NULL");
        exclude(&mut query, apart_from);
        query.push(" ORDER BY due_at, id LIMIT 1");
        query.build_query_as().fetch_optional(conn).await
    })?;
    Ok(due.map(|(due,)| due))
}

/// Records that may be taken now, apart from those of these endpoints, with the runs they belong to. On PostgreSQL they
/// are locked, and what another server has locked is passed over.
pub async fn lock_due(tx: &mut Tx, due: Due, apart_from: &[EndpointId], limit: i64) -> Result<Vec<Queued>, StoreError> {
    let is_shared = matches!(tx.conn, Conn::Postgres(_));
    let rows: Vec<ResumptionRow> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT id, approval_id, session_id, state, moves FROM resumption WHERE due_at IS NOT NULL",
        );
        due.only(&mut query);
        exclude(&mut query, apart_from);
        query.push(" ORDER BY due_at, id LIMIT ").push_bind(limit);
        if is_shared {
            query.push(" FOR UPDATE SKIP LOCKED");
        }
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Queued::try_from).collect()
}

fn exclude<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, endpoints: &[EndpointId])
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    if endpoints.is_empty() {
        return;
    }
    query.push(" AND endpoint_id NOT IN (");
    let mut list = query.separated(", ");
    for endpoint in endpoints {
        list.push_bind(endpoint.uuid());
    }
    query.push(")");
}

#[derive(FromRow)]
struct FailingLine {
    id: Uuid,
    status: String,
    title: String,
    risk: String,
    tool: String,
    gate_id: String,
    workflow_title: String,
    agent: String,
    subject: String,
    quorum: i64,
    given: i64,
    failing_since: Time,
    state: String,
}

impl TryFrom<FailingLine> for FailingRow {
    type Error = StoreError;

    fn try_from(row: FailingLine) -> Result<Self, StoreError> {
        let id = ApprovalId::from_uuid(row.id);
        let number = |column, value| u32::try_from(value).map_err(|error| inconsistent("approval", column, id, error));
        Ok(Self {
            id,
            status: parse(&row.status, "approval", "status", id)?,
            title: row.title,
            risk: parse(&row.risk, "approval", "risk", id)?,
            tool: row.tool,
            gate_id: row.gate_id,
            workflow_title: row.workflow_title,
            agent: row.agent,
            subject: row.subject,
            quorum: number("quorum", row.quorum)?,
            given: number("given", row.given)?,
            since: row.failing_since,
            resumption: from_text(&row.state, "resumption", "state", id)?,
        })
    }
}

/// Decided approvals whose session could not be woken, longest first.
pub async fn list_failing(tx: &mut Tx, limit: i64) -> Result<Vec<FailingRow>, StoreError> {
    let rows: Vec<FailingLine> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT a.id, a.status, a.title, a.risk, a.tool, a.gate_id, a.workflow_title, a.agent, a.subject, a.quorum, \
             a.given, r.failing_since, r.state FROM resumption r JOIN approval a ON a.id = r.approval_id \
             WHERE r.failing_since IS NOT NULL ORDER BY r.failing_since, r.id LIMIT $1",
        )
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(FailingRow::try_from).collect()
}

/// The runs of ended approvals that never got their wake-up, with the approval.
pub async fn list_missing(tx: &mut Tx, ended_after: Time, limit: i64) -> Result<Vec<(RunId, ApprovalId)>, StoreError> {
    let rows: Vec<(Uuid, Uuid)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT a.run_id, a.id FROM approval a WHERE a.ended_at >= $1 AND a.status IN ('approved', 'rejected', 'expired') \
             AND NOT EXISTS (SELECT 1 FROM resumption r WHERE r.approval_id = a.id) ORDER BY a.ended_at LIMIT $2",
        )
        .bind(ended_after)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(run, id)| (RunId::from_uuid(run), ApprovalId::from_uuid(id))).collect())
}
