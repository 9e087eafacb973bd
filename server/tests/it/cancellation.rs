//! What is taken back: approvals and runs, with everything that waits in them settled first.

use chrono::TimeDelta;
use domain::Scope;
use serde_json::{Value, json};

use crate::support::{TestConsole, on_both};

on_both!(
    a_cancelled_run_settles_what_waits_in_it,
    a_failed_run_says_why,
    a_cancelled_approval_lets_the_session_go_on,
    what_has_ended_is_not_taken_back,
    only_the_harness_and_administrators_take_back,
    a_reason_is_a_bounded_text,
);

async fn a_cancelled_run_settles_what_waits_in_it(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let other = agent.again().await;
    let approval = agent.suspended_payment("pay-1").await;
    assert_eq!(agent.status().await["status"], "suspended");
    let path = format!("/approvals/{approval}/decision?wait=30");
    let poll = async { console.get(&agent.key, &path).await.expect(200) };
    let cancel = async { agent.post("cancel", &json!({"reason": "Asked for twice."})).await.expect(200) };
    let (told, ended) = tokio::join!(poll, cancel);
    assert_eq!((&told["status"], &told["reviewers"]), (&json!("cancelled"), &json!([])));
    assert_eq!(told["notes"], "The run was cancelled: Asked for twice.");
    assert_eq!((&ended["status"], &ended["approvals_ended"]), (&json!("cancelled"), &json!(1)));
    // A second time changes nothing, whatever the reason.
    let again = agent.post("cancel", &json!({"reason": "Once more."})).await.expect(200);
    assert_eq!((&again["reason"], &again["ended_at"]), (&json!("Asked for twice."), &ended["ended_at"]));
    assert_eq!(agent.post("fail", &json!({"error": "x"})).await.problem(), "409 run_ended");
    let kinds = agent.kinds().await;
    let tail: Vec<&str> = kinds.iter().rev().take(4).rev().map(String::as_str).collect();
    assert_eq!(tail, ["approval.cancelled", "session.resumed", "session.ended", "run.cancelled"]);
    assert!(!kinds.iter().any(|kind| kind == "resumption.queued"), "cancelling sends nothing: {kinds:?}");
    // Nothing may run any more: a new call, the call that waited, and the one that was allowed before.
    for (id, tool, input) in [
        ("note-1", "note", json!({"text": "late"})),
        ("pay-1", "pay", json!({"to": "ACME", "amount": 250})),
        ("look-1", "look_up", json!({"account": "acc_1"})),
    ] {
        let answer = agent.check(id, tool, input).await;
        assert_eq!(answer["outcome"], "block", "{answer}");
        assert!(answer["error"].as_str().is_some_and(|error| error.starts_with("run_ended: ")), "{answer}");
    }
    let attached = agent.post("sessions", &json!({"framework": "test", "id": "s2"})).await;
    assert_eq!(attached.problem(), "409 run_ended");
    let shown = agent.status().await;
    assert_eq!((&shown["status"], &shown["ended_because"]), (&json!("cancelled"), &json!("Asked for twice.")));
    assert_eq!(shown["sessions"][0]["status"], "ended");
    for (status, run) in [("cancelled", &agent.run), ("active", &other.run)] {
        let listed = console.get(&agent.key, &format!("/runs?status={status}")).await.expect(200);
        let ids: Vec<&Value> = listed["items"].as_array().expect("items").iter().map(|item| &item["run_id"]).collect();
        assert_eq!(ids, [&json!(run)], "{status}");
        assert_eq!(listed["items"][0]["status"], status);
    }
    for status in ["suspended", "failed"] {
        let listed = console.get(&agent.key, &format!("/runs?status={status}")).await.expect(200);
        assert_eq!(listed["items"], json!([]), "{status}");
    }
    assert_eq!(console.get(&agent.key, "/runs?status=ended").await.problem(), "400 malformed_request");
}

async fn a_failed_run_says_why(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let failed = agent.post("fail", &json!({"error": "The host went away."})).await.expect(200);
    assert_eq!((&failed["status"], &failed["reason"]), (&json!("failed"), &json!("The host went away.")));
    assert_eq!(agent.outcome(&approval).await["notes"], "The run failed: The host went away.");
    assert_eq!(agent.post("fail", &json!({"error": "Again."})).await.expect(200)["reason"], "The host went away.");
    assert_eq!(agent.post("cancel", &json!({"reason": "x"})).await.problem(), "409 run_ended");
    // What ran before may still be reported; what is known about the world may still be recorded.
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
}

async fn a_cancelled_approval_lets_the_session_go_on(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    let path = format!("/approvals/{approval}/cancel");
    let body = json!({"reason": "The customer called back."});
    let cancelled = console.post(&agent.key, &path, &body).await.expect(200);
    assert_eq!((&cancelled["status"], &cancelled["notes"]), (&json!("cancelled"), &body["reason"]));
    assert_eq!(console.post(&agent.key, &path, &body).await.expect(200), cancelled);
    assert_eq!(agent.outcome(&approval).await, cancelled);
    assert_eq!(agent.status().await["status"], "active");
    let late = agent.approve(&tomas, &approval).await;
    assert_eq!(late.problem(), "409 cancelled");
    let same = agent.pay("pay-1").await;
    assert_eq!(same["outcome"], "block");
    assert!(same["error"].as_str().is_some_and(|error| error.starts_with("approval_cancelled: ")), "{same}");
    // Asking afresh takes a new call, and a new approval.
    let fresh = agent.suspended_payment("pay-2").await;
    assert_ne!(fresh, approval);
    agent.approve(&console.token("mira").await, &fresh).await.expect(201);
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.cancelled").count(), 1);
    assert!(!kinds.iter().any(|kind| kind == "resumption.queued"), "cancelling sends nothing: {kinds:?}");
}

async fn what_has_ended_is_not_taken_back(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let approved = agent.suspended_payment("pay-1").await;
    agent.approve(&ana, &approved).await.expect(201);
    agent.approve(&tomas, &approved).await.expect(201);
    let cancel = async |approval: &str| {
        console.post(&agent.key, &format!("/approvals/{approval}/cancel"), &json!({"reason": "x"})).await.problem()
    };
    assert_eq!(cancel(&approved).await, "409 already_decided");
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
    let expiring = agent.again().await;
    expiring.prepare().await;
    let expired = expiring.suspended_payment("pay-1").await;
    console.pass(TimeDelta::hours(24));
    assert_eq!(cancel(&expired).await, "409 expired");
    assert_eq!(expiring.outcome(&expired).await["status"], "expired");
}

async fn only_the_harness_and_administrators_take_back(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (run_path, path) = (format!("/runs/{}/cancel", agent.run), format!("/approvals/{approval}/cancel"));
    let body = json!({"reason": "x"});
    let model = console.key("model", &[Scope::Agent], None).await;
    for key in [console.token("ana").await, model, agent.ledger.clone()] {
        assert_eq!(console.post(&key, &run_path, &body).await.problem(), "403 wrong_scope");
        assert_eq!(console.post(&key, &path, &body).await.problem(), "403 wrong_scope");
    }
    let nowhere = "apr_01j1x6q34xfvqr28t5cy4tp001";
    assert_eq!(
        console.post(&agent.key, &format!("/approvals/{nowhere}/cancel"), &body).await.problem(),
        "404 not_found"
    );
    let admin = console.key("operations", &[Scope::Admin], None).await;
    console.post(&admin, &path, &body).await.expect(200);
    console.post(&admin, &run_path, &body).await.expect(200);
}

async fn a_reason_is_a_bounded_text(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let table = [
        (json!({}), "422 invalid_field"),
        (json!({"reason": " "}), "422 invalid_field"),
        (json!({"reason": "x".repeat(4_001)}), "422 invalid_field"),
        (json!({"reason": "a\u{0}b"}), "422 invalid_field"),
        (json!({"reason": "x", "force": true}), "422 unknown_field"),
    ];
    for (body, told) in table {
        assert_eq!(agent.post("cancel", &body).await.problem(), told, "{body}");
        let reply = console.post(&agent.key, &format!("/approvals/{approval}/cancel"), &body).await;
        assert_eq!(reply.problem(), told, "{body}");
    }
    assert_eq!(agent.status().await["status"], "suspended");
}
