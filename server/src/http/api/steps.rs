//! Steps of enforced executions.

use axum::{
    Extension,
    extract::{Path, State},
};
use domain::{Refusal, id::RunId};

use super::ok;
use crate::{
    desk::{
        Caller,
        step::{BeginStep, ReportStep},
    },
    error::Result,
    http::{AppState, body::Body, problem::Answer, query::Id},
};

fn read((run, step): (String, String)) -> Result<(RunId, String)> {
    let run = run.parse().map_err(|_| Refusal::not_found("run"))?;
    Ok((run, step))
}

/// `GET /runs/{id}/steps`, in file order.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(id): Id<RunId>) -> Answer {
    Ok(ok(state.desk.list_steps(&caller, id).await?))
}

/// `POST /runs/{id}/steps/{step}/begin`.
pub async fn begin(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<(String, String)>,
    body: Body,
) -> Answer {
    let (run, step) = read(path)?;
    state.desk.must_see_step(&caller, run, &step).await?;
    let fields: BeginStep = body.read()?;
    Ok(ok(state.desk.begin_step(&caller, run, &step, fields).await?))
}

/// `POST /runs/{id}/steps/{step}/report`.
pub async fn report(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<(String, String)>,
    body: Body,
) -> Answer {
    let (run, step) = read(path)?;
    state.desk.must_see_step(&caller, run, &step).await?;
    let fields: ReportStep = body.read()?;
    Ok(ok(state.desk.report_step(&caller, run, &step, fields).await?))
}
