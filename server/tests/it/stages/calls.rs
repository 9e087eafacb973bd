//! Approvals of a stage's calls: they go with the attempt they were given for.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Works, account, harness, onboarding};
use crate::support::{Agent, TestConsole, on_both};

on_both!(
    a_call_that_waits_is_taken_back_with_its_stage,
    an_approval_nobody_used_is_void_with_its_stage,
    an_approval_that_was_used_counts_no_more_when_its_stage_is_undone,
);

/// The shipped workflow, where people agree to the call itself.
fn reviewed() -> String {
    let gate = "  - id: gate_account_setup\n    tools: [setup_account]\n";
    let welcome = "  - id: gate_account_approved\n    tools: [send_welcome_email]\n    require:\n      - { name: account_approved, \
                   when: approvals.gate_account_setup.approved, otherwise: Nobody agreed to this account. }\n";
    onboarding()
        .replace(gate, &format!("{welcome}{gate}    review: {{ policy: high-risk }}\n"))
        .replace("  - id: welcome\n", "  - id: welcome\n    on_failure: { return_to: account_setup }\n")
}

async fn fail(agent: &Agent<'_>, stage: &str) -> Value {
    agent.move_stage(stage, "fail", json!({"error": "The card service did not answer."})).await.expect(200)
}

/// Asks for the account; gives the approval that waits.
async fn ask(agent: &Agent<'_>, id: &str) -> String {
    let held = agent.check(id, "setup_account", account()).await;
    assert_eq!(held["outcome"], "suspend", "{held}");
    held["approval_id"].as_str().expect("an approval").to_owned()
}

async fn approve(console: &TestConsole, agent: &Agent<'_>, approval: &str) {
    for name in ["ana", "tomas"] {
        agent.approve(&console.token(name).await, approval).await.expect(201);
    }
}

async fn a_call_that_waits_is_taken_back_with_its_stage(console: TestConsole) {
    let agent = harness(&console, &reviewed(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    let approval = ask(&agent, "a-1").await;
    let failed = fail(&agent, "account_setup").await;
    assert_eq!((&failed["retry_allowed"], &failed["compensations"]), (&json!(true), &json!([])));
    assert_eq!(agent.outcome(&approval).await["status"], "cancelled");
    assert_eq!(agent.status().await["status"], "active");
    let pinned = json!({"error": "Again.", "attempt": 2});
    assert_eq!(agent.move_stage("account_setup", "fail", pinned).await.expect(409)["stage_status"], "pending");
}

async fn an_approval_nobody_used_is_void_with_its_stage(console: TestConsole) {
    let agent = harness(&console, &reviewed(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    let approval = ask(&agent, "a-1").await;
    approve(&console, &agent, &approval).await;
    fail(&agent, "account_setup").await;
    assert!(agent.kinds().await.contains(&"approval.voided".to_owned()));
    console.pass(TimeDelta::seconds(1));
    let replayed = agent.check("a-1", "setup_account", account()).await;
    let error = replayed["error"].as_str().expect("an error");
    assert!(error.contains("needs a fresh approval: The stage account_setup was given up."), "{replayed}");
    assert_ne!(ask(&agent, "a-2").await, approval, "people are asked about the new attempt");
}

async fn an_approval_that_was_used_counts_no_more_when_its_stage_is_undone(console: TestConsole) {
    let agent = harness(&console, &reviewed(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    let approval = ask(&agent, "a-1").await;
    approve(&console, &agent, &approval).await;
    agent.run_tool("a-1", "setup_account", account(), json!({"account_id": "acc_1"})).await;
    let welcome = json!({"customer_id": "cust_456"});
    let allowed = agent.check("w-1", "send_welcome_email", welcome.clone()).await;
    assert_eq!(allowed["outcome"], "allow", "{allowed}");
    let body =
        json!({"session_id": "s1", "tool": "send_welcome_email", "tool_use_id": "w-1", "output": {}, "is_error": true});
    agent.post("tool-results", &body).await.expect(200);
    let failed = fail(&agent, "welcome").await;
    assert_eq!(failed["reopened"], json!(["account_setup", "welcome"]));
    console.pass(TimeDelta::seconds(1));
    let held = agent.check("w-2", "send_welcome_email", welcome).await;
    assert!(held["error"].as_str().expect("an error").contains("Nobody agreed to this account."), "{held}");
}
