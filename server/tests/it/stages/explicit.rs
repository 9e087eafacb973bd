//! Stages that only the harness moves: entered, completed, kept.

use serde_json::{Value, json};

use super::{Works, harness};
use crate::support::{TestConsole, on_both};

on_both!(
    a_harness_enters_and_completes,
    outputs_go_into_the_handoff_and_open_nothing,
    what_is_kept_is_not_undone,
    a_rejection_may_cancel_the_run,
);

const PHASES: &str = r#"
name: phases
default: block
advance: explicit
tools:
  write: { input: { text: string }, reversible: true }
  ship: { reversible: false, accept_irreversible: "a test" }
facts:
  plan: { type: string, from: { tool: write, path: /plan } }
  shipped: { type: bool, from: system }
stages:
  - id: planning
    tools: [write]
    exit: [{ name: planned, when: has(facts.plan), otherwise: Write the plan. }]
    on_failure: keep
  - id: shipping
    tools: [ship]
    exit: [{ name: is_shipped, when: facts.shipped, otherwise: Ship it. }]
    review: { policy: one }
    on_reject: cancel_run
policies:
  one: { approve: { all: [{ group: compliance }] }, via: [console, api] }
"#;

async fn a_harness_enters_and_completes(console: TestConsole) {
    let agent = harness(&console, PHASES, "phases").await;
    let early = agent.check("w-1", "write", json!({"text": "a"})).await;
    assert!(early["error"].as_str().expect("an error").contains("has not been entered"), "{early}");
    let refused = agent.move_stage("shipping", "enter", json!({})).await.expect(409);
    assert_eq!(
        (&refused["code"], &refused["unmet"][0]["name"]),
        (&json!("entry_conditions_unmet"), &json!("stage_before_complete"))
    );
    let snapshot = json!({"thread": "t-1"});
    let entered = agent.move_stage("planning", "enter", json!({"snapshot": snapshot})).await.expect(200);
    assert_eq!((&entered["attempt"], &entered["handoff"]), (&json!(1), &Value::Null));
    assert_eq!(agent.move_stage("planning", "enter", json!({})).await.expect(200), entered);
    agent.run_tool("w-2", "write", json!({"text": "a"}), json!({"plan": "p"})).await;
    assert_eq!(agent.stage("planning").await["status"], "active", "nothing moves by itself");
    let completed = agent.move_stage("planning", "complete", json!({"outputs": {"pages": 3}})).await.expect(200);
    let handoff = &completed["handoff"];
    assert_eq!(handoff["outputs"], json!({"pages": 3, "plan": "p"}));
    assert_eq!(handoff["rollback_data"]["harness"], snapshot);
    let again = agent.move_stage("planning", "complete", json!({"outputs": {"pages": 4}})).await.expect(200);
    assert_eq!(again, completed, "the first completion stands");
    let wrong = json!({"handoff_id": handoff["handoff_id"]});
    let entered = agent.move_stage("shipping", "enter", wrong.clone()).await.expect(200);
    assert_eq!(entered["handoff"], *handoff);
    let refused = agent.move_stage("planning", "enter", wrong).await.expect(409);
    assert_eq!(refused["code"], "wrong_stage");
}

async fn outputs_go_into_the_handoff_and_open_nothing(console: TestConsole) {
    let agent = harness(&console, PHASES, "phases").await;
    agent.move_stage("planning", "enter", json!({})).await.expect(200);
    let claimed = json!({"outputs": {"plan": "p"}});
    let refused = agent.move_stage("planning", "complete", claimed).await.expect(409);
    assert_eq!(refused["code"], "exit_criteria_unmet");
    assert_eq!(refused["unmet"][0]["recorded"], Value::Null);
    let large = json!({"outputs": {"text": "x".repeat(70_000)}});
    assert_eq!(agent.move_stage("planning", "complete", large).await.expect(422)["errors"][0]["path"], "/outputs");
    // Under the name of a fact stands what is recorded, and whom the run is about is not the harness's to say.
    agent.run_tool("w-1", "write", json!({"text": "a"}), json!({"plan": "recorded"})).await;
    let claimed = json!({
        "outputs": {"plan": "claimed", "pages": 3},
        "customer_profile": {"plan": "claimed", "shipped": true, "subject": "cust_1", "tone": "dry"},
    });
    let completed = agent.move_stage("planning", "complete", claimed).await.expect(200);
    assert_eq!(completed["handoff"]["outputs"], json!({"plan": "recorded", "pages": 3}));
    let profile = json!({"plan": "recorded", "subject": "cust_456", "tone": "dry"});
    assert_eq!(completed["handoff"]["customer_profile"], profile);
    let unknown = agent.move_stage("planning", "complete", json!({"attempt": 2})).await.expect(409);
    assert_eq!(unknown["code"], "wrong_stage");
}

async fn what_is_kept_is_not_undone(console: TestConsole) {
    let agent = harness(&console, PHASES, "phases").await;
    agent.move_stage("planning", "enter", json!({})).await.expect(200);
    agent.run_tool("w-1", "write", json!({"text": "a"}), json!({"plan": "p"})).await;
    let failed = agent.move_stage("planning", "fail", json!({"error": "Out of tokens."})).await.expect(200);
    assert_eq!((&failed["status"], &failed["retry_allowed"]), (&json!("KEPT"), &json!(true)));
    assert_eq!(agent.status().await["facts"]["plan"]["value"], "p");
    let entered = agent.move_stage("planning", "enter", json!({})).await.expect(200);
    assert_eq!(entered["attempt"], 2);
    agent.move_stage("planning", "complete", json!({})).await.expect(200);
}

async fn a_rejection_may_cancel_the_run(console: TestConsole) {
    let agent = harness(&console, PHASES, "phases").await;
    agent.move_stage("planning", "enter", json!({})).await.expect(200);
    agent.run_tool("w-1", "write", json!({"text": "a"}), json!({"plan": "p"})).await;
    agent.move_stage("planning", "complete", json!({})).await.expect(200);
    agent.move_stage("shipping", "enter", json!({})).await.expect(200);
    agent.record(json!({"shipped": true})).await.expect(200);
    let awaiting = agent.move_stage("shipping", "complete", json!({})).await.expect(202);
    let approval = awaiting["approval_id"].as_str().expect("an approval");
    let ana = console.token("ana").await;
    agent.decide(&ana, approval, json!({"verdict": "reject"})).await.expect(201);
    assert_eq!(agent.status().await["status"], "cancelled");
    assert_eq!(agent.outcome(approval).await["status"], "rejected");
}
