//! What a decision binds to.

use super::*;
use crate::testing::{at, package};

#[test]
fn the_same_facts_a_second_later_are_the_same_package() {
    let first = package();
    let mut second = package();
    second.evidence.checked_at = at(1);
    second.evidence.conditions[0].recorded_at = Some(at(1));
    second.evidence.conditions[0].facts[0].recorded_at = Some(at(1));
    second.evidence.assertions[0].recorded_at = Some(at(1));
    assert_ne!(first, second);
    assert_eq!(first.digest(1), second.digest(1));
}

#[test]
fn another_revision_has_another_digest() {
    assert_ne!(package().digest(1), package().digest(2));
}

#[test]
fn a_stored_package_keeps_its_digest() {
    let text = serde_json::to_string(&package()).expect("JSON");
    let read: Package = serde_json::from_str(&text).expect("package");
    assert_eq!(read, package());
    assert_eq!(read.digest(1), package().digest(1));
}

#[test]
fn a_package_stored_before_there_were_requests_keeps_its_digest() {
    let mut plain = package();
    (plain.origin, plain.summary, plain.transcript, plain.stage) = (Origin::Gate, None, None, None);
    plain.edit = None;
    plain.information.clear();
    plain.items.clear();
    let stored = serde_json::to_value(&plain).expect("JSON");
    for later in ["origin", "summary", "transcript", "stage", "edit", "information", "items"] {
        assert!(stored.get(later).is_none(), "{later}");
    }
    assert_eq!(serde_json::from_value::<Package>(stored).expect("package"), plain);
}

#[test]
fn whatever_is_shown_is_in_the_digest() {
    let whole = serde_json::to_value(package()).expect("JSON");
    let digest = package().digest(1);
    let mut covered = 0;
    for pointer in leaves(&whole) {
        let changed = with_another(&whole, &pointer);
        let Ok(changed) = serde_json::from_value::<Package>(changed) else {
            panic!("{pointer} is not covered by this test")
        };
        let is_time = pointer.ends_with("_at");
        assert_eq!(changed.digest(1) == digest, is_time, "{pointer}");
        covered += usize::from(!is_time);
    }
    assert!(covered > 50, "{covered}");
}

#[test]
fn a_time_inside_the_input_is_part_of_the_input() {
    let (mut one, mut other) = (package(), package());
    one.input = json!({"recorded_at": "2026-11-21T09:00:00Z"});
    other.input = json!({"recorded_at": "2026-11-21T09:00:01Z"});
    assert_ne!(one.digest(1), other.digest(1));
}

/// The JSON pointers of everything that is no object and no list.
fn leaves(value: &Value) -> Vec<String> {
    let below =
        |key: String, inner: &Value| leaves(inner).into_iter().map(move |rest| format!("/{key}{rest}")).collect();
    match value {
        Value::Object(object) => {
            object.iter().flat_map(|(key, inner)| -> Vec<String> { below(key.clone(), inner) }).collect()
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(place, inner)| -> Vec<String> { below(place.to_string(), inner) })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![String::new()],
    }
}

/// The value with one leaf changed into another of its kind.
fn with_another(whole: &Value, pointer: &str) -> Value {
    let mut changed = whole.clone();
    let leaf = changed.pointer_mut(pointer).expect(pointer);
    *leaf = match leaf.clone() {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_i64().expect("integer") + 1),
        Value::String(text) => json!(another(&text)),
        other => panic!("{pointer} is {other}"),
    };
    changed
}

/// Another word of the same closed list, another id or digest, or another text.
fn another(text: &str) -> String {
    let swaps = [
        ("high", "low"),
        ("PASSED", "FAILED"),
        ("requester", "agent_owner"),
        ("agent_owner", "requester"),
        ("previous_approver", "requester"),
        ("request", "gate"),
        ("reject", "approve"),
        ("console", "api"),
    ];
    if let Some((_, other)) = swaps.iter().find(|(word, _)| *word == text) {
        return (*other).to_owned();
    }
    if let Ok(time) = text.parse::<Time>() {
        return (time + chrono::TimeDelta::seconds(1)).to_rfc3339();
    }
    let is_id =
        ["run_", "ses_", "usr_"].iter().any(|prefix| text.starts_with(prefix)) || text.parse::<Digest>().is_ok();
    if is_id { format!("{}3", &text[..text.len() - 1]) } else { format!("{text}!") }
}
