//! Asking about several calls: what the gates say of each, and what cannot be asked about together.

use serde_json::{Value, json};

use super::{asked, opened, pay, payment, payments, verdicts};
use crate::support::{TestConsole, on_both};

on_both!(
    what_needs_nobody_or_may_not_run_is_said_at_once,
    a_request_for_items_is_made_once,
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
