//! Facts come from their one writer; assertions are shown and never believed.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestConsole, on_both};

on_both!(
    only_the_declared_writer_writes_a_fact,
    what_the_model_asserts_opens_no_gate_and_is_shown_beside_the_record,
    a_fact_too_old_counts_as_absent,
    idempotency_keys_replay_the_answer,
    keys_see_what_they_may,
);

async fn only_the_declared_writer_writes_a_fact(console: TestConsole) {
    let agent = console.cast().await;
    let path = format!("/runs/{}/facts", agent.run);
    let mine = console.post(&agent.key, &path, &json!({"facts": {"status": "OPEN"}})).await;
    assert_eq!(mine.problem(), "403 facts_need_system_scope");
    let table = [
        (json!({"payee": "EVIL"}), "/facts/payee"),
        (json!({"status": null}), "/facts/status"),
        (json!({"status": "open"}), "/facts/status"),
        (json!({"score": "7"}), "/facts/score"),
        (json!({"unheard_of": 1}), "/facts/unheard_of"),
        (json!({}), "/facts"),
    ];
    for (facts, place) in table {
        let refused = agent.record(facts.clone()).await;
        assert_eq!(refused.problem(), "422 invalid_field", "{facts}");
        assert_eq!(refused.json()["errors"][0]["path"], place);
    }
    // One wrong fact: nothing of the call is written.
    assert_eq!(agent.record(json!({"status": "OPEN", "score": "x"})).await.problem(), "422 invalid_field");
    let run = console.get(&agent.key, &format!("/runs/{}", agent.run)).await.expect(200);
    assert_eq!(run["facts"], json!({}));
    let written = agent.record(json!({"status": "OPEN"})).await.expect(200);
    assert_eq!(written, json!({"written": [{"name": "status", "version": 1}]}));
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let run = console.get(&agent.key, &format!("/runs/{}", agent.run)).await.expect(200);
    assert_eq!(run["facts"]["status"]["version"], 2);
}

async fn what_the_model_asserts_opens_no_gate_and_is_shown_beside_the_record(console: TestConsole) {
    let agent = console.cast().await;
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let said = json!({"assertions": {"status": "OPEN", "payee": "ACME"}, "statement": "I checked, all is open."});
    agent.post("assertions", &said).await.expect(200);
    let blocked = agent.pay("pay-1").await;
    assert_eq!(blocked["outcome"], "block");
    let shown = &blocked["evidence"]["assertions"];
    assert_eq!(shown[1]["name"], "status");
    assert_eq!((&shown[1]["asserted"], &shown[1]["recorded"]), (&json!("OPEN"), &json!("FROZEN")));
    assert_eq!(shown[0]["recorded"], json!(null));
}

async fn a_fact_too_old_counts_as_absent(console: TestConsole) {
    let aged = crate::support::PAYMENTS
        .replace("when: 'facts.status == \"OPEN\"'", "when: 'facts.status == \"OPEN\" && facts.score > 5'");
    let agent = console.cast().await;
    console.desk.publish_workflow(&server::desk::Caller::CommandLine, None, &aged).await.expect("a version");
    let agent = agent.again().await;
    agent.record(json!({"score": 9})).await.expect(200);
    agent.prepare().await;
    agent.suspended_payment("pay-1").await;
    let later = agent.again().await;
    later.record(json!({"score": 9})).await.expect(200);
    later.prepare().await;
    console.pass(TimeDelta::minutes(61));
    let blocked = later.pay("pay-1").await;
    assert_eq!(blocked["outcome"], "block", "{blocked}");
    let score = blocked["evidence"]["conditions"][0]["facts"]
        .as_array()
        .expect("facts")
        .iter()
        .find(|fact| fact["name"] == "score");
    assert_eq!(score.expect("score is listed")["value"], json!(null));
}

async fn idempotency_keys_replay_the_answer(console: TestConsole) {
    let agent = console.cast().await;
    let send = async |key: &str, body: serde_json::Value| {
        let request = crate::support::request(axum::http::Method::POST, &agent.key, "/runs")
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(axum::body::Body::from(body.to_string()))
            .expect("a request");
        console.send(request).await
    };
    let body = json!({"workflow": "payments", "subject": "acc_2", "requested_by": "rosa@example.com"});
    let first = send("\"k-1\"", body.clone()).await.expect(201);
    let again = send("k-1", body.clone()).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.expect(201), first);
    let other = json!({"workflow": "payments", "subject": "acc_3", "requested_by": "rosa@example.com"});
    assert_eq!(send("k-1", other).await.problem(), "422 idempotency_mismatch");
    assert_ne!(send("k-2", body).await.expect(201), first);
}

async fn keys_see_what_they_may(console: TestConsole) {
    let agent = console.cast().await;
    let auditor = console.key("auditor", &[domain::Scope::Auditor], None).await;
    console.get(&auditor, &format!("/runs/{}", agent.run)).await.expect(200);
    assert_eq!(console.post(&auditor, "/runs", &json!({})).await.problem(), "403 wrong_scope");
    assert_eq!(console.get(&agent.key, "/runs/run_00000000000000000000000000").await.problem(), "404 not_found");
    assert_eq!(console.get(&agent.key, "/runs/nonsense").await.problem(), "404 not_found");
    assert_eq!(console.get("csk_unknown", "/runs").await.problem(), "401 not_signed_in");
    let listed = console.get(&auditor, "/runs?workflow=payments&limit=1").await.expect(200);
    assert_eq!(listed["items"][0]["run_id"], json!(agent.run));
}
