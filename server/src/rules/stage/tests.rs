//! What stages wait for, whom they ask, and what undoes them.

use std::sync::Arc;

use domain::{
    Time,
    id::{CompensationId, HandoffId, RunId},
    judge::{Ruling, Threshold},
    progress::{Newest, Progress},
    stage::Attempt,
};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::rules::{
    evaluate::tests::{compiled, fact, now},
    roots::{Outstanding, RunRoot, Stages},
};

const ORDERS: &str = r#"
name: orders
default: block
tools:
  look_up: { reversible: true }
  charge: { input: { amount: number }, reversible: false, risk: high }
  refund: { input: { charge_id: string, cents: integer, note: string }, reversible: false, compensation_only: true }
facts:
  known: { type: bool, from: { tool: look_up, path: /known } }
  charge_id: { type: string, from: { tool: charge, path: /id } }
  cents: { type: integer, from: { tool: charge, path: /cents } }
  trusted: { type: bool, from: system }
stages:
  - id: checking
    tools: [look_up]
    exit: [{ name: is_known, when: facts.known, otherwise: Look the customer up. }]
    review: { unless: facts.trusted, policy: one, summary: "Let {{run.subject}} order" }
  - id: charging
    tools: [charge]
    exit: [{ name: is_charged, when: has(facts.charge_id) && stages.checking.complete, otherwise: Charge the card. }]
    compensate:
      - tool: refund
        input: { charge_id: "{{facts.charge_id}}", cents: "{{facts.cents}}", note: "for {{run.subject}}" }
gates:
  - { id: amount, tools: [charge], require: [{ name: small, when: input.amount < 10.0, otherwise: Too much. }] }
policies: { one: { approve: { all: [{ group: g }] } } }
"#;

fn at(minute: i64) -> Time {
    now() + chrono::Duration::minutes(minute)
}

fn active() -> Attempt {
    Attempt::Active { entered_at: at(0), awaiting: None }
}

fn complete() -> Attempt {
    let handoff = HandoffId::from_uuid(Uuid::nil());
    Attempt::Complete { entered_at: at(0), completed_at: at(1), handoff, approval: None }
}

fn roots(compiled: &Compiled, facts: &[(&str, Value)], states: &[(&str, Attempt)]) -> Roots {
    let id = RunId::from_uuid(Uuid::nil());
    let run = RunRoot { id, subject: "cust_456".to_owned(), requested_by: None, inputs: json!({}) };
    let newest = |state: &Attempt| Newest { attempt: 1, state: state.clone() };
    let stored = states.iter().map(|(stage, state)| ((*stage).to_owned(), newest(state))).collect();
    let progress = Progress::new(&compiled.workflow().stages, stored);
    Roots {
        run: Arc::new(run),
        facts: Arc::new(facts.iter().map(|(name, value)| ((*name).to_owned(), fact(value.clone()))).collect()),
        stages: Arc::new(Stages { progress, outstanding: Vec::new() }),
        approvals: std::collections::BTreeMap::new(),
        assertions: std::collections::BTreeMap::new(),
        now: now(),
    }
}

fn error(compiled: &Compiled, roots: &Roots, tool: &str, input: &Value) -> (Threshold, String) {
    let finding = compiled.check_call(roots, tool, input);
    match finding.ruling {
        Ruling::Block { error } => (finding.threshold, error),
        other => (finding.threshold, format!("{other:?}")),
    }
}

#[test]
fn a_tool_waits_for_its_stage_and_says_what_that_waits_for() {
    let orders = compiled(ORDERS);
    let charge = |facts: &[(&str, Value)], states: &[(&str, Attempt)], amount: f64| {
        error(&orders, &roots(&orders, facts, states), "charge", &json!({"amount": amount}))
    };
    let (threshold, told) = charge(&[], &[], 20.0);
    assert_eq!(threshold, Threshold::Shut);
    assert_eq!(told, "PREREQUISITE_FAILED: Too much. The stage checking is not complete. Look the customer up.");
    assert_eq!(charge(&[], &[("checking", complete())], 1.0).0, Threshold::Enter(1));
    let entered = [("checking", complete()), ("charging", active())];
    assert_eq!(charge(&[], &entered, 1.0), (Threshold::Open, "Allow".to_owned()));
    assert_eq!(charge(&[], &entered, 20.0), (Threshold::Open, "PREREQUISITE_FAILED: Too much.".to_owned()));
    let done = [("checking", complete()), ("charging", complete())];
    assert!(charge(&[], &done, 1.0).1.contains("charging is complete"));
    let approval = "apr_01h455vb4pex5vsknk084sn02q".parse().expect("an id");
    let waits = [("checking", Attempt::Active { entered_at: at(0), awaiting: Some(approval) })];
    assert!(charge(&[("known", json!(true))], &waits, 1.0).1.contains("It waits for people: awaiting apr_"));
    let look_up = error(&orders, &roots(&orders, &[], &waits), "look_up", &json!({}));
    assert!(look_up.1.contains("people review the stage checking"), "{}", look_up.1);
}

#[test]
fn an_entry_that_may_be_entered_is_no_permission_yet() {
    let orders = compiled(ORDERS);
    let finding = orders.check_call(&roots(&orders, &[], &[]), "look_up", &json!({}));
    assert_eq!(finding.threshold, Threshold::Enter(0));
    assert!(matches!(finding.ruling, Ruling::Block { .. }), "{finding:?}");
    assert_eq!(finding.gate_id, "checking");
    assert!(finding.is_guarded);
}

#[test]
fn criteria_read_the_record_and_absence_meets_none() {
    let orders = compiled(ORDERS);
    let met = |facts: &[(&str, Value)]| orders.check_exit(&roots(&orders, facts, &[]), 0).is_met;
    assert!(met(&[("known", json!(true))]));
    assert!(!met(&[]));
    assert!(!met(&[("known", json!(false))]));
    assert!(!met(&[("known", Value::Null)]), "what was retracted is absent");
    let mut said = roots(&orders, &[], &[]);
    said.assertions.insert("known".to_owned(), json!(true));
    let exam = orders.check_exit(&said, 0);
    assert!(!exam.is_met);
    assert!(exam.evidence.assertions[0].differs());
    assert_eq!(exam.advice(), "Look the customer up.");
    let states = [("checking", complete())];
    let charged = orders.check_exit(&roots(&orders, &[("charge_id", json!("ch_1"))], &states), 1);
    assert!(charged.is_met, "{charged:?}");
}

#[test]
fn people_are_asked_unless_the_record_says_otherwise() {
    let orders = compiled(ORDERS);
    let ruling = |facts: &[(&str, Value)]| orders.stage_review(&roots(&orders, facts, &[]), 0);
    assert_eq!(ruling(&[("trusted", json!(true))]), Ruling::Allow);
    let review = Ruling::Review { policy: "one".to_owned(), title: "Let cust_456 order".to_owned(), risk: Risk::High };
    assert_eq!(ruling(&[]), review, "what it lets happen next counts for its risk");
    assert_eq!(ruling(&[("trusted", json!(false))]), review);
}

#[test]
fn a_compensation_has_the_very_values_or_none() {
    let orders = compiled(ORDERS);
    let facts = [("charge_id", json!("ch_1")), ("cents", json!(1250))];
    let made = orders.compensations(&roots(&orders, &facts, &[]), 1);
    let input = json!({"charge_id": "ch_1", "cents": 1250, "note": "for cust_456"});
    assert_eq!(made, [(0, Ok(input))]);
    let missing = orders.compensations(&roots(&orders, &facts[..1], &[]), 1);
    assert_eq!(missing, [(0, Err(vec!["facts.cents".to_owned()]))]);
}

#[test]
fn only_the_call_that_was_asked_for_undoes_anything() {
    let orders = compiled(ORDERS);
    let mut roots = roots(&orders, &[], &[]);
    let id = CompensationId::from_uuid(Uuid::nil());
    let input = json!({"charge_id": "ch_1", "cents": 1250, "note": "a"});
    let asked = Outstanding { id, tool: "refund".to_owned(), input: input.clone(), is_asked: true, claimed_by: None };
    roots.stages = Arc::new(Stages { outstanding: vec![asked.clone()], ..(*roots.stages).clone() });
    let ruling = |roots: &Roots, input: &Value, name: &str| orders.check_named(roots, "refund", input, name).ruling;
    assert_eq!(ruling(&roots, &input, &id.to_string()), Ruling::Allow);
    assert!(matches!(ruling(&roots, &input, "mine"), Ruling::Block { .. }));
    let other = json!({"charge_id": "ch_1", "cents": 1251, "note": "a"});
    assert!(matches!(ruling(&roots, &other, &id.to_string()), Ruling::Block { .. }));
    assert_eq!(orders.check_entry(&roots, 1).unmet()[0].name, "stage_before_complete");
    let entry = orders.check_entry(&roots, 0);
    assert!(!entry.is_met, "nothing begins while an effect stands");
    assert!(entry.advice().contains("Call refund with the id cmp_"), "{}", entry.advice());
    let failed = Outstanding { is_asked: false, ..asked };
    roots.stages = Arc::new(Stages { outstanding: vec![failed], ..(*roots.stages).clone() });
    assert!(matches!(ruling(&roots, &input, &id.to_string()), Ruling::Block { .. }));
}
