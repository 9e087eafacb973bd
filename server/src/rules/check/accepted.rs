//! That the checker refuses nothing that is right.

use cel::{Context, Program, Value as CelValue};
use proptest::prelude::*;

use super::{Wanted, expression, tests::faults_of};

#[test]
fn right_expressions_are_accepted() {
    let right = [
        "facts.tier != \"high\" || approvals.gate_a.approved",
        "has(approvals.gate_a) && approvals.gate_a.status == \"approved\" && approvals.gate_a.at < now",
        "input.id == facts.name && input.id == run.subject",
        "facts.total <= 10000 && facts.level <= 1.5 && input.amount == 3 && 2 <= input.count",
        "facts.since <= now && input.due > facts.since && now - facts.at < duration(\"24h\")",
        "facts.since == timestamp(\"2026-01-01T00:00:00Z\") && facts.since.getFullYear() > 2000",
        "facts.name.matches(\"^[a-z]+$\") && matches(facts.name, \"x\") && size(facts.name) > 1",
        "input.tags.exists(t, t == \"a\") && input.tags.exists_one(t, t.startsWith(\"a\"))",
        "facts.tags.filter(t, t.amount > 5).map(t, t.id).size() < 3",
        "facts.extra.a.b == 1 || facts.extra[\"a\"] in [1, \"x\", 2.0] || facts.extra == {\"a\": 1}",
        "run.inputs.region in [\"eu\"] && run.version >= 1 && has(run.requested_by)",
        "string(facts.level) + \"x\" == \"1x\" && int(facts.total) % 2 == 0 && double(facts.level) * 2.0 > 1.0",
        "(facts.ok ? 1 : 2) == 1 && -facts.total < 0 && !(facts.name in [\"a\"])",
        "input[\"id\"] == \"x\" && size(input) < 10 && \"amount\" in input",
        "true",
    ];
    for source in right {
        assert_eq!(faults_of(source, Wanted::Bool, &["refund"]), [], "{source}");
    }
}

/// A number, as conditions write them: whole or with a fraction.
fn number() -> BoxedStrategy<String> {
    prop_oneof![
        Just("facts.total".to_owned()),
        Just("input.count".to_owned()),
        Just("input.amount".to_owned()),
        Just("facts.extra.n".to_owned()),
        (0_i32..100).prop_map(|n| n.to_string()),
        (0_i32..100).prop_map(|n| format!("{n}.5")),
        Just("size(facts.name)".to_owned()),
        Just("facts.tags.size()".to_owned()),
        Just("(facts.total + 1.5)".to_owned()),
        Just("facts.since.getMonth()".to_owned()),
    ]
    .boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        Just("facts.name".to_owned()),
        Just("input.id".to_owned()),
        Just("run.subject".to_owned()),
        Just("facts.extra.text".to_owned()),
        Just("string(facts.level)".to_owned()),
        "[a-z]{0,4}".prop_map(|text| format!("{text:?}")),
        Just("(facts.name + \"x\")".to_owned()),
    ]
    .boxed()
}

fn truth() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("facts.ok".to_owned()),
        Just("facts.extra.flag".to_owned()),
        (number(), prop_oneof![Just("<"), Just("=="), Just(">="), Just("!=")], number())
            .prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
        (text(), prop_oneof![Just("<"), Just("=="), Just("!=")], text())
            .prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
        (text(), text()).prop_map(|(left, right)| format!("{left}.contains({right})")),
        (text(), prop::collection::vec(text(), 0..3))
            .prop_map(|(left, items)| format!("{left} in [{}]", items.join(", "))),
        prop_oneof![Just("low"), Just("high")].prop_map(|tier| format!("facts.tier == \"{tier}\"")),
        Just("facts.since < now".to_owned()),
        Just("has(facts.at)".to_owned()),
        Just("facts.tags.exists(t, t == \"a\")".to_owned()),
        text().prop_map(|text| format!(
            "facts.tags.all(t, t != {})",
            text.trim_end_matches(" + \"x\")").trim_start_matches('(')
        )),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            inner.clone().prop_map(|only| format!("!({only})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(if_, then, or)| format!("({if_} ? {then} : {or})")),
        ]
    })
    .boxed()
}

fn recorded() -> Context<'static, 'static> {
    let json = |text: &str| Program::compile(text).expect("a literal").execute(&Context::default()).expect("a value");
    let facts = r#"{"name": "abc", "tier": "low", "level": 1, "since": timestamp("2026-01-01T00:00:00Z"), "ok": true,
        "total": 2.5, "tags": ["a", "b"], "extra": {"n": 1, "text": "t", "flag": false}}"#;
    let mut context = Context::default();
    for (name, value) in
        [("facts", facts), ("input", r#"{"id": "x", "amount": 1.5, "count": 3}"#), ("run", r#"{"subject": "x"}"#)]
    {
        context.add_variable_from_value(name, json(value));
    }
    context.add_variable_from_value("now", json("timestamp(\"2026-06-01T00:00:00Z\")"));
    context
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_evaluates_to_a_truth_value_is_not_refused(source in truth()) {
        let Ok(parsed) = expression::parse(&source) else { return Ok(()) };
        if let Ok(CelValue::Bool(_)) = CelValue::resolve(&parsed.root, &recorded()) {
            prop_assert_eq!(faults_of(&source, Wanted::Bool, &["refund"]), vec![], "{}", source);
        }
    }
}
