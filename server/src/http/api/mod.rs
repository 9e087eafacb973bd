//! The HTTP API under `/api/v1`: JSON in, JSON out, every call one use case.

pub mod approvals;
pub mod health;
pub mod live;
pub mod runs;
pub mod workflows;

use axum::{
    Json,
    http::Method,
    response::{IntoResponse as _, Response},
};
use domain::permission::Action;
use serde::Serialize;

use super::routes::{Access, Routes};

/// Every call of the API and who may make it.
pub fn routes(routes: Routes) -> Routes {
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let granted = Access::Granted;
    routes
        .add(get.clone(), "/healthz", Access::Public, health::is_alive)
        .add(get.clone(), "/readyz", Access::Public, health::is_ready)
        .add(put, "/api/v1/workflows/{name}", granted(Action::PublishWorkflow), workflows::publish)
        .add(get.clone(), "/api/v1/workflows", granted(Action::ReadWorkflows), workflows::list)
        .add(get.clone(), "/api/v1/workflows/{name}", granted(Action::ReadWorkflows), workflows::latest)
        .add(
            get.clone(),
            "/api/v1/workflows/{name}/versions/{version}",
            granted(Action::ReadWorkflows),
            workflows::version,
        )
        .add(post.clone(), "/api/v1/runs", granted(Action::StartRun), runs::start)
        .add(get.clone(), "/api/v1/runs", granted(Action::ReadRun), runs::list)
        .add(get.clone(), "/api/v1/runs/{id}", granted(Action::ReadRun), runs::show)
        .add(get.clone(), "/api/v1/runs/{id}/timeline", granted(Action::ReadRun), runs::timeline)
        .add(post.clone(), "/api/v1/runs/{id}/sessions", granted(Action::StartRun), runs::attach)
        .add(post.clone(), "/api/v1/runs/{id}/cancel", granted(Action::EndRun), runs::cancel)
        .add(post.clone(), "/api/v1/runs/{id}/fail", granted(Action::EndRun), runs::fail)
        .add(post.clone(), "/api/v1/runs/{id}/facts", granted(Action::WriteFacts), runs::write_facts)
        .add(post.clone(), "/api/v1/runs/{id}/assertions", granted(Action::RecordAssertions), runs::record_assertions)
        .add(post.clone(), "/api/v1/runs/{id}/gate-checks", granted(Action::CheckGate), runs::check_gate)
        .add(post.clone(), "/api/v1/runs/{id}/tool-results", granted(Action::ReportToolResult), runs::report_result)
        .add(get.clone(), "/api/v1/approvals", granted(Action::ReadApprovals), approvals::list)
        .add(get.clone(), "/api/v1/approvals/{id}", granted(Action::ReadApprovals), approvals::show)
        .add(get.clone(), "/api/v1/live", granted(Action::FollowLive), live::follow)
        .add(get, "/api/v1/approvals/{id}/decision", granted(Action::AwaitDecision), approvals::await_decision)
        .add(post.clone(), "/api/v1/approvals/{id}/decisions", granted(Action::Decide), approvals::decide)
        .add(post, "/api/v1/approvals/{id}/cancel", granted(Action::CancelApproval), approvals::cancel)
}

/// 200 with JSON.
fn ok(body: impl Serialize) -> Response {
    Json(body).into_response()
}
