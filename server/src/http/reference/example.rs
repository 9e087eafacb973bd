//! An example of each call: what to type, with values that its schema accepts.

use serde_json::{Map, Value, json};

use super::field::id_prefix;

/// What members of these names could hold; the others get what their type allows.
const VALUES: &[(&str, &str)] = &[
    ("answer", "The carrier confirmed the damage."),
    ("cursor", "eyJhdCI6MX0"),
    ("error", "The host went away."),
    ("framework", "my-agent"),
    ("id", "thread-7"),
    ("name", "support-resolution"),
    ("notes", "Photos show the damage."),
    ("reason", "Asked for twice."),
    ("reference", "led_9001"),
    ("session_id", "thread-7"),
    ("subject", "cust_1190"),
    ("summary", "May I promise a refund by Friday?"),
    ("tool", "process_refund"),
    ("tool_use_id", "call-3"),
    ("via", "poll"),
    ("workflow", "support-resolution"),
];
/// What open objects of these names could hold.
const OBJECTS: &[(&str, &str, &str)] = &[
    ("assertions", "refund_reason", "damaged"),
    ("facts", "verified_customer_id", "cust_1190"),
    ("input", "customer_id", "cust_1190"),
    ("output", "refund_id", "re_501"),
];

/// Something a schema without references accepts: what must be there, and nothing else.
pub fn value(name: &str, schema: &Value) -> Value {
    if !schema["const"].is_null() {
        return schema["const"].clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    if schema["properties"].is_object() {
        return object(schema);
    }
    if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().find_map(|word| schema[*word].as_array()?.first()) {
        return value(name, first);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("string") => json!(text(name, schema)),
        Some("integer" | "number") => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        Some("boolean") => json!(false),
        Some("array") => json!([value(name, &schema["items"])]),
        Some("null") => Value::Null,
        _ => open(name),
    }
}

fn object(schema: &Value) -> Value {
    let required =
        |name: &String| schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    let members = schema["properties"].as_object().into_iter().flatten();
    let needed: Map<String, Value> =
        members.filter(|(name, _)| required(name)).map(|(name, member)| (name.clone(), value(name, member))).collect();
    Value::Object(needed)
}

fn open(name: &str) -> Value {
    match OBJECTS.iter().find(|(known, ..)| *known == name) {
        Some((_, member, text)) => json!({*member: text}),
        None => json!({}),
    }
}

fn text(name: &str, schema: &Value) -> String {
    match schema["pattern"].as_str() {
        Some(pattern) if pattern.contains("{64}") => "5f".repeat(32),
        Some(pattern) => {
            id_prefix(pattern).map_or_else(String::new, |prefix| format!("{prefix}_01j0000000e00800000000000r"))
        }
        None if schema["format"] == "date-time" => "2026-11-21T09:00:00Z".to_owned(),
        None => VALUES.iter().find(|(known, _)| *known == name).map_or("text", |(_, text)| text).to_owned(),
    }
}

/// The call in `curl`. `session` calls are made by browsers: the cookie stands for one.
pub fn curl(method: &str, path: &str, with_key: bool, with_session: bool, body: Option<(&str, &str)>) -> String {
    let verb = if method == "GET" { String::new() } else { format!("-X {method} ") };
    let mut lines = vec![format!("curl {verb}\"$COUNTERSIGN_URL{path}\"")];
    if with_key {
        lines.push("-H \"Authorization: Bearer $COUNTERSIGN_KEY\"".to_owned());
    } else if with_session {
        lines.push("--cookie \"__Host-countersign=$SESSION\"".to_owned());
    }
    if let Some((media_type, text)) = body {
        lines.push(format!("-H \"Content-Type: {media_type}\""));
        lines.push(text.to_owned());
    }
    lines.join(" \\\n  ")
}
