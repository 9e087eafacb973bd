//! Bad input: a specific problem, no state change, never a 500.

use axum::{body::Body, http::Method};
use serde_json::json;

use crate::support::{TestConsole, on_both, request};

on_both!(
    bodies_without_one_reading_are_refused,
    fields_are_named,
    expired_and_revoked_keys_open_nothing,
    hostile_text_survives_unchanged,
    a_title_with_control_characters_can_be_approved,
    assertions_are_small,
    nul_is_refused_by_name,
);

async fn bodies_without_one_reading_are_refused(console: TestConsole) {
    let agent = console.cast().await;
    let path = format!("/runs/{}/gate-checks", agent.run);
    let before = agent.kinds().await;
    let deep = format!("{{\"input\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    let texts = [
        "",
        "{",
        "nul",
        "[1,]",
        "{\"a\":1,\"a\":2}",
        "{\"input\":{\"n\":9007199254740993}}",
        "{\"n\":1e400}",
        r#"{"input":{"$serde_json::private::RawValue":"{\"account\":\"acc_1\"}"}}"#,
        "{\"s\":\"\\ud800\"}",
        &deep,
        "{}{}",
        "{\"s\":\"\u{0}\"}",
    ];
    for text in texts {
        assert_eq!(console.post_text(&agent.key, &path, text).await.problem(), "400 malformed_json", "{text}");
    }
    let latin = request(Method::POST, &agent.key, &path).header("content-type", "application/json");
    let reply = console.send(latin.body(Body::from(vec![b'"', 0xff, b'"'])).expect("a request")).await;
    assert_eq!(reply.problem(), "400 malformed_json");
    let huge = format!("{{\"s\":\"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(console.post_text(&agent.key, &path, &huge).await.problem(), "413 too_large");
    let plain = request(Method::POST, &agent.key, &path).header("content-type", "text/plain");
    assert_eq!(
        console.send(plain.body(Body::from("{}")).expect("a request")).await.problem(),
        "415 unsupported_media_type"
    );
    assert_eq!(agent.kinds().await, before);
}

async fn fields_are_named(console: TestConsole) {
    let agent = console.cast().await;
    let call = json!({"session_id": "s1", "tool": "pay", "tool_use_id": "p", "input": {}});
    let with = |name: &str, value: serde_json::Value| {
        let mut body = call.clone();
        body[name] = value;
        body
    };
    let table = [
        (with("concern", json!(1)), "422 unknown_field"),
        (with("tool", json!(7)), "422 invalid_field"),
        (with("tool", json!("")), "422 invalid_field"),
        (with("tool_use_id", json!("a\u{0}b")), "422 invalid_field"),
        (with("tool", json!("x".repeat(500))), "422 invalid_field"),
        (with("input", json!([])), "422 invalid_field"),
        (with("session_id", json!("nobody")), "404 not_found"),
        (json!({"tool": "pay"}), "422 invalid_field"),
        // The fields in their order, without their names.
        (json!(["s1", "look_up", {"account": "acc_1"}, "p"]), "422 invalid_field"),
    ];
    for (body, told) in table {
        assert_eq!(agent.post("gate-checks", &body).await.problem(), told, "{body}");
    }
    let nameless = json!({"workflow": "payments", "subject": "x", "session": ["test", "s9"]});
    assert_eq!(console.post(&agent.key, "/runs", &nameless).await.problem(), "422 invalid_field");
    let unknown = json!({"workflow": "nothing", "subject": "x"});
    assert_eq!(console.post(&agent.key, "/runs", &unknown).await.problem(), "404 not_found");
    let nobody = json!({"workflow": "payments", "subject": "x", "requested_by": "ghost@example.com"});
    assert_eq!(console.post(&agent.key, "/runs", &nobody).await.problem(), "422 invalid_field");
    // The policies exclude the requester, so a run must say who asked.
    let silent = json!({"workflow": "payments", "subject": "x"});
    assert_eq!(console.post(&agent.key, "/runs", &silent).await.problem(), "422 invalid_field");
    for query in ["limit=0", "limit=201", "cursor=x", "status=gone", "unknown=1", "limit=1&limit=2"] {
        assert_eq!(
            console.get(&agent.key, &format!("/runs?{query}")).await.problem(),
            "400 malformed_request",
            "{query}"
        );
    }
}

async fn expired_and_revoked_keys_open_nothing(console: TestConsole) {
    let agent = console.cast().await;
    let new = server::desk::key::NewKey {
        name: "short".to_owned(),
        scopes: vec![domain::Scope::Hook],
        lives: Some(chrono::TimeDelta::hours(1)),
        ..server::desk::key::NewKey::default()
    };
    let key = console.desk.create_key(&server::desk::Caller::CommandLine, new).await.expect("a key");
    console.get(key.secret.reveal(), "/runs").await.expect(200);
    console.pass(chrono::TimeDelta::hours(1));
    assert_eq!(console.get(key.secret.reveal(), "/runs").await.problem(), "401 not_signed_in");
    assert_eq!(
        console.send(request(Method::GET, "", "/runs").body(Body::empty()).expect("a request")).await.problem(),
        "401 not_signed_in"
    );
    console.get(&agent.key, "/runs").await.expect(200);
}

async fn hostile_text_survives_unchanged(console: TestConsole) {
    let agent = console.cast().await;
    let text = "</textarea><script>alert(1)</script>\u{202e}\u{200b}\u{1b}[31m\u{0}é";
    let answer = agent.check("note-1", "note", json!({"text": text})).await;
    let approval = answer["approval_id"].as_str().expect("an approval");
    assert_eq!(agent.approval(approval).await["package"]["input"]["text"], json!(text));
}

async fn a_title_with_control_characters_can_be_approved(console: TestConsole) {
    let agent = console.cast().await;
    agent.record(json!({"status": "OPEN"})).await.expect(200);
    agent.check("look-1", "look_up", json!({"account": "acc_1"})).await;
    agent.report("look-1", "look_up", json!({"payee": "A\u{0}B"})).await.expect(200);
    let answer = agent.check("pay-1", "pay", json!({"to": "A\u{0}B", "amount": 250})).await;
    let approval = agent.approval(answer["approval_id"].as_str().expect("an approval")).await;
    assert_eq!(approval["package"]["title"], "Pay 250 to A\u{fffd}B");
}

async fn assertions_are_small(console: TestConsole) {
    let agent = console.cast().await;
    let said = json!({"assertions": {"status": "x".repeat(9_000)}});
    assert_eq!(agent.post("assertions", &said).await.problem(), "422 invalid_field");
    let names: serde_json::Map<_, _> = (0..101).map(|n| (format!("n{n}"), json!(n))).collect();
    assert_eq!(agent.post("assertions", &json!({"assertions": names})).await.problem(), "422 invalid_field");
}

async fn nul_is_refused_by_name(console: TestConsole) {
    let agent = console.cast().await;
    for path in ["/runs?workflow=a%00", "/runs?subject=a%00", "/approvals?workflow=a%00", "/workflows?cursor=a%00"] {
        assert_eq!(console.get(&agent.key, path).await.problem(), "400 malformed_request", "{path}");
    }
    assert_eq!(console.get(&agent.key, "/workflows/a%00").await.problem(), "404 not_found");
    let body = json!({"session_id": "a\u{0}", "tool": "pay", "tool_use_id": "p", "output": {}});
    assert_eq!(agent.post("tool-results", &body).await.problem(), "422 invalid_field");
    let named = json!({"workflow": "payments\u{0}", "subject": "x"});
    assert_eq!(console.post(&agent.key, "/runs", &named).await.problem(), "404 not_found");
    let asked = json!({"workflow": "payments", "subject": "x", "requested_by": "a\u{0}"});
    assert_eq!(console.post(&agent.key, "/runs", &asked).await.problem(), "422 invalid_field");
}
