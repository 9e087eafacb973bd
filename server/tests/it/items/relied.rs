//! What conditions make of calls that were approved together, and what of them outlives a stage that is given up.

use serde_json::{Value, json};

use crate::{
    stages::harness,
    support::{Agent, TestConsole, on_both},
};

on_both!(one_refused_item_speaks_for_its_gate, a_stage_takes_along_the_items_of_its_own_tools);

/// Shipping and packing need people; whatever rests on their gates says so.
const SHOP: &str = r#"
name: shop
title: Shop
subject: customer_id
default: block
tools:
  ship: { input: { to: string }, reversible: false, accept_irreversible: "parcels come back", risk: low }
  pack: { input: { box: string }, reversible: true }
  bill: { input: {}, reversible: true }
  seal: { input: {}, reversible: true }
facts:
  packed: { type: bool, from: system }
stages:
  - id: packing
    tools: [pack]
    exit: [ { name: packed, when: 'facts.packed', otherwise: "Pack it." } ]
gates:
  - { id: shipping, tools: [ship], review: { policy: one } }
  - { id: boxes, tools: [pack], review: { policy: one } }
  - id: billing
    tools: [bill]
    require: [ { name: shipped, when: 'approvals.shipping.approved', otherwise: "Shipping is not approved." } ]
  - id: sealing
    tools: [seal]
    require: [ { name: boxed, when: 'approvals.boxes.approved', otherwise: "The box is not approved." } ]
policies:
  one: { approve: { all: [ { group: compliance, count: 1 } ] }, reject: { count: 1 }, via: [console, api] }
requests: { policy: one }
"#;

fn call(id: &str, tool: &str, input: &Value) -> Value {
    json!({"tool": tool, "input": input, "tool_use_id": id})
}

/// Asks for calls together, and has Ana say `a` or `r` of each.
async fn decided(agent: &Agent<'_>, items: &[Value], words: &str) {
    let reply = agent.post("approvals", &json!({"summary": "These?", "items": items})).await.expect(201);
    let approval = reply["approval_id"].as_str().expect("an approval").to_owned();
    let one = |(item, word): (&Value, char)| json!({"tool_use_id": item["tool_use_id"], "verdict": if word == 'a' { "approve" } else { "reject" }});
    let said: Vec<Value> = items.iter().zip(words.chars()).map(one).collect();
    let ballot = json!({"verdict": "approve", "items": said});
    agent.decide(&agent.console.token("ana").await, &approval, ballot).await.expect(201);
}

async fn one_refused_item_speaks_for_its_gate(console: TestConsole) {
    let agent = harness(&console, SHOP, "shop").await;
    let bill = async |agent: &Agent<'_>, id: &str| agent.check(id, "bill", json!({})).await["outcome"].clone();
    for words in ["ar", "ra", "aa"] {
        let agent = crate::stages::begin(&console, agent.key.clone(), agent.ledger.clone(), "shop").await;
        let parcels = ["Ana", "Bo"].map(|to| call(&format!("ship-{to}"), "ship", &json!({"to": to})));
        decided(&agent, &parcels, words).await;
        let expected = if words == "aa" { "allow" } else { "block" };
        assert_eq!(bill(&agent, "bill-1").await, expected, "{words}");
    }
}

async fn a_stage_takes_along_the_items_of_its_own_tools(console: TestConsole) {
    let agent = harness(&console, SHOP, "shop").await;
    let asked = [call("pack-1", "pack", &json!({"box": "big"})), call("ship-1", "ship", &json!({"to": "Ana"}))];
    agent.post("stages/packing/enter", &json!({})).await.expect(200);
    decided(&agent, &asked, "aa").await;
    for (id, tool, input) in [("pack-1", "pack", json!({"box": "big"})), ("ship-1", "ship", json!({"to": "Ana"}))] {
        assert_eq!(agent.check(id, tool, input).await["outcome"], "allow", "{id}");
    }
    for (id, tool) in [("bill-1", "bill"), ("seal-1", "seal")] {
        assert_eq!(agent.check(id, tool, json!({})).await["outcome"], "allow", "{id}");
    }
    agent.post("stages/packing/fail", &json!({"error": "The box broke."})).await.expect(200);
    assert_eq!(agent.check("bill-2", "bill", json!({})).await["outcome"], "allow", "the parcel was not of the stage");
    assert_eq!(agent.check("seal-2", "seal", json!({})).await["outcome"], "block", "its box is undone");
}
