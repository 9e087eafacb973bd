//! The CEL expressions of a definition, each checked where it stands.

use domain::workflow::Workflow;

use crate::rules::{
    check::{Surroundings, Wanted, expression},
    yaml::{Faults, Path, fault::code},
};

/// Reports every expression that could not be evaluated, or never mean what was meant.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    for (position, gate) in workflow.gates.iter().enumerate() {
        let path = Path::root().key("gates").index(position);
        let surroundings = Surroundings { workflow, tools: &gate.tools };
        let mut one = |source: &str, wanted: Wanted, at: &Path| {
            for fault in expression(source, wanted, &surroundings) {
                let word = if fault.is_later { code::NOT_SUPPORTED_YET } else { code::EXPRESSION };
                faults.add_within(at, fault.offset, word, fault.message);
            }
        };
        for (index, condition) in gate.require.iter().enumerate() {
            // An empty text stands for one that could not be read and has its error already.
            if !condition.when.is_empty() {
                one(&condition.when, Wanted::Bool, &path.key("require").index(index).key("when"));
            }
        }
        let Some(review) = &gate.review else { continue };
        let path = path.key("review");
        if let Some(unless) = &review.unless {
            one(unless, Wanted::Bool, &path.key("unless"));
        }
        if let Some(risk) = &review.risk {
            one(risk, Wanted::Risk, &path.key("risk"));
        }
    }
}
