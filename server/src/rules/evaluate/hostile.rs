//! Values that are meant to break the evaluation.

use domain::gate::Outcome;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::{error, guarded, outcome, roots};

#[test]
fn hostile_values_block_quickly() {
    let gate = guarded("facts.list.all(x, x != input.text) && input.text.matches(\"(a|b)*c\")", "true");
    let long_list = json!(vec![1; 1_001]);
    let finding = gate.check_call(&roots(&[("list", long_list)]), "act", &json!({"text": "a"}));
    assert_eq!(error(&finding), "EVALUATION_FAILED: a list has more than 1000 items. Nothing ran.");
    let nested = json!({"text": {"deep": vec![0; 2_000]}});
    assert!(error(&gate.check_call(&roots(&[]), "act", &nested)).starts_with("EVALUATION_FAILED"));
    let text = json!({"text": "a".repeat(1 << 20)});
    let list = json!(vec!["a"; 1_000]);
    let finding = gate.check_call(&roots(&[("list", list)]), "act", &text);
    assert_eq!(outcome(&finding), Outcome::Block, "a text too long to be matched");
    let ill_typed = guarded("!has(facts.day) || facts.day < now", "true");
    let finding = ill_typed.check_call(&roots(&[("day", json!("someday"))]), "act", &json!({}));
    assert_eq!(outcome(&finding), Outcome::Block, "a value that is not of its type is not absent");
}

#[test]
fn a_compiled_workflow_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&guarded("true", "true"));
}

#[test]
fn arithmetic_at_its_limits_blocks() {
    let nested = |open: &str, close: &str| format!("{}facts.flag{}", open.repeat(28), close.repeat(28));
    let sources = [
        "timestamp(9223372036854775807) > now".to_owned(),
        "timestamp(-9223372036854775807 - 1) > now".to_owned(),
        "facts.day + duration(\"9223372036s\") > timestamp(\"9999-12-31T23:59:59Z\")".to_owned(),
        "int(facts.number * 1e308) > 0".to_owned(),
        "-(-9223372036854775807 - 1) > 0".to_owned(),
        "(-9223372036854775807 - 1) / -1 > 0".to_owned(),
        "(-9223372036854775807 - 1) % -1 > 0".to_owned(),
        "9223372036854775807 + 1 > 0".to_owned(),
        "[1][9223372036854775807] == 1".to_owned(),
        "[1][-1] == 1".to_owned(),
        nested("!(", ")"),
        format!("{} == []", nested("[", "]")),
        nested("(true && ", ")"),
    ];
    let facts = roots(&[("number", json!(1e308)), ("day", json!("9999-12-31")), ("flag", json!(false))]);
    for source in sources {
        let finding = guarded(&source, "true").check_call(&facts, "act", &json!({}));
        assert_eq!(outcome(&finding), Outcome::Block, "{source}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_value_makes_it_panic(text in ".{0,20}", number in any::<f64>(), flag: bool, keys in prop::collection::vec("[a-z.]{0,4}", 0..5)) {
        let gate = guarded("facts.text == input.a || facts.number > input.b || input.c.all(x, x == facts.object.y)", "facts.day > now");
        let object: Value = keys.into_iter().map(|key| (key, json!(text))).collect::<serde_json::Map<_, _>>().into();
        let facts = roots(&[("text", json!(flag)), ("number", json!(number)), ("object", object.clone()), ("day", json!(text))]);
        let input = json!({"a": object, "b": number, "c": [text, number, object]});
        let finding = gate.check_call(&facts, "act", &input);
        prop_assert_eq!(finding.evidence.conditions.len(), 1);
    }
}
