//! Published workflow versions: never changed, addressed by name and number.

use domain::{
    Actor, Digest, Time,
    workflow::{
        Version,
        shown::{COUNTED, GateUse, Running},
        standing::Standing,
    },
};
use sqlx::{FromRow, QueryBuilder};

use super::{
    Tx, digest, from_text, on,
    standing::{self, StandingRow},
    to_text,
};
use crate::error::{Result, StoreError};

/// A published version with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Name, number, digest.
    pub version: Version,
    /// Its title.
    pub title: String,
    /// The YAML as published.
    pub source: String,
    /// When.
    pub published_at: Time,
    /// By whom.
    pub published_by: Actor,
    /// Whether it is in force.
    pub standing: Standing,
}

#[derive(FromRow)]
struct WorkflowRow {
    name: String,
    version: i64,
    digest: Vec<u8>,
    title: String,
    source: String,
    published_at: Time,
    published_by: String,
    #[sqlx(flatten)]
    standing: StandingRow,
}

impl TryFrom<WorkflowRow> for Published {
    type Error = StoreError;

    fn try_from(row: WorkflowRow) -> Result<Self, StoreError> {
        let digest = digest(&row.digest, "workflow", "digest", &row.name)?;
        let number =
            u32::try_from(row.version).map_err(|error| super::inconsistent("workflow", "version", &row.name, error))?;
        let published_by = from_text(&row.published_by, "workflow", "published_by", &row.name)?;
        let standing = row.standing.read(&row.name, number)?;
        Ok(Self {
            version: Version { name: row.name, version: number, digest },
            title: row.title,
            source: row.source,
            published_at: row.published_at,
            published_by,
            standing,
        })
    }
}

/// The columns of a version, joined with how it stands.
macro_rules! versions {
    ($source:literal, $rest:literal) => {
        concat!(
            "SELECT w.name, w.version, w.digest, w.title, ",
            $source,
            " AS source, w.published_at, w.published_by, s.state, s.settled_by, s.settled_at, s.reason FROM workflow w \
             LEFT JOIN workflow_standing s ON s.workflow = w.name AND s.version = w.version WHERE ",
            $rest
        )
    };
}

/// The version of a workflow that is in force; the newest one where none is yet.
pub async fn find_latest(tx: &mut Tx, name: &str) -> Result<Option<Published>, StoreError> {
    let statement = versions!(
        "w.source",
        "w.name = $1 ORDER BY CASE WHEN s.state IN ('proposed', 'declined') THEN 1 ELSE 0 END, w.version DESC LIMIT 1"
    );
    let row: Option<WorkflowRow> = on!(tx, |conn| sqlx::query_as(statement).bind(name).fetch_optional(conn).await)?;
    row.map(Published::try_from).transpose()
}

/// The highest number there is, whether it is in force or not; 0 for an unknown workflow.
pub async fn last_number(tx: &mut Tx, name: &str) -> Result<u32, StoreError> {
    let last: Option<(Option<i64>,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT MAX(version) FROM workflow WHERE name = $1").bind(name).fetch_optional(conn).await
    })?;
    let last = last.and_then(|(last,)| last).unwrap_or_default();
    u32::try_from(last).map_err(|error| super::inconsistent("workflow", "version", name, error))
}

/// One version of a workflow.
pub async fn find_version(tx: &mut Tx, name: &str, version: u32) -> Result<Option<Published>, StoreError> {
    let row: Option<WorkflowRow> = on!(tx, |conn| {
        sqlx::query_as(versions!("w.source", "w.name = $1 AND w.version = $2"))
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
        sqlx::query_as(versions!("w.source", "w.name = $1 AND w.digest = $2"))
            .bind(name)
            .bind(wanted.bytes().to_vec())
            .fetch_optional(conn)
            .await
    })?;
    row.map(Published::try_from).transpose()
}

/// The version in force of each workflow after `cursor`, by name; the newest one of those that have none yet.
pub async fn list(tx: &mut Tx, after: Option<&str>, limit: i64) -> Result<Vec<Published>, StoreError> {
    let statement = versions!(
        "w.source",
        "w.name > $1 AND w.version = COALESCE(\
             (SELECT MAX(o.version) FROM workflow o WHERE o.name = w.name AND NOT EXISTS (SELECT 1 FROM workflow_standing p \
             WHERE p.workflow = o.name AND p.version = o.version AND p.state IN ('proposed', 'declined'))), \
             (SELECT MAX(o.version) FROM workflow o WHERE o.name = w.name)) \
         ORDER BY w.name LIMIT $2"
    );
    let rows: Vec<WorkflowRow> = on!(tx, |conn| {
        sqlx::query_as(statement).bind(after.unwrap_or_default()).bind(limit).fetch_all(conn).await
    })?;
    rows.into_iter().map(Published::try_from).collect()
}

/// Versions of a workflow, newest first.
pub async fn list_versions(tx: &mut Tx, name: &str, limit: i64) -> Result<Vec<Published>, StoreError> {
    let rows: Vec<WorkflowRow> = on!(tx, |conn| {
        sqlx::query_as(versions!("''", "w.name = $1 ORDER BY w.version DESC LIMIT $2"))
            .bind(name)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(Published::try_from).collect()
}

/// Whether anything was published.
pub async fn is_any(tx: &mut Tx) -> Result<bool, StoreError> {
    let row: Option<(i64,)> =
        on!(tx, |conn| sqlx::query_as("SELECT version FROM workflow LIMIT 1").fetch_optional(conn).await)?;
    Ok(row.is_some())
}

/// Runs in progress by workflow and version, newest first; counted up to [`COUNTED`] in all.
pub async fn list_running(tx: &mut Tx, names: &[String]) -> Result<Vec<(String, Running)>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64, i64)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT workflow, version, COUNT(*) FROM (SELECT workflow, version FROM run \
             WHERE status = 'active' AND workflow IN (",
        );
        let mut list = query.separated(", ");
        for name in names {
            list.push_bind(name);
        }
        query.push(") LIMIT ").push_bind(i64::from(COUNTED));
        query.push(") counted GROUP BY workflow, version ORDER BY workflow, version DESC");
        query.build_query_as().fetch_all(conn).await
    })?;
    let read = |(name, version, runs)| (name, Running { version: bounded(version), runs: bounded(runs) });
    Ok(rows.into_iter().map(read).collect())
}

/// What gates of a workflow did since a moment; each count goes up to [`COUNTED`] in all.
pub async fn list_used(
    tx: &mut Tx,
    workflow: &str,
    gates: &[String],
    since: Time,
) -> Result<Vec<(String, GateUse)>, StoreError> {
    let decided = "SELECT gate_id, COUNT(*) FROM (SELECT a.gate_id FROM approval a JOIN run r ON r.id = a.run_id \
                   WHERE a.status IN ('approved', 'rejected') AND a.ended_at >= ";
    let blocked = "SELECT gate_id, COUNT(*) FROM (SELECT a.gate_id FROM gate_check a JOIN run r ON r.id = a.run_id \
                   WHERE a.outcome = 'block' AND a.checked_at >= ";
    let mut used: Vec<(String, GateUse)> = Vec::new();
    for (statement, is_decided) in [(decided, true), (blocked, false)] {
        let rows: Vec<(String, i64)> = on!(tx, |conn| {
            let mut query = QueryBuilder::new(statement);
            query.push_bind(since).push(" AND r.workflow = ").push_bind(workflow).push(" AND a.gate_id IN (");
            let mut list = query.separated(", ");
            for gate in gates {
                list.push_bind(gate);
            }
            query.push(") LIMIT ").push_bind(i64::from(COUNTED)).push(") counted GROUP BY gate_id");
            query.build_query_as().fetch_all(conn).await
        })?;
        for (gate, count) in rows {
            let (decided, blocked) = if is_decided { (bounded(count), 0) } else { (0, bounded(count)) };
            used.push((gate, GateUse { decided, blocked }));
        }
    }
    Ok(used)
}

fn bounded(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(COUNTED)
}

/// The names of workflows, in order.
pub async fn list_names(tx: &mut Tx, limit: i64) -> Result<Vec<String>, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query_scalar("SELECT DISTINCT name FROM workflow ORDER BY name LIMIT $1")
            .bind(limit)
            .fetch_all(conn)
            .await
    })?)
}

/// Stores a new version; `false` when somebody published the same number first.
pub async fn insert(tx: &mut Tx, published: &Published) -> Result<bool, StoreError> {
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
        .bind(to_text(&published.published_by))
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    if stored == 1 {
        standing::insert(tx, version, &published.standing).await?;
    }
    Ok(stored == 1)
}
