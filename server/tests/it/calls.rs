//! The identity of a call: same call, same answer; one approval, one use.

use chrono::TimeDelta;
use domain::Role;
use serde_json::json;

use crate::support::{TestConsole, on_both};

on_both!(
    the_same_call_gets_the_same_answer,
    another_input_under_the_same_id_is_blocked,
    the_same_action_under_a_new_id_waits_for_the_same_approval,
    a_suspended_session_gets_no_other_gated_call,
    a_call_that_rested_for_another_is_judged_anew,
    a_forked_session_cannot_use_the_approval,
    an_approval_is_used_once,
    conditions_are_checked_again_before_the_call_runs,
    a_rejected_action_stays_blocked,
    an_approval_not_used_in_time_is_stale,
    results_count_once_and_only_for_allowed_calls,
    what_no_gate_names_falls_under_the_default,
);

async fn approved(console: &TestConsole, agent: &crate::support::Agent<'_>, call: &str) -> String {
    let approval = agent.suspended_payment(call).await;
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, &approval).await.expect(201);
    }
    approval
}

async fn the_same_call_gets_the_same_answer(console: TestConsole) {
    let agent = console.cast().await;
    let blocked = agent.pay("pay-1").await;
    agent.prepare().await;
    assert_eq!(agent.pay("pay-1").await, blocked);
    let suspended = agent.pay("pay-2").await;
    assert_eq!(agent.pay("pay-2").await, suspended);
    assert_eq!(suspended["status"], "AWAITING_HUMAN_REVIEW");
    assert_eq!(suspended["eta_hours"], 24);
}

async fn another_input_under_the_same_id_is_blocked(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    agent.suspended_payment("pay-1").await;
    let changed = agent.check("pay-1", "pay", json!({"to": "ACME", "amount": 9999})).await;
    assert_eq!(changed["outcome"], "block");
    assert!(changed["error"].as_str().expect("an error").starts_with("input_changed"));
    // Both attempts are in the log; the suspension stands.
    assert_eq!(agent.pay("pay-1").await["outcome"], "suspend");
    assert_eq!(agent.kinds().await.iter().filter(|kind| *kind == "gate.checked").count(), 3);
}

async fn the_same_action_under_a_new_id_waits_for_the_same_approval(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    assert_eq!(agent.suspended_payment("pay-2").await, approval);
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, &approval).await.expect(201);
    }
    assert_eq!(agent.pay("pay-2").await["outcome"], "allow");
    // The other call of the same action finds the approval used and must ask afresh.
    let late = agent.pay("pay-1").await;
    assert_eq!(late["outcome"], "block");
    assert!(late["error"].as_str().expect("an error").starts_with("approval_used"), "{late}");
    assert_ne!(agent.suspended_payment("pay-3").await, approval);
}

async fn a_call_that_rested_for_another_is_judged_anew(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let first = agent.suspended_payment("pay-1").await;
    let pay = async || agent.check("pay-2", "pay", json!({"to": "ACME", "amount": 333})).await;
    let look = async || agent.check("look-2", "look_up", json!({"account": "acc_1"})).await;
    for rests in [pay().await, look().await, pay().await] {
        assert!(rests["error"].as_str().expect("an error").starts_with(&format!("awaiting {first}")), "{rests}");
    }
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    for person in [&ana, &tomas] {
        agent.approve(person, &first).await.expect(201);
    }
    // Both are looked at as if they came now, under the ids they had: one may run, the other needs people of its own.
    let waits = pay().await;
    let second = waits["approval_id"].as_str().expect("an approval").to_owned();
    assert_eq!((&waits["outcome"], second == first), (&json!("suspend"), false), "{waits}");
    assert_eq!(pay().await, waits, "the same call, the same answer");
    assert!(look().await["error"].as_str().expect("an error").starts_with(&format!("awaiting {second}")));
    // Whoever approved the first may not decide about the second.
    console.person("Lea Roth", &[Role::Reviewer], &["compliance"]).await;
    console.person("Kim Sand", &[Role::Reviewer], &["risk"]).await;
    let (lea, kim) = (console.token("lea").await, console.token("kim").await);
    for person in [&lea, &kim] {
        agent.approve(person, &second).await.expect(201);
    }
    assert_eq!(look().await["outcome"], "allow");
    let allowed = pay().await;
    assert_eq!(allowed["outcome"], "allow");
    assert_eq!(pay().await, allowed);
    // A rejection is no rest: it stands.
    let third = agent.check("pay-3", "pay", json!({"to": "ACME", "amount": 334})).await;
    let third = third["approval_id"].as_str().expect("an approval").to_owned();
    console.person("Ole Berg", &[Role::Reviewer], &["risk"]).await;
    let ole = console.token("ole").await;
    agent.decide(&ole, &third, json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."})).await.expect(201);
    for _ in 0..2 {
        let refused = agent.check("pay-3", "pay", json!({"to": "ACME", "amount": 334})).await;
        assert!(refused["error"].as_str().expect("an error").starts_with("approval_rejected"), "{refused}");
    }
}

async fn a_suspended_session_gets_no_other_gated_call(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let other = agent.check("look-2", "look_up", json!({"account": "acc_1"})).await;
    assert_eq!(other["outcome"], "block");
    assert!(other["error"].as_str().expect("an error").starts_with(&format!("awaiting {approval}")));
    agent.post("sessions", &json!({"framework": "test", "id": "s2"})).await.expect(201);
    let elsewhere = agent.check_in("s2", "look-3", "look_up", json!({"account": "acc_1"})).await;
    assert_eq!(elsewhere["outcome"], "allow");
}

async fn a_forked_session_cannot_use_the_approval(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    approved(&console, &agent, "pay-1").await;
    agent.post("sessions", &json!({"framework": "test", "id": "fork"})).await.expect(201);
    let forked = agent.check_in("fork", "pay-1", "pay", json!({"to": "ACME", "amount": 250})).await;
    assert_eq!(forked["outcome"], "block");
    assert!(forked["error"].as_str().expect("an error").starts_with("forked_session"));
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
}

async fn an_approval_is_used_once(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = approved(&console, &agent, "pay-1").await;
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
    let next = agent.pay("pay-9").await;
    assert_eq!(next["outcome"], "suspend");
    assert_ne!(next["approval_id"], json!(approval));
}

async fn conditions_are_checked_again_before_the_call_runs(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = approved(&console, &agent, "pay-1").await;
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let blocked = agent.pay("pay-1").await;
    assert_eq!(blocked["outcome"], "block");
    assert!(blocked["error"].as_str().expect("an error").starts_with("needs a fresh approval"));
    agent.record(json!({"status": "OPEN"})).await.expect(200);
    assert_eq!(agent.pay("pay-1").await, blocked);
    let fresh = agent.pay("pay-2").await;
    assert_eq!(fresh["outcome"], "suspend");
    assert_ne!(fresh["approval_id"], json!(approval));
}

async fn a_rejected_action_stays_blocked(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let ana = console.token("ana").await;
    let body = json!({"verdict": "reject", "reason_code": "doubt", "notes": "Ask the branch."});
    agent.decide(&ana, &approval, body).await.expect(201);
    let outcome = agent.outcome(&approval).await;
    assert_eq!((&outcome["status"], &outcome["notes"]), (&json!("rejected"), &json!("Ask the branch.")));
    for call in ["pay-1", "pay-2"] {
        let blocked = agent.pay(call).await;
        assert_eq!(blocked["error"], "approval_rejected: Ask the branch.");
    }
    // Another action of the same run goes on.
    assert_eq!(agent.check("pay-3", "pay", json!({"to": "ACME", "amount": 50})).await["outcome"], "allow");
}

async fn an_approval_not_used_in_time_is_stale(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = approved(&console, &agent, "pay-1").await;
    console.pass(TimeDelta::hours(2));
    let stale = agent.pay("pay-1").await;
    assert_eq!(stale["outcome"], "block");
    assert!(stale["error"].as_str().expect("an error").starts_with("approval_stale"));
    let fresh = agent.pay("pay-2").await;
    assert_eq!(fresh["outcome"], "suspend");
    assert_ne!(fresh["approval_id"], json!(approval));
}

async fn results_count_once_and_only_for_allowed_calls(console: TestConsole) {
    let agent = console.cast().await;
    assert_eq!(agent.report("look-1", "look_up", json!({"payee": "EVIL"})).await.problem(), "409 illegal_move");
    agent.check("look-1", "look_up", json!({"account": "acc_1"})).await;
    assert_eq!(agent.report("look-1", "pay", json!({"payee": "EVIL"})).await.problem(), "409 illegal_move");
    let first = agent.report("look-1", "look_up", json!({"payee": "ACME"})).await.expect(200);
    assert_eq!(first["facts_written"], json!(["payee"]));
    let second = agent.report("look-1", "look_up", json!({"payee": "EVIL"})).await.expect(200);
    assert_eq!(second, first);
    let run = console.get(&agent.key, &format!("/runs/{}", agent.run)).await.expect(200);
    assert_eq!(run["facts"]["payee"]["value"], "ACME");
    assert_eq!(run["facts"]["payee"]["source"], "look_up");
}

async fn what_no_gate_names_falls_under_the_default(console: TestConsole) {
    let agent = console.cast().await;
    let unknown = agent.check("x-1", "format_disk", json!({})).await;
    assert_eq!((&unknown["outcome"], &unknown["gate_id"]), (&json!("block"), &json!("default")));
    let wrong = agent.check("x-2", "pay", json!({"to": 5, "amount": "much", "extra": 1})).await;
    let error = wrong["error"].as_str().expect("an error");
    for part in ["INPUT_INVALID", "/input/to", "/input/amount", "/input/extra"] {
        assert!(error.contains(part), "{error}");
    }
}
