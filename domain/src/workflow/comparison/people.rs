//! Policies and facts compared: who decides, by when, and whose word a fact is.

use std::collections::BTreeSet;

use super::{Comparison, Way, span};
use crate::{
    deadline::Raise,
    escalation::sla::Limits,
    policy::Policy,
    workflow::{FactRule, FactSource},
};

impl Comparison {
    pub(super) fn seats(&mut self, name: &str, old: &Policy, new: &Policy) {
        let count = |policy: &Policy, group: &str| {
            policy.approve.iter().find(|seats| seats.group == group).map_or(0, |seats| seats.count)
        };
        let groups: BTreeSet<&str> = old.approve.iter().chain(&new.approve).map(|seats| seats.group.as_str()).collect();
        for group in groups {
            let what = format!("approvals needed of {group}:");
            self.number(name, &what, [count(old, group), count(new, group)], Way::Stricter, Way::Looser);
        }
        let counts = [old.reject_count, new.reject_count];
        self.number(name, "rejections needed to reject:", counts, Way::Looser, Way::Stricter);
    }

    pub(super) fn policy(&mut self, name: &str, old: &Policy, new: &Policy) {
        let words = [(Way::Stricter, "also excludes"), (Way::Looser, "no longer excludes")];
        self.names(name, &old.exclude, &new.exclude, words);
        let words = [(Way::Looser, "may also be decided by"), (Way::Stricter, "may no longer be decided by")];
        self.names(name, &old.via, &new.via, words);
        match (old.sign, new.sign) {
            (false, true) => self.say(Way::Stricter, name, "asks for electronic signatures"),
            (true, false) => self.say(Way::Looser, name, "asks for no electronic signatures"),
            (true, true) | (false, false) => {}
        }
        let words = [(Way::Stricter, "asks for a reason on"), (Way::Looser, "asks for no reason on")];
        self.names(name, &old.reasons.required_on, &new.reasons.required_on, words);
        if old.reasons.codes != new.reasons.codes {
            self.say(Way::Other, name, "offers other reasons to choose from");
        }
        self.deadline(name, old, new);
        self.limit(name, "lets approvals grow stale", old.valid_for, new.valid_for);
    }

    fn deadline(&mut self, name: &str, old: &Policy, new: &Policy) {
        self.limit(name, "lets approvals expire", old.expire_after, new.expire_after);
        let after =
            |seconds: Option<u64>| seconds.map_or("never".to_owned(), |seconds| format!("after {}", span(seconds)));
        if old.remind_after != new.remind_after {
            let text = format!("reminds {}, was {}", after(new.remind_after), after(old.remind_after));
            self.say(Way::Other, name, text);
        }
        let raised = |raise: &Raise| format!("to {} after {}", raise.to, span(raise.after));
        match (&old.raise, &new.raise) {
            (None, Some(new)) => self.say(Way::Looser, name, format!("raises approvals {}, was never", raised(new))),
            (Some(old), None) => self.say(Way::Stricter, name, format!("never raises approvals, was {}", raised(old))),
            (Some(old), Some(new)) if old != new => {
                let is_looser = old.to != new.to || new.after < old.after;
                let way = if is_looser { Way::Looser } else { Way::Stricter };
                self.say(way, name, format!("raises approvals {}, was {}", raised(new), raised(old)));
            }
            (None, None) | (Some(_), Some(_)) => {}
        }
        if old.hours != new.hours {
            let told = |policy: &Policy| policy.hours.as_ref().map_or("day and night".to_owned(), ToString::to_string);
            // Other hours may let more people decide sooner.
            let way = if new.raise.is_some() { Way::Looser } else { Way::Other };
            self.say(way, name, format!("counts its deadline in {}, was {}", told(new), told(old)));
        }
    }

    pub(super) fn escalations(&mut self, old: Limits, new: Limits) {
        let at = "escalations";
        self.limit(at, "are to be acknowledged", old.acknowledge_within, new.acknowledge_within);
        self.limit(at, "are to be resolved", old.resolve_within, new.resolve_within);
    }

    pub(super) fn fact(&mut self, name: &str, old: &FactRule, new: &FactRule) {
        match (&old.from, &new.from) {
            (FactSource::System, FactSource::Tool { tool, .. }) => {
                self.say(Way::Looser, name, format!("is written by results of {tool}, was by a system of record"));
            }
            (FactSource::Tool { .. }, FactSource::System) => {
                self.say(Way::Stricter, name, "is written by a system of record, was by a tool's results");
            }
            (FactSource::Tool { .. }, FactSource::Tool { .. }) if old.from != new.from => {
                self.say(Way::Other, name, "is taken from other results");
            }
            (FactSource::System, FactSource::System) | (FactSource::Tool { .. }, FactSource::Tool { .. }) => {}
        }
        self.limit(name, "counts as absent", old.max_age, new.max_age);
        if old.field != new.field {
            self.say(Way::Other, name, "has another type or other limits");
        }
    }
}
