//! What is not as it seems: requests that stop no call, programs that look on, turns that were broken off, and runners that
//! never come.

use domain::Scope;
use serde_json::{Value, json};

use super::{ONE, Site, by_runner};
use crate::{
    hooks::Client,
    support::{TestConsole, on_both},
};

on_both!(
    what_an_agent_asked_for_itself_stops_no_call,
    a_program_that_looks_on_resumes_nothing,
    what_was_broken_off_needs_a_person,
    a_try_that_was_lost_counts,
    people_are_told_of_a_runner_that_does_not_come,
    a_session_that_somebody_sits_before_is_left_to_them,
);

/// Asks for people about a call, as the model does with a key of its own.
async fn asked(site: &Site<'_>, model: &str, id: &str) -> String {
    let action = json!({"tool": "note", "input": {"text": id}, "tool_use_id": id});
    let body = json!({"session_id": ONE, "summary": "May I?", "action": action});
    let path = format!("/runs/{}/approvals", site.agent.run);
    let asked = site.agent.console.post(model, &path, &body).await.expect(201);
    asked["approval_id"].as_str().expect("an approval").to_owned()
}

async fn what_an_agent_asked_for_itself_stops_no_call(console: TestConsole) {
    let site = Site::new(&console).await;
    site.agent.post("sessions", &by_runner(ONE)).await.expect(201);
    let model = console.key("model", &[Scope::Agent], None).await;
    let approval = asked(&site, &model, "guessed-1").await;
    site.agent.approve(&site.ana, &approval).await.expect(201);
    let lent = site.lease().await.expect("a session");
    assert_eq!((&lent["origin"], &lent["tool_use_id"]), (&json!("request"), &json!(null)), "{lent}");
    // Asked in that turn, and still waited for when it ends: no call is gone with it.
    let second = asked(&site, &model, "guessed-2").await;
    site.report(&lent, "resumed", json!({})).await.expect(200);
    assert_eq!(site.agent.approval(&approval).await["status"], "approved");
    assert_eq!(site.agent.approval(&second).await["state"]["status"], "pending");
    // A call that comes while people read waits for the same approval: it is the one that goes on.
    let waits = site.agent.check_in(ONE, "real-2", "note", json!({"text": "guessed-2"})).await;
    assert_eq!((&waits["outcome"], &waits["approval_id"]), (&json!("suspend"), &json!(second)), "{waits}");
    console.person("Lea Roth", &[domain::Role::Reviewer], &["compliance"]).await;
    site.agent.approve(&console.token("lea").await, &second).await.expect(201);
    let lent = site.lease().await.expect("a session");
    assert_eq!((&lent["origin"], &lent["tool_use_id"]), (&json!("gate"), &json!("real-2")), "{lent}");
}

async fn a_program_that_looks_on_resumes_nothing(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.approved(ONE, "note-1").await;
    assert_eq!(site.agent.outcome(&approval).await["status"], "approved");
    assert_eq!(site.resumption(&approval).await["state"], "queued");
    let lent = site.lease().await.expect("a session");
    site.agent.outcome(&approval).await;
    let noted = site.report(&lent, "gate_unreachable", json!({})).await.expect(200);
    assert_eq!(noted["state"], "failed", "nothing was started: {noted}");
}

/// How it stands when nobody knows what has run.
fn assert_broken_off(shown: &Value) {
    assert_eq!((&shown["state"], &shown["next_try"]), (&json!("failed"), &json!(null)), "{shown}");
    assert!(shown["cause"].as_str().expect("a cause").contains("may have run"), "{shown}");
}

async fn what_was_broken_off_needs_a_person(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.approved(ONE, "note-1").await;
    let lent = site.lease().await.expect("a session");
    assert_eq!(site.call_again(ONE, "note-1").await["outcome"], "allow");
    site.report(&lent, "given_back", json!({})).await.expect(200);
    let shown = site.resumption(&approval).await;
    assert_eq!((&shown["state"], &shown["next_try"]), (&json!("failed"), &json!(null)), "{shown}");
    assert_eq!(site.lease().await, None, "nothing is repeated by itself");
    // Whoever has looked has it go on; what was not started then is tried again like any other.
    let retry = format!("/approvals/{approval}/resumption/retry");
    console.post(&site.ana, &retry, &json!({})).await.expect(200);
    let lent = site.lease().await.expect("a session");
    let noted = site.report(&lent, "gate_unreachable", json!({})).await.expect(200);
    assert!(noted["state"] == "failed" && !noted["next_try"].is_null(), "{noted}");
    site.pass(3_600);
    let lent = site.lease().await.expect("a session");
    let noted = site.report(&lent, "cwd_refused", json!({})).await.expect(200);
    assert!(noted["state"] == "failed" && noted["next_try"].is_null(), "{noted}");
}

async fn a_try_that_was_lost_counts(console: TestConsole) {
    let site = Site::new(&console).await;
    site.approved(ONE, "note-1").await;
    let first = site.lease().await.expect("a session");
    site.pass(61);
    assert_eq!(site.lease().await, None, "a client that takes its runner along is not started once a minute");
    site.pass(3_600);
    let second = site.lease().await.expect("a session");
    assert_eq!((&first["attempt"], &second["attempt"]), (&json!(1), &json!(2)));
    assert_eq!(site.report(&first, "running", json!({})).await.problem(), "409 lease_lost");
    assert_eq!(site.call_again(ONE, "note-1").await["outcome"], "allow");
    site.pass(61);
    assert_eq!(console.desk.give_up_on_runners().await.expect("a round"), 1);
    assert_eq!(console.desk.give_up_on_runners().await.expect("a round"), 1, "read, and its turn is over");
    let approval = first["approval_id"].as_str().expect("an approval");
    assert_broken_off(&site.resumption(approval).await);
}

async fn people_are_told_of_a_runner_that_does_not_come(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.approved(ONE, "note-1").await;
    site.pass(599);
    assert_eq!(console.desk.note_neglected().await.expect("a round"), 0);
    site.pass(2);
    assert_eq!(console.desk.note_neglected().await.expect("a round"), 1);
    assert_eq!(console.desk.note_neglected().await.expect("a round"), 0, "once");
    let shown = site.resumption(&approval).await;
    assert!(shown["cause"].as_str().expect("a cause").contains("no runner named build-7"), "{shown}");
    let lent = site.lease().await.expect("it may come still");
    assert_eq!(lent["attempt"], 1);
}

async fn a_session_that_somebody_sits_before_is_left_to_them(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.suspended(ONE, "note-1").await;
    let (key, ledger, run) = (site.agent.key.clone(), site.agent.ledger.clone(), site.agent.run.clone());
    let client = Client { console: &console, key, ledger, run, session: ONE };
    client.ask_with("session-start", json!({"source": "resume"}), &[("countersign-interactive", "true")]).await;
    site.agent.approve(&site.ana, &approval).await.expect(201);
    assert_eq!(site.resumption(&approval).await["way"]["via"], "poll");
    assert_eq!(site.lease().await, None);
}
