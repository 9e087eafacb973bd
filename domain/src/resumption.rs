//! Waking a session: a durable state of its own, apart from the decision that caused it.

use serde::Serialize;

use crate::{
    Digest, Refusal, Time,
    event::Event,
    id::{ApprovalId, EndpointId, ResumptionId},
    refusal::Code,
};

mod runner;
mod tries;
mod turn;

pub use runner::{Reported, Weighed};
use tries::LAG;
pub use tries::{ATTEMPTS, Setback, next_try};
pub use turn::Turn;

tagged! {
    "Way", "via", "via@";
    /// How a session is woken.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "via", rename_all = "snake_case")]
    pub enum Way {
        /// Its harness fetches the outcome.
        Poll,
        /// The outcome is sent to an endpoint; the harness may fetch it as well.
        Webhook {
            /// The endpoint.
            endpoint: EndpointId,
        },
        /// The runner of its host starts the agent's client again.
        Runner {
            /// The runner's name: that of its key.
            runner: String,
        },
    }
}

#[expect(clippy::derivable_impls, reason = "the derivation would have to stand on the copies as well")]
impl Default for Way {
    fn default() -> Self {
        Self::Poll
    }
}

tagged! {
    "Resumption", "state", "state@";
    /// The outbox record that wakes a session. One a decided approval.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Resumption {
        /// The outcome waits to be fetched, or to be sent.
        Queued {
            /// Since when.
            at: Time,
            /// How it goes out.
            #[serde(default)]
            way: Way,
            /// Tries that failed before.
            #[serde(default)]
            attempts: u32,
        },
        /// A worker is sending it, or a runner has the agent's client go on.
        Delivering {
            /// When it was queued.
            queued_at: Time,
            /// How it goes out.
            way: Way,
            /// Which try this is, from 1.
            attempt: u32,
            /// When the worker is taken for dead and the try is made again.
            leased_until: Time,
            /// The digest of what a runner shows to report.
            #[serde(default)]
            lease: Option<Digest>,
        },
        /// The harness has the outcome: it fetched it, its endpoint took it, or a runner's session read it.
        Resumed {
            /// When it was queued.
            queued_at: Time,
            /// When.
            at: Time,
            /// What the runner started, if one did.
            #[serde(default)]
            turn: Option<Turn>,
        },
        /// The last try failed. It is retried by itself, or a person is needed.
        Failed {
            /// When it was queued.
            queued_at: Time,
            /// How it should go out.
            way: Way,
            /// Tries so far.
            attempts: u32,
            /// Why the last one failed.
            cause: String,
            /// When it failed.
            failed_at: Time,
            /// When it is tried again; `None` when a person is needed.
            next_try: Option<Time>,
            /// The digest of what the runner showed that reported it: it may report once more.
            #[serde(default)]
            lease: Option<Digest>,
        },
        /// A person decided that nothing is sent any more.
        Abandoned {
            /// When it was queued.
            queued_at: Time,
            /// How it went out.
            way: Way,
            /// When.
            at: Time,
            /// Why.
            reason: String,
        },
    }
}

/// What a move gives: the new state and what the log says of it.
type Moved = Result<(Resumption, Event), Refusal>;

impl Resumption {
    /// Queues the wake-up, in the transaction of the decision.
    pub fn queue(resumption: ResumptionId, approval: ApprovalId, way: Way, now: Time) -> (Self, Event) {
        (Self::Queued { at: now, way, attempts: 0 }, Event::ResumptionQueued { resumption, approval })
    }

    /// A worker takes the record, to send it.
    pub fn lease(self, resumption: ResumptionId, approval: ApprovalId, leased_until: Time, now: Time) -> Moved {
        let (queued_at, way, attempt) = self.taken(leased_until, now)?;
        let Way::Webhook { endpoint } = way else { return Err(illegal("Nothing is to be sent now.")) };
        let event = Event::ResumptionAttempted { resumption, approval, endpoint, attempt };
        Ok((Self::Delivering { queued_at, way, attempt, leased_until, lease: None }, event))
    }

    /// What may be taken now: since when it is queued, how it goes out, and which try begins. A worker whose lease is
    /// over is taken for dead: its try is made again. A lease or a pause that is longer than there are any was noted by
    /// a clock that was wrong, and is over too.
    fn taken(self, leased_until: Time, now: Time) -> Result<(Time, Way, u32), Refusal> {
        match self {
            Self::Queued { at, way: way @ (Way::Webhook { .. } | Way::Runner { .. }), attempts } => {
                Ok((at, way, attempts + 1))
            }
            Self::Failed { queued_at, way, attempts, next_try: Some(next), .. }
                if next <= now || next > Self::longest_pause(now) =>
            {
                Ok((queued_at, way, attempts + 1))
            }
            Self::Delivering { queued_at, way, attempt, leased_until: before, .. }
                if before <= now || before > leased_until + LAG =>
            {
                Ok((queued_at, way, attempt))
            }
            Self::Queued { way: Way::Poll, .. }
            | Self::Failed { .. }
            | Self::Delivering { .. }
            | Self::Resumed { .. }
            | Self::Abandoned { .. } => Err(illegal("Nothing is to be sent now.")),
        }
    }

    /// The owning key fetched the final status, the endpoint took it, or the waiting call read it. Whichever comes first
    /// resumes, also when a person has given up sending.
    pub fn deliver(self, resumption: ResumptionId, approval: ApprovalId, now: Time) -> Moved {
        let (queued_at, turn) = match self {
            Self::Delivering { queued_at, way, attempt, leased_until, lease } => {
                (queued_at, Turn::going_on(way, lease, attempt, leased_until))
            }
            Self::Queued { at: queued_at, .. } | Self::Failed { queued_at, .. } | Self::Abandoned { queued_at, .. } => {
                (queued_at, None)
            }
            Self::Resumed { .. } => return Err(illegal("The session was resumed already.")),
        };
        Ok((Self::Resumed { queued_at, at: now, turn }, Event::ResumptionDelivered { resumption, approval }))
    }

    /// The endpoint did not take it, or the runner could not. Only the try under way can fail.
    pub fn fail(self, resumption: ResumptionId, approval: ApprovalId, setback: Setback, now: Time) -> Moved {
        match self {
            Self::Delivering { queued_at, way, attempt, lease, .. } if attempt == setback.attempt => {
                let Setback { cause, next_try, .. } = setback;
                let event = Event::ResumptionFailed { resumption, approval, attempt, cause: cause.clone(), next_try };
                let state = Self::Failed { queued_at, way, attempts: attempt, cause, failed_at: now, next_try, lease };
                Ok((state, event))
            }
            Self::Delivering { .. }
            | Self::Queued { .. }
            | Self::Resumed { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. } => Err(illegal("This try is not under way any more.")),
        }
    }

    /// A person has it sent now. Where no try was left, they begin anew.
    pub fn retry(self, resumption: ResumptionId, approval: ApprovalId) -> Moved {
        let (at, way, attempts) = match self {
            Self::Failed { queued_at, way, attempts, next_try, .. } => {
                (queued_at, way, if next_try.is_some() { attempts } else { 0 })
            }
            Self::Abandoned { queued_at, way, .. } => (queued_at, way, 0),
            Self::Queued { .. } => return Err(illegal("The resumption is queued already.")),
            Self::Delivering { .. } => return Err(illegal("The resumption is being sent at this moment.")),
            Self::Resumed { .. } => return Err(illegal("The session was resumed already.")),
        };
        Ok((Self::Queued { at, way, attempts }, Event::ResumptionRetried { resumption, approval }))
    }

    /// A person ends the sending for good. The outcome can still be fetched.
    pub fn abandon(self, resumption: ResumptionId, approval: ApprovalId, reason: String, now: Time) -> Moved {
        let (queued_at, way) = match self {
            Self::Queued { at, way, .. } => (at, way),
            Self::Delivering { lease: Some(_), leased_until, .. } if now < leased_until => {
                return Err(illegal("A runner has the session go on at this moment."));
            }
            Self::Delivering { queued_at, way, .. } | Self::Failed { queued_at, way, .. } => (queued_at, way),
            Self::Resumed { .. } => return Err(illegal("The session was resumed already.")),
            Self::Abandoned { .. } => return Err(illegal("The resumption was abandoned already.")),
        };
        let event = Event::ResumptionAbandoned { resumption, approval, reason: reason.clone() };
        Ok((Self::Abandoned { queued_at, way, at: now, reason }, event))
    }

    /// How it goes out, as long as it may.
    pub const fn way(&self) -> Option<&Way> {
        match self {
            Self::Queued { way, .. } | Self::Delivering { way, .. } | Self::Failed { way, .. } => Some(way),
            Self::Resumed { .. } | Self::Abandoned { .. } => None,
        }
    }

    /// When a worker, or the runner, may take the record.
    pub const fn due(&self) -> Option<Time> {
        match self {
            Self::Queued { at, way: Way::Webhook { .. } | Way::Runner { .. }, .. } => Some(*at),
            Self::Delivering { leased_until, .. } => Some(*leased_until),
            Self::Failed { next_try, .. } => *next_try,
            Self::Queued { way: Way::Poll, .. } | Self::Resumed { .. } | Self::Abandoned { .. } => None,
        }
    }

    /// Whether more is to come without anybody's doing.
    pub const fn is_settling(&self) -> bool {
        match self {
            Self::Queued { .. } | Self::Delivering { .. } => true,
            Self::Failed { next_try, .. } => next_try.is_some(),
            Self::Resumed { .. } | Self::Abandoned { .. } => false,
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Delivering { .. } => "delivering",
            Self::Resumed { .. } => "resumed",
            Self::Failed { .. } => "failed",
            Self::Abandoned { .. } => "abandoned",
        }
    }
}

fn illegal(why: &str) -> Refusal {
    Refusal::new(Code::IllegalMove, why)
}

#[cfg(test)]
mod tests;
