//! Agent sessions of a run.

use domain::{
    Time,
    id::{EndpointId, KeyId, RunId, SessionId},
    session::Session,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::{Result, StoreError};

/// A session as stored.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Ours.
    pub id: SessionId,
    /// The run it belongs to.
    pub run: RunId,
    /// The framework's word for itself.
    pub framework: String,
    /// The framework's id of the session.
    pub external_id: String,
    /// Its state.
    pub state: Session,
    /// Where it works.
    pub cwd: Option<String>,
    /// The host that runs it.
    pub runner: Option<String>,
    /// Where it is woken; it fetches the outcome itself when there is none.
    pub endpoint: Option<EndpointId>,
    /// Whether the runner of that name wakes it.
    pub by_runner: bool,
    /// Whether somebody sits before it: its calls are held open while people decide.
    pub is_interactive: bool,
    /// The key that attached it.
    pub key: KeyId,
    /// When.
    pub attached_at: Time,
}

#[derive(FromRow)]
struct SessionRow {
    id: Uuid,
    run_id: Uuid,
    framework: String,
    external_id: String,
    state: String,
    cwd: Option<String>,
    runner: Option<String>,
    endpoint_id: Option<Uuid>,
    by_runner: bool,
    interactive: bool,
    key_id: Uuid,
    attached_at: Time,
}

impl TryFrom<SessionRow> for Attached {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        let id = SessionId::from_uuid(row.id);
        Ok(Self {
            id,
            run: RunId::from_uuid(row.run_id),
            framework: row.framework,
            external_id: row.external_id,
            state: from_text(&row.state, "session", "state", id)?,
            cwd: row.cwd,
            runner: row.runner,
            endpoint: row.endpoint_id.map(EndpointId::from_uuid),
            by_runner: row.by_runner,
            is_interactive: row.interactive,
            key: KeyId::from_uuid(row.key_id),
            attached_at: row.attached_at,
        })
    }
}

macro_rules! select_session {
    ($tail:literal) => {
        concat!(
            "SELECT id, run_id, framework, external_id, state, cwd, runner, endpoint_id, by_runner, interactive, key_id, attached_at FROM session ",
            $tail
        )
    };
}

/// Stores a new session; `false` when the run has one by that name already.
pub async fn insert(tx: &mut Tx, session: &Attached) -> Result<bool, StoreError> {
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO session (id, run_id, framework, external_id, status, state, cwd, runner, key_id, attached_at, endpoint_id, interactive, by_runner) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
        )
        .bind(session.id.uuid())
        .bind(session.run.uuid())
        .bind(&session.framework)
        .bind(&session.external_id)
        .bind(session.state.status().as_str())
        .bind(to_text(&session.state))
        .bind(session.cwd.as_deref())
        .bind(session.runner.as_deref())
        .bind(session.key.uuid())
        .bind(session.attached_at)
        .bind(session.endpoint.map(EndpointId::uuid))
        .bind(session.is_interactive)
        .bind(session.by_runner)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// A session of a run by our id or the framework's.
pub async fn find(tx: &mut Tx, run: RunId, name: &str) -> Result<Option<Attached>, StoreError> {
    let ours = name.parse::<SessionId>().ok().map(SessionId::uuid);
    let row: Option<SessionRow> = match ours {
        Some(id) => on!(tx, |conn| {
            sqlx::query_as(select_session!("WHERE id = $1 AND run_id = $2"))
                .bind(id)
                .bind(run.uuid())
                .fetch_optional(conn)
                .await
        })?,
        None => on!(tx, |conn| {
            sqlx::query_as(select_session!("WHERE external_id = $1 AND run_id = $2"))
                .bind(name)
                .bind(run.uuid())
                .fetch_optional(conn)
                .await
        })?,
    };
    row.map(Attached::try_from).transpose()
}

/// A session by our id, whatever its run.
pub async fn find_any(tx: &mut Tx, id: SessionId) -> Result<Option<Attached>, StoreError> {
    let row: Option<SessionRow> =
        on!(tx, |conn| sqlx::query_as(select_session!("WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await)?;
    row.map(Attached::try_from).transpose()
}

/// The sessions of all runs by the framework's id, newest first: a client may go on with one in a further run.
pub async fn list_by_external_id(tx: &mut Tx, external_id: &str) -> Result<Vec<Attached>, StoreError> {
    let rows: Vec<SessionRow> = on!(tx, |conn| {
        sqlx::query_as(select_session!("WHERE external_id = $1 ORDER BY id DESC LIMIT 20"))
            .bind(external_id)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(Attached::try_from).collect()
}

/// The sessions of a run, oldest first.
pub async fn list_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Attached>, StoreError> {
    let rows: Vec<SessionRow> = on!(tx, |conn| {
        sqlx::query_as(select_session!("WHERE run_id = $1 ORDER BY id")).bind(run.uuid()).fetch_all(conn).await
    })?;
    rows.into_iter().map(Attached::try_from).collect()
}

/// Stores where a session goes on, and whether somebody sits before it.
pub async fn update_place(tx: &mut Tx, id: SessionId, cwd: Option<&str>, interactive: bool) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE session SET cwd = $1, interactive = $2 WHERE id = $3")
            .bind(cwd)
            .bind(interactive)
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Stores whether the client of a session said last that it stops.
pub async fn update_stopped(tx: &mut Tx, id: SessionId, stopped: bool) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE session SET stopped = $1 WHERE id = $2")
            .bind(stopped)
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Stores a session's new state.
pub async fn update(tx: &mut Tx, id: SessionId, state: &Session) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE session SET status = $1, state = $2 WHERE id = $3")
            .bind(state.status().as_str())
            .bind(to_text(state))
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Has a runner wake a session from now on, there where it works.
pub async fn assign(tx: &mut Tx, id: SessionId, runner: &str, cwd: &str) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE session SET runner = $1, cwd = $2, by_runner = $3 WHERE id = $4")
            .bind(runner)
            .bind(cwd)
            .bind(true)
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}
