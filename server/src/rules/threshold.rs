//! The threshold of a stage: whether its tools may be called as things stand, and what to do if not.

use domain::{
    gate::{ConditionResult, GateResult},
    judge::{Finding, Ruling, Threshold},
    stage::Attempt,
    workflow::{Advance, Stage},
};
use serde_json::Value;

use super::{compiled::Compiled, evidence, roots::Roots, stage::about};

/// What stands in evidence for the order of the stages.
const STAGE_BEFORE: &str = "stage_before_complete";

/// Why a stage's tool may not be called, and what it was seen by.
pub(super) struct Shut {
    pub conditions: Vec<ConditionResult>,
    pub message: String,
}

/// What the gates found, with how the tool's stage stands. Whatever they say, a stage that is not active blocks.
pub(super) fn staged(mut finding: Finding, threshold: Threshold, shut: Option<Shut>) -> Finding {
    finding.threshold = threshold;
    if let Some(Shut { conditions, message }) = shut {
        let error = match finding.ruling {
            Ruling::Block { error } if error.contains(&message) => error,
            Ruling::Block { error } => format!("{error} {message}"),
            Ruling::Allow | Ruling::Review { .. } => format!("PREREQUISITE_FAILED: {message}"),
        };
        finding.ruling = Ruling::Block { error };
        finding.evidence.result = GateResult::Failed;
        finding.evidence.conditions.extend(conditions);
    } else if threshold != Threshold::Open && !matches!(finding.ruling, Ruling::Block { .. }) {
        // Whoever answers this without entering the stage answers no.
        finding.ruling = Ruling::Block { error: "PREREQUISITE_FAILED: The stage has not been entered.".to_owned() };
    }
    finding
}

impl Compiled {
    /// How the stage of a tool stands.
    pub(super) fn threshold(&self, roots: &Roots, position: usize) -> (Threshold, Option<Shut>) {
        let stage = &self.workflow.stages[position];
        let newest = roots.stages.progress.at(position);
        let id = &stage.id;
        let message = match &newest.state {
            Attempt::Active { awaiting: None, .. } => return (Threshold::Open, None),
            Attempt::Pending => {
                let exam = self.check_entry(roots, position);
                return match self.workflow.advance {
                    Advance::Auto if exam.is_met => (Threshold::Enter(position), None),
                    Advance::Explicit if exam.is_met => {
                        let message = format!("The stage {id} has not been entered. Enter it first.");
                        (Threshold::Shut, Some(self.shut(roots, stage, message)))
                    }
                    Advance::Auto | Advance::Explicit => {
                        let message = exam.advice();
                        (Threshold::Shut, Some(Shut { conditions: exam.evidence.conditions, message }))
                    }
                };
            }
            Attempt::Active { awaiting: Some(approval), .. } => {
                format!("awaiting {approval}: people review the stage {id}, so that its tools rest.")
            }
            Attempt::Complete { .. } => format!("The stage {id} is complete: its tools are not called any more."),
            Attempt::Failed { error, .. } | Attempt::RolledBack { error, .. } => {
                format!("The stage {id} failed and is being undone: {error}")
            }
        };
        (Threshold::Shut, Some(self.shut(roots, stage, message)))
    }

    fn shut(&self, roots: &Roots, stage: &Stage, message: String) -> Shut {
        let condition = about("stage_active", format!("stages.{}.status == \"active\"", stage.id), "\"active\"");
        let recorded = Value::from(evidence::status_of(&stage.id, &self.workflow, roots));
        Shut { conditions: vec![ConditionResult { recorded, message: Some(message.clone()), ..condition }], message }
    }

    /// Whether the stage before is complete; if not, what is missing at the first stage that is not.
    pub(super) fn stage_before(&self, roots: &Roots, position: usize) -> ConditionResult {
        let before = &self.workflow.stages[position - 1];
        let passed = roots.stages.progress.is_complete(position - 1);
        let condition = about(STAGE_BEFORE, format!("stages.{}.complete", before.id), "true");
        let recorded = Value::from(evidence::status_of(&before.id, &self.workflow, roots));
        let message = (!passed).then(|| self.way_on(roots, position));
        ConditionResult { recorded, passed, message, ..condition }
    }

    /// What to do so that the stage at a position can be entered.
    fn way_on(&self, roots: &Roots, position: usize) -> String {
        let open = roots.stages.progress.first_open().filter(|open| *open < position).unwrap_or(position - 1);
        let stage = &self.workflow.stages[open];
        let lead = format!("The stage {} is not complete.", stage.id);
        match roots.stages.progress.at(open).state {
            Attempt::Active { awaiting: Some(approval), .. } => {
                format!("{lead} It waits for people: awaiting {approval}.")
            }
            Attempt::Pending
            | Attempt::Active { .. }
            | Attempt::Complete { .. }
            | Attempt::Failed { .. }
            | Attempt::RolledBack { .. } => {
                let advice = self.check_exit(roots, open).advice();
                let entry = || self.check_entry(roots, open).advice();
                let advice = if advice.is_empty() { entry() } else { advice };
                // Everything is recorded: it was rejected, or failed, and waits for something new.
                let advice =
                    if advice.is_empty() { "Have something new recorded, or enter it.".to_owned() } else { advice };
                format!("{lead} {advice}")
            }
        }
    }
}
