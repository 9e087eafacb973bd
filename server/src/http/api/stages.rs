//! Stages of a run, what they hand over, and what is undone.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse as _,
};
use domain::{
    Refusal,
    id::{CompensationId, HandoffId, RunId},
};
use serde_json::json;

use super::ok;
use crate::{
    desk::{
        Caller,
        stage::{CompleteStage, Completed, EnterStage, FailStage, ReportCompensation},
    },
    error::Result,
    http::{
        AppState,
        body::Body,
        problem::Answer,
        query::{Id, Query},
    },
};

/// The run and the stage of a path.
struct InRun {
    run: RunId,
    rest: String,
}

impl InRun {
    fn read((run, rest): (String, String)) -> Result<Self> {
        let run = run.parse().map_err(|_| Refusal::not_found("run"))?;
        Ok(Self { run, rest })
    }
}

/// `POST /runs/{id}/stages/{stage}/enter`.
pub async fn enter(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<(String, String)>,
    body: Body,
) -> Answer {
    let InRun { run, rest: named } = InRun::read(path)?;
    state.desk.must_see_stage(&caller, run, &named).await?;
    let fields: EnterStage = body.read()?;
    Ok(ok(state.desk.enter_stage(&caller, run, &named, fields).await?))
}

/// `POST /runs/{id}/stages/{stage}/complete`: 202 while people must agree.
pub async fn complete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<(String, String)>,
    body: Body,
) -> Answer {
    let InRun { run, rest: named } = InRun::read(path)?;
    state.desk.must_see_stage(&caller, run, &named).await?;
    let fields: CompleteStage = body.read()?;
    match state.desk.complete_stage(&caller, run, &named, fields).await? {
        Completed::Issued(handoff) => Ok(ok(json!({"handoff": handoff}))),
        Completed::Awaiting(answer) => Ok((StatusCode::ACCEPTED, Json(answer)).into_response()),
    }
}

/// `POST /runs/{id}/stages/{stage}/fail`.
pub async fn fail(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<(String, String)>,
    body: Body,
) -> Answer {
    let InRun { run, rest: named } = InRun::read(path)?;
    state.desk.must_see_stage(&caller, run, &named).await?;
    let fields: FailStage = body.read()?;
    Ok(ok(state.desk.fail_stage(&caller, run, &named, fields).await?))
}

/// `POST /runs/{id}/compensations/{compensation}`.
pub async fn compensate(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<(String, String)>,
    body: Body,
) -> Answer {
    let InRun { run, rest } = InRun::read(path)?;
    let unknown = |_| Refusal::not_found("compensation of this run");
    let id: CompensationId = rest.parse().map_err(unknown)?;
    state.desk.must_know_compensation(&caller, run, id).await?;
    let fields: ReportCompensation = body.read()?;
    Ok(ok(state.desk.report_compensation(&caller, run, id, fields).await?))
}

/// `GET /runs/{id}/handoffs`, oldest first.
pub async fn handoffs(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    query: Query,
) -> Answer {
    query.only(&["cursor", "limit"])?;
    Ok(ok(state.desk.list_handoffs(&caller, id, query.text("cursor"), query.limit()?).await?))
}

/// `GET /handoffs/{id}`.
pub async fn handoff(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<HandoffId>,
) -> Answer {
    Ok(ok(state.desk.read_handoff(&caller, id).await?))
}
