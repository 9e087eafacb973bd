//! What a change of the default means.

use super::{Comparison, Way};
use crate::workflow::Default as Fallback;

impl Comparison {
    pub(super) fn defaults(&mut self, old: &Fallback, new: &Fallback) {
        let rank = |fallback: &Fallback| match fallback {
            Fallback::Allow => 0,
            Fallback::Review(_) => 1,
            Fallback::Block => 2,
        };
        if old != new {
            let way = match rank(new).cmp(&rank(old)) {
                std::cmp::Ordering::Greater => Way::Stricter,
                std::cmp::Ordering::Less => Way::Looser,
                std::cmp::Ordering::Equal => Way::Other,
            };
            self.say(way, "default", format!("{} every tool no gate or stage names; it {} them", does(new), did(old)));
        }
    }
}

/// What the default does with a tool.
pub(super) fn does(fallback: &Fallback) -> String {
    match fallback {
        Fallback::Allow => "allows".to_owned(),
        Fallback::Block => "blocks".to_owned(),
        Fallback::Review(policy) => format!("reviews (by {policy})"),
    }
}

/// What it did.
pub(super) fn did(fallback: &Fallback) -> String {
    match fallback {
        Fallback::Allow => "allowed".to_owned(),
        Fallback::Block => "blocked".to_owned(),
        Fallback::Review(policy) => format!("reviewed (by {policy})"),
    }
}
