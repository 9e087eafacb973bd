//! The log of deliveries: every try as it went.

use domain::{
    Time,
    endpoint::DeliveryRow,
    id::{ApprovalId, DeliveryId, EndpointId, ResumptionId},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, inconsistent, on};
use crate::error::{Result, StoreError};

/// A try to be kept.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// Its id.
    pub id: DeliveryId,
    /// Where it went.
    pub endpoint: EndpointId,
    /// The resumption and its approval; `None` for a test.
    pub woke: Option<(ResumptionId, ApprovalId)>,
    /// Which try, from 1.
    pub attempt: u32,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// Why it failed.
    pub cause: Option<String>,
    /// How long it took.
    pub millis: u32,
    /// When it was sent.
    pub sent_at: Time,
}

#[derive(FromRow)]
struct ListedRow {
    id: Uuid,
    name: String,
    resumption_id: Option<Uuid>,
    approval_id: Option<Uuid>,
    attempt: i64,
    status: Option<i64>,
    cause: Option<String>,
    millis: i64,
    sent_at: Time,
    can_retry: bool,
}

impl TryFrom<ListedRow> for DeliveryRow {
    type Error = StoreError;

    fn try_from(row: ListedRow) -> Result<Self, StoreError> {
        let id = DeliveryId::from_uuid(row.id);
        let wrong = |column| move |error| inconsistent("delivery", column, id, error);
        Ok(Self {
            id,
            endpoint: row.name,
            resumption: row.resumption_id.map(ResumptionId::from_uuid),
            approval: row.approval_id.map(ApprovalId::from_uuid),
            attempt: u32::try_from(row.attempt).map_err(wrong("attempt"))?,
            status: row.status.map(u16::try_from).transpose().map_err(wrong("status"))?,
            cause: row.cause,
            millis: u32::try_from(row.millis).map_err(wrong("millis"))?,
            sent_at: row.sent_at,
            can_retry: row.can_retry,
        })
    }
}

/// Keeps a try.
pub async fn insert(tx: &mut Tx, delivered: &Delivered) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO delivery (id, endpoint_id, resumption_id, approval_id, attempt, status, cause, millis, sent_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(delivered.id.uuid())
        .bind(delivered.endpoint.uuid())
        .bind(delivered.woke.map(|(resumption, _)| resumption.uuid()))
        .bind(delivered.woke.map(|(_, approval)| approval.uuid()))
        .bind(i64::from(delivered.attempt))
        .bind(delivered.status.map(i64::from))
        .bind(&delivered.cause)
        .bind(i64::from(delivered.millis))
        .bind(delivered.sent_at)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

macro_rules! select_listed {
    ($tail:literal) => {
        concat!(
            "SELECT d.id, e.name, d.resumption_id, d.approval_id, d.attempt, d.status, d.cause, d.millis, d.sent_at, \
             (d.cause IS NOT NULL AND r.status IS NOT NULL AND r.status IN ('failed', 'abandoned')) AS can_retry \
             FROM delivery d JOIN endpoint e ON e.id = d.endpoint_id LEFT JOIN resumption r ON r.id = d.resumption_id ",
            $tail
        )
    };
}

/// Tries before one, newest first.
pub async fn list(
    tx: &mut Tx,
    failed_only: bool,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let before = before.map_or(Uuid::max(), DeliveryId::uuid);
    // Two statements: each goes along its own index.
    let rows: Vec<ListedRow> = if failed_only {
        on!(tx, |conn| {
            sqlx::query_as(select_listed!("WHERE d.cause IS NOT NULL AND d.id < $1 ORDER BY d.id DESC LIMIT $2"))
                .bind(before)
                .bind(limit)
                .fetch_all(conn)
                .await
        })?
    } else {
        on!(tx, |conn| {
            sqlx::query_as(select_listed!("WHERE d.id < $1 ORDER BY d.id DESC LIMIT $2"))
                .bind(before)
                .bind(limit)
                .fetch_all(conn)
                .await
        })?
    };
    rows.into_iter().map(DeliveryRow::try_from).collect()
}

/// The tries for an approval, newest first.
pub async fn list_of_approval(tx: &mut Tx, approval: ApprovalId, limit: i64) -> Result<Vec<DeliveryRow>, StoreError> {
    let rows: Vec<ListedRow> = on!(tx, |conn| {
        sqlx::query_as(select_listed!("WHERE d.approval_id = $1 ORDER BY d.id DESC LIMIT $2"))
            .bind(approval.uuid())
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(DeliveryRow::try_from).collect()
}
