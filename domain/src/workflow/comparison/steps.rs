//! What a change of the steps means.

use super::{Comparison, Way};
use crate::workflow::{Deed, Program, Step, Verify, Workflow};

impl Comparison {
    /// Steps that came, went or moved, and what is different about those that stayed.
    pub(super) fn steps(&mut self, before: &Workflow, after: &Workflow) {
        for step in before.steps.iter().filter(|old| after.steps.iter().all(|new| new.id != old.id)) {
            self.say(Way::Looser, &step.id, "is no step any more");
        }
        let mut kept = Vec::new();
        for new in &after.steps {
            match before.steps.iter().find(|old| old.id == new.id) {
                None => self.added_step(new),
                Some(old) => {
                    kept.push(new.id.as_str());
                    self.step(old, new);
                }
            }
        }
        let earlier = before.steps.iter().map(|old| old.id.as_str()).filter(|id| kept.contains(id));
        if earlier.ne(kept.iter().copied()) {
            self.say(Way::Other, "steps", "come in another order");
        }
        if before.inputs != after.inputs && !after.steps.is_empty() {
            self.say(Way::Other, "inputs", "are declared differently");
        }
    }

    /// A step that was not there. What it runs, it runs on the executor's host.
    pub(super) fn added_step(&mut self, new: &Step) {
        match &new.deed {
            Deed::Run(program) => self.say(Way::Looser, &new.id, format!("runs {} now", program.argv.join(" "))),
            Deed::Analyse(_) | Deed::Approval(_) => self.say(Way::Stricter, &new.id, "is a step now"),
        }
    }

    fn step(&mut self, old: &Step, new: &Step) {
        let id = &new.id;
        match (&old.deed, &new.deed) {
            (Deed::Run(old), Deed::Run(new)) => self.program(id, old, new),
            (Deed::Approval(old), Deed::Approval(new)) if old != new => {
                self.say(Way::Other, id, format!("is decided by {new}, was by {old}"));
            }
            (Deed::Approval(_), Deed::Run(_) | Deed::Analyse(_)) => self.say(Way::Looser, id, "asks nobody any more"),
            (Deed::Run(_), Deed::Approval(policy)) => {
                self.say(Way::Other, id, format!("is decided by {policy} now, and verifies nothing any more"));
            }
            (Deed::Analyse(_), Deed::Approval(policy)) => {
                self.say(Way::Stricter, id, format!("is decided by {policy} now"));
            }
            (Deed::Run(_), Deed::Analyse(_)) => self.say(Way::Looser, id, "runs nothing any more"),
            (Deed::Analyse(_), Deed::Run(program)) => {
                self.say(Way::Looser, id, format!("runs {} now", program.argv.join(" ")));
            }
            (Deed::Analyse(old), Deed::Analyse(new)) if old != new => self.say(Way::Other, id, "asks other roles"),
            (Deed::Approval(_), Deed::Approval(_)) | (Deed::Analyse(_), Deed::Analyse(_)) => {}
        }
    }

    fn program(&mut self, id: &str, old: &Program, new: &Program) {
        if old.timeout != new.timeout {
            let told = |timeout: Option<u64>| {
                timeout.map_or_else(|| "never".to_owned(), |seconds| format!("after {seconds} s"))
            };
            self.say(Way::Other, id, format!("is ended {}, was {}", told(new.timeout), told(old.timeout)));
        }
        if old.argv != new.argv || old.env != new.env {
            self.say(Way::Other, id, format!("runs {}, ran {}", new.argv.join(" "), old.argv.join(" ")));
        }
        let told = |program: &Program| program.checks().iter().map(Verify::told).collect::<Vec<_>>();
        let words = [(Way::Stricter, "also verifies:"), (Way::Looser, "no longer verifies:")];
        self.names(id, &told(old), &told(new), words);
        // Two checks may read alike and look for different things.
        if old.checks() != new.checks() && told(old) == told(new) {
            self.say(Way::Other, id, "verifies differently");
        }
    }
}
