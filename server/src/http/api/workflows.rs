//! Publishing and reading workflow definitions.

use axum::{
    Extension,
    extract::{Path, Request, State},
};
use domain::{Refusal, page::Page, refusal::Code};

use super::{
    answers::workflows::{WorkflowDetail, WorkflowSummary},
    ok,
};
use crate::{
    desk::Caller,
    http::{AppState, body, problem::Answer, query::Query},
};

/// `PUT /workflows/{name}`: the YAML text as the body.
pub async fn publish(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    request: Request,
) -> Answer {
    let bytes = body::bytes(request).await?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Refusal::new(Code::MalformedRequest, format!("The text is not UTF-8: {error}.")))?;
    Ok(ok(WorkflowSummary::from(&state.desk.publish_workflow(&caller, Some(&name), text).await?)))
}

/// `GET /workflows`: the version in force of each, by name.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["cursor", "limit"])?;
    let limit = query.limit()?;
    let mut found = state.desk.list_workflows(&caller, query.text("cursor"), limit + 1).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| has_more).map(|last| last.version.name.clone());
    Ok(ok(Page { items: found.iter().map(WorkflowSummary::from).collect(), next_cursor: next }))
}

/// `GET /workflows/{name}`: the version in force with its text.
pub async fn latest(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
) -> Answer {
    Ok(ok(WorkflowDetail::from(&state.desk.find_workflow(&caller, &name, None).await?)))
}

/// `GET /workflows/{name}/versions/{version}`: that version with its text.
pub async fn version(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path((name, version)): Path<(String, String)>,
) -> Answer {
    let version = version.parse().map_err(|_| Refusal::not_found("workflow version"))?;
    Ok(ok(WorkflowDetail::from(&state.desk.find_workflow(&caller, &name, Some(version)).await?)))
}
