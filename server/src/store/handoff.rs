//! Handoff packages: written once, read as they were written.

use domain::{
    handoff::Handoff,
    id::{HandoffId, RunId},
};
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::StoreError;

/// Stores a package; the run is locked.
pub async fn insert(tx: &mut Tx, handoff: &Handoff) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO handoff (id, run_id, sequence, from_stage, attempt, package, issued_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(handoff.handoff_id.uuid())
        .bind(handoff.run_id.uuid())
        .bind(i64::from(handoff.sequence))
        .bind(&handoff.from_stage)
        .bind(i64::from(handoff.attempt))
        .bind(to_text(handoff))
        .bind(handoff.completed_at)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// A package by id.
pub async fn find(tx: &mut Tx, id: HandoffId) -> Result<Option<Handoff>, StoreError> {
    let row: Option<(String,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT package FROM handoff WHERE id = $1").bind(id.uuid()).fetch_optional(conn).await
    })?;
    row.map(|(text,)| from_text(&text, "handoff", "package", id)).transpose()
}

/// The package issued last in a run.
pub async fn find_last(tx: &mut Tx, run: RunId) -> Result<Option<Handoff>, StoreError> {
    let row: Option<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, package FROM handoff WHERE run_id = $1 ORDER BY sequence DESC LIMIT 1")
            .bind(run.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(|(id, text)| from_text(&text, "handoff", "package", HandoffId::from_uuid(id))).transpose()
}

/// The package issued last in a run by an attempt that still stands.
pub async fn find_standing(tx: &mut Tx, run: RunId) -> Result<Option<Handoff>, StoreError> {
    let row: Option<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT h.id, h.package FROM handoff h JOIN stage_attempt a \
             ON a.run_id = h.run_id AND a.stage = h.from_stage AND a.attempt = h.attempt \
             WHERE h.run_id = $1 AND a.status = 'complete' ORDER BY h.sequence DESC LIMIT 1",
        )
        .bind(run.uuid())
        .fetch_optional(conn)
        .await
    })?;
    row.map(|(id, text)| from_text(&text, "handoff", "package", HandoffId::from_uuid(id))).transpose()
}

/// The packages of a run after a place in their sequence, oldest first.
pub async fn list(tx: &mut Tx, run: RunId, after: i64, limit: i64) -> Result<Vec<Handoff>, StoreError> {
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, package FROM handoff WHERE run_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3")
            .bind(run.uuid())
            .bind(after)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(|(id, text)| from_text(&text, "handoff", "package", HandoffId::from_uuid(id))).collect()
}

/// The newest packages of a run, newest first.
pub async fn list_newest(tx: &mut Tx, run: RunId, limit: i64) -> Result<Vec<Handoff>, StoreError> {
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, package FROM handoff WHERE run_id = $1 ORDER BY sequence DESC LIMIT $2")
            .bind(run.uuid())
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(|(id, text)| from_text(&text, "handoff", "package", HandoffId::from_uuid(id))).collect()
}
