//! By when somebody takes an escalation up, and by when it is settled: what a workflow promises, and what of it is due.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::EscalationStatus;
use crate::{
    Time,
    actor::{UnknownWord, words},
    approval::later,
};

/// How long people may take, as the workflow says it. Nothing is due unless it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Seconds within which somebody acknowledges an escalation.
    pub acknowledge_within: Option<u64>,
    /// Seconds within which it is resolved, both counted from when it was opened.
    pub resolve_within: Option<u64>,
}

words! {
    /// What an escalation waits for.
    Duty {
        /// Somebody takes it up.
        Acknowledge = "acknowledge",
        /// Somebody says how it was settled.
        Resolve = "resolve",
    }
}

/// By when an escalation is to be worked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// By when somebody takes it up.
    pub acknowledge_by: Option<Time>,
    /// By when it is settled.
    pub resolve_by: Option<Time>,
}

impl Deadlines {
    /// The deadlines of what is opened now.
    pub fn new(limits: Limits, now: Time) -> Self {
        let after = |limit: Option<u64>| limit.and_then(|seconds| later(now, seconds));
        Self { acknowledge_by: after(limits.acknowledge_within), resolve_by: after(limits.resolve_within) }
    }

    /// What is due next in this state, and when.
    pub fn due(&self, status: EscalationStatus) -> Option<(Duty, Time)> {
        self.unmet(status).next()
    }

    /// The next deadline of this state whose passing nobody has been told of: those up to `told` are known.
    pub fn untold(&self, status: EscalationStatus, told: Option<Time>) -> Option<(Duty, Time)> {
        self.unmet(status).find(|(_, by)| told.is_none_or(|told| *by > told))
    }

    /// What is still to be done, the sooner first: a workflow lets nobody settle sooner than take up.
    fn unmet(&self, status: EscalationStatus) -> impl Iterator<Item = (Duty, Time)> {
        let [acknowledge, resolve] = match status {
            EscalationStatus::Open => [self.acknowledge_by, self.resolve_by],
            EscalationStatus::Acknowledged => [None, self.resolve_by],
            EscalationStatus::Resolved => [None, None],
        };
        let duties = [(Duty::Acknowledge, acknowledge), (Duty::Resolve, resolve)];
        duties.into_iter().filter_map(|(duty, by)| Some((duty, by?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn what_is_due_follows_the_state_and_is_told_once() {
        use EscalationStatus::{Acknowledged, Open, Resolved};
        let limits = |acknowledge: Option<u64>, resolve: Option<u64>| Limits {
            acknowledge_within: acknowledge.map(|minutes| minutes * 60),
            resolve_within: resolve.map(|minutes| minutes * 60),
        };
        let (both, late, none) = (limits(Some(30), Some(480)), limits(None, Some(480)), limits(None, None));
        let (taken, settled) = (Some((Duty::Acknowledge, at(30))), Some((Duty::Resolve, at(480))));
        // Limits, state, up to when it was told; what is due, what is to be told next.
        let table = [
            (both, Open, None, taken, taken),
            (both, Open, Some(30), taken, settled),
            (both, Open, Some(480), taken, None),
            (both, Acknowledged, None, settled, settled),
            (both, Acknowledged, Some(30), settled, settled),
            (both, Acknowledged, Some(480), settled, None),
            (both, Resolved, None, None, None),
            (late, Open, None, settled, settled),
            (late, Acknowledged, Some(480), settled, None),
            (none, Open, None, None, None),
        ];
        for (limits, status, told, due, untold) in table {
            let deadlines = Deadlines::new(limits, at(0));
            assert_eq!(deadlines.due(status), due, "{limits:?} {status} due");
            assert_eq!(deadlines.untold(status, told.map(at)), untold, "{limits:?} {status} told {told:?}");
        }
    }
}
