//! The published JSON Schema and the parser agree: what is shipped is in order for both, and they know the same keys.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{closure, deadline, parse, stages, steps, yaml};
use crate::{
    http::schema::SCHEMA,
    rules::yaml::{Content, Cursor},
};

/// A definition as JSON.
fn as_json(text: &str) -> Value {
    let (root, errors) = yaml::load(text).expect("YAML");
    assert!(errors.is_empty());
    value(&Cursor::root(&root))
}

fn value(cursor: &Cursor<'_>) -> Value {
    match &cursor.node.content {
        Content::Map(entries) => {
            let members = entries.iter().map(|entry| (entry.key.clone(), value(&Cursor::root(&entry.value))));
            members.collect::<Map<_, _>>().into()
        }
        Content::List(items) => items.iter().map(|node| value(&Cursor::root(node))).collect(),
        Content::Scalar(_) => cursor.json().unwrap_or_default(),
    }
}

fn faults(text: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let definition = as_json(text);
    validator.iter_errors(&definition).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn what_is_shipped_is_in_order_for_both() {
    let closures = ["research", "engineering", "hr", "compliance", "support"].map(|domain| format!("closure-{domain}"));
    let others = ["financial-onboarding", "support-resolution", "analyze-plan-execute-verify"];
    let enforced = ["sprint-review", "deployment", "release"];
    for file in others.into_iter().chain(enforced).map(str::to_owned).chain(closures) {
        let path = format!("{}/../workflows/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect(&path);
        assert!(parse(&text).is_ok(), "{file}");
        assert_eq!(faults(&text), Vec::<String>::new(), "{file}");
    }
    let unknown = "name: a\ndefault: block\nstages: [{ id: b, exits: [] }]\n";
    assert!(!faults(unknown).is_empty() && parse(unknown).is_err());
}

#[test]
fn both_know_the_same_keys() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let known = |properties: &Value| -> BTreeSet<String> {
        properties.as_object().expect("properties").keys().cloned().collect()
    };
    let keys = |keys: &[&str]| -> BTreeSet<String> { keys.iter().map(ToString::to_string).collect() };
    assert_eq!(known(&schema["properties"]), keys(super::KEYS.known));
    assert_eq!(known(&schema["$defs"]["stage"]["properties"]), keys(stages::STAGE_KEYS.known));
    assert_eq!(known(&schema["$defs"]["closure"]["properties"]), keys(closure::RULE_KEYS.known));
    let sample = &schema["$defs"]["closure"]["properties"]["sample"]["properties"];
    assert_eq!(known(sample), keys(closure::SAMPLE_KEYS.known));
    assert_eq!(known(&schema["$defs"]["closure_step"]["properties"]), keys(closure::STEP_KEYS.known));
    assert_eq!(known(&schema["$defs"]["step"]["properties"]), keys(steps::STEP_KEYS.known));
    assert_eq!(known(&schema["$defs"]["verify"]["properties"]), keys(steps::VERIFY_KEYS.known));
    let deadline = &schema["$defs"]["policy"]["properties"]["deadline"]["properties"];
    assert_eq!(known(deadline), keys(deadline::KEYS.known));
    assert_eq!(known(&deadline["raise"]["properties"]), keys(deadline::RAISE_KEYS.known));
    assert_eq!(known(&deadline["hours"]["properties"]), keys(deadline::HOURS_KEYS.known));
}
