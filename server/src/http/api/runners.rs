//! Runners: what they take, and what they report.

use axum::{Extension, extract::State, http::StatusCode, response::IntoResponse as _};
use domain::id::ResumptionId;

use super::ok;
use crate::{
    desk::{
        Caller,
        runner::{ReportRun, TakeSession},
    },
    http::{AppState, body::Body, problem::Answer, query::Id},
};

/// `POST /runner/lease`: a session to have go on, or 204.
pub async fn lease(State(state): State<AppState>, Extension(caller): Extension<Caller>, body: Body) -> Answer {
    let fields: TakeSession = body.read()?;
    match state.desk.lend_session(&caller, fields.patience()?).await? {
        Some(lent) => Ok(ok(lent)),
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// `POST /resumptions/{id}/report`.
pub async fn report(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ResumptionId>,
    body: Body,
) -> Answer {
    state.desk.must_run(&caller, id).await?;
    let fields: ReportRun = body.read()?;
    Ok(ok(state.desk.report_resumption(&caller, id, fields).await?))
}
