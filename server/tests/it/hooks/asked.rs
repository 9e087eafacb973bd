//! Calls that hooks ask about.

use serde_json::{Value, json};

use super::{Client, decision, large, reason};
use crate::support::{TestConsole, on_both};

on_both!(
    a_call_is_allowed_or_denied_with_what_to_do,
    a_call_that_waits_is_deferred_and_its_guard_asks,
    what_a_reviewer_wrote_instead_is_what_the_client_runs,
    what_a_reviewer_refuses_reaches_the_model,
    a_session_somebody_sits_before_is_held_open,
    what_the_client_would_permit_itself_is_left_to_the_gate,
    a_failed_tool_records_nothing,
    another_input_under_the_same_id_is_denied,
);

async fn a_call_is_allowed_or_denied_with_what_to_do(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let small = json!({"to": "ACME", "amount": 20});
    let early = client.call("pre-tool-use", "p-1", "pay", small.clone()).await;
    assert_eq!(early["hookSpecificOutput"]["hookEventName"], "PreToolUse");
    assert_eq!(decision(&early), "deny");
    assert!(reason(&early).contains("The account is not open. Ask the ledger. Call look_up first."), "{early}");
    client.prepare().await;
    for event in ["pre-tool-use", "guard"] {
        let allowed = client.call(event, "p-2", "pay", small.clone()).await;
        assert_eq!(decision(&allowed), "allow", "{allowed}");
    }
    let unknown = client.call("pre-tool-use", "b-1", "Bash", json!({"command": "pay"})).await;
    assert_eq!(decision(&unknown), "deny");
    assert!(reason(&unknown).starts_with("TOOL_NOT_ALLOWED"), "{unknown}");
}

/// A payment that waits; gives the approval.
pub async fn waiting(client: &Client<'_>) -> String {
    client.prepare().await;
    let held = client.call("pre-tool-use", "p-1", "pay", large()).await;
    assert_eq!(decision(&held), "defer", "{held}");
    let id = reason(&held).split_whitespace().find(|word| word.starts_with("apr_")).expect("an approval");
    id.to_owned()
}

pub async fn decide(client: &Client<'_>, approval: &str, name: &str, body: Value) {
    let console = client.console;
    let token = console.token(name).await;
    let shown = console.get(&token, &format!("/approvals/{approval}")).await.expect(200);
    let mut vote = json!({"revision": shown["revision"], "package_digest": shown["package_digest"]});
    for (key, value) in body.as_object().expect("an object") {
        vote[key] = value.clone();
    }
    console.post(&token, &format!("/approvals/{approval}/decisions"), &vote).await.expect(201);
}

pub async fn approve(client: &Client<'_>, approval: &str) {
    for name in ["ana", "tomas"] {
        decide(client, approval, name, json!({"verdict": "approve"})).await;
    }
}

async fn a_call_that_waits_is_deferred_and_its_guard_asks(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    let beside = client.call("guard", "p-1", "pay", large()).await;
    assert_eq!(decision(&beside), "ask", "a guard that denied would overrule the hook that defers: {beside}");
    assert_eq!(decision(&client.call("pre-tool-use", "p-1", "pay", large()).await), "defer", "as often as it is asked");
    approve(&client, &approval).await;
    for event in ["guard", "pre-tool-use", "guard"] {
        assert_eq!(decision(&client.call(event, "p-1", "pay", large()).await), "allow");
    }
    // The session has read the outcome: nobody wakes it any more.
    let kinds = console.get(&client.key, &format!("/runs/{}/timeline", client.run)).await.expect(200);
    let delivered =
        kinds["items"].as_array().expect("items").iter().filter(|one| one["kind"] == "resumption.delivered");
    assert_eq!(delivered.count(), 1, "{kinds}");
    assert_eq!(decision(&client.call("pre-tool-use", "p-2", "pay", large()).await), "defer", "one approval, one call");
}

async fn what_a_reviewer_wrote_instead_is_what_the_client_runs(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    let written = json!({"to": "ACME", "amount": 120});
    decide(&client, &approval, "ana", json!({"verdict": "approve", "edited_input": written})).await;
    decide(&client, &approval, "tomas", json!({"verdict": "approve"})).await;
    for event in ["pre-tool-use", "guard"] {
        let allowed = client.call(event, "p-1", "pay", large()).await;
        let updated = &allowed["hookSpecificOutput"]["updatedInput"];
        assert_eq!((decision(&allowed), updated), ("allow", &written), "{event}: {allowed}");
    }
}

async fn what_a_reviewer_refuses_reaches_the_model(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    let refused = json!({"verdict": "reject", "reason_code": "doubt", "notes": "Ask for the invoice first."});
    decide(&client, &approval, "ana", refused).await;
    for id in ["p-1", "p-2"] {
        let answer = client.call("pre-tool-use", id, "pay", large()).await;
        assert_eq!((decision(&answer), reason(&answer)), ("deny", "approval_rejected: Ask for the invoice first."));
    }
}

async fn a_session_somebody_sits_before_is_held_open(console: TestConsole) {
    let client = Client::of_a_run(&console, true).await;
    client.prepare().await;
    let held = async { client.call("pre-tool-use", "p-1", "pay", large()).await };
    let guard = async { client.call("guard", "p-1", "pay", large()).await };
    let decided = async {
        let token = console.token("ana").await;
        let mut waiting = json!({"items": []});
        while waiting["items"].as_array().is_none_or(Vec::is_empty) {
            waiting = console.get(&token, "/approvals?status=pending").await.expect(200);
        }
        let approval = waiting["items"][0]["id"].as_str().expect("an approval").to_owned();
        approve(&client, &approval).await;
    };
    let (held, guard, ()) = tokio::join!(held, guard, decided);
    assert_eq!((decision(&held), decision(&guard)), ("allow", "allow"), "{held} {guard}");
}

async fn what_the_client_would_permit_itself_is_left_to_the_gate(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let permitted = async |input: Value| {
        let answer = client.ask("permission-request", json!({"tool_name": "pay", "tool_input": input})).await;
        answer["hookSpecificOutput"]["decision"]["behavior"].as_str().unwrap_or("none").to_owned()
    };
    assert_eq!(permitted(large()).await, "deny", "nobody has asked the gate");
    waiting(&client).await;
    assert_eq!(permitted(large()).await, "deny");
    let small = json!({"to": "ACME", "amount": 20});
    let other = Client { run: client.run.clone(), key: client.key.clone(), ledger: client.ledger.clone(), ..client };
    other
        .console
        .post(&other.key, &format!("/runs/{}/sessions", other.run), &json!({"framework": "t", "id": "s2"}))
        .await
        .expect(201);
    let body = json!({"session_id": "s2", "tool_name": "pay", "tool_input": small, "tool_use_id": "p-9"});
    assert_eq!(decision(&other.ask("pre-tool-use", body.clone()).await), "allow");
    let left = other.ask("permission-request", body).await;
    assert_eq!(left, json!({}), "what the gate allows, the client may still ask about");
}

async fn a_failed_tool_records_nothing(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    client.call("pre-tool-use", "l-1", "look_up", json!({"account": "acc_1"})).await;
    let input = json!({"account": "acc_1"});
    let error = json!({"type": "exit", "code": 7});
    let more = json!({"tool_name": "look_up", "tool_input": input, "tool_use_id": "l-1", "error": error});
    assert_eq!(client.ask("post-tool-use-failure", more).await, json!({}));
    // The event says that it failed, whether or not an error is told.
    client.call("pre-tool-use", "l-2", "look_up", input.clone()).await;
    let silent =
        json!({"tool_name": "look_up", "tool_input": input, "tool_use_id": "l-2", "tool_response": {"payee": "ME"}});
    assert_eq!(client.ask("post-tool-use-failure", silent).await, json!({}));
    let run = console.get(&client.key, &format!("/runs/{}", client.run)).await.expect(200);
    assert!(run["facts"].get("payee").is_none(), "{run}");
    let unasked =
        json!({"tool_name": "look_up", "tool_input": {}, "tool_use_id": "l-9", "tool_response": {"payee": "ME"}});
    let told = client.ask("post-tool-use", unasked).await;
    assert!(told["systemMessage"].as_str().expect("a warning").contains("No check allowed this call"), "{told}");
}

async fn another_input_under_the_same_id_is_denied(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    approve(&client, &approval).await;
    let changed = client.call("pre-tool-use", "p-1", "pay", json!({"to": "ACME", "amount": 9_000})).await;
    assert_eq!(decision(&changed), "deny");
    assert!(reason(&changed).starts_with("input_changed"), "{changed}");
    // A fork of the session carries the same ids; what was approved is not its own.
    let fork = json!({"framework": "claude-code", "id": "fork"});
    console.post(&client.key, &format!("/runs/{}/sessions", client.run), &fork).await.expect(201);
    let body = json!({"session_id": "fork", "tool_name": "pay", "tool_input": large(), "tool_use_id": "p-1"});
    let forked = client.ask("pre-tool-use", body).await;
    assert_eq!(decision(&forked), "deny");
    assert!(reason(&forked).starts_with("forked_session"), "{forked}");
}
