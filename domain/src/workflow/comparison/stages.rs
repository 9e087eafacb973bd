//! What a change of the stages means.

use super::{Comparison, Way};
use crate::workflow::{Advance, OnFailure, OnReject, Stage, Workflow};

impl Comparison {
    /// Stages that came, went or moved, and what is different about those that stayed.
    pub(super) fn stages(&mut self, before: &Workflow, after: &Workflow) {
        for stage in before.stages.iter().filter(|old| after.stages.iter().all(|new| new.id != old.id)) {
            self.say(Way::Looser, &stage.id, "is no stage any more");
        }
        let mut kept = Vec::new();
        for new in &after.stages {
            match before.stages.iter().find(|old| old.id == new.id) {
                None => self.say(Way::Stricter, &new.id, "is a stage now"),
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

    fn stage(&mut self, old: &Stage, new: &Stage) {
        let id = &new.id;
        self.conditions(id, "waits at its entry for", &old.entry, &new.entry);
        self.conditions(id, "waits at its exit for", &old.exit, &new.exit);
        self.review(id, old.review.as_ref(), new.review.as_ref());
        let undone = |stage: &Stage| stage.compensate.iter().map(|call| call.tool.clone()).collect::<Vec<_>>();
        let words = [(Way::Stricter, "is also undone by"), (Way::Looser, "is no longer undone by")];
        self.names(id, &undone(old), &undone(new), words);
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
