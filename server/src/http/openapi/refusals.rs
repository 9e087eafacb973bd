//! What a call may be refused for: what follows from its shape, and what it names itself.

use std::collections::BTreeMap;

use axum::http::Method;
use domain::{permission::Action, refusal::Code};
use serde_json::{Map, Value, json};

use crate::http::{
    operation::{Operation, Place, Taken},
    routes::{Access, Route},
};

/// The refusals of a call by status.
pub fn responses(route: &Route, operation: &Operation, problem: &Value) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in codes(route, operation) {
        by_status.entry(code.status()).or_default().push(code.as_str());
    }
    by_status.insert(500, vec!["internal_error"]);
    by_status.into_iter().map(|(status, codes)| (status.to_string(), response(status, &codes, problem))).collect()
}

fn response(status: u16, codes: &[&str], problem: &Value) -> Value {
    let known = |code: &&str| Code::ALL.iter().find(|known| known.as_str() == *code);
    let titles: Vec<&str> =
        codes.iter().map(|code| known(code).map_or("Internal error", |code| code.title())).collect();
    let narrowed = json!({"properties": {"status": {"const": status}, "code": {"enum": codes}}});
    json!({
        "description": titles.join(" · "),
        "content": {"application/problem+json": {"schema": {"allOf": [problem, narrowed]}}},
    })
}

/// Every code a call can give.
pub fn codes(route: &Route, operation: &Operation) -> Vec<Code> {
    let has = |place| operation.parameters.iter().any(|parameter| parameter.place == place);
    let changes = route.method != Method::GET;
    let is_granted = matches!(route.access, Access::Granted(_));
    let takes_json = matches!(operation.body, Some(Taken::Json(_)));
    let takes_body = operation.body.is_some();
    let mut codes = vec![Code::Unavailable];
    let mut add = |applies: bool, more: &[Code]| {
        if applies {
            codes.extend(more);
        }
    };
    add(is_granted, &[Code::NotSignedIn, Code::CrossOrigin, missing_scope(route.access)]);
    add(has(Place::Query) || has(Place::Header), &[Code::MalformedRequest]);
    add(has(Place::Path), &[Code::NotFound]);
    add(takes_body, &[Code::TooLarge]);
    add(takes_json, &[Code::MalformedJson, Code::UnsupportedMediaType, Code::UnknownField, Code::InvalidField]);
    add(operation.is_repeatable, &[Code::IdempotencyMismatch, Code::StillRunning]);
    add(is_granted && changes, &[Code::Conflict]);
    add(true, &operation.refusals);
    let mut ordered: Vec<Code> = Code::ALL.iter().copied().filter(|code| codes.contains(code)).collect();
    ordered.sort_by_key(|code| code.status());
    ordered
}

const fn missing_scope(access: Access) -> Code {
    match access {
        Access::Granted(Action::WriteFacts) => Code::FactsNeedSystemScope,
        Access::Granted(_) | Access::Public | Access::Page | Access::Form => Code::WrongScope,
    }
}
