//! The OpenAPI document says what the API does: every call is in it, and every success it promises happens.
//! What each answer looks like is checked in every test, by `support/contract.rs`.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request},
};
use domain::Scope;
use serde_json::{Value, json};
use server::http::declared;

use crate::support::{Browser, PASSWORD, PAYMENTS, TestConsole, contract, on_both, request};

on_both!(every_documented_success_happens, parameters_are_the_documented_ones);

#[test]
fn operations_are_told_apart_and_name_what_varies() {
    let mut ids = BTreeSet::new();
    for route in declared() {
        let Some(operation) = route.operation else { continue };
        assert!(ids.insert(operation.id), "{} names two operations", operation.id);
        let varies: Vec<&str> = route.path.split('/').filter(|part| part.starts_with('{')).collect();
        let named = operation.parameters.iter().filter(|parameter| parameter.place.as_str() == "path");
        let named: Vec<String> = named.map(|parameter| format!("{{{}}}", parameter.name)).collect();
        assert_eq!(varies, named, "{}", route.path);
        assert!(!operation.answers.is_empty(), "{} answers nothing", operation.id);
    }
}

#[tokio::test]
async fn the_document_is_served_to_anybody() {
    let console = TestConsole::sqlite().await;
    let ask = Request::get("/openapi.json").header("host", "console.test").body(Body::empty()).expect("a request");
    let reply = console.send(ask).await;
    assert_eq!((reply.status.as_u16(), &reply.headers["content-type"]), (200, &"application/json".parse().expect("")));
    let document = reply.json();
    assert_eq!(document, *contract::DOCUMENT);
    assert_eq!(document["openapi"], "3.1.0");
    let decide = &document["paths"]["/api/v1/approvals/{id}/decisions"]["post"];
    assert_eq!(decide["security"], json!([{"key": ["reviewer"]}, {"session": ["reviewer"]}]));
    assert_eq!(decide["requestBody"]["content"]["application/json"]["schema"]["additionalProperties"], false);
}

#[tokio::test]
async fn the_reference_shows_every_call_to_anybody() {
    let console = TestConsole::sqlite().await;
    let page = async |query: &str| {
        let ask = Request::get(format!("/docs/api{query}")).header("host", "console.test");
        console.send(ask.body(Body::empty()).expect("a request")).await
    };
    let whole = page("").await;
    assert_eq!(whole.status, 200);
    let policy = whole.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("script-src 'none'"), "{policy}");
    assert!(!whole.text.contains("<script"));
    for operation in declared().iter().filter_map(|route| route.operation.as_ref()) {
        assert!(whole.text.contains(&format!("<article id=\"{}\"", operation.id)), "{}", operation.id);
    }
    let decide = declared().into_iter().find(|route| route.path.ends_with("/{id}/decisions"));
    let decide = decide.and_then(|route| route.operation).expect("described").id;
    let narrowed = page("?q=digest_mismatch").await.text;
    assert!(narrowed.contains(&format!("<article id=\"{decide}\"")), "the call with this refusal is found");
    assert!(narrowed.matches("<article id=").count() < whole.text.matches("<article id=").count());
    let nothing = page("?q=%3Cscript%3Enowhere").await.text;
    assert!(nothing.contains("No call matches") && !nothing.contains("<script>"));
    assert_eq!(page("?other=1").await.status, 400);
}

/// Every object that is described says which members it has, and every reference leads somewhere.
#[test]
fn answers_are_closed_and_references_lead_somewhere() {
    fn walk(value: &Value, place: &str, open: &mut Vec<String>) {
        if let Some(object) = value.as_object() {
            if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                let pointer = target.strip_prefix('#').expect("a local reference");
                assert!(contract::DOCUMENT.pointer(pointer).is_some(), "{place}: {target}");
            }
            let is_open = object.get("type") == Some(&json!("object")) && !object.contains_key("additionalProperties");
            if is_open && !object.contains_key("unevaluatedProperties") {
                open.push(place.to_owned());
            }
        }
        let below: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
            _ => Vec::new(),
        };
        // Alternatives of a whole that is closed as one are closed with it.
        let is_whole = value.get("unevaluatedProperties").is_some();
        for (name, value) in below {
            if is_whole && matches!(name.as_str(), "oneOf" | "anyOf" | "allOf") {
                continue;
            }
            walk(value, &format!("{place}/{name}"), open);
        }
    }
    let mut open = Vec::new();
    walk(&contract::DOCUMENT, "", &mut open);
    assert!(open.is_empty(), "{open:#?}");
}

/// These have stories of their own, held against the same document.
const ELSEWHERE: [&str; 19] = [
    "/closure",
    "/follow-ups",
    "/signatures",
    "/information ",
    "/resumption/",
    "POST /api/v1/runs/{id}/approvals ",
    "/stages/",
    "/steps",
    "/compensations/",
    "/handoffs",
    "/escalations",
    "/concerns",
    "/bulk-decisions ",
    "/claim ",
    "/release ",
    "/assign ",
    "/revoke ",
    "/runner/lease ",
    "/report ",
];

async fn every_documented_success_happens(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    agent.post("assertions", &json!({"assertions": {"status": "OPEN"}, "statement": "It is open."})).await.expect(200);
    agent.post("sessions", &json!({"framework": "test", "id": "s2", "resume": {"via": "poll"}})).await.expect(201);
    let approval = agent.suspended_payment("pay-1").await;
    agent.outcome(&approval).await;
    for person in ["ana", "tomas"] {
        let token = console.token(person).await;
        agent.approve(&token, &approval).await.expect(201);
        let revision = agent.approval(&approval).await["revision"].clone();
        assert!(revision.is_number());
    }
    agent.outcome(&approval).await;
    agent.pay("pay-1").await;
    repeat_a_decision(&console, &agent).await;
    let admin = console.key("pipeline", &[Scope::Admin], None).await;
    let put = request(Method::PUT, &admin, "/workflows/payments").header("content-type", "application/yaml");
    console.send(put.body(Body::from(PAYMENTS)).expect("a request")).await.expect(200);
    let run = format!("/runs/{}", agent.run);
    let timeline = format!("{run}/timeline?order=desc&limit=2");
    for path in [&*run, &timeline, "/runs", "/runs?status=suspended", "/approvals", "/approvals?status=approved"] {
        console.get(&agent.key, path).await.expect(200);
    }
    for path in ["/workflows", "/workflows/payments", "/workflows/payments/versions/1"] {
        console.get(&agent.key, path).await.expect(200);
    }
    let auditor = console.key("auditor", &[Scope::Auditor], None).await;
    console.get(&auditor, "/audit/events?limit=3").await.expect(200);
    let mut mira = Browser::new(&console);
    mira.sign_in("mira@example.com", PASSWORD).await;
    assert_eq!(mira.send(Method::GET, "/api/v1/live", &[]).await.status, 200);
    for path in ["/healthz", "/readyz"] {
        console.send(Request::get(path).body(Body::empty()).expect("a request")).await.expect(200);
    }
    end_things(&agent).await;
    let met = console.met.lock().expect("unpoisoned").clone();
    let promised = contract::successes();
    let is_elsewhere = |one: &&String| ELSEWHERE.iter().any(|part| one.contains(part));
    let missed: Vec<&String> = promised.difference(&met).filter(|one| !is_elsewhere(one)).collect();
    assert!(missed.is_empty(), "documented, and never seen here: {missed:#?}");
}

/// What is taken back, in runs of their own.
async fn end_things(agent: &crate::support::Agent<'_>) {
    let (cancelled, failed) = (agent.again().await, agent.again().await);
    cancelled.prepare().await;
    let approval = cancelled.suspended_payment("pay-1").await;
    let reason = json!({"reason": "Asked for twice."});
    let path = format!("/approvals/{approval}/cancel");
    agent.console.post(&agent.key, &path, &reason).await.expect(200);
    cancelled.post("cancel", &reason).await.expect(200);
    failed.post("fail", &json!({"error": "The host went away."})).await.expect(200);
}

/// The same decision again is answered with 200 and what is stored.
async fn repeat_a_decision(console: &TestConsole, agent: &crate::support::Agent<'_>) {
    let approval = agent.check("note-1", "note", json!({"text": "Called."})).await["approval_id"].clone();
    let approval = approval.as_str().expect("an approval");
    let seen = agent.approval(approval).await;
    let ballot = json!({"verdict": "approve", "revision": 1, "package_digest": seen["package_digest"]});
    let token = console.token("mira").await;
    for status in [201, 200] {
        console.post(&token, &format!("/approvals/{approval}/decisions"), &ballot).await.expect(status);
    }
}

async fn parameters_are_the_documented_ones(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let mut mira = Browser::new(&console);
    mira.sign_in("mira@example.com", PASSWORD).await;
    let mut asked = 0;
    for route in declared() {
        let Some(operation) = route.operation.filter(|_| route.method == Method::GET) else { continue };
        let named: Vec<&str> = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.place.as_str() == "query")
            .map(|parameter| parameter.name)
            .collect();
        if named.is_empty() {
            continue;
        }
        let id = if route.path.contains("/approvals/") { &approval } else { &agent.run };
        let path = route.path.replace("{id}", id).replace("/api/v1", "");
        let refused = match operation.id {
            "follow_live" => mira.send(Method::GET, "/api/v1/live?nothing=1", &[]).await.expect(400),
            "list_audit_events" => mira.send(Method::GET, "/api/v1/audit/events?nothing=1", &[]).await.expect(400),
            _ => console.get(&agent.key, &format!("{path}?nothing=1")).await.expect(400),
        };
        let told = refused["detail"].as_str().expect("a sentence");
        let known = told.split("known are ").nth(1).unwrap_or(told).trim_end_matches('.');
        assert_eq!(known, named.join(", "), "{path}");
        asked += 1;
    }
    assert!(asked > 3);
}
