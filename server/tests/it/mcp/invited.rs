//! Asking the user to open the console: whatever a client says about it, people decide, and nothing is allowed before.

use chrono::TimeDelta;
use domain::Scope;
use serde_json::{Value, json};

use super::{Client, desk};
use crate::support::{TestConsole, on_both};

on_both!(
    accepting_is_no_approval,
    declining_takes_nothing_back,
    an_invitation_is_for_one_key_and_one_call,
    clients_that_open_nothing_are_told_at_once,
);

fn wanted(run: &str) -> Value {
    json!({"run_id": run, "summary": "May I pay ACME?", "idempotency_key": "step-3"})
}

/// Asks, and gives what the client is to send back.
async fn invited(client: &Client<'_>, arguments: &Value) -> String {
    let result = client.ask("tools/call", json!({"name": "request_approval", "arguments": arguments})).await;
    assert_eq!(result["resultType"], "input_required", "{result}");
    let request = &result["inputRequests"]["console"];
    assert_eq!((&request["method"], &request["params"]["mode"]), (&json!("elicitation/create"), &json!("url")));
    let url = request["params"]["url"].as_str().expect("an address");
    assert!(url.starts_with("https://console.test/approvals/apr_"), "{url}");
    result["requestState"].as_str().expect("a state").to_owned()
}

fn again(arguments: &Value, state: &str, action: &str) -> Value {
    json!({
        "name": "request_approval", "arguments": arguments, "requestState": state,
        "inputResponses": {"console": {"action": action, "content": {"verdict": "approve"}}},
    })
}

async fn waiting(agent: &crate::support::Agent<'_>) -> usize {
    let reviewer = agent.console.token("mira").await;
    let page = agent.console.get(&reviewer, "/approvals?status=pending").await.expect(200);
    page["items"].as_array().expect("items").len()
}

async fn accepting_is_no_approval(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let client = client.that_opens_urls();
    let arguments = wanted(&agent.run);
    let state = invited(&client, &arguments).await;
    assert_eq!(waiting(&agent).await, 1, "people are asked before the client is");
    let mut approval = Value::Null;
    // However often it is said.
    for _ in 0..3 {
        let result = client.ask("tools/call", again(&arguments, &state, "accept")).await;
        let told = client.said("request_approval", &result).await;
        assert_eq!((&told["status"], &told["is_final"]), (&json!("AWAITING_HUMAN_REVIEW"), &json!(false)), "{told}");
        approval = told["approval_id"].clone();
    }
    let approval = approval.as_str().expect("an id").to_owned();
    assert_eq!(waiting(&agent).await, 1);
    let kinds = agent.kinds().await;
    assert!(!kinds.iter().any(|kind| kind == "decision.recorded" || kind == "approval.approved"), "{kinds:?}");
    for reviewer in ["ana", "tomas"] {
        agent.approve(&console.token(reviewer).await, &approval).await.expect(201);
    }
    let result = client.ask("tools/call", again(&arguments, &state, "cancel")).await;
    let told = client.said("request_approval", &result).await;
    assert_eq!(told["status"], "approved", "what is stored counts, not what the client says: {told}");
    assert_eq!(told["reviewers"].as_array().expect("reviewers").len(), 2);
}

async fn declining_takes_nothing_back(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let client = client.that_opens_urls();
    let arguments = wanted(&agent.run);
    let state = invited(&client, &arguments).await;
    for action in ["decline", "cancel", "accept", "unheard of"] {
        let result = client.ask("tools/call", again(&arguments, &state, action)).await;
        assert_eq!(client.said("request_approval", &result).await["status"], "AWAITING_HUMAN_REVIEW", "{action}");
    }
    assert_eq!(waiting(&agent).await, 1);
    // Asked afresh under the same name, people are not asked twice, and neither is the user.
    let told = client.call("request_approval", arguments.clone()).await;
    assert_eq!(told["status"], "AWAITING_HUMAN_REVIEW");
    assert_eq!(waiting(&agent).await, 1);
    let mut other = arguments;
    other["summary"] = json!("May I pay somebody else?");
    assert_eq!(client.refused("request_approval", other).await["code"], "idempotency_mismatch");
}

async fn an_invitation_is_for_one_key_and_one_call(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let mut client = client.that_opens_urls();
    let arguments = wanted(&agent.run);
    let state = invited(&client, &arguments).await;
    let foreign = async |client: &Client<'_>, arguments: &Value, state: &str| {
        let body = client.modern(1, "tools/call", again(arguments, state, "accept"));
        let answer = client.send(client.headers_of(&body), body.to_string()).await.expect(200);
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    };
    let mut other = arguments.clone();
    other["summary"] = json!("May I pay somebody else?");
    foreign(&client, &other, &state).await;
    let mut changed = state.clone();
    changed.replace_range(40..41, if &state[40..41] == "A" { "B" } else { "A" });
    for state in [changed.as_str(), &state[..state.len() - 4], "", "v1.k3.AEAD"] {
        foreign(&client, &arguments, state).await;
    }
    let body = client.modern(1, "tools/call", json!({"name": "get_decision", "arguments": {}, "requestState": state}));
    let answer = client.send(client.headers_of(&body), body.to_string()).await.expect(200);
    assert_eq!(answer["error"]["code"], -32602, "no other tool was answered so: {answer}");
    let own = std::mem::replace(&mut client.key, console.key("other", &[Scope::Agent], None).await);
    foreign(&client, &arguments, &state).await;
    client.key = own;
    console.pass(TimeDelta::minutes(61));
    foreign(&client, &arguments, &state).await;
    assert_eq!(waiting(&agent).await, 1);
}

async fn clients_that_open_nothing_are_told_at_once(console: TestConsole) {
    let (agent, mut client) = desk(&console).await;
    for (name, capabilities) in
        [("a", json!({})), ("b", json!({"elicitation": {}})), ("c", json!({"elicitation": {"form": {}}}))]
    {
        client.capabilities = capabilities;
        let mut arguments = wanted(&agent.run);
        arguments["idempotency_key"] = json!(name);
        assert_eq!(client.call("request_approval", arguments).await["status"], "AWAITING_HUMAN_REVIEW", "{name}");
    }
    // The older era asks over streams, and here there are none.
    let hello = json!({"name": "request_approval", "arguments": {"run_id": agent.run, "summary": "May I?"}});
    let result = client.ask_old("tools/call", hello).await;
    assert_eq!(client.said("request_approval", &result).await["status"], "AWAITING_HUMAN_REVIEW");
    assert!(result.get("inputRequests").is_none());
}
