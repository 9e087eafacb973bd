//! Looking ahead: it says what would happen, leaves no trace, and lets nothing run.

use serde_json::{Value, json};

use super::{Client, desk};
use crate::{
    stages::{Works as _, account, harness, onboarding},
    support::{Agent, Stored, TestConsole, on_both},
};

on_both!(
    it_says_what_would_happen,
    it_leaves_no_trace,
    it_is_no_permission,
    stages_are_looked_past_and_not_entered,
    a_handoff_completes_nothing,
);

async fn would(client: &Client<'_>, agent: &Agent<'_>, tool: &str, input: Value) -> Value {
    let arguments = json!({"run_id": agent.run, "tool": tool, "input": input});
    client.fits("check_gate", "inputSchema", &arguments).await;
    let told = client.call("check_gate", arguments).await;
    assert_eq!(told["is_permission"], json!(false), "{told}");
    assert!(told["notice"].as_str().expect("text").contains("no permission"), "{told}");
    // Where it is taken for a hook, it denies.
    assert_eq!(told["hookSpecificOutput"]["permissionDecision"], "deny");
    told
}

fn met(told: &Value) -> Vec<(String, bool)> {
    let conditions = told["conditions"].as_array().expect("conditions").iter();
    conditions.map(|seen| (seen["name"].as_str().expect("a name").to_owned(), seen["met"] == true)).collect()
}

async fn it_says_what_would_happen(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let pay = |amount: u32| json!({"to": "ACME", "amount": amount});
    let told = would(&client, &agent, "pay", pay(250)).await;
    assert_eq!((&told["would"], &told["gate_id"]), (&json!("block"), &json!("payment")), "{told}");
    assert_eq!(met(&told), [("open".to_owned(), false), ("payee".to_owned(), false)]);
    assert_eq!(told["conditions"][1]["otherwise"], "Call look_up first.");
    assert!(told["message"].as_str().expect("text").contains("Call look_up first."), "{told}");
    agent.prepare().await;
    let told = would(&client, &agent, "pay", pay(20)).await;
    assert_eq!(told["would"], "allow", "{told}");
    assert_eq!(met(&told), [("open".to_owned(), true), ("payee".to_owned(), true)]);
    assert_eq!(
        (&told["conditions"][0]["expected"], &told["conditions"][0]["recorded"]),
        (&json!("\"OPEN\""), &json!("OPEN"))
    );
    let told = would(&client, &agent, "pay", pay(250)).await;
    assert_eq!(
        (&told["would"], &told["policy"], &told["risk"]),
        (&json!("suspend"), &json!("two-groups"), &json!("high")),
        "{told}"
    );
    assert_eq!(would(&client, &agent, "unheard_of", json!({})).await["would"], "block");
    assert_eq!(would(&client, &agent, "pay", json!({"to": 5})).await["would"], "block");
    // What was decided about that very call counts as it will when it is made.
    let approval = agent.suspended_payment("p-1").await;
    let told = would(&client, &agent, "pay", pay(250)).await;
    assert_eq!((&told["would"], &told["approval_id"]), (&json!("suspend"), &json!(approval)), "{told}");
    for reviewer in ["ana", "tomas"] {
        agent.approve(&console.token(reviewer).await, &approval).await.expect(201);
    }
    let told = would(&client, &agent, "pay", pay(250)).await;
    assert_eq!((&told["would"], &told["approval_id"]), (&json!("allow"), &json!(approval)), "{told}");
    assert_eq!(agent.pay("p-1").await["outcome"], "allow");
    agent.check("n-1", "note", json!({"text": "x"})).await;
    let waiting =
        agent.console.get(&agent.key, "/approvals?status=pending").await.expect(200)["items"][0]["id"].clone();
    let body = json!({"verdict": "reject", "notes": "No notes."});
    agent.decide(&console.token("ana").await, waiting.as_str().expect("an id"), body).await.expect(201);
    let told = would(&client, &agent, "note", json!({"text": "x"})).await;
    assert_eq!((&told["would"], &told["message"]), (&json!("block"), &json!("approval_rejected: No notes.")), "{told}");
}

async fn it_leaves_no_trace(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    agent.prepare().await;
    would(&client, &agent, "pay", json!({"to": "ACME", "amount": 250})).await;
    let before = Stored::of(&console).await;
    for (tool, input) in [
        ("pay", json!({"to": "ACME", "amount": 250})),
        ("pay", json!({"to": "ACME", "amount": 20})),
        ("pay", json!({"to": "Somebody", "amount": 20})),
        ("note", json!({"text": "x"})),
        ("unheard_of", json!({})),
    ] {
        would(&client, &agent, tool, input).await;
    }
    client.refused("check_gate", json!({"run_id": agent.run, "tool": "pay"})).await;
    let after = Stored::of(&console).await;
    // When the key was used last is noted beside the requests.
    let changed: Vec<&str> = before.changed(&after).into_iter().filter(|table| *table != "api_key").collect();
    assert_eq!(changed, [""; 0]);
}

async fn it_is_no_permission(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    agent.prepare().await;
    assert_eq!(would(&client, &agent, "pay", json!({"to": "ACME", "amount": 20})).await["would"], "allow");
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let made = agent.check("p-1", "pay", json!({"to": "ACME", "amount": 20})).await;
    assert_eq!(made["outcome"], "block", "the call itself is checked: {made}");
    // And no key of the model's side may have it checked.
    let body = json!({"session_id": "s1", "tool": "pay", "tool_use_id": "p-2", "input": {}});
    let reply = console.post(&client.key, &format!("/runs/{}/gate-checks", agent.run), &body).await;
    assert_eq!(reply.problem(), "403 wrong_scope");
}

async fn stages_are_looked_past_and_not_entered(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let key = console.key("model", &[domain::Scope::Agent], None).await;
    let client = Client { console: &console, key, capabilities: json!({}) };
    let told = would(&client, &agent, "setup_account", account()).await;
    assert_eq!(told["would"], "block", "{told}");
    assert!(told.get("enters_stage").is_none(), "{told}");
    agent.collect().await;
    let told = would(&client, &agent, "verify_identity", json!({"customer_id": "cust_456"})).await;
    assert_eq!((&told["would"], &told["enters_stage"]), (&json!("allow"), &json!("kyc_check")), "{told}");
    assert!(agent.stages().await.contains(&"kyc_check pending".to_owned()), "{:?}", agent.stages().await);
}

async fn a_handoff_completes_nothing(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let key = console.key("model", &[domain::Scope::Agent], None).await;
    let client = Client { console: &console, key, capabilities: json!({}) };
    agent.collect().await;
    agent.check("k-1", "verify_identity", json!({"customer_id": "cust_456"})).await;
    let arguments = json!({
        "run_id": agent.run, "stage": "kyc_check", "outputs": {"kyc_status": "PASSED"},
        "customer_profile": {"name": "Aarav Shah"},
    });
    client.fits("submit_handoff", "inputSchema", &arguments).await;
    let told = client.call("submit_handoff", arguments.clone()).await;
    assert_eq!((&told["status"], &told["is_complete"]), (&json!("active"), &json!(false)), "{told}");
    assert_eq!(told["recorded"], json!(["customer_profile", "kyc_status"]));
    assert_eq!((&told["unmet"][0]["name"], &told["unmet"][0]["recorded"]), (&json!("kyc_passed"), &Value::Null));
    assert!(told["message"].as_str().expect("text").contains("Call verify_identity"), "{told}");
    let shown = agent.status().await;
    assert_eq!(shown["assertions"]["kyc_status"], "PASSED");
    assert!(shown["facts"].get("kyc_status").is_none(), "what is said is no fact: {shown}");
    agent.record(json!({"kyc_status": "PASSED"})).await.expect(200);
    let told = client.call("submit_handoff", arguments).await;
    assert_eq!((&told["status"], &told["is_complete"]), (&json!("complete"), &json!(true)), "{told}");
    let handoff = &agent.handoffs().await[1];
    assert_eq!(handoff["handoff_id"], told["handoff_id"]);
    assert!(!handoff.to_string().contains("Handed over for"), "what was said is no part of it: {handoff}");
}
