//! The main job: stopped, decided, resumed, run once; and what the timeline says of it.

use serde_json::json;

use crate::support::{TestConsole, on_both};

on_both!(a_payment_is_stopped_approved_by_two_groups_and_runs_once, a_payment_below_the_limit_needs_nobody);

async fn a_payment_is_stopped_approved_by_two_groups_and_runs_once(console: TestConsole) {
    let agent = console.cast().await;
    let blocked = agent.check("pay-0", "pay", json!({"to": "ACME", "amount": 250})).await;
    assert_eq!(blocked["outcome"], "block");
    assert_eq!(blocked["error"], "PREREQUISITE_FAILED: The account is not open. Ask the ledger. Call look_up first.");
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    assert_eq!(agent.outcome(&approval).await["status"], "AWAITING_HUMAN_REVIEW");
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let first = agent.approve(&ana, &approval).await.expect(201);
    assert_eq!((&first["status"], &first["group"]), (&json!("pending"), &json!("compliance")));
    let second = agent.approve(&tomas, &approval).await.expect(201);
    assert_eq!((&second["status"], &second["group"]), (&json!("approved"), &json!("risk")));
    let outcome = agent.outcome(&approval).await;
    assert_eq!(outcome["status"], "approved");
    assert_eq!(outcome["reviewers"].as_array().map(Vec::len), Some(2));
    let allowed = agent.pay("pay-1").await;
    assert_eq!((&allowed["outcome"], &allowed["approval_id"]), (&json!("allow"), &json!(approval)));
    // The same call again gets the same answer, to the check's id.
    assert_eq!(agent.pay("pay-1").await, allowed);
    agent.report("pay-1", "pay", json!({"ok": true})).await.expect(200);
    let kinds = agent.kinds().await;
    let story = [
        "approval.opened",
        "session.suspended",
        "decision.recorded",
        "decision.recorded",
        "approval.approved",
        "session.resumed",
        "resumption.queued",
        "resumption.delivered",
        "approval.consumed",
        "gate.checked",
        "tool.executed",
    ];
    let mut rest = kinds.iter();
    for wanted in story {
        assert!(rest.any(|kind| kind == wanted), "{wanted} is missing or out of order in {kinds:?}");
    }
}

async fn a_payment_below_the_limit_needs_nobody(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let allowed = agent.check("pay-1", "pay", json!({"to": "ACME", "amount": 100})).await;
    assert_eq!(allowed["outcome"], "allow");
    let conditions = allowed["evidence"]["conditions"].as_array().expect("conditions");
    assert_eq!(conditions.len(), 2);
    assert_eq!(conditions[0]["recorded"], "OPEN");
    assert_eq!(conditions[0]["source"], "ledger");
    assert_eq!(allowed["evidence"]["result"], "PASSED");
}
