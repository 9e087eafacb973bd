//! Whether the process lives and the database answers.

use axum::{extract::State, http::StatusCode, response::Response};

use super::{answers::Health, ok};
use crate::http::{AppState, problem::Answer};

/// `GET /healthz`: the process answers.
pub async fn is_alive() -> Response {
    ok(Health { status: "ok", version: Some(env!("CARGO_PKG_VERSION")) })
}

/// `GET /readyz`: the database answers as well.
pub async fn is_ready(State(state): State<AppState>) -> Answer<(StatusCode, Response)> {
    if state.desk.database.is_ready().await {
        return Ok((StatusCode::OK, ok(Health { status: "ready", version: None })));
    }
    Err(crate::error::Error::unavailable("The database does not answer.").into())
}
