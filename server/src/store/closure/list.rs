//! Closures in lists: narrowed, newest first, with the status of each step.

use std::collections::HashMap;

use domain::{
    closure::{ClosureStatus, step::StepStatus},
    id::{ClosureId, RunId},
};
use sqlx::QueryBuilder;
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
    for (id, _) in of(tx, open, ids, ")").await? {
        found.entry(ClosureId::from_uuid(id)).or_default().open_follow_ups += 1;
    }
    for (id, mark) in of(tx, "SELECT closure_id, mark FROM closure_mark WHERE closure_id IN (", ids, ")").await? {
        if mark.contains(r#""repeated""#) {
            found.entry(ClosureId::from_uuid(id)).or_default().repeats += 1;
        }
    }
    Ok(found)
}

/// What these closures are about.
pub async fn titles(tx: &mut Tx, ids: &[ClosureId]) -> Result<HashMap<ClosureId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = of(tx, "SELECT id, title FROM closure WHERE id IN (", ids, ")").await?;
    Ok(rows.into_iter().map(|(id, title)| (ClosureId::from_uuid(id), title)).collect())
}

async fn of(
    tx: &mut Tx,
    head: &'static str,
    ids: &[ClosureId],
    tail: &'static str,
) -> Result<Vec<(Uuid, String)>, StoreError> {
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
