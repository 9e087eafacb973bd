//! The CEL expressions of a definition, each checked where it stands.

use domain::workflow::{Condition, Deed, Review, Verify, Workflow};

use crate::rules::{
    check::{Surroundings, Wanted, expression},
    yaml::{Faults, Path, fault::code},
};

/// Reports every expression that could not be evaluated, or never mean what was meant.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    for (position, gate) in workflow.gates.iter().enumerate() {
        let path = Path::root().key("gates").index(position);
        let around = Surroundings { workflow, tools: Some(&gate.tools), closure: None, step: None };
        let mut checker = Checker { around, faults };
        checker.conditions(&gate.require, &path.key("require"));
        checker.review(gate.review.as_ref(), &path.key("review"));
    }
    for (position, stage) in workflow.stages.iter().enumerate() {
        let path = Path::root().key("stages").index(position);
        let around = Surroundings { workflow, tools: None, closure: None, step: None };
        let mut checker = Checker { around, faults };
        checker.conditions(&stage.entry, &path.key("entry"));
        checker.conditions(&stage.exit, &path.key("exit"));
        checker.review(stage.review.as_ref(), &path.key("review"));
    }
    for (position, step) in workflow.steps.iter().enumerate() {
        let Deed::Run(program) = &step.deed else { continue };
        let path = Path::root().key("steps").index(position).key("verify");
        let around = Surroundings { workflow, tools: None, closure: None, step: Some(position) };
        let mut checker = Checker { around, faults };
        for (index, verify) in program.verify.iter().enumerate() {
            if let Verify::Condition(when) = verify {
                checker.one(when, Wanted::Bool, &path.index(index).key("condition"));
            }
        }
    }
}

/// The expressions of one gate or stage.
struct Checker<'c, 'w, 'f> {
    around: Surroundings<'w>,
    faults: &'c mut Faults<'f>,
}

impl Checker<'_, '_, '_> {
    fn conditions(&mut self, conditions: &[Condition], path: &Path) {
        for (index, condition) in conditions.iter().enumerate() {
            // An empty text stands for one that could not be read and has its error already.
            if !condition.when.is_empty() {
                self.one(&condition.when, Wanted::Bool, &path.index(index).key("when"));
            }
        }
    }

    fn review(&mut self, review: Option<&Review>, path: &Path) {
        let Some(review) = review else { return };
        if let Some(unless) = &review.unless {
            self.one(unless, Wanted::Bool, &path.key("unless"));
        }
        if let Some(risk) = &review.risk {
            self.one(risk, Wanted::Risk, &path.key("risk"));
        }
    }

    fn one(&mut self, source: &str, wanted: Wanted, at: &Path) {
        for fault in expression(source, wanted, &self.around) {
            let word = if fault.is_later { code::NOT_SUPPORTED_YET } else { code::EXPRESSION };
            self.faults.add_within(at, fault.offset, word, fault.message);
        }
    }
}
