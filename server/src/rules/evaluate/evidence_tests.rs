//! What evidence shows.

use std::collections::BTreeMap;

use chrono::Duration;
use domain::gate::Outcome;
use serde_json::{Value, json};

use super::tests::{compiled, error, guarded, now, outcome, roots};
use crate::rules::roots::{ApprovalRoot, Roots};

#[test]
fn a_fact_too_old_is_absent_and_says_when_it_was_recorded() {
    let gate = guarded("facts.text == \"abc\"", "true");
    let mut roots = roots(&[("text", json!("abc"))]);
    let seen = |roots: &Roots| gate.check_call(roots, "act", &json!({}));
    assert_eq!(outcome(&seen(&roots)), Outcome::Allow);
    roots.now = now() + Duration::minutes(30);
    assert_eq!(outcome(&seen(&roots)), Outcome::Allow, "exactly as old as allowed");
    roots.now += Duration::seconds(1);
    let finding = seen(&roots);
    assert_eq!(error(&finding), "PREREQUISITE_FAILED: Not yet.");
    let condition = &finding.evidence.conditions[0];
    assert_eq!((&condition.recorded, condition.passed), (&Value::Null, false));
    assert_eq!(condition.recorded_at, Some(now() - Duration::minutes(30)));
    assert_eq!(condition.facts[0].value, None);
    assert_eq!(condition.facts[0].version, Some(2));
}

#[test]
fn undeclared_facts_and_assertions_are_invisible() {
    let gate = guarded("has(facts.object) || has(facts.text)", "true");
    let mut roots = roots(&[("other", json!(1))]);
    roots.assertions = BTreeMap::from([("text".into(), json!("abc")), ("other".into(), json!(1))]);
    let finding = gate.check_call(&roots, "act", &json!({}));
    assert_eq!(outcome(&finding), Outcome::Block);
    let beside: Vec<_> = finding.evidence.assertions.iter().map(|said| (said.name.as_str(), &said.recorded)).collect();
    assert_eq!(beside, [("other", &None), ("text", &None)]);
}

/// One gate of an onboarding, with a review.
const ONBOARDING: &str = r#"name: financial-onboarding
default: block
tools: { setup_account: { input: { customer_id: string, product: string }, reversible: false } }
facts: { name: string, product: string, kyc_status: string, risk_tier: string }
gates:
  - id: gate_account_setup
    tools: [setup_account]
    require:
      - { name: kyc_verified, when: 'facts.kyc_status == "PASSED"', otherwise: Wait. }
      - { name: customer_of_this_run, when: input.customer_id == run.subject, otherwise: Another. }
    review:
      unless: facts.risk_tier in ["low", "medium"]
      policy: high-risk
      summary: "Set up {{facts.product}} account for {{facts.name}}"
policies: { high-risk: { approve: { all: [{ group: g }] } } }
"#;

#[test]
fn evidence_shows_what_was_read() {
    let onboarding = compiled(ONBOARDING);
    let mut roots =
        roots(&[("kyc_status", json!("PASSED")), ("risk_tier", json!("high")), ("name", json!("Aarav Shah"))]);
    roots.assertions.insert("kyc_status".into(), json!("PENDING"));
    let input = json!({"customer_id": "cust_456", "product": "savings"});
    let finding = onboarding.check_call(&roots, "setup_account", &input);
    insta::assert_snapshot!(serde_json::to_string(&finding.evidence).expect("JSON"), @r#"
    {"gate_id":"gate_account_setup","checked_at":"2026-11-21T12:00:00Z","checked_by":"countersign 0.1.0 financial-onboarding@3","result":"PASSED","conditions":[{"name":"kyc_verified","when":"facts.kyc_status == \"PASSED\"","expected":"\"PASSED\"","recorded":"PASSED","source":"registry","recorded_at":"2026-11-21T11:30:00Z","passed":true,"message":null,"facts":[{"name":"kyc_status","value":"PASSED","source":"registry","reference":"ref-1","recorded_at":"2026-11-21T11:30:00Z","version":2}]},{"name":"customer_of_this_run","when":"input.customer_id == run.subject","expected":"input.customer_id == run.subject","recorded":"cust_456","source":"input","recorded_at":null,"passed":true,"message":null,"facts":[]}],"assertions":[{"name":"kyc_status","asserted":"PENDING","recorded":"PASSED","source":"registry","reference":"ref-1","recorded_at":"2026-11-21T11:30:00Z"}]}
    "#);
    insta::assert_snapshot!(format!("{:?}", finding.ruling), @r#"
    Review { policy: "high-risk", title: "Set up absent account for Aarav Shah", risk: High }
    "#);
}

#[test]
fn recorded_is_one_value_or_several_by_name() {
    let facts = [("flag", json!(true)), ("number", json!(5))];
    let table = [
        ("facts.flag", json!(true), Some("registry")),
        ("facts.flag && facts.number == 5", json!({"flag": true, "number": 5}), Some("registry")),
        ("facts.flag && has(facts.list)", json!({"flag": true, "list": null}), Some("registry")),
        ("facts.list.size() == 1", json!(null), None),
        ("input.amount > 1", json!(2), Some("input")),
        ("input.amount > 1 && input.other", json!({"amount": 2, "other": null}), Some("input")),
        ("size(input) > 1", json!({"amount": 2}), Some("input")),
        ("facts.number == input.amount", json!(5), Some("registry")),
        ("approvals.gate_act.approved", json!("approved"), Some("approvals")),
        ("run.subject == \"x\"", json!("cust_456"), Some("run")),
        ("now > timestamp(0)", json!(null), None),
    ];
    let mut roots = roots(&facts);
    let approval = ApprovalRoot { approved: true, status: "approved".into(), notes: None, at: Some(now()) };
    roots.approvals.insert("gate_act".into(), approval);
    for (source, recorded, from) in table {
        let finding = guarded(source, "true").check_call(&roots, "act", &json!({"amount": 2}));
        let condition = &finding.evidence.conditions[0];
        assert_eq!((&condition.recorded, condition.source.as_deref()), (&recorded, from), "{source}");
    }
}
