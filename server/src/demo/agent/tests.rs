//! The agent against a server that answers whatever the test says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Response},
};

use super::*;

/// Answers gate checks from a list, everything else politely; keeps what it was asked.
#[derive(Clone)]
struct Stub {
    checks: Arc<Mutex<VecDeque<(u16, Value)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn answer(State(stub): State<Stub>, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("", |path| path.as_str()).trim_start_matches("/api/v1").to_owned();
    stub.asked.lock().expect("lock").push(path.clone());
    let body = match path.as_str() {
        "/runs" => json!({"run_id": "run_1"}),
        "/runs/run_1/gate-checks" => {
            let (status, body) = stub.checks.lock().expect("lock").pop_front().expect("an answer is left");
            return (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response();
        }
        "/approvals/apr_1" => json!({"policy": {"approve": [{"group": "compliance"}, {"group": "risk"}]}}),
        path if path.starts_with("/approvals/apr_1/decision") => {
            let waits = stub.asked.lock().expect("lock").iter().filter(|asked| *asked == path).count() < 2;
            let rejected =
                json!({"status": "rejected", "notes": "Wrong customer.", "reviewers": [{"name": "Ana Ruiz"}]});
            if waits { json!({"status": AWAITING}) } else { rejected }
        }
        _ => json!({}),
    };
    Json(body).into_response()
}

/// An agent calls one tool; gives how it went, what the server was asked after the run began, and the lines told.
async fn called(checks: &[(u16, Value)]) -> (Result<Called, Trouble>, Vec<String>, Vec<String>) {
    let stub = Stub { checks: Arc::new(Mutex::new(checks.iter().cloned().collect())), asked: Arc::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(answer).with_state(stub.clone());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let lines = Arc::new(Mutex::new(Vec::new()));
    let setting = Setting {
        client: Client::new(&address, "csk_test").expect("a client"),
        name: "onboarding-agent",
        thinking: Duration::ZERO,
        voice: Voice::Kept(lines.clone()),
        colleague: None,
        wake: None,
    };
    let mut agent = Agent::begin(setting, &Story::of(1, 0), "w", "somebody").await.expect("a run");
    let outcome = agent.call("setup_account", json!({}), json!({"account_id": "acc_1"})).await;
    server.abort();
    let asked = stub.asked.lock().expect("lock")[1..].to_vec();
    let told = lines.lock().expect("lock").clone();
    (outcome, asked, told)
}

const CHECK: &str = "/runs/run_1/gate-checks";
const RESULT: &str = "/runs/run_1/tool-results";

#[tokio::test]
async fn an_allowed_call_runs_and_is_reported() {
    let (outcome, asked, _) = called(&[(200, json!({"outcome": "allow"}))]).await;
    assert_eq!(outcome.expect("an outcome"), Called::Ran);
    assert_eq!(asked, [CHECK, RESULT]);
}

#[tokio::test]
async fn a_blocked_call_does_not_run() {
    let error = "PREREQUISITE_FAILED: Call get_customer first.";
    let (outcome, asked, _) = called(&[(200, json!({"outcome": "block", "error": error}))]).await;
    assert_eq!(outcome.expect("an outcome"), Called::Blocked(error.to_owned()));
    assert_eq!(asked, [CHECK]);
}

#[tokio::test]
async fn what_is_not_permission_does_not_run() {
    for (status, answer) in
        [(200, json!({"outcome": "maybe"})), (200, json!({})), (403, json!({"code": "wrong_scope"}))]
    {
        let (outcome, asked, _) = called(&[(status, answer.clone())]).await;
        assert!(outcome.is_err(), "{answer}");
        assert_eq!(asked, [CHECK], "{answer}");
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again() {
    let busy = (503, json!({"code": "unavailable", "detail": "The queue is full."}));
    let (outcome, asked, _) = called(&[busy, (200, json!({"outcome": "allow"}))]).await;
    assert_eq!(outcome.expect("an outcome"), Called::Ran);
    assert_eq!(asked, [CHECK, CHECK, RESULT]);
}

#[tokio::test]
async fn a_suspended_call_waits_and_reads_why_it_was_rejected() {
    let suspended = (200, json!({"outcome": "suspend", "approval_id": "apr_1"}));
    let rejected = (200, json!({"outcome": "block", "error": "approval_rejected: Wrong customer."}));
    let (outcome, asked, told) = called(&[suspended, rejected]).await;
    assert_eq!(outcome.expect("an outcome"), Called::Declined("Wrong customer.".to_owned()));
    let poll = "/approvals/apr_1/decision?wait=30";
    assert_eq!(asked, [CHECK, "/approvals/apr_1", poll, poll, CHECK]);
    assert_eq!(
        told,
        [
            "onboarding-agent  Aarav Shah             setup_account suspended, waiting for compliance and risk",
            "onboarding-agent  Aarav Shah             setup_account rejected by Ana Ruiz",
        ]
    );
}

#[tokio::test]
async fn a_call_that_stays_suspended_is_given_up() {
    let suspended = (200, json!({"outcome": "suspend", "approval_id": "apr_1"}));
    let (outcome, asked, _) = called(&[suspended.clone(), suspended.clone(), suspended]).await;
    assert!(outcome.is_err());
    assert!(!asked.contains(&RESULT.to_owned()));
}
