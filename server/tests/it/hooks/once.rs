//! What was allowed runs once: in one process of the client, with the input that was allowed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    Client,
    asked::{approve, waiting},
    context, decision, large, reason,
};
use crate::support::{TestConsole, on_both};

on_both!(
    what_has_run_is_not_allowed_again,
    an_approved_call_runs_in_one_process,
    a_client_that_was_told_to_wait_uses_nothing_up,
    a_tool_that_ran_with_another_input_records_nothing,
    an_outcome_is_read_by_its_own_session_alone,
    a_call_that_waits_is_permitted_by_nobody_else,
    a_tool_that_no_gate_names_is_left_to_the_client,
);

fn returned(id: &str, tool: &str, input: &Value, response: &Value) -> Value {
    json!({"tool_name": tool, "tool_input": input, "tool_use_id": id, "tool_response": response})
}

async fn what_has_run_is_not_allowed_again(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    approve(&client, &approval).await;
    for event in ["pre-tool-use", "guard", "pre-tool-use"] {
        assert_eq!(decision(&client.call(event, "p-1", "pay", large()).await), "allow", "nothing has run yet");
    }
    client.ask("post-tool-use", returned("p-1", "pay", &large(), &json!({"done": true}))).await;
    for event in ["pre-tool-use", "guard"] {
        let again = client.call(event, "p-1", "pay", large()).await;
        assert_eq!(decision(&again), "deny", "{again}");
        assert!(reason(&again).starts_with("already_ran"), "{again}");
    }
    let looked = client.call("guard", "l-1", "look_up", json!({"account": "acc_1"})).await;
    assert!(reason(&looked).starts_with("already_ran"), "{looked}");
}

async fn an_approved_call_runs_in_one_process(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    approve(&client, &approval).await;
    let call = json!({"tool_name": "pay", "tool_input": large(), "tool_use_id": "p-1"});
    let guard = async |process: &str| {
        let answer = client.ask_with("guard", call.clone(), &[("countersign-client", process)]).await;
        (decision(&answer).to_owned(), reason(&answer).to_owned())
    };
    let (one, other) = tokio::join!(guard("build-7/41/100"), guard("build-7/42/200"));
    let allowed = [&one, &other].iter().filter(|(decision, _)| decision == "allow").count();
    assert_eq!(allowed, 1, "{one:?} {other:?}");
    let (first, second) =
        if one.0 == "allow" { ("build-7/41/100", "build-7/42/200") } else { ("build-7/42/200", "build-7/41/100") };
    assert_eq!(guard(first).await.0, "allow", "the same process may ask again");
    let refused = guard(second).await;
    assert!(refused.0 == "deny" && refused.1.starts_with("allowed_elsewhere"), "{refused:?}");
}

async fn a_client_that_was_told_to_wait_uses_nothing_up(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    approve(&client, &approval).await;
    console.clock.advance(TimeDelta::seconds(10));
    let call = json!({"tool_name": "pay", "tool_input": large(), "tool_use_id": "p-1"});
    let asked = async |event: &str, process: &str, age: &str| {
        let around = [("countersign-client", process), ("countersign-client-age", age)];
        decision(&client.ask_with(event, call.clone(), &around).await).to_owned()
    };
    // It began before people decided, so that it ends, and its guard was only slow.
    assert_eq!(asked("guard", "build-7/41/100", "10001").await, "ask");
    assert_eq!(asked("pre-tool-use", "build-7/41/100", "10001").await, "defer", "where commands ask alone");
    let waits = console.get(&client.key, &format!("/approvals/{approval}")).await.expect(200);
    assert_eq!(waits["resumption"]["state"], "queued", "nobody has gone on: {waits}");
    assert_eq!(waits["state"]["used"]["use"], "unused", "{waits}");
    // The one that resumes the session runs it.
    for event in ["pre-tool-use", "guard"] {
        assert_eq!(asked(event, "build-7/42/200", "9999").await, "allow");
    }
    assert_eq!(asked("guard", "build-7/43/300", "9999").await, "deny", "and no third one");
}

async fn a_tool_that_ran_with_another_input_records_nothing(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let input = json!({"account": "acc_1"});
    client.call("pre-tool-use", "l-1", "look_up", input.clone()).await;
    let other = json!({"account": "acc_9"});
    let told = client.ask("post-tool-use", returned("l-1", "look_up", &other, &json!({"payee": "ME"}))).await;
    assert_eq!(told, json!({}), "nothing is recorded");
    let run = console.get(&client.key, &format!("/runs/{}", client.run)).await.expect(200);
    assert!(run["facts"].get("payee").is_none(), "{run}");
    let timeline = console.get(&client.key, &format!("/runs/{}/timeline", client.run)).await.expect(200);
    let kinds: Vec<&str> =
        timeline["items"].as_array().expect("items").iter().filter_map(|event| event["kind"].as_str()).collect();
    assert!(kinds.contains(&"alert.raised") && kinds.contains(&"tool.executed"), "{kinds:?}");
    // The alert stands as long as the run.
    let settled = async || console.desk.reconcile(console.clock.now()).await.expect("a round").settled;
    assert_eq!(settled().await, 0);
    console.post(&client.key, &format!("/runs/{}/cancel", client.run), &json!({"reason": "over"})).await.expect(200);
    assert_eq!(settled().await, 1);
}

async fn an_outcome_is_read_by_its_own_session_alone(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    approve(&client, &approval).await;
    let fork = json!({"framework": "claude-code", "id": "fork"});
    console.post(&client.key, &format!("/runs/{}/sessions", client.run), &fork).await.expect(201);
    let body = json!({"session_id": "fork", "tool_name": "pay", "tool_input": large(), "tool_use_id": "p-1"});
    assert_eq!(decision(&client.ask("pre-tool-use", body).await), "deny");
    let delivered = async || {
        let timeline = console.get(&client.key, &format!("/runs/{}/timeline", client.run)).await.expect(200);
        let items = timeline["items"].as_array().expect("items").clone();
        items.iter().filter(|event| event["kind"] == "resumption.delivered").count()
    };
    assert_eq!(delivered().await, 0, "the session that waits has read nothing yet");
    assert_eq!(decision(&client.call("guard", "p-1", "pay", large()).await), "allow");
    assert_eq!(delivered().await, 1);
}

async fn a_call_that_waits_is_permitted_by_nobody_else(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let approval = waiting(&client).await;
    approve(&client, &approval).await;
    assert_eq!(decision(&client.call("guard", "p-1", "pay", large()).await), "allow");
    let permit = json!({"tool_name": "pay", "tool_input": large()});
    let asked = async || client.ask("permission-request", permit.clone()).await;
    assert_eq!(asked().await, json!({}), "what is allowed, the client may still ask about");
    // The same again, under a new id: one of the two waits, and the client does not say which it asks about.
    assert_eq!(decision(&client.call("guard", "p-2", "pay", large()).await), "ask");
    assert_eq!(asked().await["hookSpecificOutput"]["decision"]["behavior"], "deny");
}

async fn a_tool_that_no_gate_names_is_left_to_the_client(console: TestConsole) {
    let client = Client::unknown(&console).await;
    let open =
        crate::support::PAYMENTS.replace("name: payments", "name: open").replace("default: block", "default: allow");
    console.desk.publish_workflow(&server::desk::Caller::CommandLine, None, &open).await.expect("a workflow");
    let session = json!({"framework": "claude-code", "id": "c1"});
    let body = json!({"workflow": "open", "subject": "acc_1", "requested_by": "rosa@example.com", "session": session});
    console.post(&client.key, "/runs", &body).await.expect(201);
    for event in ["pre-tool-use", "guard"] {
        let left = client.call(event, "b-1", "Bash", json!({"command": "ls"})).await;
        assert_eq!(decision(&left), "none", "to allow it would overrule the client's own permissions: {left}");
        assert!(context(&left).starts_with("Countersign has no objection"), "{left}");
        let gated = client.call(event, "l-1", "look_up", json!({"account": "acc_1"})).await;
        assert_eq!(decision(&gated), "allow", "a gate has looked at it");
    }
}
