//! What a condition saw, written down.

use domain::{
    gate::{Asserted, ConditionResult, FactRead},
    stage::AttemptStatus,
    workflow::{Condition, Workflow},
};
use serde_json::{Map, Value};

use super::{
    compiled::Program,
    reads::Reads,
    roots::{RecordedFact, Roots},
};

/// The record of one condition.
pub fn record(
    condition: &Condition,
    program: &Program,
    passed: bool,
    workflow: &Workflow,
    roots: &Roots,
    input: &Value,
) -> ConditionResult {
    let facts: Vec<FactRead> = program.reads.facts.iter().map(|name| read(name, workflow, roots)).collect();
    let (recorded, source, recorded_at) = if facts.is_empty() {
        let (recorded, source) = without_facts(&program.reads, workflow, roots, input);
        (recorded, source.map(ToOwned::to_owned), None)
    } else {
        (together(&facts), sources(&facts), facts.iter().filter_map(|fact| fact.recorded_at).min())
    };
    ConditionResult {
        name: condition.name.clone(),
        when: condition.when.clone(),
        expected: program.expected.clone(),
        recorded,
        source,
        recorded_at,
        passed,
        message: (!passed).then(|| condition.otherwise.clone()),
        facts,
    }
}

/// What the agent said beside what is recorded.
pub fn assertions(workflow: &Workflow, roots: &Roots) -> Vec<Asserted> {
    let beside = |(name, asserted): (&String, &Value)| {
        let fact = read(name, workflow, roots);
        Asserted {
            name: name.clone(),
            asserted: asserted.clone(),
            recorded: fact.value,
            source: fact.source,
            reference: fact.reference,
            recorded_at: fact.recorded_at,
        }
    };
    roots.assertions.iter().map(beside).collect()
}

/// A fact as conditions see it. One that is too old keeps its provenance, so that the reader sees why it is absent.
fn read(name: &str, workflow: &Workflow, roots: &Roots) -> FactRead {
    let rule = workflow.facts.get(name);
    let recorded = rule.and_then(|rule| roots.facts.get(name).map(|fact| (rule, fact)));
    let Some((rule, fact)) = recorded else {
        return FactRead {
            name: name.to_owned(),
            value: None,
            source: None,
            reference: None,
            recorded_at: None,
            version: None,
            agent_grade: false,
        };
    };
    let RecordedFact { value, source, reference, written_at, version } = fact;
    FactRead {
        name: name.to_owned(),
        value: fact.is_current(rule.max_age, roots.now).then(|| value.clone()),
        source: Some(source.clone()),
        reference: reference.clone(),
        recorded_at: Some(*written_at),
        version: Some(*version),
        agent_grade: workflow.is_agent_grade(name),
    }
}

fn together(facts: &[FactRead]) -> Value {
    let value = |fact: &FactRead| fact.value.clone().unwrap_or_default();
    match facts {
        [only] => value(only),
        several => several.iter().map(|fact| (fact.name.clone(), value(fact))).collect::<Map<_, _>>().into(),
    }
}

fn sources(facts: &[FactRead]) -> Option<String> {
    let mut names: Vec<&str> = facts.iter().filter_map(|fact| fact.source.as_deref()).collect();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What a condition saw that reads no fact: arguments, else the approvals, the stages, the run.
fn without_facts(reads: &Reads, workflow: &Workflow, roots: &Roots, input: &Value) -> (Value, Option<&'static str>) {
    if reads.is_input_whole {
        return (input.clone(), Some("input"));
    }
    if !reads.inputs.is_empty() {
        let value = |name: &String| (name.clone(), input.get(name).cloned().unwrap_or_default());
        return (one_or_all(reads.inputs.iter().map(value).collect()), Some("input"));
    }
    if !reads.approvals.is_empty() {
        let value = |(gate, _): &(String, String)| {
            let status = roots.approvals.get(gate).map(|approval| approval.status.clone());
            (gate.clone(), status.map_or(Value::Null, Value::String))
        };
        return (one_or_all(reads.approvals.iter().map(value).collect()), Some("approvals"));
    }
    if !reads.stages.is_empty() {
        let value = |stage: &String| (stage.clone(), Value::from(status_of(stage, workflow, roots)));
        return (one_or_all(reads.stages.iter().map(value).collect()), Some("stages"));
    }
    if !reads.run.is_empty() {
        let value = |name: &String| (name.clone(), run_member(name, roots));
        return (one_or_all(reads.run.iter().map(value).collect()), Some("run"));
    }
    (Value::Null, None)
}

/// The status of a stage, in a word.
pub fn status_of(stage: &str, workflow: &Workflow, roots: &Roots) -> &'static str {
    let position = workflow.stages.iter().position(|known| known.id == stage);
    position.map_or(AttemptStatus::Pending, |position| roots.stages.progress.status(position)).as_str()
}

fn one_or_all(values: Vec<(String, Value)>) -> Value {
    match <[_; 1]>::try_from(values) {
        Ok([(_, only)]) => only,
        Err(several) => several.into_iter().collect::<Map<_, _>>().into(),
    }
}

/// A member of the run as JSON; workflow and version are told by the evidence itself.
fn run_member(name: &str, roots: &Roots) -> Value {
    match name {
        "id" => Value::String(roots.run.id.to_string()),
        "subject" => Value::String(roots.run.subject.clone()),
        "requested_by" => roots.run.requested_by.clone().map_or(Value::Null, Value::String),
        "inputs" => roots.run.inputs.clone(),
        _ => Value::Null,
    }
}
