//! Looking for approvals and runs: the latest ones, and those of one subject.

use domain::{
    found::{FoundApproval, FoundRun},
    id::{ApprovalId, RunId},
};
use uuid::Uuid;

use super::{Tx, on, parse};
use crate::error::{Result, StoreError};

/// An approval's id, title, subject and status.
type ApprovalRow = (Uuid, String, String, String);

/// The latest approvals; ids follow time.
pub async fn list_approvals(tx: &mut Tx, limit: i64) -> Result<Vec<FoundApproval>, StoreError> {
    let rows: Vec<ApprovalRow> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, title, subject, status FROM approval ORDER BY id DESC LIMIT $1")
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(read_approval).collect()
}

/// One approval.
pub async fn find_approval(tx: &mut Tx, id: ApprovalId) -> Result<Option<FoundApproval>, StoreError> {
    let row: Option<ApprovalRow> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, title, subject, status FROM approval WHERE id = $1")
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(read_approval).transpose()
}

/// The latest runs; with a subject, of that subject.
pub async fn list_runs(tx: &mut Tx, subject: Option<&str>, limit: i64) -> Result<Vec<FoundRun>, StoreError> {
    let rows: Vec<(Uuid, String, String)> = match subject {
        None => on!(tx, |conn| {
            sqlx::query_as(
                "SELECT r.id, w.title, r.subject FROM run r JOIN workflow w ON w.name = r.workflow AND w.version = r.version \
                 ORDER BY r.id DESC LIMIT $1",
            )
            .bind(limit)
            .fetch_all(conn)
            .await
        })?,
        Some(subject) => on!(tx, |conn| {
            sqlx::query_as(
                "SELECT r.id, w.title, r.subject FROM run r JOIN workflow w ON w.name = r.workflow AND w.version = r.version \
                 WHERE r.subject = $2 ORDER BY r.id DESC LIMIT $1",
            )
            .bind(limit)
            .bind(subject)
            .fetch_all(conn)
            .await
        })?,
    };
    Ok(rows.into_iter().map(read_run).collect())
}

/// One run.
pub async fn find_run(tx: &mut Tx, id: RunId) -> Result<Option<FoundRun>, StoreError> {
    let row: Option<(Uuid, String, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT r.id, w.title, r.subject FROM run r JOIN workflow w ON w.name = r.workflow AND w.version = r.version \
             WHERE r.id = $1",
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await
    })?;
    Ok(row.map(read_run))
}

fn read_approval((id, title, subject, status): ApprovalRow) -> Result<FoundApproval, StoreError> {
    let id = ApprovalId::from_uuid(id);
    Ok(FoundApproval { id, title, subject, status: parse(&status, "approval", "status", id)? })
}

fn read_run((id, workflow_title, subject): (Uuid, String, String)) -> FoundRun {
    FoundRun { id: RunId::from_uuid(id), workflow_title, subject }
}
