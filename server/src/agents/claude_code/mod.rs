//! Claude Code and the Agent SDK: their hooks ask over HTTP, or through `countersign hook`.
//!
//! The client lets a tool run when a hook fails, unless its entry says `onFailure: "block"`, and reads a decision only
//! from a 2xx with a body. So every failure of ours is a 200 that denies.

mod calls;
pub mod heard;
pub mod input;
pub mod phases;
pub mod resumed;
pub mod said;
mod session;
pub mod settings;

use axum::{
    Extension, Json,
    body::to_bytes,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use domain::{Refusal, permission::Action};
use serde_json::{Value, json};

use self::{
    input::Input,
    said::{Event, Said},
};
use crate::{
    desk::Caller,
    error::Result,
    http::{
        AppState,
        body::Body,
        problem::Answer,
        routes::{Access, Routes},
    },
};

/// Below this, every answer is one that the client understands.
pub const PREFIX: &str = "/hooks/claude-code/";
/// Of a problem this much is read again.
const MOST_OF_A_PROBLEM: usize = 64 << 10;

/// The hooks.
pub fn routes(routes: Routes) -> Routes {
    let path = "/hooks/claude-code/{event}";
    routes.add(Method::POST, path, Access::Granted(Action::ReportToolResult), answer)
}

async fn answer(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(event): Path<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let event = Event::of(&event).ok_or_else(|| Refusal::not_found("hook"))?;
    let input = read(&body)?;
    let said = said(&state, &caller, event, &headers, input.clone()).await?;
    let mut answer = said.to_json(event);
    if let Some(phases) = phases::told(&state.desk, &caller, event, &headers, &input).await {
        answer[phases::KEY] = json!(phases);
    }
    Ok(Json(answer).into_response())
}

fn read(body: &Value) -> Result<Input, Refusal> {
    serde_json::from_value(body.clone())
        .map_err(|error| Refusal::invalid("", format!("this is no input of a hook of Claude Code: {error}")))
}

async fn said(state: &AppState, caller: &Caller, event: Event, headers: &HeaderMap, input: Input) -> Result<Said> {
    let desk = &state.desk;
    match event {
        Event::PreToolUse | Event::Guard => calls::before(desk, caller, event, headers, input).await,
        Event::PostToolUse | Event::PostToolUseFailure => calls::after(desk, caller, event, input).await,
        Event::PermissionRequest => calls::permitted(desk, caller, &input).await,
        Event::SessionStart => session::starts(desk, caller, headers, input).await,
        Event::UserPromptSubmit => session::prompted(desk, caller, &input).await,
        Event::Stop => session::stops(desk, caller, &input).await,
        // What an agent within the session leaves undone, the session itself is asked about when it stops.
        Event::SubagentStop => Ok(Said::Nothing),
    }
}

/// Turns whatever went wrong into an answer the client understands.
pub async fn understood(path: &str, response: Response) -> Response {
    if response.status() == StatusCode::OK {
        return response;
    }
    let status = response.status();
    let told = to_bytes(response.into_body(), MOST_OF_A_PROBLEM).await.unwrap_or_default();
    let problem: Value = serde_json::from_slice(&told).unwrap_or_default();
    let detail = problem["detail"].as_str().map_or_else(|| status.to_string(), str::to_owned);
    // An address that is none is most likely misspelt in the settings: a tool call that asks there may not run.
    let event = path.strip_prefix(PREFIX).and_then(Event::of).unwrap_or(Event::PreToolUse);
    Json(event.refused(&detail).to_json(event)).into_response()
}
