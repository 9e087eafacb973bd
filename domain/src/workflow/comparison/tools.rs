//! What a change of the manifest means.

use super::{Comparison, Way};
use crate::workflow::{Default as Fallback, Risk, Tool, Workflow};

impl Comparison {
    /// Tools that are described no more, and those that newly are. Without a description nothing is known of the arguments, and
    /// the risk counts as high.
    pub(super) fn manifest(&mut self, before: &Workflow, after: &Workflow) {
        if after.default != Fallback::Block {
            for name in before.tools.keys().filter(|name| !after.tools.contains_key(*name)) {
                self.say(Way::Looser, name, "is described no more: any arguments are taken");
            }
        }
        if matches!(after.default, Fallback::Review(_)) {
            for (name, tool) in after.tools.iter().filter(|(name, _)| !before.tools.contains_key(*name)) {
                if tool.risk < Risk::High {
                    self.say(Way::Looser, name, format!("has {} risk, counted as high", tool.risk));
                }
            }
        }
    }

    pub(super) fn tool(&mut self, name: &str, old: &Tool, new: &Tool) {
        match (old.reversible, new.reversible) {
            (true, false) => self.say(Way::Stricter, name, "counts as irreversible now"),
            (false, true) => self.say(Way::Looser, name, "counts as reversible now"),
            (true, true) | (false, false) => {}
        }
        if new.risk != old.risk {
            let way = if new.risk > old.risk { Way::Stricter } else { Way::Looser };
            self.say(way, name, format!("has {} risk, was {}", new.risk, old.risk));
        }
        if new.blast_radius != old.blast_radius {
            self.say(Way::Other, name, "is said to touch something else");
        }
        if new.accept_irreversible.is_some() && old.accept_irreversible.is_none() {
            self.say(Way::Looser, name, "is accepted as irreversible without a review");
        }
        match (old.compensation_only, new.compensation_only) {
            (false, true) => self.say(Way::Stricter, name, "may be called to undo something only"),
            (true, false) => self.say(Way::Looser, name, "may be called at any time, not to undo something only"),
            (true, true) | (false, false) => {}
        }
        if new.input != old.input {
            self.say(Way::Other, name, "takes other arguments");
        }
    }
}
