//! What the checker refuses.

use std::fmt::Write as _;

use domain::workflow::Workflow;

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

pub fn faults_of(source: &str, wanted: Wanted, tools: &[&str]) -> Vec<Fault> {
    let workflow = workflow();
    let tools: Vec<String> = tools.iter().map(ToString::to_string).collect();
    expression(source, wanted, &Surroundings { workflow: &workflow, tools: Some(&tools), closure: None, step: None })
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
    ^ Unknown name `fact`: conditions read facts, input, run, approvals, stages, now. Texts are in quotes. Did you mean `facts`?
    input.amuont > 1.0
          ^ refund has no argument `amuont`. Did you mean `amount`?
    run.subjct == "x"
        ^ A run has no `subjct`, but id, subject, workflow, version, requested_by, inputs. Did you mean `subject`?
    approvals.gate_b.approved
              ^ There is no gate `gate_b` to be approved, and no such stage. Did you mean `gate_a`?
    approvals.gate_a.aproved
                     ^ An approval has no `aproved`, but approved, status, notes, at. Did you mean `approved`?
    stages.welcome.complete
           ^ There is no stage `welcome`.
    low == facts.tier
    ^ Unknown name `low`: conditions read facts, input, run, approvals, stages, now. Texts are in quotes. Did you mean `now`?
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
                        ^ Unknown name `string`: conditions read facts, input, run, approvals, stages, now. Texts are in quotes.
    facts.name.matches("(")
                      ^ This pattern cannot be compiled: found open group without closing ')'.
    facts.name.matches(facts.tier)
                      ^ The pattern of `matches` must be written out as a text.
    facts.name.matches("a{1000}{1000}")
                      ^ This pattern cannot be compiled: compiled regex exceeded size limit.
    facts.name.matches("a)(b")
                      ^ This pattern cannot be compiled: found closing ')' without matching '('.
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
    "#);
}

#[test]
fn operators_take_certain_types() {
    insta::assert_snapshot!(told(&[
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
                  ^ `input.kind` is never "c", only "a", "b".
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
