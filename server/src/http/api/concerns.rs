//! Concerns: opened, looked into, resolved and unified by the agent's side.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::{
    concern::Matter,
    id::{ConcernId, RunId},
};

use super::{
    answers::concerns::{ConcernDetail, ConcernsOfRun},
    ok,
    runs::once,
};
use crate::{
    desk::{Caller, concern::ChangeConcern},
    http::{AppState, body::Body, problem::Answer, query::Id},
};

/// `POST /runs/{id}/concerns`.
pub async fn open(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let key = body.idempotency(&headers, &format!("open_concern {id}"))?;
    let call = async |key| state.desk.open_concern(&caller, id, body.read::<Matter>()?, key).await;
    once(&state, &caller, key, StatusCode::CREATED, call).await
}

/// `GET /runs/{id}/concerns`.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(id): Id<RunId>) -> Answer {
    Ok(ok(ConcernsOfRun::from(state.desk.list_concerns(&caller, id).await?)))
}

/// `PATCH /concerns/{id}`.
pub async fn change(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ConcernId>,
    body: Body,
) -> Answer {
    state.desk.must_see_concern(&caller, id).await?;
    let change: ChangeConcern = body.read()?;
    Ok(ok(ConcernDetail::from(state.desk.change_concern(&caller, id, change).await?)))
}

/// `POST /runs/{id}/concerns/unify`.
pub async fn unify(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    Ok(ok(state.desk.unify_concerns(&caller, id, body.read()?).await?))
}
