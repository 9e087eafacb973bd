//! `/openapi.json`: the OpenAPI 3.1 document of the API, made of the declared routes.

mod refusals;
mod schemas;

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

use self::schemas::Schemas;
use super::{
    api::answers::ProblemDocument,
    operation::{Body, Given, Operation, Parameter, Place, Taken},
    routes::{Access, Route},
};

/// The name of the security scheme of keys.
const KEY: &str = "key";
/// The name of the security scheme of people signed in.
const SESSION: &str = "session";

const INTRODUCTION: &str = "Asks people before agents' tool calls run. Every refusal is a problem document (RFC 9457) \
    with a stable `code`. Refusals come in this order: 401, 403 for the scope, 413, 415 and 400 for the form of the \
    body, 404, 403 for entitlement, 409, 428 and 412, and 422 for fields last. What a key may not see answers like \
    what does not exist. The same for reading, with an example of each call, is at `/docs/api`.";

/// `GET /openapi.json`.
pub async fn serve() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document(&super::declared()).to_string()));
    ([(header::CONTENT_TYPE, "application/json")], TEXT.clone()).into_response()
}

/// The document of these routes; those without an operation are no part of the API.
pub fn document(routes: &[Route]) -> Value {
    let mut schemas = Schemas::new();
    let problem = schemas.answer(schemars::SchemaGenerator::subschema_for::<ProblemDocument>);
    let mut paths: Map<String, Value> = Map::new();
    let mut groups: Vec<&str> = Vec::new();
    for route in routes {
        let Some(operation) = &route.operation else { continue };
        if !groups.contains(&operation.group) {
            groups.push(operation.group);
        }
        let described = described(route, operation, &mut schemas, &problem);
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign",
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "externalDocs": {"url": super::reference::PATH, "description": "This document for reading."},
        "servers": [{"url": "/"}],
        "tags": groups.iter().map(|group| json!({"name": group})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {"schemas": schemas.finish(), "securitySchemes": security_schemes()},
    })
}

fn security_schemes() -> Value {
    json!({
        KEY: {
            "type": "http", "scheme": "bearer", "bearerFormat": "csk_…",
            "description": "An API key. The list beside it names the scopes of which it needs one.",
        },
        SESSION: {
            "type": "apiKey", "in": "cookie", "name": "__Host-countersign",
            "description": "A person signed in to the console. The list beside it names the roles of which they need one.",
        },
    })
}

fn described(route: &Route, operation: &Operation, schemas: &mut Schemas, problem: &Value) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        "security": security(route.access),
        "responses": responses(route, operation, schemas, problem),
    });
    if !operation.notes.is_empty() {
        described["description"] = json!(operation.notes);
    }
    if !operation.parameters.is_empty() {
        let parameters = operation.parameters.iter().map(|parameter| parameter_of(parameter, schemas));
        described["parameters"] = parameters.collect();
    }
    if let Some(body) = &operation.body {
        let content = match body {
            Taken::Json(schema) => json!({"application/json": {"schema": schemas.request(*schema)}}),
            Taken::Text(media_type) => json!({*media_type: {"schema": {"type": "string"}}}),
        };
        described["requestBody"] = json!({"required": true, "content": content});
    }
    described
}

/// A key with one of the scopes, or a person with one of the roles; nothing for what anybody may call.
fn security(access: Access) -> Value {
    let Access::Granted(action) = access else { return json!([]) };
    let scopes = action.scopes().iter().map(|scope| json!({KEY: [scope.as_str()]}));
    let roles = action.roles().iter().map(|role| json!({SESSION: [role.as_str()]}));
    scopes.chain(roles).collect()
}

fn parameter_of(parameter: &Parameter, schemas: &mut Schemas) -> Value {
    json!({
        "name": parameter.name,
        "in": parameter.place.as_str(),
        "required": parameter.place == Place::Path,
        "description": parameter.meaning,
        "schema": schemas.answer(parameter.schema),
    })
}

fn responses(route: &Route, operation: &Operation, schemas: &mut Schemas, problem: &Value) -> Value {
    let mut responses: Map<String, Value> = Map::new();
    for given in &operation.answers {
        responses.insert(given.status.to_string(), answered(given, operation, schemas));
    }
    responses.extend(refusals::responses(route, operation, problem));
    Value::Object(responses)
}

fn answered(given: &Given, operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut answered = json!({"description": given.meaning});
    match given.body {
        Body::Json(schema) => answered["content"]["application/json"]["schema"] = schemas.answer(schema),
        Body::Text(media_type) => answered["content"][media_type]["schema"] = json!({"type": "string"}),
        Body::Nothing => {}
    }
    let text = json!({"type": "string"});
    if let Some((name, meaning)) = given.header {
        answered["headers"][name] = json!({"description": meaning, "schema": text});
    }
    if operation.is_repeatable {
        let meaning = "`true` when this is the stored answer of an earlier call with the same Idempotency-Key.";
        answered["headers"]["Idempotent-Replayed"] = json!({"description": meaning, "schema": text});
    }
    answered
}
