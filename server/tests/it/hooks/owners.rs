//! Whose session it is: the run it was attached to last, by the key that attached it.

use domain::Scope;
use serde_json::{Value, json};

use super::{Client, context, decision, reason};
use crate::support::{TestConsole, on_both};

on_both!(
    another_key_does_not_take_a_session_over,
    an_ended_run_is_not_replaced_by_an_older_one,
    a_client_that_means_another_run_is_denied,
    a_session_whose_run_has_ended_begins_a_new_one,
    a_session_that_goes_on_says_who_sits_before_it,
);

const AROUND: [(&str, &str); 3] = [
    ("countersign-workflow", "payments"),
    ("countersign-subject", "acc_1"),
    ("countersign-requested-by", "rosa@example.com"),
];

fn a_run(session: Option<&str>) -> Value {
    let mut body = json!({"workflow": "payments", "subject": "acc_2", "requested_by": "rosa@example.com"});
    if let Some(id) = session {
        body["session"] = json!({"framework": "claude-code", "id": id});
    }
    body
}

async fn look_up(client: &Client<'_>, id: &str) -> Value {
    client.call("pre-tool-use", id, "look_up", json!({"account": "acc_1"})).await
}

async fn another_key_does_not_take_a_session_over(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let other = console.key("other", &[Scope::Hook], Some("dev@example.com")).await;
    let refused = console.post(&other, "/runs", &a_run(Some("c1"))).await.expect(409);
    assert_eq!(refused["code"], "conflict", "{refused}");
    let run = console.post(&other, "/runs", &a_run(None)).await.expect(201)["run_id"].clone();
    let path = format!("/runs/{}/sessions", run.as_str().expect("an id"));
    for framework in ["claude-code", "another"] {
        console.post(&other, &path, &json!({"framework": framework, "id": "c1"})).await.expect(409);
    }
    assert_eq!(decision(&look_up(&client, "l-1").await), "allow", "still in its own run");
    // Its own key moves it.
    let moved = console.post(&client.key, "/runs", &a_run(Some("c1"))).await.expect(201);
    let told = client.ask("user-prompt-submit", json!({"prompt": "go"})).await;
    assert!(context(&told).contains(moved["run_id"].as_str().expect("an id")), "{told}");
}

async fn an_ended_run_is_not_replaced_by_an_older_one(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let newer = console.post(&client.key, "/runs", &a_run(Some("c1"))).await.expect(201)["run_id"].clone();
    let path = format!("/runs/{}/cancel", newer.as_str().expect("an id"));
    console.post(&client.key, &path, &json!({"reason": "over"})).await.expect(200);
    let denied = look_up(&client, "l-1").await;
    assert_eq!(decision(&denied), "deny", "the older run is active, and not this session's any more: {denied}");
    assert!(reason(&denied).contains("ended"), "{denied}");
}

async fn a_client_that_means_another_run_is_denied(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let other = console.post(&client.key, "/runs", &a_run(None)).await.expect(201)["run_id"].clone();
    let call = json!({"tool_name": "look_up", "tool_input": {"account": "acc_1"}, "tool_use_id": "l-1"});
    for named in [other.as_str().expect("an id"), "run_x"] {
        let denied = client.ask_with("guard", call.clone(), &[("countersign-run", named)]).await;
        assert_eq!(decision(&denied), "deny", "{denied}");
        assert!(reason(&denied).contains("COUNTERSIGN_RUN"), "{denied}");
    }
    let own = client.run.clone();
    let answer = client.ask_with("guard", call, &[("countersign-run", own.as_str())]).await;
    assert_eq!(decision(&answer), "allow", "{answer}");
}

async fn a_session_whose_run_has_ended_begins_a_new_one(console: TestConsole) {
    let client = Client::unknown(&console).await;
    let start = async || client.ask_with("session-start", json!({"source": "resume"}), &AROUND).await;
    let run_of = |told: &Value| {
        let text = context(told).to_owned();
        text.split_whitespace().find(|word| word.starts_with("run_")).unwrap_or_else(|| panic!("{told}")).to_owned()
    };
    let (one, same) = tokio::join!(start(), start());
    let mut run = run_of(&one);
    assert_eq!(run_of(&same), run, "two starts at one moment begin one run");
    for _ in 0..2 {
        let cancel = format!("/runs/{run}/cancel");
        console.post(&client.key, &cancel, &json!({"reason": "over"})).await.expect(200);
        let (one, same) = tokio::join!(start(), start());
        assert_eq!(run_of(&one), run_of(&same), "{one} {same}");
        assert_ne!(run_of(&one), run, "{one}");
        run = run_of(&one);
        assert_eq!(decision(&look_up(&client, "l-1").await), "allow");
    }
}

async fn a_session_that_goes_on_says_who_sits_before_it(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let place = async || {
        let run = console.get(&client.key, &format!("/runs/{}", client.run)).await.expect(200);
        (run["sessions"][0]["interactive"].clone(), run["sessions"][0]["cwd"].clone())
    };
    assert_eq!(place().await, (json!(false), Value::Null));
    let around = [("countersign-interactive", "true")];
    client.ask_with("session-start", json!({"source": "resume"}), &around).await;
    assert_eq!(place().await, (json!(true), json!("/srv/app")));
    client.ask_with("session-start", json!({"source": "resume", "cwd": "/srv/other"}), &[]).await;
    assert_eq!(place().await, (json!(false), json!("/srv/other")));
}
