//! Waking a session: a durable state of its own, apart from the decision that caused it.

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    event::Event,
    id::{ApprovalId, ResumptionId},
    refusal::Code,
};

/// The outbox record that wakes a session. One a decided approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Resumption {
    /// The outcome waits to be fetched.
    Queued {
        /// Since when.
        at: Time,
    },
    /// The owning key has fetched the final status.
    Resumed {
        /// When it was queued.
        queued_at: Time,
        /// When it was fetched.
        at: Time,
    },
}

impl Resumption {
    /// Queues the wake-up, in the transaction of the decision.
    pub fn queue(resumption: ResumptionId, approval: ApprovalId, now: Time) -> (Self, Event) {
        (Self::Queued { at: now }, Event::ResumptionQueued { resumption, approval })
    }

    /// The owning key fetched the final status.
    pub fn deliver(self, resumption: ResumptionId, approval: ApprovalId, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Queued { at } => {
                let event = Event::ResumptionDelivered { resumption, approval };
                Ok((Self::Resumed { queued_at: at, at: now }, event))
            }
            Self::Resumed { .. } => Err(Refusal::new(Code::IllegalMove, "The session was resumed already.")),
        }
    }
}

#[cfg(test)]
mod tests;
