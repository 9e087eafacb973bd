//! Answers kept for calls without a natural key, so that a repeat gets the same one.

use domain::{Digest, id::KeyId};
use sqlx::FromRow;

use super::{Tx, digest, on};
use crate::error::{Result, StoreError};

/// A call made before under the same key.
pub struct Earlier {
    /// The digest of its request.
    pub request: Digest,
    /// Its status and body.
    pub answer: (u16, String),
}

#[derive(FromRow)]
struct EarlierRow {
    request_digest: Vec<u8>,
    status: Option<i64>,
    answer: Option<String>,
}

/// The call made before under this key, if there was one.
pub async fn find(tx: &mut Tx, key: KeyId, name: &str) -> Result<Option<Earlier>, StoreError> {
    let row: Option<EarlierRow> = on!(tx, |conn| {
        sqlx::query_as("SELECT request_digest, status, answer FROM idempotency WHERE key_id = $1 AND name = $2")
            .bind(key.uuid())
            .bind(name)
            .fetch_optional(conn)
            .await
    })?;
    row.map(|row| {
        let status = row.status.and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
        Ok(Earlier {
            request: digest(&row.request_digest, "idempotency", "request_digest", name)?,
            answer: (status, row.answer.unwrap_or_default()),
        })
    })
    .transpose()
}

/// Keeps an answer, in the transaction that made it; `false` when somebody was first.
pub async fn insert(
    tx: &mut Tx,
    key: KeyId,
    name: &str,
    request: Digest,
    status: u16,
    answer: &str,
) -> Result<bool, StoreError> {
    let now = tx.now();
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO idempotency (key_id, name, request_digest, status, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT DO NOTHING",
        )
        .bind(key.uuid())
        .bind(name)
        .bind(request.bytes().to_vec())
        .bind(i64::from(status))
        .bind(answer)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}
