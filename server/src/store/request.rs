//! What comes along with an approval an agent asks for: the transcript, and the sealed state it wants back.

use domain::{
    id::{ApprovalId, KeyId},
    transcript::Message,
};
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::{Result, StoreError};

/// Keeps the transcript of an approval.
pub async fn insert_transcript(tx: &mut Tx, id: ApprovalId, messages: &[Message]) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("INSERT INTO approval_transcript (approval_id, messages) VALUES ($1, $2)")
            .bind(id.uuid())
            .bind(to_text(&messages))
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// The transcript of an approval; empty where none came along.
pub async fn find_transcript(tx: &mut Tx, id: ApprovalId) -> Result<Vec<Message>, StoreError> {
    let row: Option<(String,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT messages FROM approval_transcript WHERE approval_id = $1")
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map_or(Ok(Vec::new()), |(text,)| from_text(&text, "approval_transcript", "messages", id))
}

/// Keeps the sealed state of an approval with the key that gave it.
pub async fn insert_blob(tx: &mut Tx, id: ApprovalId, key: KeyId, sealed: &[u8]) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("INSERT INTO approval_blob (approval_id, key_id, sealed) VALUES ($1, $2, $3)")
            .bind(id.uuid())
            .bind(key.uuid())
            .bind(sealed.to_vec())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Keeps another state with an approval, or the first; `false` where another key keeps one.
pub async fn put_blob(tx: &mut Tx, id: ApprovalId, key: KeyId, sealed: &[u8]) -> Result<bool, StoreError> {
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO approval_blob (approval_id, key_id, sealed) VALUES ($1, $2, $3) ON CONFLICT (approval_id) \
             DO UPDATE SET sealed = excluded.sealed WHERE approval_blob.key_id = excluded.key_id",
        )
        .bind(id.uuid())
        .bind(key.uuid())
        .bind(sealed.to_vec())
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored > 0)
}

/// The sealed state of an approval, for the key that gave it and no other.
pub async fn find_blob(tx: &mut Tx, id: ApprovalId, key: KeyId) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Uuid, Vec<u8>)> = on!(tx, |conn| {
        sqlx::query_as("SELECT approval_id, sealed FROM approval_blob WHERE approval_id = $1 AND key_id = $2")
            .bind(id.uuid())
            .bind(key.uuid())
            .fetch_optional(conn)
            .await
    })?;
    Ok(row.map(|(_, sealed)| sealed))
}
