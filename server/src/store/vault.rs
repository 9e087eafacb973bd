//! The fingerprint of the key that seals this database's secrets.

use domain::Digest;

use super::{Tx, digest, on};
use crate::error::{Result, StoreError};

/// The fingerprint, once a key was noted.
pub async fn find(tx: &mut Tx) -> Result<Option<Digest>, StoreError> {
    let bytes: Option<Vec<u8>> = on!(tx, |conn| {
        sqlx::query_scalar("SELECT fingerprint FROM vault WHERE id = 1").fetch_optional(conn).await
    })?;
    bytes.map(|bytes| digest(&bytes, "vault", "fingerprint", 1)).transpose()
}

/// Notes the fingerprint, unless one is noted already.
pub async fn insert(tx: &mut Tx, fingerprint: Digest) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query("INSERT INTO vault (id, fingerprint, noted_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING")
            .bind(fingerprint.bytes().to_vec())
            .bind(now)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}
