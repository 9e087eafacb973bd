//! Alerts that stand, and what the reconciler looks at to find them.

use domain::{
    Time,
    alert::{Alert, AlertKind},
    approval::Status,
    id::{ApprovalId, RunId, SessionId},
    session::Session,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, on, parse};
use crate::error::{Result, StoreError};

#[derive(FromRow)]
struct AlertRow {
    kind: String,
    about: String,
    run_id: Uuid,
    approval_id: Option<Uuid>,
    raised_at: Time,
}

/// Raises an alert; `false` when it stands already.
pub async fn insert(tx: &mut Tx, alert: &Alert) -> Result<bool, StoreError> {
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO alert (kind, about, run_id, approval_id, raised_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(alert.kind.as_str())
        .bind(&alert.about)
        .bind(alert.run.uuid())
        .bind(alert.approval.map(ApprovalId::uuid))
        .bind(alert.raised_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// Takes an alert away; `false` when it did not stand.
pub async fn delete(tx: &mut Tx, kind: AlertKind, about: &str) -> Result<bool, StoreError> {
    let gone = on!(tx, |conn| {
        sqlx::query("DELETE FROM alert WHERE kind = $1 AND about = $2")
            .bind(kind.as_str())
            .bind(about)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(gone == 1)
}

/// The alerts that stand, oldest first.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<Alert>, StoreError> {
    let rows: Vec<AlertRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT kind, about, run_id, approval_id, raised_at FROM alert ORDER BY raised_at, about LIMIT $1",
        )
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    let alert = |row: AlertRow| {
        Ok(Alert {
            kind: parse(&row.kind, "alert", "kind", &row.about)?,
            run: RunId::from_uuid(row.run_id),
            approval: row.approval_id.map(ApprovalId::from_uuid),
            raised_at: row.raised_at,
            about: row.about,
        })
    };
    rows.into_iter().map(alert).collect()
}

/// A session with what it waits for.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The session.
    pub session: SessionId,
    /// Its run.
    pub run: RunId,
    /// Its state.
    pub state: Session,
}

/// Suspended sessions after one, in the order of their ids.
pub async fn list_suspended(tx: &mut Tx, after: Option<SessionId>, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    let after = after.map_or(Uuid::nil(), SessionId::uuid);
    let rows: Vec<(Uuid, Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, run_id, state FROM session WHERE status = 'suspended' AND id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    let waiting = |(id, run, state): (Uuid, Uuid, String)| {
        let session = SessionId::from_uuid(id);
        Ok(Waiting { session, run: RunId::from_uuid(run), state: from_text(&state, "session", "state", session)? })
    };
    rows.into_iter().map(waiting).collect()
}

/// A pending approval with the state of its session.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The approval.
    pub approval: ApprovalId,
    /// Its session.
    pub waiting: Waiting,
}

/// Pending approvals after one, in the order of their ids.
pub async fn list_pending(tx: &mut Tx, after: Option<ApprovalId>, limit: i64) -> Result<Vec<Pending>, StoreError> {
    let after = after.map_or(Uuid::nil(), ApprovalId::uuid);
    let rows: Vec<(Uuid, Uuid, Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT a.id, s.id, s.run_id, s.state FROM approval a JOIN session s ON s.id = a.session_id \
             WHERE a.status = 'pending' AND a.id > $1 ORDER BY a.id LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    let pending = |(id, session, run, state): (Uuid, Uuid, Uuid, String)| {
        let session = SessionId::from_uuid(session);
        let state = from_text(&state, "session", "state", session)?;
        Ok(Pending {
            approval: ApprovalId::from_uuid(id),
            waiting: Waiting { session, run: RunId::from_uuid(run), state },
        })
    };
    rows.into_iter().map(pending).collect()
}

/// The status of an approval, if there is one by that id.
pub async fn find_status(tx: &mut Tx, approval: ApprovalId) -> Result<Option<Status>, StoreError> {
    let status: Option<String> = on!(tx, |conn| {
        sqlx::query_scalar("SELECT status FROM approval WHERE id = $1").bind(approval.uuid()).fetch_optional(conn).await
    })?;
    status.map(|status| parse(&status, "approval", "status", approval)).transpose()
}
