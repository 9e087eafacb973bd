//! Keys minted for a run: they see that run alone, name it for themselves, and end with it.

use axum::{
    body::Body,
    http::{Method, header},
};
use chrono::TimeDelta;
use domain::Scope;
use serde_json::{Value, json};
use server::desk::Caller;

use super::{Client, desk};
use crate::support::{Agent, Stored, TestConsole, on_both, request};

on_both!(
    a_minted_key_means_its_run,
    a_repeat_is_shown_the_key_again_and_nothing_else_is,
    a_minted_key_ends_with_its_run,
    a_minted_key_ends_with_the_key_that_minted_it,
);

fn begun() -> Value {
    json!({
        "workflow": "payments", "subject": "acc_2", "requested_by": "rosa@example.com", "agent_key": true,
        "session": {"framework": "test", "id": "s1"},
    })
}

/// A run with a key of its own.
async fn minted<'a>(agent: &Agent<'a>) -> (Agent<'a>, Client<'a>) {
    let answer = agent.console.post(&agent.key, "/runs", &begun()).await.expect(201);
    let text = |name: &str| answer[name].as_str().expect("text").to_owned();
    let own =
        Agent { console: agent.console, key: agent.key.clone(), ledger: agent.ledger.clone(), run: text("run_id") };
    (own, Client { console: agent.console, key: text("agent_key"), capabilities: json!({}) })
}

async fn a_minted_key_means_its_run(console: TestConsole) {
    let (agent, _) = desk(&console).await;
    let (own, client) = minted(&agent).await;
    client.call("record_assertion", json!({"assertions": {"status": "OPEN"}})).await;
    assert_eq!(own.status().await["assertions"], json!({"status": "OPEN"}));
    let asked = client.call("request_approval", json!({"run_id": null, "summary": "May I?"})).await;
    let told = client.call("get_decision", json!({"approval_id": asked["approval_id"]})).await;
    assert_eq!(told["status"], "AWAITING_HUMAN_REVIEW");
    let told = client.call("check_gate", json!({"tool": "look_up", "input": {"account": "acc_2"}})).await;
    assert_eq!(told["would"], "block", "the session waits for people: {told}");
    // Whoever answers for the harness answers for it, too.
    let shown = own.approval(asked["approval_id"].as_str().expect("an id")).await;
    assert_eq!(shown["package"]["agent"], json!(format!("agent of {}", own.run)));
    // By HTTP it is what any key of its scope is, and sees as little of others.
    let path = format!("/runs/{}/assertions", own.run);
    console.post(&client.key, &path, &json!({"assertions": {"a": 1}})).await.expect(200);
    let path = format!("/runs/{}/assertions", agent.run);
    let reply = console.post(&client.key, &path, &json!({"assertions": {"a": 1}})).await;
    assert_eq!(reply.problem(), "404 not_found");
    assert_eq!(console.get(&client.key, &format!("/runs/{}", agent.run)).await.problem(), "404 not_found");
    assert_eq!(console.post(&client.key, "/runs", &begun()).await.problem(), "403 wrong_scope");
    assert!(own.kinds().await.contains(&"key.created".to_owned()), "{:?}", own.kinds().await);
}

async fn a_repeat_is_shown_the_key_again_and_nothing_else_is(console: TestConsole) {
    let (agent, _) = desk(&console).await;
    let ask = async || {
        let asked = request(Method::POST, &agent.key, "/runs").header("idempotency-key", "run-2");
        let asked = asked.header(header::CONTENT_TYPE, "application/json");
        console.send(asked.body(Body::from(begun().to_string())).expect("a request")).await.expect(201)
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!(first, second);
    let secret = first["agent_key"].as_str().expect("a key");
    let client = Client { console: &console, key: secret.to_owned(), capabilities: json!({}) };
    client.call("record_assertion", json!({"assertions": {"status": "OPEN"}})).await;
    assert_eq!(Stored::of(&console).await.tables_with(secret), [""; 0], "the secret itself is kept nowhere");
    // What others have said may have the word in it.
    let asked =
        request(Method::POST, &client.key, &format!("/runs/{}/assertions", first["run_id"].as_str().expect("an id")));
    let asked = asked.header("idempotency-key", "a").header(header::CONTENT_TYPE, "application/json");
    let body = json!({"assertions": {"agent_key_sealed": "x"}}).to_string();
    console.send(asked.body(Body::from(body.clone())).expect("a request")).await.expect(200);
    let asked =
        request(Method::POST, &client.key, &format!("/runs/{}/assertions", first["run_id"].as_str().expect("an id")));
    let asked = asked.header("idempotency-key", "a").header(header::CONTENT_TYPE, "application/json");
    let repeat = console.send(asked.body(Body::from(body)).expect("a request")).await.expect(200);
    assert_eq!(repeat, json!({"recorded": ["agent_key_sealed"]}));
}

async fn a_minted_key_ends_with_its_run(console: TestConsole) {
    let (agent, _) = desk(&console).await;
    let (own, client) = minted(&agent).await;
    let asked = client.call("request_approval", json!({"summary": "May I?"})).await;
    own.post("cancel", &json!({"reason": "Over."})).await.expect(200);
    // What became of it can be read a while.
    let told = client.call("get_decision", json!({"approval_id": asked["approval_id"]})).await;
    assert_eq!((&told["status"], &told["is_final"]), (&json!("cancelled"), &json!(true)), "{told}");
    assert_eq!(client.refused("request_approval", json!({"summary": "And now?"})).await["code"], "run_ended");
    console.pass(TimeDelta::minutes(61));
    let body = client.modern(1, "tools/list", json!({}));
    let reply = client.send(client.headers_of(&body), body.to_string()).await;
    assert_eq!(reply.problem(), "401 not_signed_in");
}

async fn a_minted_key_ends_with_the_key_that_minted_it(console: TestConsole) {
    let (agent, _) = desk(&console).await;
    let key = console.key("harness", &[Scope::Hook], Some("dev@example.com")).await;
    let harness = Agent { console: &console, key, ledger: String::new(), run: String::new() };
    let (_, client) = minted(&harness).await;
    client.call("record_assertion", json!({"assertions": {"status": "OPEN"}})).await;
    console.desk.revoke_key(&Caller::CommandLine, "harness").await.expect("revoked");
    let body = client.modern(1, "tools/list", json!({}));
    let reply = client.send(client.headers_of(&body), body.to_string()).await;
    assert_eq!(reply.problem(), "401 not_signed_in");
    drop(agent);
}
