//! What goes wrong on our side, or between: the client would let the tool run, so that every answer says no.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::Scope;
use serde_json::{Value, json};

use super::{Client, decision, hook, large, reason};
use crate::support::{TestConsole, on_both};

on_both!(every_failure_denies_in_a_200, other_events_warn_and_go_on, keys_of_other_scopes_open_nothing);

fn call() -> String {
    json!({"session_id": "c1", "tool_name": "pay", "tool_input": large(), "tool_use_id": "p-1"}).to_string()
}

async fn every_failure_denies_in_a_200(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let key = client.key.as_str();
    let of = |text: &str| Body::from(text.to_owned());
    let plain = hook("pre-tool-use", key).header(header::CONTENT_TYPE, "text/plain");
    let requests: Vec<(&str, Request<Body>)> = [
        ("a key nobody knows", hook("pre-tool-use", "csk_nobody"), of(&call())),
        ("no JSON", hook("pre-tool-use", key), of("{")),
        ("nothing", hook("guard", key), of("")),
        ("a key twice", hook("guard", key), of("{\"session_id\":\"s1\",\"session_id\":\"s2\"}")),
        ("too much", hook("pre-tool-use", key), of(&format!("{{\"session_id\":\"{}\"}}", "x".repeat(1 << 20)))),
        ("another kind", plain, of(&call())),
        ("no session", hook("pre-tool-use", key), of("{\"tool_name\":\"pay\"}")),
        ("a list for an input", hook("pre-tool-use", key), of(&call().replace(&large().to_string(), "[]"))),
        ("no id of the call", hook("guard", key), of(&call().replace("p-1", ""))),
        ("a hook that is none", hook("pretooluse", key), of(&call())),
    ]
    .map(|(what, request, body)| (what, request.body(body).expect("a request")))
    .into();
    for (what, request) in requests {
        let reply = console.send(request).await;
        assert_eq!(reply.status, StatusCode::OK, "{what}");
        let answer = reply.json();
        assert_eq!(decision(&answer), "deny", "{what}: {answer}");
        assert!(reason(&answer).len() > 30, "{what}: {answer}");
    }
    let without =
        Request::builder().method("POST").uri("/hooks/claude-code/guard").header(header::HOST, "console.test");
    let reply = console.send(without.body(Body::from(call())).expect("a request")).await;
    assert_eq!((reply.status, decision(&reply.json())), (StatusCode::OK, "deny"));
    // Without a key and by another name: the check where a request comes from refuses it, and a client understands that.
    let elsewhere = || {
        let request = Request::builder().method("POST").uri("/hooks/claude-code/guard");
        request.header(header::HOST, "console.internal").header(header::CONTENT_TYPE, "application/json")
    };
    let reply = console.send(elsewhere().body(Body::from(call())).expect("a request")).await;
    assert_eq!((reply.status, decision(&reply.json())), (StatusCode::OK, "deny"));
    let of_a_page = elsewhere().header(header::ORIGIN, "https://evil.example").body(Body::from(call()));
    let reply = console.send(of_a_page.expect("a request")).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN, "no page of another site is answered");
}

async fn other_events_warn_and_go_on(console: TestConsole) {
    for event in
        ["post-tool-use", "post-tool-use-failure", "user-prompt-submit", "session-start", "stop", "subagent-stop"]
    {
        let request = hook(event, "csk_nobody").body(Body::from(call())).expect("a request");
        let answer: Value = console.send(request).await.expect(200);
        assert!(
            answer["systemMessage"].as_str().is_some_and(|text| text.starts_with("Countersign: ")),
            "{event}: {answer}"
        );
        assert!(answer.get("decision").is_none() && answer.get("continue").is_none(), "{event}: {answer}");
    }
    let request = hook("permission-request", "csk_nobody").body(Body::from(call())).expect("a request");
    let answer = console.send(request).await.expect(200);
    assert_eq!(answer["hookSpecificOutput"]["decision"]["behavior"], "deny");
}

async fn keys_of_other_scopes_open_nothing(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    client.prepare().await;
    let small = json!({"to": "ACME", "amount": 20});
    let body = json!({"tool_name": "pay", "tool_input": small, "tool_use_id": "p-1"});
    for scope in [Scope::Agent, Scope::System, Scope::Admin, Scope::Auditor] {
        let key = console.key(&format!("other-{scope}"), &[scope], None).await;
        let other = Client { key, ledger: String::new(), run: String::new(), console: &console, session: "c1" };
        let answer = other.ask("pre-tool-use", body.clone()).await;
        assert_eq!(decision(&answer), "deny", "{scope}: {answer}");
        assert!(reason(&answer).contains("needs the scope hook"), "{scope}: {answer}");
    }
}
