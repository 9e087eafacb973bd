//! The body of a gate check: the bytes, the command they are understood as, and what the gates say to it.

use std::sync::LazyLock;

use axum::{
    body::Body as Bytes,
    extract::FromRequest as _,
    http::{HeaderMap, HeaderValue, Request, header},
    response::IntoResponse as _,
};
use domain::{gate::action_digest, judge::Ruling, refusal::Code};
use serde_json::{Value, json};
use server::{desk::gate_check::CheckCall, http::body::Body, rules::Compiled};
use tokio::runtime::Runtime;

use super::{oracle, rewrite, workflow};

/// Looking up needs nobody, paying needs a fact that is not there, a note needs a person.
const DEFINITION: &str = r#"
name: payments
subject: account
default: block
tools:
  look_up: { input: { account: string }, reversible: true }
  pay: { input: { to: string, amount: number }, reversible: false, risk: high, blast_radius: one account }
  note: { input: { text: string }, reversible: true, risk: low }
facts:
  payee: { type: string, from: system }
gates:
  - { id: look, tools: [look_up] }
  - id: payment
    tools: [pay]
    require: [{ name: payee, when: 'facts.payee == input.to', otherwise: "Ask the ledger." }]
    review: { policy: one }
  - { id: notes, tools: [note], review: { policy: one } }
policies:
  one: { approve: { all: [{ group: compliance, count: 1 }] }, via: [console, api] }
"#;
const FIELDS: [&str; 5] = ["session_id", "tool", "tool_use_id", "input", "assertions"];

static GATES: LazyLock<Compiled> = LazyLock::new(|| workflow::compiled(DEFINITION).expect("a definition"));
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().build().expect("a runtime"));

/// What must hold of any bytes.
pub fn holds(data: &[u8]) {
    let body = match read(data) {
        Ok(body) => body,
        Err((status, problem)) => {
            assert!(oracle::read(data).is_none(), "refused: {problem}");
            assert_eq!((status, &problem["code"]), (400, &json!("malformed_json")), "{problem}");
            return;
        }
    };
    assert!(oracle::read(data).is_some(), "read as {}", body.0);
    let written = rewrite::written(&mut rewrite::drawn_from(data), &body.0);
    let again = read(written.as_bytes()).unwrap_or_else(|(_, problem)| panic!("{problem}: {written}"));
    assert_eq!(again.0, body.0, "written as {written}");
    assert_eq!(idempotent(&again, "a"), idempotent(&body, "a"), "a repeat that is told it is none: {written}");
    assert_ne!(idempotent(&again, "b"), idempotent(&body, "a"));
    match body.read::<CheckCall>() {
        Ok(call) => {
            says_what_was_sent(&call, &body.0);
            let again = again.read::<CheckCall>().unwrap_or_else(|refusal| panic!("{refusal}: {written}"));
            is_one_call(&call, &again);
            is_judged(&call);
        }
        Err(refusal) => {
            assert!(matches!(refusal.code, Code::UnknownField | Code::InvalidField), "{refusal:?}");
            let [error] = &refusal.errors[..] else { panic!("{refusal:?}") };
            assert!(body.0.pointer(&error.path).is_some(), "{} is nowhere in {}", error.path, body.0);
        }
    }
}

/// What the handler gets, or the status and problem that is answered.
fn read(data: &[u8]) -> Result<Body, (u16, Value)> {
    let request = Request::post("/").header(header::CONTENT_TYPE, "application/json");
    let request = request.body(Bytes::from(data.to_vec())).expect("a request");
    RUNTIME.block_on(async {
        match Body::from_request(request, &()).await {
            Ok(body) => Ok(body),
            Err(problem) => {
                let response = problem.into_response();
                let status = response.status().as_u16();
                let told = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
                Err((status, serde_json::from_slice(&told).expect("a problem")))
            }
        }
    })
}

fn idempotent(body: &Body, route: &str) -> domain::Digest {
    let mut headers = HeaderMap::new();
    headers.insert("idempotency-key", HeaderValue::from_static("one"));
    body.idempotency(&headers, route).expect("a key").expect("a key").request
}

/// Nothing is added, left out or changed between the bytes and the command.
fn says_what_was_sent(call: &CheckCall, sent: &Value) {
    let sent = sent.as_object().expect("an object");
    assert!(sent.keys().all(|name| FIELDS.contains(&name.as_str())), "{sent:?}");
    let read = [("session_id", &call.session_id), ("tool", &call.tool), ("tool_use_id", &call.tool_use_id)];
    for (name, text) in read {
        assert_eq!(sent.get(name).and_then(Value::as_str), Some(text.as_str()), "{name}");
    }
    assert_eq!(sent.get("input"), Some(&call.input));
    let said = sent.get("assertions").map_or_else(Default::default, |said| said.as_object().expect("said").clone());
    assert_eq!(said, call.assertions);
}

/// Two readings of one call are one action; another tool or input is another.
fn is_one_call(call: &CheckCall, again: &CheckCall) {
    let run = workflow::nothing_recorded().run.id;
    let digest = |tool: &str, input: &Value| action_digest(tool, input, run, "gate");
    let own = digest(&call.tool, &call.input);
    assert_eq!(digest(&again.tool, &again.input), own);
    assert_ne!(digest(&format!("{} ", call.tool), &call.input), own);
    assert_ne!(digest(&call.tool, &json!([call.input])), own);
}

/// Whatever is asked, only the harmless tool by its exact name and with just what it takes is let through.
fn is_judged(call: &CheckCall) {
    let finding = GATES.check_call(&workflow::nothing_recorded(), &call.tool, &call.input);
    let has_text = |name: &str| call.input.get(name).is_some_and(Value::is_string);
    let is_alone = call.input.as_object().is_some_and(|input| input.len() == 1);
    match (&finding.ruling, call.tool.as_str()) {
        (Ruling::Allow, "look_up") => assert!(is_alone && has_text("account"), "{}", call.input),
        (Ruling::Review { .. }, "note") => assert!(is_alone && has_text("text"), "{}", call.input),
        (Ruling::Block { error }, _) => assert!(!error.is_empty()),
        (ruling, tool) => panic!("{tool:?} with {}: {ruling:?}", call.input),
    }
}
