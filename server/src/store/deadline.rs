//! Deadlines of pending approvals, as the expiry timer asks for them.

use domain::{Time, id::ApprovalId};
use uuid::Uuid;

use super::{Tx, approval, on};
use crate::error::{Result, StoreError};

/// When the next pending approval expires.
pub async fn find_next(tx: &mut Tx) -> Result<Option<Time>, StoreError> {
    let due: Option<Time> = on!(tx, |conn| {
        sqlx::query_scalar("SELECT due_at FROM approval WHERE status = 'pending' ORDER BY due_at LIMIT 1")
            .fetch_optional(conn)
            .await
    })?;
    Ok(due.and_then(approval::deadline))
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
