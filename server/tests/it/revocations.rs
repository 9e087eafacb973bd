//! Approvals that are taken back: while nothing has used them, by whoever might decide or has; never once a call has run.

use axum::http::Method;
use chrono::TimeDelta;
use domain::Role;
use serde_json::{Value, json};
use server::desk::Caller;

use crate::{
    stages::{Works as _, harness, onboarding},
    support::{Agent, Browser, Hooked, PASSWORD, PAYMENTS, Receiver, Reply, TestConsole, on_both, trials::trials},
};

on_both!(
    an_unused_approval_is_taken_back_and_its_call_blocked,
    what_lets_nothing_run_is_not_taken_back,
    whoever_might_decide_or_has_takes_it_back,
    a_stage_is_not_taken_back,
    a_request_is_taken_back_until_it_is_read,
    conditions_rely_on_it_no_more,
    an_outcome_that_was_not_sent_tells_it,
    the_page_takes_it_back_by_form,
    of_a_call_and_its_revocation_one_wins,
);

const REASON: &str = "The wrong account.";

async fn revoke(console: &TestConsole, token: &str, approval: &str, reason: &str) -> Reply {
    console.post(token, &format!("/approvals/{approval}/revoke"), &json!({"reason": reason})).await
}

/// A note that compliance has approved, and nobody used.
async fn approved(agent: &Agent<'_>, token: &str, call: &str) -> String {
    let asked = agent.check(call, "note", json!({"text": call})).await;
    let approval = asked["approval_id"].as_str().expect("an approval").to_owned();
    assert_eq!(agent.approve(token, &approval).await.expect(201)["status"], "approved");
    approval
}

async fn note(agent: &Agent<'_>, call: &str) -> Value {
    agent.check(call, "note", json!({"text": call})).await
}

async fn an_unused_approval_is_taken_back_and_its_call_blocked(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, mira) = (console.token("ana").await, console.token("mira").await);
    let approval = approved(&agent, &ana, "note-1").await;
    console.pass(TimeDelta::minutes(5));
    let revoked = revoke(&console, &mira, &approval, REASON).await.expect(200);
    assert_eq!((&revoked["status"], &revoked["notes"]), (&json!("revoked"), &json!(REASON)));
    assert_eq!(revoked["decided_at"], "2026-11-21T09:05:00Z");
    assert_eq!(revoke(&console, &ana, &approval, "Twice.").await.expect(200), revoked, "a second time changes nothing");
    let outcome = agent.outcome(&approval).await;
    assert_eq!(
        (&outcome["status"], &outcome["notes"], &outcome["reason_code"]),
        (&json!("revoked"), &json!(REASON), &Value::Null)
    );
    let shown = agent.approval(&approval).await;
    assert_eq!((&shown["status"], &shown["state"]["reason"]), (&json!("revoked"), &json!(REASON)));
    assert_eq!((&shown["votes"][0]["name"], &shown["resumption"]["state"]), (&json!("Ana Ruiz"), &json!("resumed")));
    let fired = note(&agent, "note-1").await;
    assert_eq!(fired["outcome"], "block");
    assert_eq!(fired["error"], "approval_revoked: The wrong account. Nothing ran. Call again to ask afresh.");
    let body = json!({"session_id": "s1", "tool": "note", "tool_use_id": "note-2", "input": {"text": "note-1"}});
    let afresh = agent.post("gate-checks", &body).await.expect(200);
    assert_eq!(afresh["outcome"], "suspend", "the same action under a new id: {afresh}");
    assert_ne!(afresh["approval_id"], json!(approval));
    let late = agent.approve(&mira, &approval).await;
    assert_eq!(late.problem(), "409 revoked");
    assert!(late.text.contains(REASON) && late.text.contains("Nothing ran"), "{}", late.text);
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.revoked").count(), 1, "{kinds:?}");
    let listed = console.get(&ana, "/approvals?status=revoked").await.expect(200);
    assert_eq!(listed["items"][0]["id"], json!(approval));
}

async fn what_lets_nothing_run_is_not_taken_back(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let used = approved(&agent, &ana, "note-1").await;
    console.pass(TimeDelta::minutes(1));
    assert_eq!(note(&agent, "note-1").await["outcome"], "allow");
    console.pass(TimeDelta::minutes(1));
    let refused = revoke(&console, &ana, &used, REASON).await;
    assert_eq!(refused.problem(), "409 already_used");
    let said = refused.json();
    assert_eq!((&said["used_by"], &said["used_at"]), (&json!("note-1"), &json!("2026-11-21T09:01:00Z")));
    for words in ["the call note-1 used this approval at 2026-11-21 09:01:00 UTC", "cancel the run"] {
        assert!(said["detail"].as_str().expect("a detail").contains(words), "{words}: {said}");
    }
    let paying = agent.again().await;
    paying.prepare().await;
    let pending = paying.suspended_payment("pay-1").await;
    assert_eq!(revoke(&console, &ana, &pending, REASON).await.problem(), "409 illegal_move");
    paying.approve(&ana, &pending).await.expect(201);
    paying.approve(&tomas, &pending).await.expect(201);
    console.pass(TimeDelta::hours(2));
    let stale = revoke(&console, &ana, &pending, REASON).await;
    assert_eq!(stale.problem(), "409 illegal_move");
    assert!(stale.text.contains("it was not used in time"), "{}", stale.text);
    let other = agent.again().await;
    let asked = note(&other, "note-9").await;
    let rejected = asked["approval_id"].as_str().expect("an approval").to_owned();
    other.decide(&ana, &rejected, json!({"verdict": "reject"})).await.expect(201);
    assert_eq!(revoke(&console, &ana, &rejected, REASON).await.problem(), "409 illegal_move");
    for run in [&agent, &paying, &other] {
        assert!(!run.kinds().await.contains(&"approval.revoked".to_owned()));
    }
}

async fn whoever_might_decide_or_has_takes_it_back(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    console.person("Otto Kern", &[Role::Reviewer], &["others"]).await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let approval = agent.suspended_payment("pay-1").await;
    agent.approve(&ana, &approval).await.expect(201);
    agent.approve(&tomas, &approval).await.expect(201);
    for (person, told) in [("rosa", "403 self_approval"), ("dev", "403 self_approval"), ("otto", "403 not_entitled")] {
        let token = console.token(person).await;
        assert_eq!(revoke(&console, &token, &approval, " ").await.problem(), told, "{person}: fields come last");
    }
    assert_eq!(revoke(&console, &agent.key, &approval, REASON).await.problem(), "403 wrong_scope");
    let missing = approval.replace(&approval[approval.len() - 4..], "0000");
    assert_eq!(revoke(&console, &ana, &missing, REASON).await.problem(), "404 not_found");
    for body in [json!({}), json!({"reason": " "}), json!({"reason": "x".repeat(4_001)})] {
        let refused = console.post(&ana, &format!("/approvals/{approval}/revoke"), &body).await;
        assert_eq!(refused.problem(), "422 invalid_field", "{body}");
    }
    let more = json!({"reason": REASON, "force": true});
    assert_eq!(
        console.post(&ana, &format!("/approvals/{approval}/revoke"), &more).await.problem(),
        "422 unknown_field"
    );
    // Whoever approved it may, although they left the group, and approved something else of the run since.
    let left = vec!["compliance".to_owned()];
    console.desk.change_groups(&Caller::CommandLine, "ana@example.com", Vec::new(), left).await.expect("left");
    assert_eq!(revoke(&console, &ana, &approval, REASON).await.expect(200)["status"], "revoked");
    assert_eq!(agent.pay("pay-1").await["outcome"], "block");
    // A policy that takes decisions in the console only, takes them back there only.
    let text = PAYMENTS.replace("via: [console, api]", "via: [console]");
    console.desk.publish_workflow(&Caller::CommandLine, None, &text).await.expect("a workflow");
    let inside = agent.again().await;
    let asked = note(&inside, "note-1").await;
    let asked = asked["approval_id"].as_str().expect("an approval").to_owned();
    assert_eq!(revoke(&console, &console.token("mira").await, &asked, REASON).await.problem(), "403 not_entitled");
}

async fn a_stage_is_not_taken_back(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.collect().await;
    agent.identify().await;
    agent.record(json!({"risk_tier": "high"})).await.expect(200);
    let approval = agent.stage("risk_assessment").await["awaiting"].as_str().expect("a review").to_owned();
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    agent.approve(&tomas, &approval).await.expect(201);
    let mut browser = Browser::new(&console);
    assert_eq!(browser.sign_in("ana@example.com", PASSWORD).await.status, 303);
    let page = browser.send(Method::GET, &format!("/approvals/{approval}"), &[]).await.text;
    assert!(!page.contains("Revoke approval"), "nothing is offered");
    let path = format!("/approvals/{approval}");
    let refused = browser.send(Method::POST, &path, &[("form", "revoke"), ("reason", REASON)]).await;
    assert_eq!(refused.status, 409);
    assert_eq!(agent.stage("risk_assessment").await["status"], "complete");
    assert_eq!(agent.outcome(&approval).await["status"], "approved");
}

async fn a_request_is_taken_back_until_it_is_read(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let mut asked = Vec::new();
    for _ in 0..2 {
        let agent = agent.again().await;
        let reply = agent.post("approvals", &json!({"summary": "May I promise a date?"})).await.expect(201);
        let approval = reply["approval_id"].as_str().expect("an approval").to_owned();
        agent.approve(&ana, &approval).await.expect(201);
        agent.approve(&tomas, &approval).await.expect(201);
        asked.push(approval);
    }
    let [unread, read] = asked.try_into().expect("two");
    assert_eq!(revoke(&console, &tomas, &unread, REASON).await.expect(200)["status"], "revoked");
    let outcome = agent.outcome(&unread).await;
    assert_eq!((&outcome["status"], &outcome["notes"]), (&json!("revoked"), &json!(REASON)));
    assert_eq!(agent.outcome(&read).await["status"], "approved");
    let refused = revoke(&console, &tomas, &read, REASON).await;
    assert_eq!(refused.problem(), "409 already_used");
    assert_eq!(refused.json()["used_at"], "2026-11-21T09:00:00Z");
}

async fn conditions_rely_on_it_no_more(console: TestConsole) {
    let agent = console.cast().await;
    let after = "  - id: look\n    tools: [look_up]\n    require:\n      - { name: noted, when: 'approvals.notes.approved', otherwise: \"Have a note approved.\" }\n";
    let text = PAYMENTS.replace("  - id: look\n    tools: [look_up]\n", after);
    console.desk.publish_workflow(&Caller::CommandLine, None, &text).await.expect("a workflow");
    let agent = agent.again().await;
    let ana = console.token("ana").await;
    let approval = approved(&agent, &ana, "note-1").await;
    let look = async |call: &str| agent.check(call, "look_up", json!({"account": "acc_1"})).await["outcome"].clone();
    assert_eq!(look("look-1").await, "allow");
    revoke(&console, &ana, &approval, REASON).await.expect(200);
    assert_eq!(look("look-2").await, "block");
}

async fn an_outcome_that_was_not_sent_tells_it(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    revoke(&console, &hooked.ana, &approval, REASON).await.expect(200);
    let body = hooked.deliver(&receiver).await.json();
    assert_eq!((&body["type"], &body["data"]["status"]), (&json!("approval.decided"), &json!("revoked")));
    assert_eq!(body["data"]["notes"], REASON);
    assert_eq!(hooked.agent.outcome(&approval).await, body["data"]);
    assert_eq!(hooked.round().await, 0, "it is told once");
    // One that was sent already is not sent again: the gate tells it.
    let sent = hooked.approved("s3").await;
    assert_eq!(hooked.deliver(&receiver).await.json()["data"]["status"], "approved");
    revoke(&console, &hooked.ana, &sent, REASON).await.expect(200);
    assert_eq!(hooked.round().await, 0);
    assert!(receiver.is_quiet().await);
    let fired = hooked.agent.check_in("s3", "note-1", "note", json!({"text": "s3"})).await;
    assert!(fired["error"].as_str().expect("an error").starts_with("approval_revoked: "), "{fired}");
}

async fn the_page_takes_it_back_by_form(console: TestConsole) {
    let agent = console.cast().await;
    let approval = approved(&agent, &console.token("ana").await, "note-1").await;
    let path = format!("/approvals/{approval}");
    let mut tomas = Browser::new(&console);
    assert_eq!(tomas.sign_in("tomas@example.com", PASSWORD).await.status, 303);
    assert!(!tomas.send(Method::GET, &path, &[]).await.text.contains("Revoke approval"), "no group of his");
    let mut mira = Browser::new(&console);
    assert_eq!(mira.sign_in("mira@example.com", PASSWORD).await.status, 303);
    let page = mira.send(Method::GET, &path, &[]).await.text;
    assert!(page.contains("Revoke approval") && page.contains("No call has used it yet"), "{page}");
    let refused = mira.send(Method::POST, &path, &[("form", "revoke"), ("reason", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("expected text"), "{}", refused.text);
    let done = mira.send(Method::POST, &path, &[("form", "revoke"), ("reason", REASON)]).await;
    assert_eq!((done.status.as_u16(), done.headers["location"].to_str().ok()), (303, Some(&*path)));
    let page = mira.send(Method::GET, &path, &[]).await.text.replace("<!>", "");
    for words in ["Revoked", "Nothing ran", "Mira Okafor", "revoked the approval", REASON] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("name=\"form\" value=\"revoke\""), "{page}");
}

async fn of_a_call_and_its_revocation_one_wins(console: TestConsole) {
    let agent = console.cast().await;
    let ana = console.token("ana").await;
    let mut won = [0, 0];
    for round in 0..trials(200) {
        let call = format!("note-{round}");
        let approval = approved(&agent, &ana, &call).await;
        let taking = async { revoke(&console, &ana, &approval, REASON).await };
        let (fired, taken) = if round % 2 == 0 {
            tokio::join!(note(&agent, &call), taking)
        } else {
            let (taken, fired) = tokio::join!(taking, note(&agent, &call));
            (fired, taken)
        };
        let status = agent.outcome(&approval).await["status"].clone();
        let again = note(&agent, &call).await;
        match taken.status.as_u16() {
            200 => {
                assert_eq!(
                    (&fired["outcome"], &again["outcome"]),
                    (&json!("block"), &json!("block")),
                    "{fired} {again}"
                );
                assert_eq!(status, "revoked");
            }
            409 => {
                assert_eq!(taken.problem(), "409 already_used");
                assert_eq!(
                    (&fired["outcome"], &again["outcome"]),
                    (&json!("allow"), &json!("allow")),
                    "{fired} {again}"
                );
                assert_eq!(status, "approved");
            }
            other => panic!("{other}: {}", taken.text),
        }
        won[usize::from(taken.status == 200)] += 1;
    }
    assert!(won.iter().all(|wins| *wins > 0), "used and taken back: {won:?}");
}
