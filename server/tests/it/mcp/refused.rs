//! Who and what is refused, by HTTP, by the protocol, and by a tool.

use axum::http::{HeaderValue, Method, Request, header};
use domain::{Role, Scope};
use serde_json::{Value, json};

use super::{Client, NEW, OLD, desk};
use crate::support::{Reply, TestConsole, on_both};

on_both!(
    keys_of_another_scope_are_refused,
    other_hosts_and_sites_are_refused,
    headers_say_what_the_body_says,
    texts_with_two_readings_are_refused,
    other_runs_are_not_found,
    a_tool_says_what_is_wrong,
);

async fn list(client: &Client<'_>) -> Reply {
    let body = client.modern(1, "tools/list", json!({}));
    client.send(client.headers_of(&body), body.to_string()).await
}

async fn keys_of_another_scope_are_refused(console: TestConsole) {
    let (_, mut client) = desk(&console).await;
    console.person("Pat Lee", Role::ALL, &["any"]).await;
    for scope in Scope::ALL.iter().filter(|scope| **scope != Scope::Agent) {
        client.key = console.key(&format!("{scope}-key"), &[*scope], Some("pat@example.com")).await;
        assert_eq!(list(&client).await.problem(), "403 wrong_scope", "{scope}");
    }
    for nobody in ["csk_nobody", "csk_"] {
        nobody.clone_into(&mut client.key);
        let reply = list(&client).await;
        assert!(reply.headers[header::WWW_AUTHENTICATE].to_str().expect("text").starts_with("Bearer"));
        assert_eq!(reply.problem(), "401 not_signed_in");
    }
    let body = client.modern(1, "tools/list", json!({}));
    let mut headers = client.headers_of(&body);
    headers.remove(header::AUTHORIZATION);
    let reply = client.send(headers, body.to_string()).await;
    assert!(reply.headers.contains_key(header::WWW_AUTHENTICATE));
    assert_eq!(reply.problem(), "401 not_signed_in");
    for method in [Method::GET, Method::DELETE, Method::PUT] {
        let request = Request::builder().method(method.clone()).uri("/mcp").header(header::HOST, "console.test");
        let reply = console.send(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert_eq!(reply.problem(), "405 method_not_allowed", "{method}");
    }
}

async fn other_hosts_and_sites_are_refused(console: TestConsole) {
    let (_, client) = desk(&console).await;
    let body = client.modern(1, "tools/list", json!({}));
    let with = |name, value: &'static str| {
        let mut headers = client.headers_of(&body);
        headers.insert(name, HeaderValue::from_static(value));
        client.send(headers, body.to_string())
    };
    for host in ["evil.example", "console.test.evil.example", "10.0.0.1", ""] {
        assert_eq!(with(header::HOST, host).await.problem(), "403 cross_origin", "{host}");
    }
    for host in ["127.0.0.1:8080", "localhost", "[::1]:9", "Console.test:443"] {
        assert_eq!(with(header::HOST, host).await.status, 200, "{host}");
    }
    for origin in ["https://evil.example", "null", "http://console.test", "https://console.test.evil.example", ""] {
        assert_eq!(with(header::ORIGIN, origin).await.problem(), "403 cross_origin", "{origin}");
    }
    assert_eq!(with(header::ORIGIN, "https://console.test").await.status, 200);
}

/// The error of the protocol: `400 -32020`.
fn error(reply: &Reply) -> String {
    let status = reply.status.as_u16();
    format!("{status} {}", reply.json()["error"]["code"])
}

async fn headers_say_what_the_body_says(console: TestConsole) {
    let (_, client) = desk(&console).await;
    let call = json!({"name": "get_decision", "arguments": {"approval_id": "apr_x"}});
    let body = client.modern(1, "tools/call", call);
    let with = |name: &'static str, value: &'static str| {
        let mut headers = client.headers_of(&body);
        headers.insert(name, HeaderValue::from_static(value));
        client.send(headers, body.to_string())
    };
    assert_eq!(error(&with("mcp-method", "tools/list").await), "400 -32020");
    assert_eq!(error(&with("mcp-name", "check_gate").await), "400 -32020");
    assert_eq!(error(&with("mcp-protocol-version", OLD).await), "400 -32020");
    let mut unknown = body.clone();
    unknown["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2031-01-01");
    let mut headers = client.headers_of(&unknown);
    headers.insert("mcp-protocol-version", HeaderValue::from_static("2031-01-01"));
    let reply = client.send(headers, unknown.to_string()).await;
    assert!(reply.json()["error"]["data"]["supported"].as_array().expect("versions").contains(&json!(NEW)));
    assert_eq!(error(&reply), "400 -32022");
    let body = client.modern(1, "resources/subscribe-to-all", json!({}));
    assert_eq!(error(&client.send(client.headers_of(&body), body.to_string()).await), "404 -32601");
    let body = client.modern(1, "tools/call", json!({"name": "approve_everything", "arguments": {}}));
    assert_eq!(error(&client.send(client.headers_of(&body), body.to_string()).await), "200 -32602");
    let mut bare = client.modern(1, "tools/list", json!({}));
    bare["params"]["_meta"] = json!({"io.modelcontextprotocol/protocolVersion": NEW});
    assert_eq!(error(&client.send(client.headers_of(&bare), bare.to_string()).await), "400 -32602");
}

async fn texts_with_two_readings_are_refused(console: TestConsole) {
    let (_, client) = desk(&console).await;
    let send = |text: String| client.send(client.headers(OLD), text);
    let call = |arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"get_decision","arguments":{arguments}}}}}"#
        )
    };
    for text in [r#"{"approval_id":"apr_1","approval_id":"apr_2"}"#, r#"{"wait_s":9007199254740993}"#, "{"] {
        assert_eq!(error(&send(call(text)).await), "400 -32700", "{text}");
    }
    let deep = format!("{}{}", "[".repeat(80), "]".repeat(80));
    assert_eq!(error(&send(call(&format!(r#"{{"approval_id":{deep}}}"#))).await), "400 -32700");
    let large = call(&format!(r#"{{"approval_id":"{}"}}"#, "a".repeat(1 << 20)));
    assert_eq!(send(large).await.problem(), "413 too_large");
    let mut headers = client.headers(OLD);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    assert_eq!(client.send(headers, call("{}")).await.status, 415);
    // A client that says nothing of what it accepts gets JSON, as always.
    let mut headers = client.headers(OLD);
    headers.remove(header::ACCEPT);
    assert_eq!(client.send(headers, call("{}")).await.status, 200);
}

async fn other_runs_are_not_found(console: TestConsole) {
    let (agent, mut client) = desk(&console).await;
    let other = agent.again().await;
    let asked = client.call("request_approval", json!({"run_id": other.run, "summary": "May I?"})).await;
    client.key = minted(&agent).await;
    let code = |refusal: Value| refusal["code"].as_str().expect("a code").to_owned();
    for (tool, arguments) in [
        ("request_approval", json!({"summary": "May I?"})),
        ("check_gate", json!({"tool": "pay", "input": {}})),
        ("submit_handoff", json!({"stage": "one", "outputs": {"a": 1}})),
        ("record_assertion", json!({"assertions": {"a": 1}})),
        // What cannot be seen is not found, whatever else is wrong.
        ("record_assertion", json!({"unheard_of": 1})),
    ] {
        let mut of_other = arguments.clone();
        of_other["run_id"] = json!(other.run);
        assert_eq!(code(client.refused(tool, of_other).await), "not_found", "{tool}");
        let mut of_none = arguments;
        of_none["run_id"] = json!("run_01kh3v8q6gf7ta4c2n9x0d5e1r");
        assert_eq!(code(client.refused(tool, of_none).await), "not_found", "{tool}");
    }
    let decision = json!({"approval_id": asked["approval_id"]});
    assert_eq!(code(client.refused("get_decision", decision).await), "not_found");
    assert_eq!(other.status().await["assertions"], json!({}));
}

/// A key for the run of a harness, minted as one more run begins; it is another run's.
async fn minted(agent: &crate::support::Agent<'_>) -> String {
    let body =
        json!({"workflow": "payments", "subject": "acc_9", "requested_by": "rosa@example.com", "agent_key": true});
    let begun = agent.console.post(&agent.key, "/runs", &body).await.expect(201);
    begun["agent_key"].as_str().expect("a key").to_owned()
}

async fn a_tool_says_what_is_wrong(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let run = agent.run.clone();
    let told = |refusal: &Value| {
        let path = refusal["errors"][0]["path"].as_str().unwrap_or_default();
        format!("{} {path}", refusal["code"].as_str().expect("a code"))
    };
    for (tool, arguments, expected) in [
        ("request_approval", json!({"summary": "May I?"}), "invalid_field /run_id"),
        ("request_approval", json!({"run_id": 5, "summary": "May I?"}), "invalid_field /run_id"),
        ("request_approval", json!({"run_id": run}), "invalid_field "),
        ("request_approval", json!({"run_id": run, "summary": " "}), "invalid_field /summary"),
        ("request_approval", json!({"run_id": run, "summary": "x", "wait_s": 61}), "invalid_field /wait_s"),
        ("request_approval", json!({"run_id": run, "summary": "x", "verdict": "approve"}), "unknown_field /verdict"),
        (
            "request_approval",
            json!({"run_id": run, "summary": "x", "idempotency_key": ""}),
            "invalid_field /idempotency_key",
        ),
        ("get_decision", json!({"approval_id": "run_1"}), "invalid_field /approval_id"),
        ("get_decision", json!({}), "invalid_field "),
        ("check_gate", json!({"run_id": run, "tool": "pay", "input": [1]}), "invalid_field /input"),
        ("check_gate", json!({"run_id": run, "tool": "pay", "input": {}, "session_id": "s9"}), "not_found "),
        ("submit_handoff", json!({"run_id": run, "stage": "none", "outputs": {"a": 1}}), "not_found "),
        ("record_assertion", json!({"run_id": run, "assertions": {}}), "invalid_field /assertions"),
        (
            "record_assertion",
            json!({"run_id": run, "assertions": {"a": "x".repeat(9000)}}),
            "invalid_field /assertions/a",
        ),
    ] {
        let refusal = client.refused(tool, arguments.clone()).await;
        assert_eq!(told(&refusal), expected, "{tool} {arguments}: {refusal}");
        assert!(!refusal["message"].as_str().expect("a sentence").is_empty());
    }
    console.post(&agent.key, &format!("/runs/{run}/cancel"), &json!({"reason": "Over."})).await.expect(200);
    let refusal = client.refused("request_approval", json!({"run_id": run, "summary": "May I?"})).await;
    assert_eq!(told(&refusal), "run_ended ");
    assert_eq!(refusal["run_status"], "cancelled");
}
