//! Approvals an agent asks for itself, and answers to what reviewers ask.

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse as _,
};
use domain::id::{ApprovalId, RunId};

use super::{ok, runs::kept};
use crate::{
    desk::{Caller, information::GiveInformation, request::AskApproval},
    http::{AppState, body::Body, origin::Origin, problem::Answer, query::Id},
};

/// `POST /runs/{id}/approvals`: 201 while people decide, 200 with the gate's answer where they need not.
pub async fn ask(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(console): Extension<Origin>,
    Id(id): Id<RunId>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let key = body.idempotency(&headers, &format!("request_approval {id}"))?;
    if let Some(kept) = kept(&state, &caller, key.as_ref()).await? {
        return Ok(kept);
    }
    let fields: AskApproval = body.read()?;
    match state.desk.request_approval(&caller, id, fields, key.clone(), &console.url()).await {
        Ok((is_open, answer)) => {
            let status = if is_open { StatusCode::CREATED } else { StatusCode::OK };
            Ok((status, Json(answer)).into_response())
        }
        Err(error) => match kept(&state, &caller, key.as_ref()).await? {
            Some(kept) => Ok(kept),
            None => Err(error.into()),
        },
    }
}

/// `POST /approvals/{id}/information`.
pub async fn inform(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    body: Body,
) -> Answer {
    state.desk.must_see_outcome(&caller, id).await?;
    let fields: GiveInformation = body.read()?;
    Ok(ok(state.desk.give_information(&caller, id, fields, None).await?))
}
