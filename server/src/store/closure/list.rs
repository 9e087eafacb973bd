//! Closures in lists: narrowed, newest first, with the status of each step.

use std::collections::HashMap;

use domain::{
    Time,
    closure::{ClosureStatus, step::StepStatus},
    closures::Figures,
    id::{ClosureId, RunId},
};
use sqlx::{FromRow, QueryBuilder, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use super::{Row, Stored};
use crate::{
    error::StoreError,
    store::{Tx, on, parse},
};

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ClosureFilter {
    /// Only this status.
    pub status: Option<ClosureStatus>,
    /// Only those of this workflow.
    pub workflow: Option<String>,
    /// Only those of this run.
    pub run: Option<RunId>,
    /// Only what this sight reaches.
    pub sight: Sight,
}

/// What somebody may see of closures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sight {
    /// All of them.
    #[default]
    All,
    /// Those of one run.
    Run(RunId),
    /// Those of runs, and of what a system of record has settled.
    Runs {
        /// The system, for a key that speaks for one.
        system: Option<String>,
    },
}

impl Sight {
    /// Whether it reaches this one.
    pub fn reaches(&self, stored: &Stored) -> bool {
        match self {
            Self::All => true,
            Self::Run(run) => stored.run == Some(*run),
            Self::Runs { system } => stored.run.is_some() || system.as_ref() == Some(&stored.trigger.source.system),
        }
    }

    /// Narrows what belongs to closures; `column` is the one that says to which.
    pub fn narrow<DB: sqlx::Database>(&self, query: &mut QueryBuilder<DB>, column: &str)
    where
        Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        Option<String>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        if *self == Self::All {
            return;
        }
        query.push(" AND ").push(column).push(" IN (SELECT id FROM closure WHERE ");
        self.condition(query);
        query.push(")");
    }

    fn condition<DB: sqlx::Database>(&self, query: &mut QueryBuilder<DB>)
    where
        Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        Option<String>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        match self {
            Self::All => query.push("TRUE"),
            Self::Run(run) => query.push("run_id = ").push_bind(run.uuid()),
            Self::Runs { system } => {
                query.push("(run_id IS NOT NULL OR source_system = ").push_bind(system.clone()).push(")")
            }
        };
    }
}

/// What a row shows beside the closure itself.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The status of each step.
    pub steps: Vec<StepStatus>,
    /// How many follow-ups are open.
    pub open_follow_ups: u32,
    /// How often the event arrived once more.
    pub repeats: u32,
}

/// Closures before one, newest first.
pub async fn page(
    tx: &mut Tx,
    filter: &ClosureFilter,
    before: Option<ClosureId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let before = before.map_or(Uuid::max(), ClosureId::uuid);
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(select_closure!("WHERE id < "));
        query.push_bind(before);
        if let Some(status) = filter.status {
            query.push(" AND status = ").push_bind(status.as_str());
        }
        if let Some(workflow) = &filter.workflow {
            query.push(" AND workflow = ").push_bind(workflow.clone());
        }
        if let Some(run) = filter.run {
            query.push(" AND run_id = ").push_bind(run.uuid());
        }
        query.push(" AND ");
        filter.sight.condition(&mut query);
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// What rows show beside these closures.
pub async fn beside(tx: &mut Tx, ids: &[ClosureId]) -> Result<HashMap<ClosureId, Beside>, StoreError> {
    let mut found: HashMap<ClosureId, Beside> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let steps: Vec<(Uuid, String)> = of(
        tx,
        "SELECT closure_id, status FROM closure_step WHERE closure_id IN (",
        ids,
        ") ORDER BY closure_id, place",
    )
    .await?;
    for (id, status) in steps {
        let id = ClosureId::from_uuid(id);
        found.entry(id).or_default().steps.push(parse(&status, "closure_step", "status", id)?);
    }
    let open = "SELECT closure_id, status FROM follow_up WHERE status = 'open' AND closure_id IN (";
    let open: Vec<(Uuid, String)> = of(tx, open, ids, ")").await?;
    for (id, _) in open {
        found.entry(ClosureId::from_uuid(id)).or_default().open_follow_ups += 1;
    }
    let repeats: Vec<(Uuid, i64)> = of(
        tx,
        "SELECT closure_id, COUNT(*) FROM closure_mark WHERE kind = 'repeated' AND closure_id IN (",
        ids,
        ") GROUP BY closure_id",
    )
    .await?;
    for (id, count) in repeats {
        found.entry(ClosureId::from_uuid(id)).or_default().repeats = u32::try_from(count).unwrap_or(u32::MAX);
    }
    Ok(found)
}

/// How the closures went that began since then. What a sample has led to is not what the closure handed over itself.
pub async fn figures(tx: &mut Tx, since: Time) -> Result<Figures, StoreError> {
    let counted: (i64, i64, i64, i64, i64, i64, i64) = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT COUNT(*), \
             COUNT(CASE WHEN status IN ('completed', 'skipped_idempotent') AND asked = 0 THEN 1 END), \
             COUNT(CASE WHEN asked > 0 THEN 1 END), CAST(COALESCE(SUM(repeats), 0) AS BIGINT), \
             COUNT(looked), COUNT(CASE WHEN looked <> 'waiting' THEN 1 END), COUNT(CASE WHEN looked = 'not_in_order' THEN 1 END) \
             FROM (SELECT status, \
             (SELECT r.status FROM closure_review r WHERE r.closure_id = c.id) AS looked, \
             (SELECT COUNT(*) FROM follow_up f WHERE f.closure_id = c.id AND NOT EXISTS (SELECT 1 FROM closure_review r \
             WHERE r.closure_id = c.id AND r.follow_up_id = f.id)) AS asked, \
             (SELECT COUNT(*) FROM closure_mark m WHERE m.closure_id = c.id AND m.kind = 'repeated') AS repeats \
             FROM closure c WHERE started_at >= $1) AS lately",
        )
        .bind(since)
        .fetch_one(conn)
        .await
    })?;
    let (begun, unaided, handed_over, repeats, sampled, reviewed, not_in_order) = counted;
    let [begun, unaided, handed_over, repeats, sampled, reviewed, not_in_order] =
        [begun, unaided, handed_over, repeats, sampled, reviewed, not_in_order]
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Ok(Figures { begun, unaided, handed_over, repeats, sampled, reviewed, not_in_order })
}

/// These closures.
pub async fn by_ids(tx: &mut Tx, ids: &[ClosureId]) -> Result<HashMap<ClosureId, Stored>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(select_closure!("WHERE id IN ("));
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.uuid());
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await
    })?;
    let named = |row: Row| Stored::try_from(row).map(|stored| (stored.id, stored));
    rows.into_iter().map(named).collect()
}

/// What these closures are about.
pub async fn titles(tx: &mut Tx, ids: &[ClosureId]) -> Result<HashMap<ClosureId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = of(tx, "SELECT id, title FROM closure WHERE id IN (", ids, ")").await?;
    Ok(rows.into_iter().map(|(id, title)| (ClosureId::from_uuid(id), title)).collect())
}

/// Rows of closures: an id and something beside it.
pub(super) async fn of<T>(
    tx: &mut Tx,
    head: &'static str,
    ids: &[ClosureId],
    tail: &'static str,
) -> Result<Vec<(Uuid, T)>, StoreError>
where
    (Uuid, T): for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    Ok(on!(tx, |conn| {
        let mut query = QueryBuilder::new(head);
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.uuid());
        }
        query.push(tail);
        query.build_query_as().fetch_all(conn).await
    })?)
}
