//! Deadlines: an approval expires by itself, is never approved by it, and says so.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Agent, TestConsole, on_both};

on_both!(nobody_deciding_expires_and_wakes_the_agent, deciding_past_the_deadline_is_refused);

/// Waits for the end by long poll: the timer needs no help.
async fn ended(console: &TestConsole, agent: &Agent<'_>, approval: &str) -> Value {
    console.get(&agent.key, &format!("/approvals/{approval}/decision?wait=20")).await.expect(200)
}

async fn nobody_deciding_expires_and_wakes_the_agent(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    console.pass(TimeDelta::hours(24));
    assert_eq!(ended(&console, &agent, &approval).await["status"], "expired");
    let blocked = agent.pay("pay-1").await;
    assert!(blocked["error"].as_str().expect("an error").starts_with("approval_expired"), "{blocked}");
    let fresh = agent.pay("pay-2").await;
    assert_eq!(fresh["outcome"], "suspend");
    assert_ne!(fresh["approval_id"], json!(approval));
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.expired").count(), 1, "{kinds:?}");
}

async fn deciding_past_the_deadline_is_refused(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let seen = agent.approval(&approval).await;
    let ana = console.token("ana").await;
    console.pass(TimeDelta::days(2));
    let body = json!({"verdict": "approve", "revision": 1, "package_digest": seen["package_digest"]});
    let refused = console.post(&ana, &format!("/approvals/{approval}/decisions"), &body).await;
    assert_eq!(refused.problem(), "409 expired");
    assert_eq!(ended(&console, &agent, &approval).await["status"], "expired");
}
