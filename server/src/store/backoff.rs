//! How long an account has to wait before it is tried again, known or not.

use domain::{Digest, Time};

use super::{Tx, on};
use crate::error::{Result, StoreError};

/// Takes the account's turn: counts a try and answers how many have failed with this one, or `None` while it has to
/// wait. Whoever takes the turn sets the wait; of several at once, one gets it. A wait beyond the longest was set by a
/// clock that was wrong and does not count.
pub async fn claim(
    tx: &mut Tx,
    account: Digest,
    forgotten_before: Time,
    longest: Time,
) -> Result<Option<i64>, StoreError> {
    let now = tx.now();
    let row: Option<(i64,)> = on!(tx, |conn| {
        sqlx::query_as(
            "INSERT INTO sign_in_backoff (account_hash, failures, blocked_until) VALUES ($1, 1, $2) \
             ON CONFLICT (account_hash) DO UPDATE SET \
             failures = CASE WHEN sign_in_backoff.blocked_until < $3 THEN 1 ELSE sign_in_backoff.failures + 1 END \
             WHERE sign_in_backoff.blocked_until <= $2 OR sign_in_backoff.blocked_until > $4 RETURNING failures",
        )
        .bind(account.bytes().to_vec())
        .bind(now)
        .bind(forgotten_before)
        .bind(longest)
        .fetch_optional(conn)
        .await
    })?;
    Ok(row.map(|(failures,)| failures))
}

/// Until when the account has to wait.
pub async fn set_wait(tx: &mut Tx, account: Digest, until: Time) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE sign_in_backoff SET blocked_until = $2 WHERE account_hash = $1")
            .bind(account.bytes().to_vec())
            .bind(until)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Forgets an account's failures.
pub async fn delete(tx: &mut Tx, account: Digest) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("DELETE FROM sign_in_backoff WHERE account_hash = $1")
            .bind(account.bytes().to_vec())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Forgets accounts that have been quiet since a moment.
pub async fn delete_before(tx: &mut Tx, moment: Time) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("DELETE FROM sign_in_backoff WHERE blocked_until < $1").bind(moment).execute(conn).await.map(drop)
    })?;
    Ok(())
}
