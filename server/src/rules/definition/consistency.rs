//! Rules about a definition as a whole: names that must exist, and what would be unsafe to publish.

use std::collections::HashMap;

use domain::{
    template,
    workflow::{Condition, Default as Fallback, FactSource, OnFailure, Review, Workflow},
};

use crate::rules::{
    check::roots,
    suggest,
    yaml::{Faults, Path, fault::code},
};

/// Reports every rule the workflow breaks.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    let root = Path::root();
    if let Fallback::Review(policy) = &workflow.default {
        policy_exists(workflow, policy, &root.key("default").key("review"), faults);
    }
    if let Some(policy) = &workflow.requests {
        policy_exists(workflow, policy, &root.key("requests").key("policy"), faults);
    }
    for (name, fact) in &workflow.facts {
        if let FactSource::Tool { tool, .. } = &fact.from {
            let path = root.key("facts").key(name).key("from").key("tool");
            tool_exists(workflow, tool, &path, faults);
        }
    }
    gates(workflow, faults);
    irreversible_tools(workflow, faults);
}

fn gates(workflow: &Workflow, faults: &mut Faults<'_>) {
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut reviewed: HashMap<&str, &str> = HashMap::new();
    for (position, gate) in workflow.gates.iter().enumerate() {
        let path = Path::root().key("gates").index(position);
        if !gate.id.is_empty()
            && let Some(first) = ids.insert(&gate.id, position)
        {
            let message =
                format!("The gate id {} is used by gate number {} already. Choose another.", gate.id, first + 1);
            faults.add(&path.key("id"), code::DUPLICATE, message);
        }
        for (index, tool) in gate.tools.iter().enumerate() {
            let at = path.key("tools").index(index);
            tool_exists(workflow, tool, &at, faults);
            not_for_undoing(workflow, tool, &at, faults);
            if gate.tools[..index].contains(tool) {
                faults.add(&at, code::DUPLICATE, format!("The tool {tool} appears twice in this gate."));
            } else if gate.review.is_some()
                && let Some(other) = reviewed.insert(tool, &gate.id)
            {
                let message = format!(
                    "The tool {tool} is reviewed by the gate {other} already. One call has one review: keep one of them."
                );
                faults.add(&path.key("review"), code::UNSAFE, message);
            }
        }
        repeated_conditions(&gate.require, &path.key("require"), "this gate", faults);
        if let Some(review) = &gate.review {
            review_rule(workflow, review, Some(&gate.tools), &path.key("review"), faults);
        }
    }
}

/// Evidence tells conditions apart by their names.
pub fn repeated_conditions(conditions: &[Condition], path: &Path, place: &str, faults: &mut Faults<'_>) {
    for (index, condition) in conditions.iter().enumerate() {
        let is_repeated = conditions[..index].iter().any(|earlier| earlier.name == condition.name);
        if is_repeated && !condition.name.is_empty() {
            let message = format!("The condition {} appears twice in {place}. Choose another name.", condition.name);
            faults.add(&path.index(index).key("name"), code::DUPLICATE, message);
        }
    }
}

pub fn policy_exists(workflow: &Workflow, policy: &str, path: &Path, faults: &mut Faults<'_>) {
    if !policy.is_empty() && !workflow.policies.contains_key(policy) {
        let hint = suggest::hint(policy, workflow.policies.keys().map(String::as_str));
        let message = format!("There is no policy `{policy}` under `policies`.{hint}");
        faults.add(path, code::UNKNOWN_NAME, message);
    }
}

pub fn tool_exists(workflow: &Workflow, tool: &str, path: &Path, faults: &mut Faults<'_>) {
    if !tool.is_empty() && !workflow.tools.contains_key(tool) {
        let hint = suggest::hint(tool, workflow.tools.keys().map(String::as_str));
        let message = format!("There is no tool `{tool}` under `tools`.{hint}");
        faults.add(path, code::UNKNOWN_NAME, message);
    }
}

/// A review names a policy that there is, and shows what conditions may read; arguments only beside a call of `tools`.
pub fn review_rule(
    workflow: &Workflow,
    review: &Review,
    tools: Option<&[String]>,
    path: &Path,
    faults: &mut Faults<'_>,
) {
    policy_exists(workflow, &review.policy, &path.key("policy"), faults);
    if let Some(summary) = &review.summary {
        template_reads(workflow, tools, summary, &path.key("summary"), faults);
    }
}

/// What undoes an effect has checks of its own; no gate or stage is ever asked about it.
pub fn not_for_undoing(workflow: &Workflow, tool: &str, path: &Path, faults: &mut Faults<'_>) {
    if workflow.tools.get(tool).is_some_and(|manifest| manifest.compensation_only) {
        let message =
            format!("{tool} is `compensation_only`: no gate and no stage is asked about it. Leave it out here.");
        faults.add(path, code::UNSAFE, message);
    }
}

/// An irreversible tool must be reviewed or undone, or somebody must have said why neither is needed.
fn irreversible_tools(workflow: &Workflow, faults: &mut Faults<'_>) {
    for (name, tool) in &workflow.tools {
        if tool.reversible || tool.accept_irreversible.is_some() || tool.compensation_only || is_undone(workflow, name)
        {
            continue;
        }
        let mut gates = workflow.gates_of(name).peekable();
        let is_reviewed = if gates.peek().is_none() {
            // A stage names its tools as well: the default is not asked about them.
            matches!(workflow.default, Fallback::Review(_)) && workflow.stage_of(name).is_none()
        } else {
            gates.any(|gate| gate.review.is_some())
        };
        if !is_reviewed {
            let message = format!(
                "{name} cannot be undone, and nobody reviews it. Give one of its gates a `review`, let its stage \
                 `compensate` it by another tool, or say why that is acceptable: `accept_irreversible: \"…\"`."
            );
            faults.add_at_key(&Path::root().key("tools").key(name), code::UNSAFE, message);
        }
    }
}

/// Whether the tool's stage undoes what it did.
fn is_undone(workflow: &Workflow, tool: &str) -> bool {
    let Some(stage) = workflow.stage_of(tool).map(|position| &workflow.stages[position]) else { return false };
    // What is kept after a failure is not undone.
    stage.on_failure != OnFailure::Keep
        && stage.compensate.iter().any(|call| workflow.undone_by(stage, call).contains(&tool))
}

/// A template may show what conditions may read.
pub fn template_reads(
    workflow: &Workflow,
    tools: Option<&[String]>,
    summary: &str,
    path: &Path,
    faults: &mut Faults<'_>,
) {
    if summary.matches("{{").count() != template::expressions(summary).len() {
        let message = "A `{{` is not closed by `}}`.";
        faults.add_within(path, summary.rfind("{{").unwrap_or_default(), code::EXPRESSION, message);
    }
    for expression in template::expressions(summary) {
        if let Some(message) = unreadable(workflow, tools, expression) {
            let offset = expression.as_ptr() as usize - summary.as_ptr() as usize;
            faults.add_within(path, offset, code::EXPRESSION, message);
        }
    }
}

/// What is wrong with the path in a template.
fn unreadable(workflow: &Workflow, tools: Option<&[String]>, expression: &str) -> Option<String> {
    let steps: Vec<&str> = expression.split('.').collect();
    match steps.as_slice() {
        ["now"] => None,
        [root @ ("facts" | "input" | "run" | "approvals" | "stages")] => {
            Some(format!("Say what of `{root}` to show, such as `{root}.name`."))
        }
        ["facts", name, ..] => roots::fact_fault(workflow, name),
        ["input", name, ..] => match tools {
            Some(tools) => roots::input_fault(workflow, tools, name),
            None => Some(roots::NO_INPUT.to_owned()),
        },
        ["run", name, ..] => roots::run_fault(name),
        ["approvals", gate, rest @ ..] => roots::approval_fault(workflow, gate, rest.first().copied()),
        ["stages", stage, rest @ ..] => roots::stage_fault(workflow, stage, rest.first().copied()),
        _ => {
            Some(format!("`{expression}` cannot be shown. A text reads facts, input, run, approvals, stages and now."))
        }
    }
}
