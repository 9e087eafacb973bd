//! Published workflow versions: never changed, addressed by name and number.

use domain::{Digest, Time, workflow::Version};
use sqlx::FromRow;

use super::{Tx, digest, on};
use crate::error::{Result, StoreError};

/// A published version with its text.
pub struct Published {
    /// Name, number, digest.
    pub version: Version,
    /// Its title.
    pub title: String,
    /// The YAML as published.
    pub source: String,
    /// When.
    pub published_at: Time,
}

#[derive(FromRow)]
struct WorkflowRow {
    name: String,
    version: i64,
    digest: Vec<u8>,
    title: String,
    source: String,
    published_at: Time,
}

impl TryFrom<WorkflowRow> for Published {
    type Error = StoreError;

    fn try_from(row: WorkflowRow) -> Result<Self, StoreError> {
        let digest = digest(&row.digest, "workflow", "digest", &row.name)?;
        let number =
            u32::try_from(row.version).map_err(|error| super::inconsistent("workflow", "version", &row.name, error))?;
        Ok(Self {
            version: Version { name: row.name, version: number, digest },
            title: row.title,
            source: row.source,
            published_at: row.published_at,
        })
    }
}

const COLUMNS_OF_LATEST: &str = "SELECT name, version, digest, title, source, published_at FROM workflow \
     WHERE name = $1 ORDER BY version DESC LIMIT 1";

/// The newest version of a workflow.
pub async fn find_latest(tx: &mut Tx, name: &str) -> Result<Option<Published>, StoreError> {
    let row: Option<WorkflowRow> =
        on!(tx, |conn| sqlx::query_as(COLUMNS_OF_LATEST).bind(name).fetch_optional(conn).await)?;
    row.map(Published::try_from).transpose()
}

/// One version of a workflow.
pub async fn find_version(tx: &mut Tx, name: &str, version: u32) -> Result<Option<Published>, StoreError> {
    let row: Option<WorkflowRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT name, version, digest, title, source, published_at FROM workflow WHERE name = $1 AND version = $2",
        )
        .bind(name)
        .bind(i64::from(version))
        .fetch_optional(conn)
        .await
    })?;
    row.map(Published::try_from).transpose()
}

/// The version with this digest, if the same text was published before.
pub async fn find_by_digest(tx: &mut Tx, name: &str, wanted: Digest) -> Result<Option<Published>, StoreError> {
    let row: Option<WorkflowRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT name, version, digest, title, source, published_at FROM workflow WHERE name = $1 AND digest = $2",
        )
        .bind(name)
        .bind(wanted.bytes().to_vec())
        .fetch_optional(conn)
        .await
    })?;
    row.map(Published::try_from).transpose()
}

/// The newest version of each workflow after `cursor`, by name.
pub async fn list(tx: &mut Tx, after: Option<&str>, limit: i64) -> Result<Vec<Published>, StoreError> {
    let rows: Vec<WorkflowRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT w.name, w.version, w.digest, w.title, w.source, w.published_at FROM workflow w \
             WHERE w.version = (SELECT MAX(o.version) FROM workflow o WHERE o.name = w.name) AND w.name > $1 \
             ORDER BY w.name LIMIT $2",
        )
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Published::try_from).collect()
}

/// Stores a new version; `false` when somebody published the same number first.
pub async fn insert(tx: &mut Tx, published: &Published, by: &str) -> Result<bool, StoreError> {
    let version = &published.version;
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO workflow (name, version, digest, title, source, published_at, published_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(&version.name)
        .bind(i64::from(version.version))
        .bind(version.digest.bytes().to_vec())
        .bind(&published.title)
        .bind(&published.source)
        .bind(published.published_at)
        .bind(by)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}
