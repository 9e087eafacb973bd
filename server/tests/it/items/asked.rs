//! Asking about several calls: what the gates say of each, and what cannot be asked about together.

use axum::{body::Body, http::Method};
use serde_json::{Value, json};

use super::{asked, opened, pay, payment, payments, verdicts};
use crate::support::{TestConsole, on_both, request};

on_both!(
    what_needs_nobody_or_may_not_run_is_said_at_once,
    a_request_for_items_is_made_once,
    what_comes_along_with_a_repeat_is_kept,
    an_answer_that_opens_nothing_is_kept_as_well,
    a_call_that_only_rested_may_be_asked_about,
    items_are_bounded_and_their_fields_are_known,
);

async fn what_needs_nobody_or_may_not_run_is_said_at_once(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let stranger = json!({"tool": "pay", "input": {"to": "EVIL", "amount": 250}, "tool_use_id": "pay-4"});
    let answer = asked(&agent, &[payment("pay-1", 250), payment("pay-0", 50), stranger.clone()]).await;
    let outcomes: Vec<&Value> =
        answer["items"].as_array().expect("items").iter().map(|item| &item["outcome"]).collect();
    assert_eq!(outcomes, ["suspend", "allow", "block"]);
    assert_eq!(answer["items"][2]["error"], "PREREQUISITE_FAILED: Call look_up first.");
    let approval = answer["approval_id"].as_str().expect("an approval");
    assert_eq!(answer["items"][0]["approval_id"], approval);
    assert_eq!(agent.approval(approval).await["package"]["items"].as_array().map(Vec::len), Some(1));
    for person in ["ana", "tomas"] {
        agent.decide(&console.token(person).await, approval, verdicts("a")).await.expect(201);
    }
    // What was said to need nobody is checked when it comes, and nothing was promised before.
    assert_eq!(pay(&agent, "pay-0", 50).await["outcome"], "allow");
    // With nothing left for people, nobody is asked.
    let none = json!({"summary": "These?", "items": [payment("pay-5", 20), stranger]});
    let reply = agent.post("approvals", &none).await.expect(200);
    assert!(reply.get("approval_id").is_none(), "{reply}");
    assert_eq!(reply["items"][0]["outcome"], "allow");
    assert_eq!(agent.status().await["status"], "active");
}

async fn a_request_for_items_is_made_once(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    let again = asked(&agent, &payments()).await;
    assert_eq!(again["approval_id"], approval);
    assert_eq!(again["items"][1]["approval_id"], approval);
    let more = [payments(), vec![payment("pay-9", 300)]].concat();
    // While the session waits, nothing joins what people read.
    let answer = asked(&agent, &more).await;
    let waits = format!("awaiting {approval}: the session waits for a person to decide.");
    assert_eq!((&answer["approval_id"], &answer["items"][3]["error"]), (&json!(approval), &json!(waits)));
    let changed = [payment("pay-1", 251)];
    let refused = agent.post("approvals", &json!({"summary": "Other?", "items": changed})).await;
    assert_eq!(refused.json()["errors"][0]["path"], "/items/0/tool_use_id");
    for person in ["ana", "tomas"] {
        agent.decide(&console.token(person).await, &approval, verdicts("aaa")).await.expect(201);
    }
    // Decided: a repeat reads what it may do now, and asks nobody.
    let reply = agent.post("approvals", &json!({"summary": "Pay the bills of May?", "items": payments()})).await;
    assert_eq!(reply.expect(200)["items"][0]["outcome"], "allow");
    let refused = agent.post("approvals", &json!({"summary": "More?", "items": more})).await;
    assert_eq!(refused.json()["errors"][0]["message"], "some of these calls were asked about before: leave them out");
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.opened").count(), 1);
}

async fn what_comes_along_with_a_repeat_is_kept(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let body = |blob: &str| json!({"summary": "Pay the bills?", "items": payments(), "state_blob": blob});
    let first = agent.post("approvals", &body("one")).await.expect(201);
    let approval = first["approval_id"].as_str().expect("an approval");
    assert_eq!(agent.post("approvals", &body("two")).await.expect(201)["approval_id"], approval);
    for person in ["ana", "tomas"] {
        agent.decide(&console.token(person).await, approval, verdicts("aaa")).await.expect(201);
    }
    assert_eq!(agent.outcome(approval).await["state_blob"], "two");
}

async fn an_answer_that_opens_nothing_is_kept_as_well(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let send = async |amount: u32| {
        let request = request(Method::POST, &agent.key, &format!("/runs/{}/approvals", agent.run))
            .header("content-type", "application/json")
            .header("idempotency-key", "once");
        let body = json!({"summary": "Pay them?", "items": [payment("pay-1", amount)]});
        console.send(request.body(Body::from(body.to_string())).expect("a request")).await
    };
    let first = send(50).await.expect(200);
    assert_eq!(first["items"][0]["outcome"], "allow");
    assert_eq!(send(51).await.problem(), "422 idempotency_mismatch");
    // What holds now is not what was said then.
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    assert_eq!(send(50).await.expect(200), first);
}

async fn a_call_that_only_rested_may_be_asked_about(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let waiting = agent.suspended_payment("pay-0").await;
    let rested = pay(&agent, "pay-2", 900).await;
    assert!(rested["error"].as_str().is_some_and(|error| error.starts_with("awaiting ")), "{rested}");
    let no = json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."});
    agent.decide(&console.token("ana").await, &waiting, no).await.expect(201);
    let answer = asked(&agent, &[payment("pay-2", 900), payment("pay-3", 4_000)]).await;
    assert_eq!(agent.approval(answer["approval_id"].as_str().expect("an approval")).await["status"], "pending");
    // One that was answered for good is not asked about again.
    let again = json!({"summary": "x", "items": [payment("pay-9", 700), payment("pay-0", 250)]});
    let other = agent.post("approvals", &again).await.expect(200);
    assert_eq!(other["items"][1]["error"], "approval_rejected: No.", "{other}");
}

async fn items_are_bounded_and_their_fields_are_known(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let note = json!({"tool": "note", "input": {"text": "x"}, "tool_use_id": "note-1"});
    let many: Vec<Value> = (0..21).map(|number| payment(&format!("p{number}"), 250 + number)).collect();
    let table = [
        (json!([]), "/items"),
        (json!(many), "/items"),
        (json!([payment("pay-1", 250), payment("pay-1", 900)]), "/items/1/tool_use_id"),
        (json!([payment("pay-1", 250), {"tool": "pay", "input": 7, "tool_use_id": "t"}]), "/items/1/input"),
        (json!([payment("pay-1", 250), {"tool": " ", "input": {}, "tool_use_id": "t"}]), "/items/1/tool"),
        (json!([payment("pay-1", 250), note]), "/items/1"),
    ];
    for (items, place) in table {
        let refused = agent.post("approvals", &json!({"summary": "x", "items": items})).await;
        assert_eq!(refused.problem(), "422 invalid_field", "{items}");
        assert_eq!(refused.json()["errors"][0]["path"], place, "{}", refused.text);
    }
    let both = json!({"summary": "x", "action": payment("pay-1", 250), "items": [payment("pay-2", 250)]});
    assert_eq!(agent.post("approvals", &both).await.json()["errors"][0]["path"], "/items");
    assert_eq!(agent.status().await["status"], "active");
}
