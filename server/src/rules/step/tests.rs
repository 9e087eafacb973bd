//! What is verified of steps, by what is recorded.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::rules::{
    evaluate::tests::{compiled, roots},
    roots::RunRoot,
};

const SPRINT: &str = r#"
name: sprint
default: block
inputs: { sprint: string, least: number }
facts: { frozen: bool }
steps:
  - id: metrics
    run: [python3, metrics.py, '{{inputs.sprint}}']
    verify:
      - { condition: 'steps.metrics.output.rate >= inputs.least' }
      - { condition: 'inputs.sprint != "" && run.subject == inputs.sprint' }
      - { condition: 'facts.frozen' }
  - id: tests
    run: [python3, tests.py]
    verify: [{ exit_code: 0 }, { condition: 'steps.metrics.verified && steps.tests.exit_code == 0' }]
"#;

fn given(inputs: Value, frozen: Value) -> Roots {
    let mut seen = roots(&[("frozen", frozen)]);
    let run = RunRoot { subject: "7".to_owned(), inputs, ..(*seen.run).clone() };
    seen.run = Arc::new(run);
    seen
}

#[test]
fn conditions_read_facts_inputs_and_the_steps_so_far() {
    let sprint = compiled(SPRINT);
    let said = |roots: &Roots, position, steps: &Value| {
        sprint.check_step(roots, position, steps).iter().map(|said| said.passed).collect::<Vec<_>>()
    };
    let metrics = |rate: Value| json!({"metrics": {"verified": false, "exit_code": 0, "output": {"rate": rate}}});
    let seven = given(json!({"sprint": "7", "least": 90}), json!(true));
    assert_eq!(said(&seven, 0, &metrics(json!(97.5))), [true, true, true]);
    assert_eq!(said(&seven, 0, &metrics(json!(89.5))), [false, true, true]);
    // What is absent, of another type or not there at all is never true.
    assert_eq!(said(&seven, 0, &metrics(json!("97.5"))), [false, true, true]);
    assert_eq!(said(&seven, 0, &json!({})), [false, true, true]);
    assert_eq!(said(&given(json!({"sprint": "7"}), json!(false)), 0, &metrics(json!(99.0))), [false, true, false]);
    let both = |verified, code| json!({"metrics": {"verified": verified}, "tests": {"exit_code": code}});
    assert_eq!(said(&seven, 1, &both(true, 0)), [true]);
    assert_eq!(said(&seven, 1, &both(true, 1)), [false]);
    assert_eq!(said(&seven, 1, &both(false, 0)), [false]);
}
