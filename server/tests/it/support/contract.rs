//! Holds what is sent and answered against the OpenAPI document: bodies that were accepted, and every answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{LazyLock, Mutex, PoisonError},
};

use axum::http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::Reply;

/// The document as it is served.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| server::http::openapi::document(&server::http::declared()));

static VALIDATORS: LazyLock<Mutex<BTreeMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// The operation behind a method and a path: the path as declared, and what the document says of it.
pub fn operation(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object()?;
    let word = method.as_str().to_lowercase();
    let candidates = paths.iter().filter(|(declared, _)| is_at(declared, path));
    let described = candidates.filter_map(|(declared, methods)| Some((declared.as_str(), methods.get(&word)?)));
    // A literal segment wins over one that varies.
    described.min_by_key(|(declared, _)| declared.matches('{').count())
}

fn is_at(declared: &str, path: &str) -> bool {
    let (declared, path): (Vec<&str>, Vec<&str>) = (declared.split('/').collect(), path.split('/').collect());
    let fits = |(wanted, given): (&&str, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
    declared.len() == path.len() && declared.iter().zip(&path).all(fits)
}

/// Checks a call and gives what was met: `POST /api/v1/runs 201`.
pub fn check(method: &Method, path: &str, sent: &[u8], reply: &Reply) -> Option<String> {
    let status = reply.status.as_u16();
    let (declared, described) = operation(method, path)?;
    let name = format!("{method} {declared} {status}");
    let response = &described["responses"][status.to_string()];
    assert!(response.is_object(), "{name} is not in the OpenAPI document: {}", reply.text);
    let kind = reply.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("none");
    let kind = kind.split(';').next().unwrap_or(kind);
    if response["content"].is_null() {
        assert!(reply.text.is_empty() && kind == "none", "{name} has no body in the OpenAPI document: {}", reply.text);
        return Some(name);
    }
    let content = &response["content"][kind];
    assert!(content.is_object(), "{name}: {kind} is not in the OpenAPI document");
    if kind.ends_with("json") {
        conforms(&format!("{name} answered"), &content["schema"], &reply.json());
    }
    if (200..300).contains(&status) {
        let taken = &described["requestBody"]["content"]["application/json"]["schema"];
        if !taken.is_null() {
            let sent: Value = serde_json::from_slice(sent).expect("a JSON body");
            conforms(&format!("{name} was sent"), taken, &sent);
        }
    }
    Some(name)
}

fn conforms(what: &str, schema: &Value, value: &Value) {
    let validator = validator(schema);
    let faults: Vec<String> =
        validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{what} what the OpenAPI document does not say:\n{}\n{value:#}", faults.join("\n"));
}

/// Compiled once in a process.
fn validator(schema: &Value) -> &'static Validator {
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(schema.to_string()).or_insert_with(|| {
        let whole = json!({"components": DOCUMENT["components"], "allOf": [schema]});
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
        Box::leak(Box::new(options.build(&whole).expect("a schema")))
    })
}

/// Every documented success: `POST /api/v1/runs 201`.
pub fn successes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, methods) in DOCUMENT["paths"].as_object().expect("paths") {
        for (method, described) in methods.as_object().expect("methods") {
            let statuses = described["responses"].as_object().expect("responses").keys();
            let successes = statuses.filter(|status| status.starts_with('2'));
            found.extend(successes.map(|status| format!("{} {path} {status}", method.to_uppercase())));
        }
    }
    found
}
