//! What may not rest on tool results alone: with `trust: shared` the agent could have reported them itself.
//! `docs/decisions/0020-trust.md` says which conditions that forbids.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use domain::workflow::{Condition, FactSource, Review, Stage, Trust, Workflow};

use crate::rules::{
    expression::{self, children, path_of},
    reads::Reads,
    yaml::{Cursor, Faults, Path, fault::code},
};

/// Whether the agent can reach its harness's key; unless the definition says so, it cannot.
pub fn read(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Trust {
    let Some(cursor) = root.get("trust") else { return Trust::Isolated };
    match cursor.text(super::MAX_TITLE, faults).as_deref() {
        Some("shared") => Trust::Shared,
        Some("isolated") | None => Trust::Isolated,
        Some(other) => {
            let message = format!(
                "`{other}` is no trust. Write isolated where the agent cannot reach its harness's key, and shared where \
                 it has a shell as the same user."
            );
            faults.add(&cursor.path, code::INVALID_VALUE, message);
            Trust::Isolated
        }
    }
}

/// Reports every condition that the agent could make true by itself, where that would let something irreversible run or
/// a review be skipped.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    match workflow.trust {
        Trust::Isolated => {}
        Trust::Shared => {
            for (position, gate) in workflow.gates.iter().enumerate() {
                let path = Path::root().key("gates").index(position);
                let whose = format!("the gate {}", gate.id);
                if gate.review.is_some() || is_any_irreversible(workflow, &gate.tools) {
                    conditions(workflow, &gate.require, &whose, &path.key("require"), faults);
                }
                review(workflow, gate.review.as_ref(), &whose, &path.key("review"), faults);
            }
            for (position, stage) in workflow.stages.iter().enumerate() {
                let path = Path::root().key("stages").index(position);
                let whose = format!("the stage {}", stage.id);
                if stage.review.is_some() || is_any_irreversible(workflow, &stage.tools) {
                    conditions(workflow, &stage.entry, &whose, &path.key("entry"), faults);
                }
                review(workflow, stage.review.as_ref(), &whose, &path.key("review"), faults);
            }
        }
    }
}

fn is_any_irreversible(workflow: &Workflow, tools: &[String]) -> bool {
    tools.iter().any(|tool| workflow.tools.get(tool).is_none_or(|tool| !tool.reversible))
}

fn conditions(workflow: &Workflow, list: &[Condition], whose: &str, path: &Path, faults: &mut Faults<'_>) {
    for (index, condition) in list.iter().enumerate() {
        let what = format!("{} of {whose}", condition.name);
        one(workflow, &condition.when, &what, &path.index(index).key("when"), faults);
    }
}

fn review(workflow: &Workflow, review: Option<&Review>, whose: &str, path: &Path, faults: &mut Faults<'_>) {
    let Some(unless) = review.and_then(|review| review.unless.as_deref()) else { return };
    one(workflow, unless, &format!("`unless` of {whose}"), &path.key("unless"), faults);
}

fn one(workflow: &Workflow, source: &str, what: &str, at: &Path, faults: &mut Faults<'_>) {
    let agents = rests_on(workflow, source, workflow.stages.len());
    if agents.is_empty() {
        return;
    }
    let message = format!(
        "{what} can become true by tool results alone ({}): with `trust: shared` the agent could report those itself. Let \
         a system of record write such a fact (`from: system`), or ask in the same condition, joined by &&, for a fact \
         that only a system writes.",
        agents.join(", ")
    );
    faults.add(at, code::UNSAFE, message);
}

/// The agent-grade names an expression rests on alone; none where it has an anchor. Stages count that come before
/// `beyond`, others are nobody's record.
fn rests_on(workflow: &Workflow, source: &str, beyond: usize) -> Vec<String> {
    // What cannot be parsed has its error already.
    let Ok(parsed) = expression::parse(source) else { return Vec::new() };
    let reads = Reads::of(&parsed.root);
    let is_of_tool = |fact: &&String| workflow.facts.get(*fact).is_none_or(|rule| !is_of_system(&rule.from));
    let facts = reads.facts.iter().filter(is_of_tool).cloned();
    let stages = reads.stages.iter().filter(|stage| is_agents(workflow, stage, beyond));
    let agents: Vec<String> = facts.chain(stages.map(|stage| format!("stages.{stage}"))).collect();
    if agents.is_empty() || is_anchored(workflow, &parsed.root, true) { Vec::new() } else { agents }
}

/// Whether the completion of a stage rests on tool results.
fn is_agents(workflow: &Workflow, id: &str, beyond: usize) -> bool {
    let found = workflow.stages.iter().take(beyond).position(|stage| stage.id == id);
    found.is_none_or(|position| {
        let Stage { exit, .. } = &workflow.stages[position];
        exit.iter().any(|condition| !rests_on(workflow, &condition.when, position).is_empty())
    })
}

const fn is_of_system(from: &FactSource) -> bool {
    match from {
        FactSource::System => true,
        FactSource::Tool { .. } => false,
    }
}

/// Whether every way in which an expression becomes `truth` needs what only a system of record or people say.
fn is_anchored(workflow: &Workflow, node: &IdedExpr, truth: bool) -> bool {
    let below = || children(node).into_iter();
    match &node.expr {
        Expr::Literal(LiteralValue::Boolean(fixed)) => *fixed.inner() != truth,
        Expr::Call(call) => match (call.func_name.as_str(), truth) {
            (operators::LOGICAL_AND, true) | (operators::LOGICAL_OR, false) => {
                below().any(|child| is_anchored(workflow, child, truth))
            }
            (operators::LOGICAL_AND, false) | (operators::LOGICAL_OR, true) => {
                below().all(|child| is_anchored(workflow, child, truth))
            }
            (operators::LOGICAL_NOT, _) => below().all(|child| is_anchored(workflow, child, !truth)),
            (operators::CONDITIONAL, _) => match below().collect::<Vec<_>>().as_slice() {
                [question, yes, no] => {
                    (is_anchored(workflow, question, true) || is_anchored(workflow, yes, truth))
                        && (is_anchored(workflow, question, false) || is_anchored(workflow, no, truth))
                }
                _ => false,
            },
            (name, _) => compares_with_record(workflow, name, node, truth),
        },
        Expr::Select(select) if select.test => truth && reads_record(workflow, node),
        // `exists` over a system's list, whose question is an equation with its member; others can hold of an empty list, or
        // whatever its members are.
        Expr::Comprehension(macros) => {
            let begins_false =
                matches!(&macros.accu_init.expr, Expr::Literal(LiteralValue::Boolean(fixed)) if !*fixed.inner());
            let is_equation = children(&macros.loop_step).into_iter().any(|child| equates(child, &macros.iter_var));
            let of_record = reads_record(workflow, &macros.iter_range) && is_plain(&macros.iter_range);
            truth && begins_false && is_equation && of_record
        }
        _ => match path_of(node).as_deref() {
            Some(["approvals", _, "approved"]) => truth,
            Some(_) => reads_record(workflow, node),
            None => false,
        },
    }
}

/// Whether a comparison or call is settled by a system's fact: by nothing else, or it must equal that fact, or be in a
/// system's list. An agent can always report what is smaller, or different.
fn compares_with_record(workflow: &Workflow, name: &str, node: &IdedExpr, truth: bool) -> bool {
    if !is_plain(node) || !reads_record(workflow, node) {
        return false;
    }
    let is_settled = match (name, truth) {
        (operators::EQUALS, true) => true,
        (operators::IN, true) => children(node).last().is_some_and(|list| reads_record(workflow, list)),
        _ => false,
    };
    is_settled || !reads_agents(workflow, node)
}

/// Whether an expression is an equation with a variable.
fn equates(node: &IdedExpr, variable: &str) -> bool {
    let Expr::Call(call) = &node.expr else { return false };
    let is_it = |side: &IdedExpr| matches!(&side.expr, Expr::Ident(name) if name == variable);
    call.func_name == operators::EQUALS && is_plain(node) && children(node).into_iter().any(is_it)
}

/// Whether an expression reads a fact that tools report, or rests on a stage.
fn reads_agents(workflow: &Workflow, node: &IdedExpr) -> bool {
    let reads = Reads::of(node);
    !reads.stages.is_empty()
        || reads.facts.iter().any(|fact| workflow.facts.get(fact).is_none_or(|rule| !is_of_system(&rule.from)))
}

/// Whether nothing in an expression may be left out when it is evaluated, and nothing asks for mere presence.
fn is_plain(node: &IdedExpr) -> bool {
    const BRANCHES: [&str; 4] =
        [operators::LOGICAL_AND, operators::LOGICAL_OR, operators::LOGICAL_NOT, operators::CONDITIONAL];
    let is_plain_here = match &node.expr {
        Expr::Call(call) => !BRANCHES.contains(&call.func_name.as_str()),
        Expr::Comprehension(_) => false,
        Expr::Select(select) => !select.test,
        Expr::Unspecified | Expr::Ident(_) | Expr::List(_) | Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) => true,
    };
    is_plain_here && children(node).into_iter().all(is_plain)
}

fn reads_record(workflow: &Workflow, node: &IdedExpr) -> bool {
    let facts = Reads::of(node).facts;
    facts.iter().any(|fact| workflow.facts.get(fact).is_some_and(|rule| is_of_system(&rule.from)))
}

#[cfg(test)]
mod tests;
