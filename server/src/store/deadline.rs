//! Deadlines of pending approvals, as the timer asks for them.

use domain::{Time, approval::Approval, deadline::Steps, id::ApprovalId};
use uuid::Uuid;

use super::{Tx, approval, on, to_text};
use crate::error::{Result, StoreError};

/// When something happens by itself next: an approval expires, is reminded of, or is raised.
pub async fn find_next(tx: &mut Tx) -> Result<Option<Time>, StoreError> {
    let due: Option<Time> = on!(tx, |conn| {
        sqlx::query_scalar("SELECT due_at FROM approval WHERE status = 'pending' ORDER BY due_at LIMIT 1")
            .fetch_optional(conn)
            .await
    })?;
    let step: Option<Time> = on!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT step_at FROM approval WHERE status = 'pending' AND step_at IS NOT NULL ORDER BY step_at LIMIT 1",
        )
        .fetch_optional(conn)
        .await
    })?;
    Ok([due.and_then(approval::deadline), step].into_iter().flatten().min())
}

/// Pending approvals whose deadline has passed.
pub async fn list_overdue(tx: &mut Tx, now: Time, limit: i64) -> Result<Vec<ApprovalId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id FROM approval WHERE status = 'pending' AND due_at <= $1 ORDER BY due_at LIMIT $2")
            .bind(now)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    Ok(rows.into_iter().map(|(id,)| ApprovalId::from_uuid(id)).collect())
}

/// Pending approvals to be reminded of or raised by now, and not to be expired.
pub async fn list_steps(tx: &mut Tx, now: Time, limit: i64) -> Result<Vec<ApprovalId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id FROM approval WHERE status = 'pending' AND step_at IS NOT NULL AND step_at <= $1 AND due_at > $1 \
             ORDER BY step_at LIMIT $2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(id,)| ApprovalId::from_uuid(id)).collect())
}

/// Stores that a pending approval was reminded of or raised; its run is locked by the caller. What people read and
/// decide on stays as it is, and so does its revision.
pub async fn step(tx: &mut Tx, id: ApprovalId, state: &Approval) -> Result<(), StoreError> {
    let raised = state.steps().and_then(Steps::raised);
    on!(tx, |conn| {
        sqlx::query("UPDATE approval SET state = $1, step_at = $2, raised_to = $3, raised_at = $4 WHERE id = $5")
            .bind(to_text(state))
            .bind(state.next_step())
            .bind(raised.map(|(group, _)| group))
            .bind(raised.map(|(_, at)| at))
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}
