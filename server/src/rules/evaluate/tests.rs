//! Truth tables of the ruling.

use std::{collections::BTreeMap, sync::Arc};

use chrono::Duration;
use domain::{Digest, Time, gate::Outcome, id::RunId, workflow::Version};
use serde_json::json;

use super::*;
use crate::rules::{
    definition,
    roots::{RecordedFact, RunRoot},
};

pub fn compiled(text: &str) -> Compiled {
    let workflow = definition::parse(text).unwrap_or_else(|refusal| panic!("{refusal}: {:?}", refusal.errors));
    let version = Version { name: workflow.name.clone(), version: 3, digest: Digest::of("workflow/v1", b"") };
    Compiled::new(workflow, version).expect("a compiled workflow")
}

pub fn shipped(name: &str) -> Compiled {
    let path = format!("{}/../workflows/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    compiled(&std::fs::read_to_string(&path).expect(&path))
}

/// One tool with one condition, and a review rule.
pub fn guarded(when: &str, unless: &str) -> Compiled {
    let quoted = |source: &str| format!("'{}'", source.replace('\'', "''"));
    compiled(&format!(
        "name: guarded
default: block
tools:
  act: {{ reversible: true, risk: low }}
  typed: {{ input: {{ due: date, amount: number, tags: {{ type: list, optional: true }} }}, reversible: true }}
facts:
  text: {{ type: string, max_age: 1h }}
  number: number
  flag: bool
  day: date
  list: list
  object: object
gates:
  - id: gate_act
    tools: [act, typed]
    require: [{{ name: condition, when: {}, otherwise: Not yet. }}]
    review: {{ unless: {}, policy: p }}
policies:
  p: {{ approve: {{ all: [{{ group: g }}] }} }}
",
        quoted(when),
        quoted(unless)
    ))
}

pub fn now() -> Time {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

pub fn fact(value: Value) -> RecordedFact {
    let written_at = now() - Duration::minutes(30);
    RecordedFact { value, source: "registry".into(), reference: Some("ref-1".into()), written_at, version: 2 }
}

pub fn roots(facts: &[(&str, Value)]) -> Roots {
    let id: RunId = "run_01h455vb4pex5vsknk084sn02q".parse().expect("an id");
    let run = RunRoot { id, subject: "cust_456".into(), requested_by: None, inputs: json!({"region": "eu"}) };
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), fact(value.clone()))).collect();
    let (run, facts) = (Arc::new(run), Arc::new(facts));
    Roots { run, facts, stages: Arc::default(), approvals: BTreeMap::new(), assertions: BTreeMap::new(), now: now() }
}

pub fn outcome(finding: &Finding) -> Outcome {
    match finding.ruling {
        Ruling::Allow => Outcome::Allow,
        Ruling::Block { .. } => Outcome::Block,
        Ruling::Review { .. } => Outcome::Suspend,
    }
}

pub fn error(finding: &Finding) -> &str {
    match &finding.ruling {
        Ruling::Block { error } => error,
        Ruling::Allow | Ruling::Review { .. } => panic!("not blocked: {:?}", finding.ruling),
    }
}

#[test]
fn only_true_passes_and_only_true_skips_the_review() {
    let facts = [
        ("text", json!("abc")),
        ("number", json!(5)),
        ("flag", json!(true)),
        ("day", json!("2026-11-21")),
        ("object", json!({"flag": true, "text": "x", "nothing": null})),
    ];
    let table = [
        ("true", true),
        ("false", false),
        ("facts.flag", true),
        ("!facts.flag", false),
        // Absent, of another type, null, or an error.
        ("facts.list.size() == 0", false),
        ("facts.object.none", false),
        ("facts.object.text", false),
        ("facts.object.nothing", false),
        ("facts.object.text > 1", false),
        ("1 / (size(facts.text) - 3) == 1", false),
        ("facts.object.flag", true),
        // An error that cannot change the answer is none.
        ("has(facts.list) && facts.list.size() == 0", false),
        ("!has(facts.list) || facts.list.size() == 0", true),
        ("facts.flag || facts.list.size() == 0", true),
        // Numbers are numbers, days are midnight.
        ("facts.number == 5 && facts.number < 5.5 && facts.number / 2.0 == 2.5", true),
        ("facts.day == timestamp(\"2026-11-21T00:00:00Z\") && facts.day < now", true),
        ("now - facts.day == duration(\"12h\")", true),
        ("facts.text.matches(\"^a.c$\") && matches(facts.text, \"b\") && !facts.text.matches(\"^b\")", true),
        ("run.subject == \"cust_456\" && run.version == 3 && run.workflow == \"guarded\"", true),
        ("run.id.startsWith(\"run_\") && run.inputs.region == \"eu\" && !has(run.requested_by)", true),
        ("run.requested_by == \"a@b\"", false),
        ("has(approvals.gate_act) || approvals.gate_act.approved", false),
        ("facts[\"text\"] == \"abc\" && facts.object[\"text\"] == \"x\"", true),
        ("input[\"a b\"] == 1 && size(input) == 2 && \"a b\" in input && !has(input.none)", true),
    ];
    let input = json!({"a b": 1, "c": [1, 2]});
    for (source, holds) in table {
        let required = guarded(source, "true").check_call(&roots(&facts), "act", &input);
        assert_eq!(outcome(&required) == Outcome::Allow, holds, "require {source}: {:?}", required.ruling);
        let skipped = guarded("true", source).check_call(&roots(&facts), "act", &input);
        let expected = if holds { Outcome::Allow } else { Outcome::Suspend };
        assert_eq!(outcome(&skipped), expected, "unless {source}: {:?}", skipped.ruling);
    }
}

#[test]
fn an_argument_cannot_pose_as_a_member_of_another() {
    let gate = guarded("input.limit.amount < 10", "true");
    let posing = json!({"limit": {"amount": 1000}, "limit.amount": 1});
    assert_eq!(outcome(&gate.check_call(&roots(&[]), "act", &posing)), Outcome::Block);
    let gate = guarded("input[\"\"] == 1 && size(input) == 1", "true");
    assert_eq!(outcome(&gate.check_call(&roots(&[]), "act", &json!({"": 1}))), Outcome::Allow);
}

#[test]
fn arguments_are_held_to_the_manifest_and_typed_by_it() {
    let gate = guarded("input.due > timestamp(\"2026-01-01T00:00:00Z\") && input.amount / 2.0 < 3.0", "true");
    let check = |input: Value| gate.check_call(&roots(&[]), "typed", &input);
    assert_eq!(outcome(&check(json!({"due": "2026-02-01", "amount": 5}))), Outcome::Allow);
    let finding = check(json!({"due": "soon", "amount": "5", "extra": 1}));
    assert_eq!(
        error(&finding),
        "INPUT_INVALID: /input/extra the tool's manifest has no such argument; /input/amount expected a number, got a \
         string; /input/due expected a date such as \"2026-11-21\", got a string"
    );
    assert_eq!((finding.gate_id.as_str(), finding.is_guarded), ("gate_act", true));
    assert_eq!(finding.evidence.result, GateResult::Failed);
    assert_eq!(error(&check(json!([]))), "INPUT_INVALID: /input expected an object");
}

#[test]
fn tools_without_a_gate_fall_under_the_default() {
    let with = |default: &str| {
        compiled(&format!(
            "name: d\ndefault: {default}\ntools: {{ known: {{ reversible: true }}, gated: {{ reversible: true }} }}\ngates: [{{ id: g, tools: [gated] }}]\npolicies: {{ p: {{ approve: {{ all: [{{ group: g }}] }} }} }}\n"
        ))
    };
    let roots = roots(&[]);
    let blocked = with("block").check_call(&roots, "Bash", &json!({}));
    assert_eq!(
        error(&blocked),
        "TOOL_NOT_ALLOWED: no gate or stage of d names the tool Bash, and other tools are blocked. Use one of gated, \
         or ask an administrator to add Bash to the workflow."
    );
    assert_eq!((blocked.gate_id.as_str(), blocked.is_guarded), ("default", false));
    assert_eq!(outcome(&with("allow").check_call(&roots, "Bash", &json!({}))), Outcome::Allow);
    assert_eq!(outcome(&with("block").check_call(&roots, "gated", &json!({}))), Outcome::Allow);
    let review = |tool: &str| with("{ review: p }").check_call(&roots, tool, &json!({}));
    let expected = |title: &str, risk| Ruling::Review { policy: "p".into(), title: title.into(), risk };
    assert_eq!(review("known").ruling, expected("known for cust_456", Risk::Medium));
    assert_eq!(review("Bash").ruling, expected("Bash for cust_456", Risk::High));
    assert!(review("Bash").is_guarded);
}

const SEVERAL: &str = "name: several
default: block
tools: { act: { reversible: true } }
facts: { a: bool, b: bool, level: string }
gates:
  - { id: first, tools: [act], require: [{ name: a, when: facts.a, otherwise: Do A. }] }
  - id: second
    tools: [act]
    require:
      - { name: b, when: facts.b, otherwise: Do B. }
      - { name: again, when: facts.b, otherwise: Do B. }
    review: { policy: p, risk: facts.level, summary: 'Act for {{run.subject}} at {{facts.level}} and {{facts.a}}' }
policies: { p: { approve: { all: [{ group: g }] } } }
";

#[test]
fn several_gates_make_one_finding() {
    let gates = compiled(SEVERAL);
    let check = |facts: &[(&str, Value)]| gates.check_call(&roots(facts), "act", &json!({}));
    assert_eq!(gates.facts_of("act"), ["a", "b", "level"]);
    assert!(gates.facts_of("other").is_empty());
    let none = check(&[]);
    assert_eq!(error(&none), "PREREQUISITE_FAILED: Do A. Do B.");
    assert_eq!(none.gate_id, "second", "the gate that reviews names the action, whatever blocks");
    let names: Vec<&str> = none.evidence.conditions.iter().map(|condition| condition.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "again"]);
    assert_eq!(error(&check(&[("a", json!(true))])), "PREREQUISITE_FAILED: Do B.");
    let all = check(&[("a", json!(true)), ("b", json!(true)), ("level", json!("low"))]);
    let title = "Act for cust_456 at low and true".to_owned();
    assert_eq!(all.ruling, Ruling::Review { policy: "p".into(), title, risk: Risk::Medium });
    assert_eq!(all.evidence.result, GateResult::Passed);
}

#[test]
fn the_risk_is_the_highest_and_unreadable_means_high() {
    let gates = compiled(SEVERAL);
    for (level, expected) in
        [("low", Risk::Medium), ("medium", Risk::Medium), ("high", Risk::High), ("odd", Risk::High)]
    {
        let facts = roots(&[("a", json!(true)), ("b", json!(true)), ("level", json!(level))]);
        let finding = gates.check_call(&facts, "act", &json!({}));
        assert!(matches!(finding.ruling, Ruling::Review { risk, .. } if risk == expected), "{level}");
    }
    let absent = gates.check_call(&roots(&[("a", json!(true)), ("b", json!(true))]), "act", &json!({}));
    assert!(matches!(absent.ruling, Ruling::Review { risk: Risk::High, .. }));
}

#[test]
fn the_shipped_refund_waits_only_above_the_limit() {
    let support = shipped("support-resolution");
    let roots = roots(&[("verified_customer_id", json!("cust_456"))]);
    let refund = |customer: &str, amount: Value| {
        support.check_call(&roots, "process_refund", &json!({"customer_id": customer, "amount": amount}))
    };
    for (amount, expected) in [
        (json!(10_000), Outcome::Allow),
        (json!(10_000.0), Outcome::Allow),
        (json!(10_000.01), Outcome::Suspend),
        (json!(0), Outcome::Block),
        (json!(-5), Outcome::Block),
        (json!("5"), Outcome::Block),
        (json!(null), Outcome::Block),
    ] {
        assert_eq!(outcome(&refund("cust_456", amount.clone())), expected, "{amount}");
    }
    assert_eq!(outcome(&refund("cust_457", json!(5))), Outcome::Block);
}
