//! Stages that people must agree to: what they see, what their decision does, and what old decisions are worth.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Works, account, harness, onboarding};
use crate::support::{Agent, TestConsole, on_both};

on_both!(
    a_high_tier_waits_for_two_people_whose_approval_hands_over,
    a_rejected_stage_is_done_again_only_with_something_new,
    an_old_approval_opens_nothing,
    an_expired_review_is_asked_for_again,
    a_review_is_taken_back_with_its_stage,
    what_changes_meanwhile_is_reviewed_anew,
);

/// A high-risk customer, up to the review of the risk stage; gives the approval.
async fn in_review(agent: &Agent<'_>) -> String {
    agent.collect().await;
    agent.identify().await;
    agent.record(json!({"risk_tier": "high"})).await.expect(200);
    let awaiting = agent.stage("risk_assessment").await["awaiting"].clone();
    awaiting.as_str().expect("a review").to_owned()
}

async fn a_high_tier_waits_for_two_people_whose_approval_hands_over(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let approval = in_review(&agent).await;
    assert_eq!(agent.status().await["status"], "suspended");
    let shown = agent.approval(&approval).await;
    assert_eq!(shown["package"]["title"], "Set up premium savings account for Aarav Shah");
    assert_eq!(shown["package"]["origin"], "stage");
    assert_eq!(shown["package"]["input"]["outputs"], json!({"risk_tier": "high"}));
    assert_eq!(shown["package"]["input"]["customer_profile"]["name"], "Aarav Shah");
    assert_eq!(shown["package"]["stage"]["to_stage"], "account_setup");
    let awaiting = agent.move_stage("risk_assessment", "complete", json!({})).await.expect(202);
    assert_eq!((&awaiting["approval_id"], &awaiting["status"]), (&json!(approval), &json!("AWAITING_HUMAN_REVIEW")));
    let held = agent.check("a-1", "setup_account", account()).await;
    assert_eq!(held["outcome"], "block");
    assert!(held["error"].as_str().expect("an error").contains(&format!("awaiting {approval}")), "{held}");
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    assert_eq!(agent.stage("risk_assessment").await["status"], "active");
    agent.approve(&tomas, &approval).await.expect(201);
    assert_eq!(agent.stage("risk_assessment").await["status"], "complete");
    assert_eq!(agent.outcome(&approval).await["status"], "approved");
    let issued = agent.move_stage("risk_assessment", "complete", json!({})).await.expect(200);
    assert_eq!(issued["handoff"]["approval_id"], json!(approval));
    assert_eq!(issued["handoff"]["outputs"], shown["package"]["input"]["outputs"], "what was approved was handed over");
    agent.run_tool("a-2", "setup_account", account(), json!({"account_id": "acc_1"})).await;
}

async fn a_rejected_stage_is_done_again_only_with_something_new(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let approval = in_review(&agent).await;
    let ana = console.token("ana").await;
    let body = json!({"verdict": "reject", "reason_code": "identity_doubt", "notes": "The photo is another man's."});
    agent.decide(&ana, &approval, body).await.expect(201);
    let stage = agent.stage("risk_assessment").await;
    assert_eq!((&stage["status"], &stage["attempt"]), (&json!("pending"), &json!(2)));
    assert_eq!(agent.outcome(&approval).await["notes"], "The photo is another man's.");
    let held = agent.check("a-1", "setup_account", account()).await;
    assert!(held["error"].as_str().expect("an error").contains("risk_assessment is not complete"), "{held}");
    assert_eq!(agent.stage("risk_assessment").await["status"], "pending", "nobody is asked the same again");
    console.pass(TimeDelta::minutes(5));
    agent.record(json!({"risk_tier": "medium"})).await.expect(200);
    assert_eq!(agent.stage("risk_assessment").await["status"], "complete");
    agent.run_tool("a-2", "setup_account", account(), json!({"account_id": "acc_1"})).await;
}

async fn an_old_approval_opens_nothing(console: TestConsole) {
    // Identity fails after the risk stage was approved: what was approved then is worth nothing now.
    let text = onboarding()
        .replace("on_reject: fail_stage", "on_reject: fail_stage\n    on_failure: { return_to: kyc_check }");
    let agent = harness(&console, &text, "financial-onboarding").await;
    let approval = in_review(&agent).await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    agent.approve(&tomas, &approval).await.expect(201);
    let failed = agent.move_stage("risk_assessment", "fail", json!({"error": "A sanctions hit."})).await.expect(200);
    assert_eq!(failed["reopened"], json!(["kyc_check", "risk_assessment"]));
    let held = agent.check("a-1", "setup_account", account()).await;
    let error = held["error"].as_str().expect("an error");
    assert!(error.contains("A high-risk customer needs the approval"), "{error}");
    let conditions = held["evidence"]["conditions"].as_array().expect("conditions");
    let approved: Vec<&Value> = conditions.iter().filter(|one| one["name"] == "high_risk_approved").collect();
    assert_eq!(approved[0]["passed"], false);
}

async fn an_expired_review_is_asked_for_again(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let approval = in_review(&agent).await;
    console.pass(TimeDelta::hours(25));
    console.desk.expire_overdue().await.expect("a round");
    assert_eq!(agent.outcome(&approval).await["status"], "expired");
    let stage = agent.stage("risk_assessment").await;
    assert_eq!((&stage["status"], &stage["awaiting"]), (&json!("active"), &Value::Null));
    let asked = agent.move_stage("risk_assessment", "complete", json!({})).await.expect(202);
    assert_ne!(asked["approval_id"], json!(approval));
}

async fn a_review_is_taken_back_with_its_stage(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let approval = in_review(&agent).await;
    agent.move_stage("risk_assessment", "fail", json!({"error": "The engine erred."})).await.expect(200);
    assert_eq!(agent.outcome(&approval).await["status"], "cancelled");
    let run = agent.status().await;
    assert_eq!((&run["status"], &run["sessions"][0]["status"]), (&json!("active"), &json!("active")));
    let ana = console.token("ana").await;
    let late = agent.approve(&ana, &approval).await.expect(409);
    assert_eq!(late["code"], "cancelled");
}

async fn what_changes_meanwhile_is_reviewed_anew(console: TestConsole) {
    let text = onboarding().replace("  account_id:", "  score: { type: integer, from: system }\n  account_id:");
    let agent = harness(&console, &text, "financial-onboarding").await;
    let approval = in_review(&agent).await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    agent.record(json!({"score": 12})).await.expect(200);
    assert_eq!(agent.outcome(&approval).await["status"], "cancelled");
    let renewed = agent.stage("risk_assessment").await["awaiting"].as_str().expect("a review").to_owned();
    assert_ne!(renewed, approval);
    assert_eq!(
        agent.approval(&renewed).await["package"]["input"]["outputs"],
        json!({"risk_tier": "high", "score": 12})
    );
    agent.approve(&tomas, &renewed).await.expect(201);
    assert_eq!(agent.stage("risk_assessment").await["status"], "active", "the first vote was for something else");
    agent.record(json!({"risk_tier": "low"})).await.expect(200);
    assert_eq!(agent.stage("risk_assessment").await["status"], "complete", "a low tier needs nobody");
}
