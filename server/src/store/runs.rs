//! The list of runs: rows newest first, by keyset. Only the filters that are set become conditions, so that each
//! finds its index.

use domain::{
    Time,
    id::{ApprovalId, RunId},
    run::{Run, RunStatus},
    runs::{RunRow, WaitsFor},
    timeline::ApprovalRow,
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, from_text, inconsistent, on, parse};
use crate::error::{Result, StoreError};

/// What a list of runs is narrowed to.
#[derive(Debug, Default)]
pub struct RunFilter {
    /// Only this status.
    pub status: Option<RunStatus>,
    /// Only this workflow.
    pub workflow: Option<String>,
    /// Only this subject.
    pub subject: Option<String>,
    /// Only this run: what a key minted for a run sees.
    pub only: Option<RunId>,
}

#[derive(FromRow)]
struct LineRow {
    id: Uuid,
    workflow: String,
    version: i64,
    workflow_title: Option<String>,
    subject: String,
    state: String,
    sessions: i64,
    suspended: i64,
    agent: Option<String>,
    requested_by: Option<String>,
    started_at: Time,
    last_event_at: Option<Time>,
}

impl TryFrom<LineRow> for RunRow {
    type Error = StoreError;

    fn try_from(row: LineRow) -> Result<Self, StoreError> {
        let id = RunId::from_uuid(row.id);
        let number = |column, value| u32::try_from(value).map_err(|error| inconsistent("run", column, id, error));
        let state: Run = from_text(&row.state, "run", "state", id)?;
        Ok(Self {
            id,
            version: number("version", row.version)?,
            workflow_title: row.workflow_title.unwrap_or_else(|| row.workflow.clone()),
            workflow: row.workflow,
            subject: row.subject,
            status: state.status(row.suspended > 0),
            ended_at: state.ended_at(),
            sessions: number("sessions", row.sessions)?,
            waiting: None,
            more_waiting: 0,
            agent: row.agent.unwrap_or_default(),
            requested_by: row.requested_by,
            started_at: row.started_at,
            last_event_at: row.last_event_at,
        })
    }
}

/// The columns of a row. `last_event_at` is the time of the run's newest event.
const COLUMNS: &str = "SELECT run.id, run.workflow, run.version, \
    (SELECT w.title FROM workflow w WHERE w.name = run.workflow AND w.version = run.version) AS workflow_title, \
    run.subject, run.state, (SELECT COUNT(*) FROM session s WHERE s.run_id = run.id) AS sessions, \
    (SELECT COUNT(*) FROM session s WHERE s.run_id = run.id AND s.status = 'suspended') AS suspended, \
    (SELECT k.name FROM api_key k WHERE k.id = run.key_id) AS agent, \
    (SELECT p.email FROM person p WHERE p.id = run.requested_by) AS requested_by, run.started_at, \
    (SELECT e.at FROM event_leaf l JOIN event e ON e.id = l.event_id WHERE l.run_id = run.id \
     ORDER BY l.leaf_index DESC LIMIT 1) AS last_event_at FROM run WHERE run.id < ";

/// The condition that a status is. "Suspended" is driven by the few suspended sessions.
const fn condition(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Active => {
            " AND run.status = 'active' AND run.id NOT IN (SELECT s.run_id FROM session s WHERE s.status = 'suspended')"
        }
        RunStatus::Suspended => {
            " AND run.status = 'active' AND run.id IN (SELECT s.run_id FROM session s WHERE s.status = 'suspended')"
        }
        RunStatus::Completed => " AND run.status = 'completed'",
        RunStatus::Failed => " AND run.status = 'failed'",
        RunStatus::Cancelled => " AND run.status = 'cancelled'",
    }
}

/// Runs, newest first, before `cursor`.
pub async fn list(
    tx: &mut Tx,
    filter: &RunFilter,
    before: Option<RunId>,
    limit: i64,
) -> Result<Vec<RunRow>, StoreError> {
    let before = before.map_or(Uuid::max(), RunId::uuid);
    let rows: Vec<LineRow> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push_bind(before);
        if let Some(status) = filter.status {
            query.push(condition(status));
        }
        if let Some(workflow) = &filter.workflow {
            query.push(" AND run.workflow = ").push_bind(workflow);
        }
        if let Some(subject) = &filter.subject {
            query.push(" AND run.subject = ").push_bind(subject);
        }
        if let Some(only) = filter.only {
            query.push(" AND run.id = ").push_bind(only.uuid());
        }
        query.push(" ORDER BY run.id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    let mut rows = rows.into_iter().map(RunRow::try_from).collect::<Result<Vec<_>, _>>()?;
    fill_waiting(tx, &mut rows).await?;
    Ok(rows)
}

/// The pending approvals of the rows, oldest first; a run has few of them.
async fn fill_waiting(tx: &mut Tx, rows: &mut [RunRow]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let pending: Vec<(Uuid, Uuid, String)> = on!(tx, |conn| {
        let mut query =
            QueryBuilder::new("SELECT run_id, id, title FROM approval WHERE status = 'pending' AND run_id IN (");
        let mut list = query.separated(", ");
        for row in rows.iter() {
            list.push_bind(row.id.uuid());
        }
        query.push(") ORDER BY run_id, id");
        query.build_query_as().fetch_all(conn).await
    })?;
    for (run, approval, title) in pending {
        let Some(row) = rows.iter_mut().find(|row| row.id.uuid() == run) else { continue };
        if row.waiting.is_none() {
            row.waiting = Some(WaitsFor { id: ApprovalId::from_uuid(approval), title });
        } else {
            row.more_waiting += 1;
        }
    }
    Ok(())
}

/// The newest approvals of a run, newest first.
pub async fn list_approvals(tx: &mut Tx, id: RunId, limit: i64) -> Result<Vec<ApprovalRow>, StoreError> {
    let rows: Vec<(Uuid, String, String, Time, Option<Time>)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, title, status, opened_at, ended_at FROM approval WHERE run_id = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(id.uuid())
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    let read = |(id, title, status, opened_at, ended_at): (Uuid, String, String, Time, Option<Time>)| {
        let id = ApprovalId::from_uuid(id);
        Ok(ApprovalRow { id, title, status: parse(&status, "approval", "status", id)?, opened_at, ended_at })
    };
    rows.into_iter().map(read).collect()
}
