//! What nobody would send, sent to the gate: bytes, JSON of any shape, headers. It answers or refuses with a reason,
//! never with a 500; what has two readings is refused; and one call, however it is written, is one call.

mod draw;

use axum::{body::Body, http::Method};
use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};

use crate::{
    corpora::properties::rewrite,
    support::{
        Agent, Reply, Stored, TestConsole,
        memory::Memory,
        on_both, request,
        trials::{is_long, random, trials},
    },
};

on_both!(whatever_is_sent_is_answered_or_refused, one_call_however_it_is_written_is_one_call);

/// Kilobytes by which caches may still grow.
const GROWTH: u64 = 32 * 1_024;

/// A call that the gate lets through.
fn call(id: &str) -> Value {
    json!({"session_id": "s1", "tool": "look_up", "tool_use_id": id, "input": {"account": "acc_1"}})
}

async fn send(agent: &Agent<'_>, headers: &[(String, Vec<u8>)], body: Vec<u8>) -> Option<Reply> {
    let path = format!("/runs/{}/gate-checks", agent.run);
    let mut asked = request(Method::POST, &agent.key, &path);
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        asked = asked.header("content-type", "application/json");
    }
    for (name, value) in headers {
        asked = asked.header(name.as_str(), value.as_slice());
    }
    // What cannot stand in a header at all never reaches a server.
    let asked = asked.body(Body::from(body)).ok()?;
    Some(Reply::read(agent.console.answer(asked).await).await)
}

/// Fails unless this is an answer of the gate to just this call, or a refusal with its reason.
fn is_answer_or_refusal(reply: &Reply, sent: &[u8]) -> bool {
    let about = || format!("{} {}\nfor {}", reply.status, reply.text, String::from_utf8_lossy(sent));
    let status = reply.status.as_u16();
    let told: Value = serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{error}: {}", about()));
    if status != 200 {
        let is_refusal = (400..500).contains(&status) && told["code"].is_string() && told["detail"].is_string();
        assert!(is_refusal && told["outcome"].is_null(), "{}", about());
        return false;
    }
    let asked: Value = serde_json::from_slice(sent).unwrap_or_else(|error| panic!("{error}: {}", about()));
    match told["outcome"].as_str() {
        // The one tool that needs nobody, by its exact name, with just what it takes.
        Some("allow") => {
            assert_eq!((&asked["tool"], &asked["session_id"]), (&json!("look_up"), &json!("s1")), "{}", about());
            let input = asked["input"].as_object().unwrap_or_else(|| panic!("{}", about()));
            assert!(input.len() == 1 && input["account"].is_string(), "{}", about());
        }
        Some("block") => assert!(told["error"].as_str().is_some_and(|why| !why.is_empty()), "{}", about()),
        Some("suspend") => assert_eq!(asked["tool"], "note", "{}", about()),
        other => panic!("{other:?}: {}", about()),
    }
    true
}

async fn whatever_is_sent_is_answered_or_refused(console: TestConsole) {
    let agent = console.cast().await;
    let mut random = random();
    let (mut answered, mut refused) = (0, 0);
    let (all, mut warm) = (trials(400), None);
    for trial in 0..all {
        if trial == all / 5 {
            warm = Memory::of("self");
        }
        let (headers, body) = draw::request(&mut random, &call(&format!("call-{trial}")));
        let Some(reply) = send(&agent, &headers, body.clone()).await else { continue };
        let count = if is_answer_or_refusal(&reply, &body) { &mut answered } else { &mut refused };
        *count += 1;
        // A suspended session would answer everything alike.
        if reply.text.contains("\"suspend\"") {
            let approval = reply.json()["approval_id"].as_str().expect("an id").to_owned();
            let path = format!("/approvals/{approval}/cancel");
            console.post(&agent.key, &path, &json!({"reason": "Not meant."})).await.expect(200);
        }
    }
    eprintln!("{answered} answered, {refused} refused");
    is_flat(warm, Memory::of("self"));
    assert!(answered > 20 && refused > 100, "one-sided draws: {answered} answered, {refused} refused");
    assert_eq!(agent.check("last", "look_up", json!({"account": "acc_1"})).await["outcome"], "allow");
}

/// The long form: what was held after a fifth of the requests is about what is held after all of them.
fn is_flat(warm: Option<Memory>, end: Option<Memory>) {
    let (Some(warm), Some(end)) = (warm, end) else { return eprintln!("SKIPPED: no memory is told here") };
    eprintln!("{} kB after a fifth, {} kB at the end", warm.resident, end.resident);
    assert!(!is_long() || end.resident <= warm.resident + GROWTH, "memory grows");
}

async fn one_call_however_it_is_written_is_one_call(console: TestConsole) {
    let agent = console.cast().await;
    let mut random = random();
    for trial in 0..trials(60) {
        let mut asked = call(&format!("call-{trial}"));
        asked["input"] = draw::object(&mut random, 3);
        let first = send(&agent, &[], asked.to_string().into_bytes()).await.expect("sent");
        if first.status != 200 {
            continue;
        }
        let before = Stored::of(&console).await;
        for _ in 0..3 {
            let written = rewrite::written(&mut random, &asked);
            let again = send(&agent, &[], written.clone().into_bytes()).await.expect("sent");
            assert_eq!((again.status, &again.text), (first.status, &first.text), "{asked}\nwritten as\n{written}");
        }
        assert_eq!(Stored::of(&console).await.changed(&before), Vec::<&str>::new(), "a repeat was stored");
        // Another input under the same id is another call, and is told so.
        let mut other = asked.clone();
        other["input"]["one_more"] = json!(trial);
        let other = send(&agent, &[], other.to_string().into_bytes()).await.expect("sent");
        assert_ne!((other.status, &other.text), (first.status, &first.text), "{asked}");
        // A field twice has two readings.
        let twice = asked.to_string().replacen('{', "{\"tool\":\"pay\",", 1);
        assert_eq!(send(&agent, &[], twice.into_bytes()).await.expect("sent").problem(), "400 malformed_json");
    }
}

/// One of them.
fn one_of<'a, T>(random: &mut StdRng, all: &'a [T]) -> &'a T {
    &all[random.random_range(0..all.len())]
}
