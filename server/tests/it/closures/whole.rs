//! What follows a run as a whole: begun once every stage is complete, and not by less.

use serde_json::{Value, json};

use super::{
    Stage,
    samples::{look, signed_in},
};
use crate::{
    stages::{Works as _, account, harness, onboarding},
    support::{Agent, TestConsole, on_both},
};

on_both!(a_run_that_is_complete_is_closed_once, whoever_decided_anything_in_the_run_does_not_look_at_its_closure);

const AFTER_THE_RUN: &str = "
closure:
  - id: close_case
    after: run.completed
    sample: { one_in: 9, by: compliance }
    steps:
      - id: tracker
        kind: status_sync
        target: tracker
        record: 'cases/{{run.subject}}'
        set: { status: '{{event.disposition}}', tier: '{{facts.risk_tier}}' }
";

/// The shipped workflow, closed when a run of it is complete.
async fn staged(console: &TestConsole) -> (Stage<'_>, Agent<'_>) {
    let text = onboarding() + AFTER_THE_RUN;
    let agent = harness(console, &text, "financial-onboarding").await;
    let stage = Stage::beside_a_cast(console).await;
    stage.tracker.set("cases/cust_456", json!({"status": "open"}));
    (stage, agent)
}

/// What is left after the account was agreed to.
async fn finish(agent: &Agent<'_>) {
    agent.run_tool("a-2", "setup_account", account(), json!({"account_id": "acc_1"})).await;
    agent.run_tool("w-1", "send_welcome_email", json!({"customer_id": "cust_456"}), json!({"sent": true})).await;
    assert_eq!(agent.status().await["status"], "completed");
}

async fn a_run_that_is_complete_is_closed_once(console: TestConsole) {
    let (stage, agent) = staged(&console).await;
    agent.come_to_the_account().await;
    assert_eq!(stage.follow().await, 0, "it is not complete yet");
    finish(&agent).await;
    assert_eq!((stage.follow().await, stage.follow().await), (1, 0));
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!((&receipt["status"], &receipt["trigger"]["moment"]), (&json!("completed"), &json!("run.completed")));
    assert_eq!(stage.tracker.record("cases/cust_456"), json!({"status": "completed", "tier": "low"}), "{receipt}");
    assert_eq!(stage.tracker.written().len(), 1);
}

async fn whoever_decided_anything_in_the_run_does_not_look_at_its_closure(console: TestConsole) {
    let (stage, agent) = staged(&console).await;
    agent.collect().await;
    agent.identify().await;
    agent.record(json!({"risk_tier": "high"})).await.expect(200);
    let review: Value = agent.stage("risk_assessment").await["awaiting"].clone();
    let review = review.as_str().expect("a review");
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, review).await.expect(201);
    }
    finish(&agent).await;
    assert_eq!(stage.follow().await, 1);
    stage.work().await;
    let id = stage.newest().await["closure_id"].as_str().expect("an id").to_owned();
    let fine = json!({"verdict": "in_order"});
    let refused = look(&signed_in(&console, "ana").await, &id, &fine).await;
    assert_eq!(refused.problem(), "403 not_entitled");
    assert!(refused.text.contains("you decided the approval"), "{}", refused.text);
    look(&signed_in(&console, "rosa").await, &id, &fine).await.expect(200);
}
