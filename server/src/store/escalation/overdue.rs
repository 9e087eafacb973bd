//! Deadlines of escalations whose passing is to be told.

use domain::{Time, id::EscalationId};
use uuid::Uuid;

use super::Stored;
use crate::{
    error::StoreError,
    store::{Tx, on},
};

/// When the next deadline passes that nobody has been told of.
pub async fn find_next(tx: &mut Tx) -> Result<Option<Time>, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query_scalar("SELECT alarm_at FROM escalation WHERE alarm_at IS NOT NULL ORDER BY alarm_at LIMIT 1")
            .fetch_optional(conn)
            .await
    })?)
}

/// Escalations with such a deadline that has passed.
pub async fn list(tx: &mut Tx, now: Time, limit: i64) -> Result<Vec<EscalationId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id FROM escalation WHERE alarm_at <= $1 ORDER BY alarm_at LIMIT $2")
            .bind(now)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    Ok(rows.into_iter().map(|(id,)| EscalationId::from_uuid(id)).collect())
}

/// Notes that the passing of a deadline was told; the run is locked.
pub async fn tell(tx: &mut Tx, stored: &Stored, told: Time) -> Result<(), StoreError> {
    let next = stored.deadlines.untold(stored.state.status(), Some(told)).map(|(_, by)| by);
    on!(tx, |conn| {
        sqlx::query("UPDATE escalation SET told_at = $1, alarm_at = $2 WHERE id = $3")
            .bind(told)
            .bind(next)
            .bind(stored.id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}
