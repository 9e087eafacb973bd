//! Effects and what undoes them: each by itself, once, and by a person where no harness is left.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{Works, account, harness, onboarding};
use crate::support::{Agent, TestConsole, on_both};

on_both!(
    each_effect_is_undone_by_what_its_own_call_returned,
    one_session_makes_a_compensation_once,
    a_run_that_ends_leaves_effects_to_a_person,
    a_rejection_that_cancels_leaves_effects_to_a_person,
    what_was_kept_is_undone_when_a_later_stage_returns_over_it,
    a_call_that_waits_goes_when_its_stage_is_complete,
    what_was_handed_over_outlives_its_review,
);

async fn fail(agent: &Agent<'_>, stage: &str) -> Value {
    agent.move_stage(stage, "fail", json!({"error": "The card service did not answer."})).await.expect(200)
}

async fn each_effect_is_undone_by_what_its_own_call_returned(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    for id in ["a-1", "a-2"] {
        assert_eq!(agent.check(id, "setup_account", account()).await["outcome"], "allow");
    }
    // The second one first: the first would complete the stage.
    agent.report("a-2", "setup_account", json!({"status": "queued"})).await.expect(200);
    agent.report("a-1", "setup_account", json!({"account_id": "acc_1"})).await.expect(200);
    let failed = fail(&agent, "account_setup").await;
    let calls = failed["compensations"].as_array().expect("compensations");
    let told: Vec<_> =
        calls.iter().map(|call| (call["status"].as_str(), call["input"]["account_id"].as_str())).collect();
    assert!(told.contains(&(Some("asked"), Some("acc_1"))), "{failed}");
    assert!(told.contains(&(Some("failed"), Some("{{facts.account_id}}"))), "nobody knows that account: {failed}");
    assert_eq!((told.len(), &failed["retry_allowed"]), (2, &json!(false)));
}

/// An account that is set up and given up; gives the call that closes it.
async fn given_up(agent: &Agent<'_>) -> (String, Value) {
    agent.come_to_the_account().await;
    agent.run_tool("a-1", "setup_account", account(), json!({"account_id": "acc_1"})).await;
    let failed = fail(agent, "account_setup").await;
    let call = &failed["compensations"][0];
    (call["id"].as_str().expect("an id").to_owned(), call["input"].clone())
}

async fn one_session_makes_a_compensation_once(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let (id, input) = given_up(&agent).await;
    let sessions: Vec<String> = (2..8).map(|number| format!("s{number}")).collect();
    for session in &sessions {
        agent.post("sessions", &json!({"framework": "test", "id": session})).await.expect(201);
    }
    let check = async |session: &str| agent.check_in(session, &id, "close_account", input.clone()).await;
    let answers = join_all(sessions.iter().map(|session| check(session))).await;
    let allowed: Vec<&String> = sessions
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| answer["outcome"] == "allow")
        .map(|(session, _)| session)
        .collect();
    assert_eq!(allowed.len(), 1, "{answers:?}");
    let refused = answers.iter().find(|answer| answer["outcome"] == "block").expect("the others");
    assert!(refused["error"].as_str().expect("an error").starts_with("compensation_claimed"), "{refused}");
    assert_eq!(check(allowed[0]).await["outcome"], "allow", "whoever may make it may ask again");
    agent.post(&format!("compensations/{id}"), &json!({"outcome": "done"})).await.expect(200);
    let replayed = check(allowed[0]).await;
    assert!(replayed["error"].as_str().expect("an error").starts_with("compensation_settled"), "{replayed}");
}

async fn a_run_that_ends_leaves_effects_to_a_person(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let (id, _) = given_up(&agent).await;
    agent.post("cancel", &json!({"reason": "The customer left."})).await.expect(200);
    left_to_a_person(&agent).await;
    let reported = agent.post(&format!("compensations/{id}"), &json!({"outcome": "done"})).await.expect(200);
    assert_eq!((&reported["status"], &reported["outstanding"]), (&json!("done"), &json!(0)));
    assert!(agent.kinds().await.contains(&"alert.settled".to_owned()));
}

async fn left_to_a_person(agent: &Agent<'_>) {
    let kinds = agent.kinds().await;
    let at = |kind: &str| kinds.iter().position(|known| known == kind).unwrap_or_else(|| panic!("{kind}: {kinds:?}"));
    assert!(at("compensation.failed") < at("alert.raised") && at("alert.raised") < at("run.cancelled"), "{kinds:?}");
}

async fn a_rejection_that_cancels_leaves_effects_to_a_person(console: TestConsole) {
    let review = "    on_reject: cancel_run\n    review: { policy: high-risk }\n    compensate:\n";
    let text = onboarding().replace("    compensate:\n", review);
    let agent = harness(&console, &text, "financial-onboarding").await;
    agent.come_to_the_account().await;
    agent.run_tool("a-1", "setup_account", account(), json!({"account_id": "acc_1"})).await;
    let awaiting = agent.stage("account_setup").await["awaiting"].clone();
    let body = json!({"verdict": "reject", "reason_code": "identity_doubt", "notes": "Not him."});
    agent.decide(&console.token("ana").await, awaiting.as_str().expect("a review"), body).await.expect(201);
    assert_eq!(agent.status().await["status"], "cancelled");
    left_to_a_person(&agent).await;
}

/// Three steps: the second keeps what it did when it fails, the third returns over both.
const STEPS: &str = r#"
name: steps
default: block
advance: auto
tools:
  plan: { input: { text: string }, reversible: true }
  deploy: { input: { to: string }, reversible: false, accept_irreversible: "a test" }
  remove: { input: { from: string }, reversible: false, compensation_only: true }
  verify: { input: { to: string }, reversible: true }
  announce: { input: { to: string }, reversible: true }
facts:
  planned: { type: string, from: { tool: plan, path: /plan } }
  deployed: { type: string, from: { tool: deploy, path: /to } }
  verified: { type: bool, from: { tool: verify, path: /ok } }
stages:
  - id: planning
    tools: [plan]
    exit: [{ name: planned, when: has(facts.planned), otherwise: Plan. }]
  - id: deploying
    tools: [deploy]
    exit: [{ name: deployed, when: has(facts.deployed), otherwise: Deploy. }]
    on_failure: keep
    compensate: [{ tool: remove, input: { from: "{{facts.deployed}}" } }]
  - id: verifying
    tools: [verify, announce]
    exit: [{ name: verified, when: facts.verified, otherwise: Verify. }]
    on_failure: { return_to: planning }
gates:
  - id: announcing
    tools: [announce]
    review: { policy: one }
policies:
  one: { approve: { all: [{ group: compliance }] }, via: [console, api] }
"#;

async fn what_was_kept_is_undone_when_a_later_stage_returns_over_it(console: TestConsole) {
    let agent = harness(&console, STEPS, "steps").await;
    agent.run_tool("p-1", "plan", json!({"text": "a"}), json!({"plan": "a"})).await;
    agent.run_tool("d-1", "deploy", json!({"to": "one"}), json!({"to": "one"})).await;
    assert_eq!(fail(&agent, "deploying").await["status"], "KEPT");
    agent.run_tool("d-2", "deploy", json!({"to": "two"}), json!({"to": "two"})).await;
    assert_eq!(agent.check("v-1", "verify", json!({"to": "two"})).await["outcome"], "allow");
    let failed = fail(&agent, "verifying").await;
    assert_eq!(failed["reopened"], json!(["planning", "deploying", "verifying"]));
    let calls = failed["compensations"].as_array().expect("compensations");
    let from: Vec<&Value> = calls.iter().map(|call| &call["input"]["from"]).collect();
    assert_eq!(from, ["two", "one"], "last effect first, those of the kept attempt too");
    let facts = agent.status().await["facts"].clone();
    assert_eq!((&facts["deployed"]["value"], &facts["planned"]["value"]), (&Value::Null, &Value::Null));
    assert_eq!(agent.stages().await, ["planning failed", "deploying failed", "verifying failed"]);
}

async fn a_call_that_waits_goes_when_its_stage_is_complete(console: TestConsole) {
    let agent = harness(&console, STEPS, "steps").await;
    agent.run_tool("p-1", "plan", json!({"text": "a"}), json!({"plan": "a"})).await;
    agent.run_tool("d-1", "deploy", json!({"to": "one"}), json!({"to": "one"})).await;
    let held = agent.check("n-1", "announce", json!({"to": "all"})).await;
    assert_eq!(held["outcome"], "suspend", "{held}");
    agent.post("sessions", &json!({"framework": "test", "id": "s2"})).await.expect(201);
    assert_eq!(agent.check_in("s2", "v-1", "verify", json!({"to": "one"})).await["outcome"], "allow");
    let body = json!({"session_id": "s2", "tool": "verify", "tool_use_id": "v-1", "output": {"ok": true}});
    agent.post("tool-results", &body).await.expect(200);
    let outcome = agent.outcome(held["approval_id"].as_str().expect("an approval")).await;
    assert_eq!(
        (&outcome["status"], &outcome["notes"]),
        (&json!("cancelled"), &json!("The stage verifying is complete."))
    );
    assert_eq!(agent.status().await["status"], "completed");
}

async fn what_was_handed_over_outlives_its_review(console: TestConsole) {
    let agent =
        harness(&console, &onboarding().replace("advance: auto", "advance: explicit"), "financial-onboarding").await;
    for stage in ["collect_info", "kyc_check"] {
        agent.move_stage(stage, "enter", json!({})).await.expect(200);
        if stage == "collect_info" {
            agent.collect().await;
        } else {
            agent.identify().await;
        }
        agent.move_stage(stage, "complete", json!({})).await.expect(200);
    }
    agent.move_stage("risk_assessment", "enter", json!({})).await.expect(200);
    agent.record(json!({"risk_tier": "high"})).await.expect(200);
    let body = json!({"outputs": {"model": "r-7"}});
    let first = agent.move_stage("risk_assessment", "complete", body).await.expect(202)["approval_id"].clone();
    // Something changes what people would agree to: they are asked again, about all of it, though nothing moves by itself.
    agent.record(json!({"kyc_status": "PENDING"})).await.expect(200);
    let second = agent.stage("risk_assessment").await["awaiting"].clone();
    assert!(second.is_string() && second != first, "{second}");
    let shown = agent.approval(second.as_str().expect("a review")).await;
    assert_eq!(
        shown["package"]["input"]["outputs"],
        json!({"model": "r-7", "risk_tier": "high", "kyc_status": "PENDING"})
    );
}
