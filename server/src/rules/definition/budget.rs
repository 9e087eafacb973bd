//! How much work the conditions of one call may be. What passes here bounds every check of a published version, whatever
//! an agent sends: the evaluator itself counts nothing.

use std::collections::BTreeMap;

use cel::common::ast::{Expr, IdedExpr, operators};
use domain::{
    field::MAX_LIST,
    workflow::{Condition, Deed, Review, Verify, Workflow},
};

use crate::rules::{
    expression::{self, children},
    yaml::{Faults, Path, fault::code},
};

/// The most steps for all conditions of a tool's gates, and for those of all stages together. A step is a node of an
/// expression that is evaluated once.
pub const MAX_STEPS: u64 = 1_000_000;
/// What a pattern costs, in steps: it is tried on a text of up to 10 kB. To look for something in a list costs as much.
const MATCH: u64 = 100;

/// Reports the expressions with which a tool's gates, or the stages, become too much work.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    let mut spent: BTreeMap<&str, u64> = BTreeMap::new();
    for (position, gate) in workflow.gates.iter().enumerate() {
        let path = Path::root().key("gates").index(position);
        let required = conditions(&gate.require, &path.key("require"));
        for (at, steps) in required.into_iter().chain(rules(gate.review.as_ref(), &path.key("review"))) {
            for tool in &gate.tools {
                spend(spent.entry(tool).or_default(), steps, tool, &at, faults);
            }
        }
    }
    let mut closing = 0;
    for (position, rule) in workflow.closure.iter().enumerate() {
        let path = Path::root().key("closure").index(position).key("where");
        let steps = rule.condition.as_deref().map_or(0, cost);
        spend(&mut closing, steps, "closure", &path, faults);
    }
    let mut all = 0;
    for (position, stage) in workflow.stages.iter().enumerate() {
        let path = Path::root().key("stages").index(position);
        let entry = conditions(&stage.entry, &path.key("entry"));
        let exit = conditions(&stage.exit, &path.key("exit"));
        for (at, steps) in entry.into_iter().chain(exit).chain(rules(stage.review.as_ref(), &path.key("review"))) {
            spend(&mut all, steps, "the stages", &at, faults);
        }
    }
    for (position, step) in workflow.steps.iter().enumerate() {
        let Deed::Run(program) = &step.deed else { continue };
        let path = Path::root().key("steps").index(position).key("verify");
        let mut spent = 0;
        for (index, verify) in program.verify.iter().enumerate() {
            let Verify::Condition(when) = verify else { continue };
            spend(&mut spent, cost(when), "this step", &path.index(index).key("condition"), faults);
        }
    }
}

fn spend(spent: &mut u64, steps: u64, of: &str, at: &Path, faults: &mut Faults<'_>) {
    let was_within = *spent <= MAX_STEPS;
    *spent = spent.saturating_add(steps);
    // Once said, it is not said again of every condition that follows.
    if was_within && *spent > MAX_STEPS {
        let message = format!(
            "With this, the conditions of {of} could take {spent} steps; at most {MAX_STEPS} are allowed. A loop counts \
             as {MAX_LIST} times its inside: loop over fewer lists, or leave conditions out."
        );
        faults.add(at, code::TOO_LARGE, message);
    }
}

fn conditions(conditions: &[Condition], path: &Path) -> Vec<(Path, u64)> {
    conditions.iter().enumerate().map(|(index, one)| (path.index(index).key("when"), cost(&one.when))).collect()
}

/// The expressions of a review.
fn rules(review: Option<&Review>, path: &Path) -> Vec<(Path, u64)> {
    let Some(review) = review else { return Vec::new() };
    let unless = review.unless.as_deref().map(|unless| (path.key("unless"), cost(unless)));
    let risk = review.risk.as_deref().map(|risk| (path.key("risk"), cost(risk)));
    unless.into_iter().chain(risk).collect()
}

/// The most steps an expression takes. One that cannot be read has its error already.
fn cost(source: &str) -> u64 {
    expression::parse(source).map_or(0, |parsed| steps(&parsed.root))
}

fn steps(node: &IdedExpr) -> u64 {
    let below = |node: &IdedExpr| children(node).into_iter().map(steps).sum::<u64>();
    match &node.expr {
        Expr::Comprehension(inner) => {
            let most = MAX_LIST as u64;
            let items = if let Expr::List(list) = &inner.iter_range.expr { list.elements.len() as u64 } else { most };
            // `map` and `filter` copy what they have gathered at every turn: half of it on average, ten items a step.
            let copied = if matches!(inner.accu_init.expr, Expr::List(_)) { items / 20 } else { 0 };
            let turn = steps(&inner.loop_cond) + steps(&inner.loop_step) + copied;
            1 + steps(&inner.iter_range) + steps(&inner.accu_init) + steps(&inner.result) + items * turn
        }
        Expr::Call(call) if ["matches", operators::IN].contains(&call.func_name.as_str()) => MATCH + below(node),
        Expr::Unspecified
        | Expr::Call(_)
        | Expr::Ident(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_) => 1 + below(node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_counts_as_often_as_it_may_turn() {
        let costs = |source| cost(source);
        assert_eq!(costs("facts.a == 1"), 4);
        assert_eq!(costs("facts.a.matches(\"^x\")"), 103);
        assert!((5_000..20_000).contains(&costs("facts.l.all(n, n > 1)")), "{}", costs("facts.l.all(n, n > 1)"));
        assert!(costs("[1, 2].all(n, n > 1)") < 50);
        assert!(costs("facts.l.map(n, n).size() > 0") > 50_000);
        assert!(costs("facts.l.exists(n, n.matches(\"^x\"))") > 100_000);
        assert_eq!(costs("facts."), 0);
    }
}
