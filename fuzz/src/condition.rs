//! Conditions: whatever CEL says, a missing fact opens nothing, and what cannot be evaluated blocks.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::judge::Ruling;
use serde_json::{Value, json};
use server::rules::{Compiled, RecordedFact, Roots};

use super::workflow::{compiled, is_consistent, nothing_recorded, tells_where};

/// By these an expression may do without a fact on purpose.
const MAY_DO_WITHOUT: [&str; 8] = ["||", "?", "has", "all", "exists", "filter", "map", "&&"];

/// What must hold of any bytes: a condition, a line break, a review rule, a line break, an input.
pub fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '\n');
    let (when, unless) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let input = parts.next().and_then(|input| domain::canonical::parse(input.as_bytes()).ok());
    let input = input.filter(Value::is_object).unwrap_or_else(|| json!({"text": "abc", "number": 5}));
    let definition = definition(when, if unless.is_empty() { "true" } else { unless });
    match compiled(&definition) {
        Err(refusal) => tells_where(&refusal, &definition),
        Ok(compiled) => is_ruled_on(&compiled, &input),
    }
    if let Ok(compiled) = compiled(&self::definition(when, "true")) {
        opens_nothing_without_its_facts(&compiled, when, &input);
    }
    if let Ok(compiled) = compiled(&self::definition("true", unless)) {
        skips_no_review_without_its_facts(&compiled, unless, &input);
    }
}

/// One tool behind one condition and one review rule.
fn definition(when: &str, unless: &str) -> String {
    let quoted = |source: &str| format!("'{}'", source.replace('\'', "''"));
    format!(
        "name: guarded
default: block
tools:
  act: {{ reversible: true, risk: low }}
facts:
  text: {{ type: string, max_age: 1h }}
  number: number
  flag: bool
  day: date
  list: list
  object: object
gates:
  - id: gate_act
    tools: [act]
    require: [{{ name: condition, when: {}, otherwise: Not yet. }}]
    review: {{ unless: {}, policy: p }}
policies:
  p: {{ approve: {{ all: [{{ group: g }}] }} }}
",
        quoted(when),
        quoted(unless)
    )
}

fn recorded() -> Roots {
    let mut roots = nothing_recorded();
    let facts = [
        ("text", json!("abc")),
        ("number", json!(5)),
        ("flag", json!(true)),
        ("day", json!("2026-11-20")),
        ("list", json!([1, "a", null])),
        ("object", json!({"a": {"b": 1}})),
    ];
    let written_at = roots.now - TimeDelta::minutes(30);
    let fact = |(name, value): (&str, Value)| {
        let fact = RecordedFact { value, source: "ledger".to_owned(), reference: None, written_at, version: 1 };
        (name.to_owned(), fact)
    };
    roots.facts = Arc::new(facts.into_iter().map(fact).collect());
    roots
}

fn is_ruled_on(compiled: &Compiled, input: &Value) {
    for roots in [recorded(), nothing_recorded()] {
        let finding = compiled.check_call(&roots, "act", input);
        assert_eq!(compiled.check_call(&roots, "act", input), finding, "ruled on in two ways");
        is_consistent(&finding);
        let is_looked_at = finding.evidence.conditions.len() == 1;
        assert!(is_looked_at || matches!(finding.ruling, Ruling::Block { .. }), "{finding:?}");
    }
}

/// Whether an expression reads facts and cannot do without them.
fn depends(compiled: &Compiled, source: &str) -> bool {
    !compiled.facts_of("act").is_empty() && !MAY_DO_WITHOUT.iter().any(|word| source.contains(word))
}

fn opens_nothing_without_its_facts(compiled: &Compiled, when: &str, input: &Value) {
    let finding = compiled.check_call(&nothing_recorded(), "act", input);
    let is_blocked = matches!(finding.ruling, Ruling::Block { .. });
    assert!(is_blocked || !depends(compiled, when), "{when:?} holds without its facts: {finding:?}");
}

fn skips_no_review_without_its_facts(compiled: &Compiled, unless: &str, input: &Value) {
    let finding = compiled.check_call(&nothing_recorded(), "act", input);
    let is_allowed = finding.ruling == Ruling::Allow;
    assert!(!is_allowed || !depends(compiled, unless), "{unless:?} holds without its facts: {finding:?}");
}
