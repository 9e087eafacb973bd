//! What a change of the stages means.

use super::{Comparison, Way};
use crate::workflow::{Advance, Compensate, OnFailure, OnReject, Stage, Workflow};

impl Comparison {
    /// Stages that came, went or moved, and what is different about those that stayed.
    pub(super) fn stages(&mut self, before: &Workflow, after: &Workflow) {
        for stage in before.stages.iter().filter(|old| after.stages.iter().all(|new| new.id != old.id)) {
            self.say(Way::Looser, &stage.id, "is no stage any more");
        }
        let mut kept = Vec::new();
        for new in &after.stages {
            match before.stages.iter().find(|old| old.id == new.id) {
                None => {
                    self.say(Way::Stricter, &new.id, "is a stage now");
                    self.undone(&new.id, &[], &new.compensate);
                }
                Some(old) => {
                    kept.push(new.id.as_str());
                    self.stage(old, new);
                }
            }
        }
        let earlier = before.stages.iter().map(|old| old.id.as_str()).filter(|id| kept.contains(id));
        if earlier.ne(kept.iter().copied()) {
            self.say(Way::Other, "stages", "come in another order");
        }
        if before.advance != after.advance && !kept.is_empty() {
            let text = match after.advance {
                Advance::Auto => "are entered and completed by what is recorded, no longer by the harness alone",
                Advance::Explicit => "are entered and completed by the harness, no longer by what is recorded alone",
            };
            self.say(Way::Other, "stages", text);
        }
    }

    /// The calls that undo a stage. No gate is asked about them, so that each one more is looser, and so is each one less:
    /// what it undid stays.
    pub(super) fn undone(&mut self, id: &str, old: &[Compensate], new: &[Compensate]) {
        let tools = |calls: &[Compensate]| calls.iter().map(|call| call.tool.clone()).collect::<Vec<_>>();
        let words = [(Way::Looser, "is also undone by"), (Way::Looser, "is no longer undone by")];
        self.names(id, &tools(old), &tools(new), words);
        let is_known = new.iter().all(|call| old.iter().any(|earlier| earlier.tool == call.tool));
        if old != new && is_known && old.len() == new.len() {
            self.say(Way::Other, id, "is undone by other calls, or in another order");
        }
    }

    fn stage(&mut self, old: &Stage, new: &Stage) {
        let id = &new.id;
        self.conditions(id, "waits at its entry for", &old.entry, &new.entry);
        self.conditions(id, "waits at its exit for", &old.exit, &new.exit);
        self.review(id, old.review.as_ref(), new.review.as_ref());
        self.undone(id, &old.compensate, &new.compensate);
        if old.on_failure != new.on_failure {
            let text = match &new.on_failure {
                OnFailure::Retry => "may be tried again after a failure".to_owned(),
                OnFailure::ReturnTo(stage) => format!("returns to {stage} after a failure"),
                OnFailure::Keep => "undoes nothing after a failure".to_owned(),
            };
            let way = if new.on_failure == OnFailure::Keep { Way::Looser } else { Way::Other };
            self.say(way, id, text);
        }
        if old.on_reject != new.on_reject {
            let text = match new.on_reject {
                OnReject::FailStage => "fails when its review is rejected; the run went with it",
                OnReject::CancelRun => "cancels the run when its review is rejected",
            };
            self.say(Way::Other, id, text);
        }
    }
}
