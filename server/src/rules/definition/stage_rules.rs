//! Rules about the stages of a definition: names that must exist, an order that can be gone through, and effects that
//! somebody answers for.

use std::collections::HashMap;

use cel::common::ast::{Expr, IdedExpr, operators};
use domain::{
    field::{Field, FieldType},
    workflow::{Compensate, FactSource, OnFailure, Stage, Workflow},
};

use super::consistency::{not_for_undoing, repeated_conditions, review_rule, template_reads, tool_exists};
use crate::rules::{
    evaluate::{COMPENSATION_GATE, DEFAULT_GATE},
    expression::{self, children, path_of},
    reads::Reads,
    suggest,
    yaml::{Faults, Path, fault::code},
};

/// Reports every rule the stages break.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (position, stage) in workflow.stages.iter().enumerate() {
        let path = Path::root().key("stages").index(position);
        id_is_free(workflow, stage, position, &mut ids, &path, faults);
        for (index, tool) in stage.tools.iter().enumerate() {
            let at = path.key("tools").index(index);
            tool_exists(workflow, tool, &at, faults);
            not_for_undoing(workflow, tool, &at, faults);
            if tool.is_empty() {
                continue;
            }
            if let Some(other) = owners.insert(tool, &stage.id) {
                let message = format!("The tool {tool} belongs to the stage {other} already. A tool has one stage.");
                faults.add(&at, code::DUPLICATE, message);
            }
        }
        repeated_conditions(&stage.entry, &path.key("entry"), "this stage's entry", faults);
        repeated_conditions(&stage.exit, &path.key("exit"), "this stage's exit", faults);
        if stage.exit.is_empty() {
            let message =
                "Say under `exit` what must be recorded for the stage to be complete. Nobody's word completes it.";
            faults.add(&path, code::MISSING, message);
        }
        if let Some(review) = &stage.review {
            review_rule(workflow, review, None, &path.key("review"), faults);
        }
        returns_to_an_earlier_one(workflow, stage, position, &path, faults);
        compensations(workflow, stage, &path, faults);
    }
    can_be_gone_through(workflow, faults);
    gates_can_be_passed(workflow, faults);
}

/// What undoes an effect is a tool with known arguments, and is not itself a step of the stage.
fn compensations(workflow: &Workflow, stage: &Stage, path: &Path, faults: &mut Faults<'_>) {
    if stage.tools.is_empty() && !stage.compensate.is_empty() {
        let message = format!("{} has no tools, so that there is no effect to undo.", stage.id);
        faults.add(&path.key("compensate"), code::UNSAFE, message);
    }
    for (index, call) in stage.compensate.iter().enumerate() {
        let at = path.key("compensate").index(index);
        tool_exists(workflow, &call.tool, &at.key("tool"), faults);
        undoes_one_tool(workflow, stage, call, &at, faults);
        if stage.tools.contains(&call.tool) {
            let message = format!("{} is a tool of this stage: it cannot undo what the stage does.", call.tool);
            faults.add(&at.key("tool"), code::UNSAFE, message);
        }
        for (name, value) in &call.input {
            let Some(text) = value.as_str() else { continue };
            template_reads(workflow, None, text, &at.key("input").key(name), faults);
        }
        arguments(workflow, call, &at.key("input"), faults);
    }
}

/// One call undoes one effect: it must be told which tool's.
fn undoes_one_tool(workflow: &Workflow, stage: &Stage, call: &Compensate, path: &Path, faults: &mut Faults<'_>) {
    let mut undone = workflow.undone_by(stage, call);
    undone.dedup();
    if undone.len() > 1 {
        let message = format!(
            "{} could undo what any of {} did. Let its input read what exactly one of them records.",
            call.tool,
            undone.join(", ")
        );
        faults.add(&path.key("input"), code::UNSAFE, message);
    }
}

/// The manifest knows the arguments, and gets those it needs.
fn arguments(workflow: &Workflow, call: &Compensate, path: &Path, faults: &mut Faults<'_>) {
    let Some(fields) = workflow.tools.get(&call.tool).and_then(|tool| tool.input.as_ref()) else { return };
    for name in call.input.keys().filter(|name| !fields.contains_key(*name)) {
        let hint = suggest::hint(name, fields.keys().map(String::as_str));
        let message = format!("{} has no argument `{name}`.{hint}", call.tool);
        faults.add_at_key(&path.key(name), code::UNKNOWN_NAME, message);
    }
    for (name, value) in &call.input {
        let is_filled = value.as_str().is_some_and(|text| text.contains("{{"));
        let fault = match fields.get(name) {
            Some(field) if is_filled => filled_fault(workflow, field, value.as_str().unwrap_or_default()),
            Some(field) if !value.is_null() => field.fault(value),
            _ => None,
        };
        if let Some(fault) = fault {
            faults.add(&path.key(name), code::WRONG_TYPE, format!("The argument `{name}` of {}: {fault}.", call.tool));
        }
    }
    let is_missing = |(name, field): &(&String, &Field)| !field.optional && !call.input.contains_key(*name);
    for (name, _) in fields.iter().filter(is_missing) {
        let message = format!("{} needs the argument `{name}`.", call.tool);
        faults.add(path, code::MISSING, message);
    }
}

/// What is wrong with a text that becomes the very value of a fact: that the fact is of another type.
fn filled_fault(workflow: &Workflow, field: &Field, text: &str) -> Option<String> {
    let name = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim().strip_prefix("facts.")?;
    let given = workflow.fact_type(name)?;
    let fits = match (field.kind, given) {
        (FieldType::Number, FieldType::Integer) | (FieldType::String, FieldType::Date | FieldType::Datetime) => true,
        (wanted, given) => wanted == given,
    };
    (!fits).then(|| format!("expected {}, and the fact {name} is {given}", field.kind))
}

fn id_is_free<'w>(
    workflow: &Workflow,
    stage: &'w Stage,
    position: usize,
    ids: &mut HashMap<&'w str, usize>,
    path: &Path,
    faults: &mut Faults<'_>,
) {
    if stage.id.is_empty() {
        return;
    }
    if [DEFAULT_GATE, COMPENSATION_GATE].contains(&stage.id.as_str()) {
        let message = format!("`{}` cannot name a stage: evidence uses it for calls no gate guards.", stage.id);
        faults.add(&path.key("id"), code::INVALID_VALUE, message);
    }
    if let Some(first) = ids.insert(&stage.id, position) {
        let message = format!("The id {} is used by stage number {} already. Choose another.", stage.id, first + 1);
        faults.add(&path.key("id"), code::DUPLICATE, message);
    } else if workflow.gates.iter().any(|gate| gate.id == stage.id) {
        // `approvals.<id>` speaks of gates and stages alike.
        let message = format!("A gate is called {} already: conditions could not tell them apart.", stage.id);
        faults.add(&path.key("id"), code::DUPLICATE, message);
    }
}

/// What is done again lies before, so that going on leads back here at most as often as it fails.
fn returns_to_an_earlier_one(
    workflow: &Workflow,
    stage: &Stage,
    position: usize,
    path: &Path,
    faults: &mut Faults<'_>,
) {
    let OnFailure::ReturnTo(target) = &stage.on_failure else { return };
    let at = path.key("on_failure").key("return_to");
    match workflow.stages.iter().position(|other| other.id == *target) {
        None => {
            let hint = suggest::hint(target, workflow.stages.iter().map(|stage| stage.id.as_str()));
            faults.add(&at, code::UNKNOWN_NAME, format!("There is no stage `{target}`.{hint}"));
        }
        Some(other) if other >= position => {
            let message = format!("{target} does not come before {}: name an earlier stage.", stage.id);
            faults.add(&at, code::UNSAFE, message);
        }
        Some(_) => {}
    }
}

/// A stage that waits for what comes only later is never left, or never entered, and no later one is reached.
fn can_be_gone_through(workflow: &Workflow, faults: &mut Faults<'_>) {
    for (position, stage) in workflow.stages.iter().enumerate() {
        let path = Path::root().key("stages").index(position);
        for (conditions, key, beyond, verb) in
            [(&stage.entry, "entry", position, "entered"), (&stage.exit, "exit", position + 1, "left")]
        {
            for (index, condition) in conditions.iter().enumerate() {
                let Some(because) = waits_for(workflow, &condition.when, position, beyond) else { continue };
                let message = format!("{} cannot be {verb}: {because}.", stage.id);
                faults.add(&path.key(key).index(index).key("when"), code::UNSAFE, message);
            }
        }
    }
}

/// A gate that waits for what comes only after a stage it guards a tool of: that tool is never called.
fn gates_can_be_passed(workflow: &Workflow, faults: &mut Faults<'_>) {
    for (number, gate) in workflow.gates.iter().enumerate() {
        let path = Path::root().key("gates").index(number).key("require");
        for (index, condition) in gate.require.iter().enumerate() {
            let because = gate.tools.iter().find_map(|tool| {
                let position = workflow.stage_of(tool)?;
                Some((tool, waits_for(workflow, &condition.when, position, position + 1)?))
            });
            if let Some((tool, because)) = because {
                let message = format!("{tool} can never be called: {because}.");
                faults.add(&path.index(index).key("when"), code::UNSAFE, message);
            }
        }
    }
}

/// Why the condition of the stage at a position cannot hold before the tools of the stages from `beyond` on are called.
fn waits_for(workflow: &Workflow, when: &str, position: usize, beyond: usize) -> Option<String> {
    let parsed = expression::parse(when).ok().filter(|parsed| is_conjunction(&parsed.root))?;
    let is_later = |tool: &str| workflow.stage_of(tool).is_some_and(|stage| stage >= beyond);
    let recorded_later = Reads::of(&parsed.root).facts.into_iter().find_map(|fact| {
        let FactSource::Tool { tool, .. } = &workflow.facts.get(&fact)?.from else { return None };
        is_later(tool).then(|| format!("`{fact}` is recorded by {tool}, which may not be called before"))
    });
    recorded_later
        .or_else(|| needed(&parsed.root).iter().find_map(|path| holds_later(workflow, path, position, is_later)))
}

/// Why something that must be true is so only later.
fn holds_later(workflow: &Workflow, path: &[&str], position: usize, is_later: impl Fn(&str) -> bool) -> Option<String> {
    let is_own_or_later =
        |id: &str| workflow.stages.iter().position(|stage| stage.id == id).is_some_and(|at| at >= position);
    match path {
        ["stages", stage, "complete"] if is_own_or_later(stage) => Some(format!("{stage} is complete only after that")),
        ["approvals", stage, "approved"] if is_own_or_later(stage) => {
            Some(format!("{stage} is reviewed only after that"))
        }
        ["approvals", gate, "approved"] => {
            let gate = workflow.gates.iter().find(|known| known.id == *gate)?;
            let is_always_later = !gate.tools.is_empty() && gate.tools.iter().all(|tool| is_later(tool));
            is_always_later.then(|| format!("{} guards only tools that may not be called before", gate.id))
        }
        _ => None,
    }
}

/// The paths that must be true themselves for the expression to hold.
fn needed(node: &IdedExpr) -> Vec<Vec<&str>> {
    match &node.expr {
        Expr::Call(call) if call.func_name == operators::LOGICAL_AND => {
            children(node).into_iter().flat_map(needed).collect()
        }
        _ if asks_presence(node) => Vec::new(),
        _ => path_of(node).into_iter().collect(),
    }
}

/// Whether everything an expression reads must be there for it to hold. Where that cannot be told, it is not so.
fn is_conjunction(node: &IdedExpr) -> bool {
    const BRANCHES: [&str; 3] = [operators::LOGICAL_OR, operators::LOGICAL_NOT, operators::CONDITIONAL];
    let is_plain = match &node.expr {
        // Whether something is there may be compared with false.
        Expr::Call(call)
            if call.func_name != operators::LOGICAL_AND && children(node).into_iter().any(asks_presence) =>
        {
            false
        }
        Expr::Call(call) => !BRANCHES.contains(&call.func_name.as_str()),
        Expr::Comprehension(_) => false,
        Expr::Unspecified
        | Expr::Ident(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_) => true,
    };
    is_plain && children(node).into_iter().all(is_conjunction)
}

/// Whether `has(…)` stands anywhere in it.
fn asks_presence(node: &IdedExpr) -> bool {
    matches!(&node.expr, Expr::Select(select) if select.test) || children(node).into_iter().any(asks_presence)
}
