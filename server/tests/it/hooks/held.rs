//! Calls that are held open while people decide.

use axum::body::Body;
use futures::{StreamExt as _, stream::FuturesUnordered};
use serde_json::{Value, json};
use server::desk::Caller;

use super::{Client, asked::approve, decision, hook, large, reason};
use crate::support::{TestConsole, on_both};

on_both!(
    who_sits_before_a_client_is_told_with_the_call,
    a_key_that_is_revoked_meanwhile_uses_nothing_up,
    so_many_are_held_and_no_more,
);

const HERE: (&str, &str) = ("countersign-interactive", "true");

fn payment() -> Value {
    json!({"tool_name": "pay", "tool_input": large(), "tool_use_id": "p-1"})
}

/// The approval that waits, as soon as one does.
async fn pending(client: &Client<'_>) -> String {
    let token = client.console.token("mira").await;
    loop {
        let page = client.console.get(&token, "/approvals?status=pending").await.expect(200);
        if let Some(id) = page["items"][0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::task::yield_now().await;
    }
}

async fn who_sits_before_a_client_is_told_with_the_call(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    client.prepare().await;
    let held = client.ask_with("guard", payment(), &[HERE]);
    let decided = async {
        let approval = pending(&client).await;
        approve(&client, &approval).await;
    };
    let (held, ()) = tokio::join!(held, decided);
    assert_eq!(decision(&held), "allow", "{held}");
}

async fn a_key_that_is_revoked_meanwhile_uses_nothing_up(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    client.prepare().await;
    let held = client.ask_with("guard", payment(), &[HERE]);
    let decided = async {
        let approval = pending(&client).await;
        console.desk.revoke_key(&Caller::CommandLine, "claude").await.expect("revoked");
        approve(&client, &approval).await;
        approval
    };
    let (held, approval) = tokio::join!(held, decided);
    assert_eq!(decision(&held), "deny", "{held}");
    let timeline = console.get(&client.ledger, &format!("/runs/{}/timeline", client.run)).await.expect(200);
    let kinds: Vec<&str> =
        timeline["items"].as_array().expect("items").iter().filter_map(|event| event["kind"].as_str()).collect();
    assert!(kinds.contains(&"approval.approved") && !kinds.contains(&"approval.consumed"), "{approval}: {kinds:?}");
}

async fn so_many_are_held_and_no_more(console: TestConsole) {
    let client = Client::of_a_run(&console, true).await;
    client.prepare().await;
    let ask = || async {
        let mut body = payment();
        body["session_id"] = json!("c1");
        let request = hook("guard", &client.key).body(Body::from(body.to_string())).expect("a request");
        console.send(request).await.expect(200)
    };
    let mut asked: FuturesUnordered<_> = (0..33).map(|_| ask()).collect();
    let first = asked.next().await.expect("an answer");
    assert_eq!(decision(&first), "deny", "{first}");
    assert!(reason(&first).contains("Too many calls are held open already."), "{first}");
    let decided = async {
        let approval = pending(&client).await;
        approve(&client, &approval).await;
    };
    let (rest, ()) = tokio::join!(asked.collect::<Vec<_>>(), decided);
    assert!(rest.iter().all(|answer| decision(answer) == "allow") && rest.len() == 32, "{rest:?}");
}
