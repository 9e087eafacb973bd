//! Definitions with steps, and the errors they get.

use domain::workflow::{Analyst, Deed, Verify};
use serde_json::json;

use super::{parse, tests::errors};

#[test]
fn everything_a_step_says_is_read() {
    let workflow = parse(
        "name: sprint
default: block
inputs: { sprint: { type: string, max_length: 40 }, count: integer }
policies: { leads: { approve: { all: [{ group: leads }] } } }
steps:
  - id: metrics
    run: [python3, metrics.py, '--sprint={{inputs.sprint}}']
    env: { SPRINT: '{{inputs.sprint}}' }
    verify: [{ exit_code: 3 }, { file_exists: out/a.json }, { json: out/a.json, path: /failed, equals: 0 }, { condition: 'inputs.count > 1' }]
    timeout: 1h 30m
  - { id: reviews, analyse: { roles: [qa, scrum_master] } }
  - { id: agreed, approval: leads }
",
    )
    .expect("a workflow");
    assert_eq!(workflow.inputs.keys().collect::<Vec<_>>(), ["count", "sprint"]);
    let Deed::Run(program) = &workflow.steps[0].deed else { panic!("{:?}", workflow.steps[0]) };
    assert_eq!(program.argv, ["python3", "metrics.py", "--sprint={{inputs.sprint}}"]);
    assert_eq!(program.env["SPRINT"], "{{inputs.sprint}}");
    let json = Verify::Json { file: "out/a.json".to_owned(), path: "/failed".to_owned(), equals: json!(0) };
    let condition = Verify::Condition("inputs.count > 1".to_owned());
    let file = Verify::FileExists("out/a.json".to_owned());
    assert_eq!(program.checks(), [Verify::ExitCode(3), file, json, condition]);
    assert_eq!(program.timeout, Some(5_400));
    assert_eq!(workflow.steps[1].deed, Deed::Analyse(vec![Analyst::Qa, Analyst::ScrumMaster]));
    assert_eq!(workflow.steps[2].policy(), Some("leads"));
}

#[test]
fn steps_that_could_not_work_are_refused_where_they_stand() {
    let text = "name: sprint
default: block
inputs: { sprint: string, tags: list }
policies: { leads: { approve: { all: [{ group: leads }] } } }
steps:
  - { id: nothing }
  - { id: two things, run: [a], approval: leads }
  - { id: who, approval: nobody }
  - { id: who, analyse: { roles: [qa, lawyer] } }
  - { id: none, analyse: { roles: [qa] }, env: { A: b } }
  - id: texts
    run: [echo, '{{inputs.sprnt}}', '{{facts.a}}', '{{inputs.sprint', 'a; rm {{inputs.sprint}}']
    env: { 1A: x, B: '{{now}}' }
    verify: [{ exit_code: 256 }, { file_exists: ../a }, { json: /etc/passwd, path: a, equals: [] }, { exit_code: 0, condition: a }]
  - { id: early, run: [a], verify: [{ condition: 'steps.later.verified' }, { condition: 'steps.early.went_well' }, { condition: 'inputs.sprint > 1' }, { condition: 'input.a' }] }
  - { id: later, run: [] }
";
    insta::assert_snapshot!(errors(text));
}

#[test]
fn a_run_goes_through_stages_or_steps() {
    let both = "name: a
default: block
tools: { look: { reversible: true } }
facts: { known: { type: bool, from: { tool: look, path: /known } } }
stages: [{ id: one, tools: [look], exit: [{ name: is_known, when: facts.known, otherwise: Look. }] }]
steps: [{ id: two, run: [a] }]
";
    assert!(errors(both).contains("Make them two workflows"), "{}", errors(both));
    let without = "name: a\ndefault: block\ninputs: { a: string }\n";
    assert!(errors(without).starts_with("3:1 inputs [unsafe]"), "{}", errors(without));
}

#[test]
fn what_follows_a_run_follows_one_of_steps() {
    let is_refused = |steps: &str| {
        let closure = "closure:\n  - id: told\n    after: run.completed\n    steps:\n      - { id: told, kind: notification, target: everybody }\n";
        let refusal = parse(&format!("name: a\ndefault: block\n{steps}{closure}")).err();
        let errors = refusal.map(|refusal| refusal.errors).unwrap_or_default();
        errors.iter().any(|error| error.message.contains("never completes by itself"))
    };
    assert!(is_refused(""));
    assert!(!is_refused("steps: [{ id: one, run: [a] }]\n"));
}
