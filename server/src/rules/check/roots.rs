//! The roots `facts input run approvals stages now`: which of their members exist, and of what type they are.

use domain::{
    closure::rule::Moment,
    field::Field,
    workflow::{Tool, Workflow},
};

use super::{
    Surroundings,
    kind::{Kind, Type},
};
use crate::rules::suggest;

/// Every root.
pub const ROOTS: [&str; 6] = ["facts", "input", "run", "approvals", "stages", "now"];
/// The roots of what is verified of a step.
pub const OF_STEPS: [&str; 5] = ["facts", "inputs", "steps", "run", "now"];
/// Roots that only later versions have.
pub const LATER: [&str; 1] = ["concerns"];
const RUN: [&str; 6] = ["id", "subject", "workflow", "version", "requested_by", "inputs"];
const APPROVAL: [&str; 4] = ["approved", "status", "notes", "at"];
const STEP: [&str; 4] = ["verified", "exit_code", "attempt", "output"];
const STAGE: [&str; 4] = ["complete", "status", "attempt", "at"];
const EVENT: [&str; 6] = ["id", "kind", "at", "disposition", "source", "context"];
const SOURCE: [&str; 3] = ["system", "record", "version"];
const APPROVED: [&str; 4] = ["id", "status", "gate", "tool"];
/// Why a closure that follows an event from elsewhere reads nothing of a run.
pub const NO_RUN: &str = "An event from elsewhere belongs to no run: read `event`.";
/// Why a condition of a stage reads no arguments.
pub const NO_INPUT: &str = "A stage is about no call, so that there is no `input`. Read recorded facts.";

/// What is wrong with reading this fact.
pub fn fact_fault(workflow: &Workflow, name: &str) -> Option<String> {
    (!workflow.facts.contains_key(name)).then(|| {
        let hint = suggest::hint(name, workflow.facts.keys().map(String::as_str));
        let hint = if hint.is_empty() { " Declare it under `facts`.".to_owned() } else { hint };
        format!("There is no fact `{name}`.{hint}")
    })
}

/// What is wrong with reading this argument in a gate of these tools.
pub fn input_fault(workflow: &Workflow, tools: &[String], name: &str) -> Option<String> {
    let declared: Option<Vec<_>> =
        tools.iter().map(|tool| workflow.tools.get(tool).and_then(|tool: &Tool| tool.input.as_ref())).collect();
    // One tool without a list of arguments may have any.
    let declared = declared?;
    if declared.is_empty() || declared.iter().any(|fields| fields.contains_key(name)) {
        return None;
    }
    let known = declared.iter().flat_map(|fields| fields.keys()).map(String::as_str);
    let hint = suggest::hint(name, known);
    let hint = if hint.is_empty() { " Declare it in the tool's `input`.".to_owned() } else { hint };
    Some(format!("{} no argument `{name}`.{hint}", subject(tools)))
}

fn subject(tools: &[String]) -> String {
    match tools {
        [only] => format!("{only} has"),
        several => format!("{} have", several.join(", ")),
    }
}

/// What is wrong with reading this member of the run.
pub fn run_fault(name: &str) -> Option<String> {
    (!RUN.contains(&name))
        .then(|| format!("A run has no `{name}`, but {}.{}", RUN.join(", "), suggest::hint(name, RUN)))
}

/// What is wrong with reading this approval, or this member of it.
pub fn approval_fault(workflow: &Workflow, gate: &str, member: Option<&str>) -> Option<String> {
    if !is_approved(workflow, gate) {
        let gates = workflow.gates.iter().map(|gate| gate.id.as_str());
        let hint = suggest::hint(gate, gates.chain(workflow.stages.iter().map(|stage| stage.id.as_str())));
        return Some(format!("There is no gate `{gate}` to be approved, and no such stage.{hint}"));
    }
    let member = member.filter(|member| !APPROVAL.contains(member))?;
    let hint = suggest::hint(member, APPROVAL);
    Some(format!("An approval has no `{member}`, but {}.{hint}", APPROVAL.join(", ")))
}

/// Whether conditions may ask for the approval of this gate or stage.
pub fn is_approved(workflow: &Workflow, id: &str) -> bool {
    workflow.gates.iter().any(|gate| gate.id == id) || workflow.stages.iter().any(|stage| stage.id == id)
}

/// What is wrong with reading this stage, or this member of it.
pub fn stage_fault(workflow: &Workflow, stage: &str, member: Option<&str>) -> Option<String> {
    if !workflow.stages.iter().any(|known| known.id == stage) {
        let hint = suggest::hint(stage, workflow.stages.iter().map(|stage| stage.id.as_str()));
        return Some(format!("There is no stage `{stage}`.{hint}"));
    }
    let member = member.filter(|member| !STAGE.contains(member))?;
    let hint = suggest::hint(member, STAGE);
    Some(format!("A stage has no `{member}`, but {}.{hint}", STAGE.join(", ")))
}

/// The step of a path that names nothing, and what is wrong with it.
pub fn path_fault<'p>(path: &[&'p str], around: &Surroundings<'_>) -> (&'p str, Option<String>) {
    let workflow = around.workflow;
    let is_elsewhere = around.closure == Some(Moment::Event);
    match path {
        [root @ ("facts" | "run" | "approvals" | "stages"), ..] if is_elsewhere => (*root, Some(NO_RUN.to_owned())),
        ["event" | "approval", ..] => closure_fault(path).map_or(("", None), |(name, message)| (name, Some(message))),
        ["facts", name, ..] => (*name, fact_fault(workflow, name)),
        ["input", name, ..] => match around.tools {
            Some(tools) => (*name, input_fault(workflow, tools, name)),
            None => ("input", Some(NO_INPUT.to_owned())),
        },
        ["run", name, ..] => (*name, run_fault(name)),
        ["inputs", name, ..] => (*name, inputs_fault(workflow, name)),
        ["steps", step] => (*step, step_fault(workflow, around.step, step, None)),
        ["steps", step, member, ..] => {
            let is_known = step_fault(workflow, around.step, step, None).is_none();
            let fault = step_fault(workflow, around.step, step, Some(member));
            (if is_known { *member } else { *step }, fault)
        }
        ["approvals", gate] => (*gate, approval_fault(workflow, gate, None)),
        ["approvals", gate, member, ..] => {
            let fault = approval_fault(workflow, gate, Some(member));
            let is_known = is_approved(workflow, gate);
            (if is_known { *member } else { *gate }, fault)
        }
        ["stages", stage] => (*stage, stage_fault(workflow, stage, None)),
        ["stages", stage, member, ..] => {
            let is_known = stage_fault(workflow, stage, None).is_none();
            let fault = stage_fault(workflow, stage, Some(member));
            (if is_known { *member } else { *stage }, fault)
        }
        _ => ("", None),
    }
}

/// Whether this root is there for a closure that follows such a moment.
pub fn is_of_closure(root: &str, closure: Option<Moment>) -> bool {
    match root {
        "event" => closure.is_some(),
        "approval" => closure == Some(Moment::ApprovalApproved),
        _ => false,
    }
}

/// What is wrong with reading this of the event or the approval of a closure.
pub fn closure_fault<'p>(path: &[&'p str]) -> Option<(&'p str, String)> {
    let (name, known): (&str, &[&str]) = match path {
        ["event", "source", name, ..] => (name, &SOURCE),
        ["event", name, ..] => (name, &EVENT),
        ["approval", name, ..] => (name, &APPROVED),
        _ => return None,
    };
    let hint = suggest::hint(name, known.iter().copied());
    (!known.contains(&name)).then(|| (name, format!("There is no `{name}` here, but {}.{hint}", known.join(", "))))
}

/// The roots that may be read.
pub const fn roots_of(around: &Surroundings<'_>) -> &'static [&'static str] {
    if around.step.is_some() { &OF_STEPS } else { &ROOTS }
}

/// What is wrong with reading this input of the run.
pub fn inputs_fault(workflow: &Workflow, name: &str) -> Option<String> {
    (!workflow.inputs.contains_key(name)).then(|| {
        let hint = suggest::hint(name, workflow.inputs.keys().map(String::as_str));
        let hint = if hint.is_empty() { " Declare it under `inputs`.".to_owned() } else { hint };
        format!("There is no input `{name}`.{hint}")
    })
}

/// What is wrong with reading this step, or this member of it, of the step at a position.
pub fn step_fault(workflow: &Workflow, at: Option<usize>, step: &str, member: Option<&str>) -> Option<String> {
    let before = &workflow.steps[..at.map_or(0, |at| at + 1).min(workflow.steps.len())];
    if !before.iter().any(|known| known.id == step) {
        if workflow.steps.iter().any(|later| later.id == step) {
            return Some(format!("The step `{step}` comes later: nothing is recorded of it yet."));
        }
        let hint = suggest::hint(step, before.iter().map(|step| step.id.as_str()));
        return Some(format!("There is no step `{step}`.{hint}"));
    }
    let member = member.filter(|member| !STEP.contains(member))?;
    let hint = suggest::hint(member, STEP);
    Some(format!("A step has no `{member}`, but {}.{hint}", STEP.join(", ")))
}

/// Whether this root may be read.
pub fn is_root(root: &str, around: &Surroundings<'_>) -> bool {
    roots_of(around).contains(&root) || is_of_closure(root, around.closure)
}

/// What is known of the value at a path below a root. Paths with faults are of unknown type.
pub fn kind<'w>(path: &[&str], around: &Surroundings<'w>) -> Kind<'w> {
    let unknown = Kind::recorded(Type::Unknown);
    match path {
        ["now"] => Kind::of(Type::Moment),
        ["input"] | ["event", "source" | "context"] => Kind::recorded(Type::Map),
        ["facts", name] => around.workflow.facts.get(*name).map_or(unknown, |rule| Kind::field(&rule.field)),
        ["input", name] => argument(name, around).unwrap_or(unknown),
        ["run", "inputs"] => unknown,
        ["inputs", name] => around.workflow.inputs.get(*name).map_or(unknown, Kind::field),
        ["run", "version"] | ["stages" | "steps", _, "attempt"] | ["steps", _, "exit_code"] => {
            Kind::recorded(Type::Int)
        }
        ["run", name] if RUN.contains(name) => Kind::recorded(Type::Text),
        ["approvals", _, "approved"] | ["stages", _, "complete"] | ["steps", _, "verified"] => {
            Kind::recorded(Type::Bool)
        }
        ["approvals" | "stages", _, "at"] => Kind::recorded(Type::Moment),
        ["approvals", _, "status" | "notes"]
        | ["stages", _, "status"]
        | ["event" | "approval", _]
        | ["event", "source", _] => Kind::recorded(Type::Text),
        _ => unknown,
    }
}

/// What is known of an argument: what all tools of the gate agree on.
fn argument<'w>(name: &str, around: &Surroundings<'w>) -> Option<Kind<'w>> {
    let mut agreed: Option<&'w Field> = None;
    for tool in around.tools.unwrap_or_default() {
        let field = around.workflow.tools.get(tool)?.input.as_ref()?.get(name)?;
        if agreed.is_some_and(|known| known.kind != field.kind || known.allowed != field.allowed) {
            return None;
        }
        agreed = Some(field);
    }
    agreed.map(Kind::field)
}
