//! The outbox that wakes sessions: one record an ended approval.

use domain::{
    id::{ApprovalId, ResumptionId, SessionId},
    resumption::Resumption,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
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
}

#[derive(FromRow)]
struct ResumptionRow {
    id: Uuid,
    approval_id: Uuid,
    session_id: Uuid,
    state: String,
}

/// The word the status column keeps.
const fn status(state: &Resumption) -> &'static str {
    match state {
        Resumption::Queued { .. } => "queued",
        Resumption::Resumed { .. } => "resumed",
    }
}

/// Queues a wake-up. A second one for the same approval breaks the unique constraint, and with it the command.
pub async fn insert(tx: &mut Tx, queued: &Queued) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query("INSERT INTO resumption (id, approval_id, session_id, status, state, queued_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(queued.id.uuid())
            .bind(queued.approval.uuid())
            .bind(queued.session.uuid())
            .bind(status(&queued.state))
            .bind(to_text(&queued.state))
            .bind(now)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// The wake-up of an approval.
pub async fn find_of_approval(tx: &mut Tx, approval: ApprovalId) -> Result<Option<Queued>, StoreError> {
    let row: Option<ResumptionRow> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, approval_id, session_id, state FROM resumption WHERE approval_id = $1")
            .bind(approval.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(|row| {
        let id = ResumptionId::from_uuid(row.id);
        Ok(Queued {
            id,
            approval: ApprovalId::from_uuid(row.approval_id),
            session: SessionId::from_uuid(row.session_id),
            state: from_text(&row.state, "resumption", "state", id)?,
        })
    })
    .transpose()
}

/// Stores a resumption's new state, if it is still queued: of two who deliver at once, one succeeds.
pub async fn update_queued(tx: &mut Tx, id: ResumptionId, state: &Resumption) -> Result<bool, StoreError> {
    let now = tx.now();
    let moved = on!(tx, |conn| {
        sqlx::query(
            "UPDATE resumption SET status = $1, state = $2, resumed_at = $3 WHERE id = $4 AND status = 'queued'",
        )
        .bind(status(state))
        .bind(to_text(state))
        .bind(now)
        .bind(id.uuid())
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(moved == 1)
}
