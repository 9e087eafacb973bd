//! Every tool, and what it leaves behind.

use serde_json::{Value, json};

use super::desk;
use crate::support::{TestConsole, on_both};

on_both!(
    an_approval_is_asked_for_and_its_decision_read,
    a_repeat_asks_people_once,
    a_call_is_asked_about_and_made,
    a_question_is_told_and_waited_past,
    a_call_that_needs_nobody_is_said_so,
    a_case_is_handed_over_once_and_whole,
    what_reviewers_wrote_is_told,
);

async fn an_approval_is_asked_for_and_its_decision_read(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let arguments = json!({
        "run_id": agent.run, "summary": "May I promise a refund?", "state_blob": "page 7",
        "transcript": [{"role": "user", "text": "When do I get my money?"}],
    });
    client.fits("request_approval", "inputSchema", &arguments).await;
    let asked = client.call("request_approval", arguments).await;
    assert_eq!((&asked["status"], &asked["eta_hours"]), (&json!("AWAITING_HUMAN_REVIEW"), &json!(24)), "{asked}");
    assert_eq!(asked["poll_after_ms"], 15_000);
    let approval = asked["approval_id"].as_str().expect("an id");
    assert_eq!(asked["url"], json!(format!("https://console.test/approvals/{approval}")));
    let shown = agent.approval(approval).await;
    assert_eq!(shown["package"]["origin"], "request");
    assert_eq!(shown["package"]["agent"], "model");
    let (waiting, decided) =
        tokio::join!(client.call("get_decision", json!({"approval_id": approval, "wait_s": 60})), async {
            agent.approve(&console.token("ana").await, approval).await.expect(201);
            agent
                .decide(&console.token("tomas").await, approval, json!({"verdict": "approve", "notes": "By Friday."}))
                .await
        });
    decided.expect(201);
    assert_eq!((&waiting["status"], &waiting["notes"]), (&json!("approved"), &json!("By Friday.")), "{waiting}");
    assert_eq!((&waiting["is_final"], &waiting["state_blob"]), (&json!(true), &json!("page 7")));
    assert!(waiting.get("poll_after_ms").is_none());
}

async fn a_repeat_asks_people_once(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let arguments = json!({"run_id": agent.run, "summary": "May I?", "idempotency_key": "step-1"});
    let racing = (0..8).map(|_| client.call("request_approval", arguments.clone()));
    let told = futures::future::join_all(racing).await;
    assert!(told.iter().all(|one| one["approval_id"] == told[0]["approval_id"]), "{told:#?}");
    let approval = told[0]["approval_id"].as_str().expect("an id");
    let body = json!({"verdict": "reject", "reason_code": "doubt", "notes": "Not today."});
    agent.decide(&console.token("ana").await, approval, body).await.expect(201);
    let repeat = client.call("request_approval", arguments).await;
    assert_eq!((&repeat["status"], &repeat["notes"]), (&json!("rejected"), &json!("Not today.")), "{repeat}");
}

async fn a_call_is_asked_about_and_made(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    agent.prepare().await;
    let action = json!({"tool": "pay", "input": {"to": "ACME", "amount": 250}});
    let arguments = json!({"run_id": agent.run, "summary": "The invoice is due.", "action": action});
    client.fits("request_approval", "inputSchema", &arguments).await;
    let asked = client.call("request_approval", arguments).await;
    assert_eq!(asked["status"], "AWAITING_HUMAN_REVIEW", "{asked}");
    let approval = asked["approval_id"].as_str().expect("an id");
    for reviewer in ["ana", "tomas"] {
        agent.approve(&console.token(reviewer).await, approval).await.expect(201);
    }
    let told = client.call("get_decision", json!({"approval_id": approval})).await;
    assert_eq!(told["status"], "approved");
    // The harness makes it under an id of its own, once, with exactly that input.
    let other = agent.check("call-1", "pay", json!({"to": "ACME", "amount": 251})).await;
    assert_eq!(other["outcome"], "suspend", "{other}");
    let other = json!({"reason": "Wrong amount."});
    let wrong = agent.console.get(&agent.key, "/approvals?status=pending").await.expect(200)["items"][0]["id"].clone();
    let path = format!("/approvals/{}/cancel", wrong.as_str().expect("an id"));
    console.post(&agent.key, &path, &other).await.expect(200);
    let made = agent.pay("call-2").await;
    assert_eq!((&made["outcome"], &made["approval_id"]), (&json!("allow"), &json!(approval)), "{made}");
    let again = agent.pay("call-3").await;
    assert_ne!(again["outcome"], "allow", "{again}");
}

async fn a_question_is_told_and_waited_past(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let asked = client.call("request_approval", json!({"run_id": agent.run, "summary": "May I?"})).await;
    let approval = asked["approval_id"].as_str().expect("an id");
    let body = json!({"verdict": "request_information", "notes": "Which invoice?"});
    agent.decide(&console.token("ana").await, approval, body).await.expect(201);
    let told = client.call("get_decision", json!({"approval_id": approval, "wait_s": 60})).await;
    assert_eq!(
        (&told["status"], &told["question"]),
        (&json!("information_requested"), &json!("Which invoice?")),
        "{told}"
    );
    let past = json!({"approval_id": approval, "wait_s": 60, "seen": told["revision"]});
    let (told, answered) = tokio::join!(client.call("get_decision", past), async {
        let answer = json!({"answer": "INV-7"});
        console.post(&agent.key, &format!("/approvals/{approval}/information"), &answer).await.expect(200);
        let body = json!({"verdict": "reject", "reason_code": "limit", "notes": "Too much."});
        agent.decide(&console.token("ana").await, approval, body).await
    });
    answered.expect(201);
    assert_eq!((&told["status"], &told["reason_code"]), (&json!("rejected"), &json!("limit")), "{told}");
}

async fn a_call_that_needs_nobody_is_said_so(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let about =
        |input: Value| json!({"run_id": agent.run, "summary": "Due.", "action": {"tool": "pay", "input": input}});
    let told = client.call("request_approval", about(json!({"to": "ACME", "amount": 20}))).await;
    assert_eq!((&told["status"], &told["gate_id"]), (&json!("blocked"), &json!("payment")), "{told}");
    assert!(told["message"].as_str().expect("text").contains("Call look_up first."), "{told}");
    agent.prepare().await;
    let told = client.call("request_approval", about(json!({"to": "ACME", "amount": 20}))).await;
    assert_eq!((&told["status"], &told["is_final"]), (&json!("not_needed"), &json!(true)), "{told}");
    let waiting = agent.console.get(&agent.key, "/approvals?status=pending").await.expect(200);
    assert_eq!(waiting["items"], json!([]), "nobody was asked");
}

async fn a_case_is_handed_over_once_and_whole(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let half = json!({"run_id": agent.run, "customer_id": "cust_1", "recommended_action": "Call."});
    let refused = client.refused("escalate", half).await;
    let paths: Vec<&str> =
        refused["errors"].as_array().expect("errors").iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!((&refused["code"], paths), (&json!("invalid_field"), vec!["/root_cause_analysis", "/refund_amount"]));
    let whole = json!({
        "run_id": agent.run, "customer_id": "cust_1", "root_cause_analysis": "The parcel was lost.",
        "refund_amount": {"amount": "18.40", "currency": "EUR"}, "recommended_action": "Call.", "idempotency_key": "case-1",
    });
    client.fits("escalate", "inputSchema", &whole).await;
    let first = client.call("escalate", whole.clone()).await;
    assert_eq!(client.call("escalate", whole).await, first, "a repeat opens no second one");
    assert_eq!(first["status"], "open");
    let listed = console.get(&agent.key, "/escalations").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["items"][0]["escalation_id"], first["escalation_id"], "{listed}");
}

async fn what_reviewers_wrote_is_told(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let edit = json!({"verdict": "approve", "edited_input": {"to": "ACME", "amount": 120}});
    agent.decide(&console.token("ana").await, &approval, edit).await.expect(201);
    agent.approve(&console.token("tomas").await, &approval).await.expect(201);
    let told = client.call("get_decision", json!({"approval_id": approval})).await;
    assert_eq!((&told["status"], &told["edited_input"]["amount"]), (&json!("approved"), &json!(120)), "{told}");
}
