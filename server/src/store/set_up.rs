//! The first-run set-up: the hash of the token that opens it, and how far it has come.

use domain::Digest;
use sqlx::FromRow;

use super::{Tx, digest, on};
use crate::error::{Result, StoreError};

/// How far the set-up has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetUp {
    /// The hash of the token; `None` once it was used, or somebody was added otherwise.
    pub token: Option<Digest>,
    /// Whether the first workflow was left for later.
    pub is_workflow_skipped: bool,
    /// Whether it is over.
    pub is_finished: bool,
}

#[derive(FromRow)]
struct SetUpRow {
    token_hash: Option<Vec<u8>>,
    is_workflow_skipped: bool,
    is_finished: bool,
}

/// The set-up, where a server ever offered one.
pub async fn find(tx: &mut Tx) -> Result<Option<SetUp>, StoreError> {
    let row: Option<SetUpRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT token_hash, workflow_skipped_at IS NOT NULL AS is_workflow_skipped, \
             finished_at IS NOT NULL AS is_finished FROM set_up WHERE id = 1",
        )
        .fetch_optional(conn)
        .await
    })?;
    let Some(row) = row else { return Ok(None) };
    let token = row.token_hash.map(|hash| digest(&hash, "set_up", "token_hash", 1)).transpose()?;
    Ok(Some(SetUp { token, is_workflow_skipped: row.is_workflow_skipped, is_finished: row.is_finished }))
}

/// Opens the set-up to whoever has this token, and to nobody who has an earlier one.
pub async fn open(tx: &mut Tx, token: Digest) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO set_up (id, token_hash, opened_at) VALUES (1, $1, $2) \
             ON CONFLICT (id) DO UPDATE SET token_hash = $1, opened_at = $2",
        )
        .bind(token.bytes().to_vec())
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Takes the token's turn; `false` when it was used, replaced or withdrawn. Of several at once, one gets it.
pub async fn enter(tx: &mut Tx, token: Digest) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE set_up SET token_hash = NULL WHERE id = 1 AND token_hash = $1")
            .bind(token.bytes().to_vec())
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Withdraws the token.
pub async fn withdraw(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query("UPDATE set_up SET token_hash = NULL WHERE id = 1").execute(conn).await.map(drop))?;
    Ok(())
}

/// Leaves the first workflow for later.
pub async fn skip_workflow(tx: &mut Tx) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query("UPDATE set_up SET workflow_skipped_at = $1 WHERE id = 1").bind(now).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Ends the set-up.
pub async fn finish(tx: &mut Tx) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query("UPDATE set_up SET finished_at = $1 WHERE id = 1").bind(now).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// How many migrations were applied.
pub async fn count_migrations(tx: &mut Tx) -> Result<u32, StoreError> {
    let (count,): (i64,) =
        on!(tx, |conn| sqlx::query_as("SELECT COUNT(*) FROM _sqlx_migrations").fetch_one(conn).await)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
