//! Counts for tabs and navigation, and the order in which a person steps through the list.

use chrono::TimeDelta;
use domain::{
    Time,
    id::{ApprovalId, PersonId},
    queue::{QueueCounts, SOON},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::super::{Tx, delegation::in_force, on};
use crate::error::{Result, StoreError};

/// What is counted for tabs and navigation.
#[derive(FromRow)]
struct CountsRow {
    pending: i64,
    high_risk: i64,
    due_soon: i64,
    asked: i64,
    mine: i64,
    decided: i64,
    failing: i64,
    escalations: i64,
    follow_ups: i64,
    unclaimed: i64,
    unread: i64,
}

/// Counts for tabs and navigation; what is pending is bounded by what people can work on.
pub async fn counts(tx: &mut Tx, viewer: PersonId, today: Time) -> Result<QueueCounts, StoreError> {
    let now = tx.now();
    let soon = now + TimeDelta::seconds(SOON);
    let counted: CountsRow = on!(tx, |conn| {
        sqlx::query_as(concat!(
            "SELECT waits.pending, waits.high_risk, waits.due_soon, waits.asked, (SELECT COUNT(*) FROM approval a WHERE ",
            waits_for!("$1", "$3"),
            ") AS mine, (SELECT COUNT(*) FROM approval WHERE ended_at >= $2 AND status IN ('approved', 'rejected', 'revoked')) AS decided, \
             (SELECT COUNT(*) FROM resumption WHERE failing_since IS NOT NULL) AS failing, \
             (SELECT COUNT(*) FROM escalation WHERE status IN ('open', 'acknowledged')) AS escalations, \
             (SELECT COUNT(*) FROM follow_up WHERE status = 'open') AS follow_ups, \
             (SELECT COUNT(*) FROM approval a WHERE a.status = 'pending' AND ",
            unclaimed!("$3"),
            ") AS unclaimed, (SELECT COUNT(*) FROM (SELECT 1 FROM notification WHERE person_id = $1 AND read_at IS NULL LIMIT 1000) AS unseen) AS unread \
             FROM (SELECT COUNT(*) AS pending, COUNT(*) FILTER (WHERE risk = 'high') AS high_risk, \
             COUNT(*) FILTER (WHERE NOT waiting AND due_at <= $4) AS due_soon, COUNT(*) FILTER (WHERE waiting) AS asked \
             FROM approval WHERE status = 'pending') AS waits"
        ))
        .bind(viewer.uuid())
        .bind(today)
        .bind(now)
        .bind(soon)
        .fetch_one(conn)
        .await
    })?;
    let number = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    Ok(QueueCounts {
        pending: number(counted.pending),
        mine: number(counted.mine),
        unclaimed: number(counted.unclaimed),
        high_risk: number(counted.high_risk),
        due_soon: number(counted.due_soon),
        asked: number(counted.asked),
        failing: number(counted.failing),
        escalations: number(counted.escalations),
        follow_ups: number(counted.follow_ups),
        decided_today: number(counted.decided),
        unread: number(counted.unread),
    })
}

/// The ids of what waits in order, to say "4 of 14" and to step through it.
pub async fn list_ids(tx: &mut Tx, limit: i64) -> Result<Vec<ApprovalId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id FROM approval WHERE status = 'pending' ORDER BY waiting, due_at, id LIMIT $1")
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    Ok(rows.into_iter().map(|(id,)| ApprovalId::from_uuid(id)).collect())
}

/// The first approval that waits for this person and that nobody else has claimed; what is assigned to them before the rest.
pub async fn find_next(tx: &mut Tx, person: PersonId) -> Result<Option<ApprovalId>, StoreError> {
    let now = tx.now();
    let row: Option<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(concat!(
            "SELECT a.id FROM approval a WHERE ",
            waits_for!("$1", "$2"),
            " AND NOT EXISTS (SELECT 1 FROM approval_claim c WHERE c.approval_id = a.id AND c.until > $2 \
             AND c.person_id <> $1) ORDER BY CASE WHEN ",
            assigned_to!("$1"),
            " THEN 0 ELSE 1 END, a.waiting, a.due_at, a.id LIMIT 1"
        ))
        .bind(person.uuid())
        .bind(now)
        .fetch_optional(conn)
        .await
    })?;
    Ok(row.map(|(id,)| ApprovalId::from_uuid(id)))
}
