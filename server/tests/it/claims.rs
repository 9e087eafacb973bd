//! Claims: made, renewed, released, taken over, lapsed by the clock, and over with the decision; they keep nobody from
//! deciding.

use axum::{body::Body, http::Method};
use chrono::TimeDelta;
use domain::Role;
use serde_json::{Value, json};

use crate::support::{Agent, Browser, PASSWORD, Reply, TestConsole, on_both, request};

on_both!(
    a_claim_is_made_taken_over_released_and_lapses,
    only_whoever_could_decide_may_claim,
    a_claim_keeps_nobody_from_deciding_and_ends_with_the_decision,
    forms_claim_as_calls_do,
);

async fn claim(console: &TestConsole, token: &str, approval: &str, body: Value) -> Reply {
    console.post(token, &format!("/approvals/{approval}/claim"), &body).await
}

async fn release(console: &TestConsole, token: &str, approval: &str) -> Reply {
    let asked = request(Method::POST, token, &format!("/approvals/{approval}/release"));
    console.send(asked.body(Body::empty()).expect("a request")).await
}

/// What the log tells of who looked into an approval.
async fn told(agent: &Agent<'_>) -> Vec<String> {
    let words = ["claimed", "released", "taken_over", "viewed"];
    let is_told = |kind: &String| words.iter().any(|word| *kind == format!("approval.{word}"));
    agent.kinds().await.into_iter().filter(is_told).collect()
}

/// What is no claim.
fn wrong() -> [(Value, &'static str); 5] {
    [
        (json!({"take_over": {"reason": " "}}), "422 invalid_field"),
        (json!({"take_over": {"reason": "x".repeat(401)}}), "422 invalid_field"),
        (json!({"take_over": {}}), "422 invalid_field"),
        (json!({"take_over": {"reason": "Ana is out.", "force": true}}), "422 unknown_field"),
        (json!({"until": "2027-01-01T00:00:00Z"}), "422 unknown_field"),
    ]
}

async fn a_claim_is_made_taken_over_released_and_lapses(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    assert_eq!(agent.approval(&approval).await["claim"], Value::Null);
    let made = claim(&console, &ana, &approval, json!({})).await.expect(200);
    assert_eq!(made["approval_id"], *approval);
    let held = made["claim"].clone();
    assert_eq!((&held["name"], &held["claimed_at"]), (&json!("Ana Ruiz"), &json!("2026-11-21T09:00:00Z")));
    assert_eq!(held["until"], "2026-11-21T09:10:00Z");
    assert_eq!(agent.approval(&approval).await["claim"], held);
    let listed = console.get(&tomas, "/approvals").await.expect(200);
    assert_eq!(listed["items"][0]["claim"], held);
    let refused = claim(&console, &tomas, &approval, json!({})).await;
    let holder = json!({"person_id": held["person_id"], "name": "Ana Ruiz"});
    assert_eq!((&*refused.problem(), &refused.json()["holder"]), ("409 claimed", &holder));
    assert_eq!(refused.json()["until"], held["until"]);
    assert_eq!(release(&console, &tomas, &approval).await.problem(), "409 claimed");
    console.pass(TimeDelta::minutes(3));
    let again = claim(&console, &ana, &approval, json!({})).await.expect(200);
    assert_eq!(again["claim"]["until"], "2026-11-21T09:13:00Z", "renewed");
    assert_eq!(again["claim"]["claimed_at"], held["claimed_at"]);
    for (body, expected) in wrong() {
        assert_eq!(claim(&console, &tomas, &approval, body.clone()).await.problem(), expected, "{body}");
    }
    let over = json!({"take_over": {"reason": "Ana is out."}});
    for _ in 0..2 {
        let taken = claim(&console, &tomas, &approval, over.clone()).await.expect(200);
        assert_eq!(taken["claim"]["name"], "Tomas Lindqvist");
    }
    assert_eq!(claim(&console, &ana, &approval, json!({})).await.problem(), "409 claimed");
    console.pass(TimeDelta::minutes(10));
    assert_eq!(agent.approval(&approval).await["claim"], Value::Null, "it has lapsed by itself");
    assert_eq!(console.get(&ana, "/approvals").await.expect(200)["items"][0]["claim"], Value::Null);
    claim(&console, &ana, &approval, json!({})).await.expect(200);
    for _ in 0..2 {
        assert_eq!(release(&console, &ana, &approval).await.expect(200)["claim"], Value::Null);
    }
    assert_eq!(
        told(&agent).await,
        ["approval.claimed", "approval.taken_over", "approval.claimed", "approval.released"],
        "renewals and repeats are not told"
    );
    assert_eq!(agent.outcome(&approval).await["status"], "AWAITING_HUMAN_REVIEW");
}

async fn only_whoever_could_decide_may_claim(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    console.person("Otto Kern", &[Role::Reviewer], &["others"]).await;
    let approval = agent.suspended_payment("pay-1").await;
    for (person, told) in [("rosa", "403 self_approval"), ("dev", "403 self_approval"), ("otto", "403 not_entitled")] {
        let token = console.token(person).await;
        assert_eq!(claim(&console, &token, &approval, json!({})).await.problem(), told, "{person}");
        let over = json!({"take_over": {"reason": " "}});
        assert_eq!(claim(&console, &token, &approval, over).await.problem(), told, "{person}: fields come last");
    }
    assert_eq!(claim(&console, &agent.key, &approval, json!({})).await.problem(), "403 wrong_scope");
    let ana = console.token("ana").await;
    let missing = approval.replace(&approval[approval.len() - 4..], "0000");
    assert_eq!(claim(&console, &ana, &missing, json!({})).await.problem(), "404 not_found");
    assert_eq!(release(&console, &ana, &missing).await.problem(), "404 not_found");
    assert_eq!(told(&agent).await, Vec::<String>::new());
}

async fn a_claim_keeps_nobody_from_deciding_and_ends_with_the_decision(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let mira = console.token("mira").await;
    let held = claim(&console, &mira, &approval, json!({})).await.expect(200)["claim"].clone();
    agent.approve(&ana, &approval).await.expect(201);
    assert_eq!(agent.approval(&approval).await["claim"], held, "another's vote leaves it");
    assert_eq!(claim(&console, &ana, &approval, json!({})).await.problem(), "409 already_voted");
    let over = json!({"take_over": {"reason": "Mira is at lunch."}});
    claim(&console, &tomas, &approval, over).await.expect(200);
    agent.decide(&mira, &approval, json!({"verdict": "approve", "for_group": "risk"})).await.expect(201);
    assert_eq!(agent.outcome(&approval).await["status"], "approved", "the claim was Tomas's");
    assert_eq!(agent.approval(&approval).await["claim"], Value::Null);
    let refused = claim(&console, &tomas, &approval, json!({})).await;
    assert_eq!(refused.problem(), "409 already_decided");
    assert_eq!(refused.json()["winner"], "Mira Okafor");
    assert_eq!(release(&console, &tomas, &approval).await.expect(200)["claim"], Value::Null);
    // Whoever has voted looks no more, even where others are waited for.
    let second = agent.again().await;
    second.prepare().await;
    let approval = second.suspended_payment("pay-2").await;
    claim(&console, &ana, &approval, json!({})).await.expect(200);
    second.approve(&ana, &approval).await.expect(201);
    assert_eq!(second.approval(&approval).await["claim"], Value::Null);
    console.pass(TimeDelta::hours(25));
    assert_eq!(claim(&console, &tomas, &approval, json!({})).await.problem(), "409 expired");
}

async fn signed_in<'a>(console: &'a TestConsole, name: &str) -> Browser<'a> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{name}@example.com"), PASSWORD).await.status, 303);
    browser
}

async fn forms_claim_as_calls_do(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let page = format!("/approvals/{approval}");
    let (mut ana, mut tomas) = (signed_in(&console, "ana").await, signed_in(&console, "tomas").await);
    assert!(ana.send(Method::GET, &page, &[]).await.text.contains("value=\"claim\""));
    let posted = ana.send(Method::POST, &page, &[("form", "claim"), ("to", "list")]).await;
    assert_eq!((posted.status.as_u16(), &posted.headers["location"]), (303, &"/approvals".parse().expect("a path")));
    let list = tomas.send(Method::GET, "/approvals", &[]).await.text.replace("<!>", "");
    assert!(list.contains("Claimed by ") && list.contains("Ana Ruiz"), "{list}");
    let unclaimed = tomas.send(Method::GET, "/approvals?view=unclaimed", &[]).await.text;
    assert!(unclaimed.contains("Nothing is unclaimed"), "{unclaimed}");
    let seen = tomas.send(Method::GET, &page, &[]).await.text.replace("<!>", "");
    assert!(seen.contains("you can still decide") && seen.contains("name=\"verdict\""), "{seen}");
    let refused = tomas.send(Method::POST, &page, &[("form", "claim")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Ana Ruiz has claimed this"), "{}", refused.text);
    let over = [("form", "take_over"), ("reason", "Ana is out.")];
    assert_eq!(tomas.send(Method::POST, &page, &over).await.status, 303);
    let seen = ana.send(Method::GET, &page, &[]).await.text.replace("<!>", "");
    assert!(seen.contains("Tomas Lindqvist") && seen.contains("Ana is out."), "{seen}");
    assert_eq!(tomas.send(Method::POST, &page, &[("form", "release")]).await.status, 303);
    assert_eq!(agent.approval(&approval).await["claim"], Value::Null);
}
