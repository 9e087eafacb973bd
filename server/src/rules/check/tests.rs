//! What the checker refuses, and that it refuses nothing else.

use std::fmt::Write as _;

use cel::{Context, Program, Value as CelValue};
use domain::workflow::Workflow;
use proptest::prelude::*;

use super::*;
use crate::rules::definition;

fn workflow() -> Workflow {
    let text = r"
name: checked
default: block
tools:
  refund: { input: { id: string, amount: number, count: integer, due: date, tags: list, kind: { type: string, enum: [a, b] } }, reversible: true }
  open: { reversible: true }
facts:
  name: string
  tier: { type: string, enum: [low, medium, high] }
  level: { type: integer, enum: [1, 2] }
  since: date
  at: datetime
  ok: bool
  total: number
  tags: list
  extra: object
gates:
  - { id: gate_a, tools: [refund], review: { policy: p } }
policies:
  p: { approve: { all: [{ group: g }] } }
";
    definition::parse(text).unwrap_or_else(|refusal| panic!("{refusal}: {:?}", refusal.errors))
}

fn faults_of(source: &str, wanted: Wanted, tools: &[&str]) -> Vec<Fault> {
    let workflow = workflow();
    let tools: Vec<String> = tools.iter().map(ToString::to_string).collect();
    expression(source, wanted, &Surroundings { workflow: &workflow, tools: &tools })
}

fn told(sources: &[&str]) -> String {
    let mut out = String::new();
    for source in sources {
        writeln!(out, "{source}").expect("memory");
        for fault in faults_of(source, Wanted::Bool, &["refund"]) {
            writeln!(out, "{}^ {}", " ".repeat(fault.offset), fault.message).expect("memory");
        }
    }
    out
}

#[test]
fn names_are_known_names() {
    insta::assert_snapshot!(told(&[
        "facts.risk_teir == 1",
        "has(facts.nmae)",
        "facts[\"nmae\"] == \"x\"",
        "fact.name == \"x\"",
        "input.amuont > 1.0",
        "run.subjct == \"x\"",
        "approvals.gate_b.approved",
        "approvals.gate_a.aproved",
        "stages.welcome.complete",
        "low == facts.tier",
        "facts.size() > 0",
        "facts[input.id] == 1",
        "\"name\" in facts",
        "input.tags.all(facts, facts == 1)",
        "optional.of(1).hasValue()",
    ]), @r#"
    facts.risk_teir == 1
          ^ There is no fact `risk_teir`. Declare it under `facts`.
    has(facts.nmae)
              ^ There is no fact `nmae`. Did you mean `name`?
    facts["nmae"] == "x"
           ^ There is no fact `nmae`. Did you mean `name`?
    fact.name == "x"
    ^ Unknown name `fact`: conditions read facts, input, run, approvals, now. Texts are in quotes. Did you mean `facts`?
    input.amuont > 1.0
          ^ refund has no argument `amuont`. Did you mean `amount`?
    run.subjct == "x"
        ^ A run has no `subjct`, but id, subject, workflow, version, requested_by, inputs. Did you mean `subject`?
    approvals.gate_b.approved
              ^ There is no gate `gate_b` to be approved. Did you mean `gate_a`?
    approvals.gate_a.aproved
                     ^ An approval has no `aproved`, but approved, status, notes, at. Did you mean `approved`?
    stages.welcome.complete
    ^ `stages` is not supported yet by this version of Countersign.
    low == facts.tier
    ^ Unknown name `low`: conditions read facts, input, run, approvals, now. Texts are in quotes. Did you mean `now`?
    facts.size() > 0
    ^ Say what of `facts` to read, such as `facts.name`; `facts` alone has no value.
    facts[input.id] == 1
         ^ Name what of `facts` to read: `facts["name"]`. A computed name cannot be followed.
    "name" in facts
              ^ Say what of `facts` to read, such as `facts.name`; `facts` alone has no value.
    input.tags.all(facts, facts == 1)
                  ^ `facts` has a meaning already. Give the item another name.
    optional.of(1).hasValue()
                           ^ There is no function `hasValue` in conditions.
    "#);
}

#[test]
fn functions_are_known_functions() {
    insta::assert_snapshot!(told(&[
        "facts.name.startWith(\"a\")",
        "facts.name.startsWith(1)",
        "facts.name.contains(\"a\", \"b\")",
        "size(facts.total) > 1",
        "input.tags.all(t)",
        "type(facts.name) == string",
        "facts.name.matches(\"(\")",
        "facts.name.matches(facts.tier)",
        "facts.name.matches(\"a{1000}{1000}\")",
        "facts.name.matches(\"a)(b\")",
        "facts.at > timestamp(\"soon\")",
        "facts.at > now - duration(\"30d\")",
        "facts.since.getFullYear(\"UTC\") > 2000",
        "int(facts.ok) == 1",
        "Account{name: \"x\"} == facts.extra",
    ]), @r#"
    facts.name.startWith("a")
                        ^ There is no function `startWith` in conditions. Did you mean `startsWith`?
    facts.name.startsWith(1)
                         ^ `startsWith` takes a text, not a whole number.
    facts.name.contains("a", "b")
                       ^ `contains` is written `value.contains(…)`.
    size(facts.total) > 1
        ^ `size` takes a text or a list or a map or bytes, not a number.
    input.tags.all(t)
                  ^ Write `list.all(item, condition)`.
    type(facts.name) == string
        ^ There is no function `type` in conditions.
                        ^ Unknown name `string`: conditions read facts, input, run, approvals, now. Texts are in quotes.
    facts.name.matches("(")
                      ^ This pattern cannot be compiled: found open group without closing ')'.
    facts.name.matches(facts.tier)
                      ^ The pattern of `matches` must be written out as a text.
    facts.name.matches("a{1000}{1000}")
                      ^ This pattern cannot be compiled: compiled regex exceeded size limit.
    facts.name.matches("a)(b")
    facts.at > timestamp("soon")
                        ^ `soon` cannot be read. Write timestamp("2026-11-21T00:00:00Z").
    facts.at > now - duration("30d")
                             ^ `30d` cannot be read. Write duration("24h"), duration("90m").
    facts.since.getFullYear("UTC") > 2000
                           ^ `getFullYear` is written `value.getFullYear()`.
    int(facts.ok) == 1
       ^ `int` takes a text or a whole number or an unsigned number or a number or a point in time, not true or false.
    Account{name: "x"} == facts.extra
           ^ There is no type `Account` here. Conditions read values, they do not build objects.
    "#);
}

#[test]
fn types_that_never_agree_are_refused() {
    insta::assert_snapshot!(told(&[
        "facts.name == 1",
        "facts.total == \"1\"",
        "facts.tier == \"HGH\"",
        "\"hihg\" != facts.tier",
        "facts.tier in [\"low\", \"hgih\"]",
        "facts.level == 3",
        "facts.name in [1]",
        "facts.since == \"2026-01-01\"",
        "facts.name > 5",
        "facts.name == null",
        "facts.tags > 1",
        "facts.total + 1 > 2.0",
        "facts.since + 1 > now",
        "facts.name && facts.ok",
        "!facts.name",
        "facts.ok ? facts.name : facts.tier",
        "facts.total",
        "facts.name in facts.tier",
        "facts.name.first == 1",
        "facts.name[0] == 1",
        "facts.tags[\"a\"] == 1",
        "input.kind == \"c\"",
    ]), @r#"
    facts.name == 1
               ^ `facts.name` is a text and `1` is a whole number: they can never be equal. Texts are in quotes, numbers are not.
    facts.total == "1"
                ^ `facts.total` is a number and `"1"` is a text: they can never be equal. Texts are in quotes, numbers are not.
    facts.tier == "HGH"
                  ^ `facts.tier` is never "HGH", only "low", "medium", "high". Did you mean `high`?
    "hihg" != facts.tier
    ^ `facts.tier` is never "hihg", only "low", "medium", "high". Did you mean `high`?
    facts.tier in ["low", "hgih"]
                          ^ `facts.tier` is never "hgih", only "low", "medium", "high". Did you mean `high`?
    facts.level == 3
                   ^ `facts.level` is never 3, only 1, 2.
    facts.name in [1]
                   ^ `facts.name` is a text and `1` is a number: they can never be equal. Texts are in quotes, numbers are not.
    facts.since == "2026-01-01"
                ^ `facts.since` is a point in time and `"2026-01-01"` is a text: they can never be equal. Write points in time as timestamp("2026-11-21T00:00:00Z").
    facts.name > 5
               ^ `facts.name` is a text and `5` is a whole number: they can never be compared. Texts are in quotes, numbers are not.
    facts.name == null
               ^ `facts.name` is a text and one side is null: they can never be equal. Nothing recorded is ever null: ask has(…) instead.
    facts.tags > 1
               ^ `facts.tags` is a list, which has no order.
    facts.total + 1 > 2.0
                ^ `facts.total` is a number and `1` is a whole number: arithmetic needs one form. Write 2.0 instead of 2, or convert with double(…).
    facts.since + 1 > now
                ^ `+` cannot be applied to a point in time and a whole number.
    facts.name && facts.ok
         ^ `facts.name` is a text, where true or false is needed.
    !facts.name
          ^ `facts.name` is a text, where true or false is needed.
    facts.ok ? facts.name : facts.tier
             ^ This gives a text; it must give true or false.
    facts.total
         ^ This gives a number; it must give true or false.
    facts.name in facts.tier
               ^ `in` looks into a list, and `facts.tier` is a text.
    facts.name.first == 1
              ^ `.first` reads a member of a map, but what stands before it is a text.
    facts.name[0] == 1
              ^ Only lists and maps have an index, and `facts.name` is a text.
    facts.tags["a"] == 1
              ^ `.a` reads a member of a map, but what stands before it is a list.
    input.kind == "c"
                  ^ `input.kind` is never "c", only "a", "b". Did you mean `a`?
    "#);
}

#[test]
fn loops_are_bounded() {
    insta::assert_snapshot!(told(&[
        "input.tags.all(t, input.tags.all(u, u == t))",
        "facts.total.all(t, t == 1)",
        "input.tags.all(t, t)",
        "input.tags.map(t, facts.name + facts.name).size() > 1",
        "input.tags.filter(t, t != \"\").all(t, t in facts.tags)",
        "input.tags.all(t, t.size() + 1 > 2 && t + \"x\" != \"\")",
    ]), @r#"
    input.tags.all(t, input.tags.all(u, u == t))
                                    ^ A loop inside a loop is not allowed: `all`, `exists`, `map` and the like go one level deep.
    facts.total.all(t, t == 1)
                   ^ Only lists can be gone through, and this is a number.
    input.tags.all(t, t)
    input.tags.map(t, facts.name + facts.name).size() > 1
                                 ^ Recorded texts and lists cannot be joined inside a loop. Join them before it, or declare the type if these are numbers.
    input.tags.filter(t, t != "").all(t, t in facts.tags)
    input.tags.all(t, t.size() + 1 > 2 && t + "x" != "")
    "#);
}

#[test]
fn a_risk_is_one_of_three_levels() {
    let messages = |source| -> Vec<String> {
        faults_of(source, Wanted::Risk, &["refund"]).into_iter().map(|fault| fault.message).collect()
    };
    for right in ["facts.tier", "\"high\"", "input.amount > 10.0 ? \"high\" : \"low\"", "facts.extra.risk"] {
        assert_eq!(messages(right), Vec::<String>::new(), "{right}");
    }
    assert_eq!(messages("\"hihg\""), ["This can give \"hihg\"; it must give low, medium or high."]);
    assert_eq!(messages("input.kind"), ["This can give \"a\"; it must give low, medium or high."]);
    assert_eq!(messages("facts.ok"), ["This gives true or false; it must give low, medium or high."]);
}

#[test]
fn arguments_of_tools_without_a_manifest_are_free() {
    assert_eq!(faults_of("input.anything == 1 && input.amount.deep", Wanted::Bool, &["open"]), []);
    assert_eq!(faults_of("input.anything == 1", Wanted::Bool, &["refund", "open"]), []);
    assert_eq!(faults_of("input.anything == 1", Wanted::Bool, &["refund"]).len(), 1);
}

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
        Just("facts.level".to_owned()),
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
    for (name, value) in [("facts", facts), ("input", r#"{"id": "x", "amount": 1.5}"#), ("run", r#"{"subject": "x"}"#)]
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
