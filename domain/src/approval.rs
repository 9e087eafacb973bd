//! The pending approval: its states and every legal move between them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    actor::{UnknownWord, words},
    deadline::Steps,
    decision::Verdict,
    event::Event,
    id::{ApprovalId, SessionId},
    information::Pause,
    policy::Standing,
    refusal::Code,
};

tagged! {
    "Approval", "status", "status@";
    /// The state of an approval.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "status", rename_all = "snake_case")]
    pub enum Approval {
        /// It waits for people, or for the answer to a question.
        Pending {
            /// When it expires, if its policy has a deadline; while a question is open, with the longest pause included.
            expires_at: Option<Time>,
            /// How its deadline stands still while a question is open.
            #[serde(default)]
            pause: Pause,
            /// What happens to it by itself before that.
            #[serde(default)]
            steps: Steps,
        },
        /// The policy is satisfied.
        Approved {
            /// When.
            at: Time,
            /// Until when it may be used, if its policy says.
            valid_until: Option<Time>,
            /// Whether it was used.
            used: Use,
        },
        /// The reject count was reached.
        Rejected {
            /// When.
            at: Time,
        },
        /// Nobody decided in time. Not the same as rejected.
        Expired {
            /// When.
            at: Time,
        },
        /// Whoever asked took it back. Not the same as rejected.
        Cancelled {
            /// When.
            at: Time,
            /// Why.
            reason: String,
        },
        /// The call it was for is gone: its session went on without it.
        Superseded {
            /// When that was known.
            at: Time,
        },
        /// It was given, and taken back before any call used it.
        Revoked {
            /// When.
            at: Time,
            /// Who took it back.
            by: Revoker,
            /// Why; the agent reads it.
            reason: String,
        },
    }
}

tagged! {
    "Use", "use", "use@";
    /// What became of an approval's single use.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "use", rename_all = "snake_case")]
    pub enum Use {
        /// Nobody has used it.
        Unused,
        /// One call has.
        Consumed {
            /// The call.
            by: Call,
        },
        /// Conditions no longer held when the call came.
        Void {
            /// The condition's message.
            because: String,
        },
    }
}

/// The identity of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Call {
    /// Its session.
    pub session: SessionId,
    /// The client's id of the call.
    pub tool_use_id: String,
}

words! {
    /// The status of an approval, without its data.
    Status {
        /// It waits for people.
        Pending = "pending",
        /// The policy is satisfied.
        Approved = "approved",
        /// The reject count was reached.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
        /// Whoever asked took it back.
        Cancelled = "cancelled",
        /// The call it was for is gone.
        Superseded = "superseded",
        /// It was given, and taken back before any call used it.
        Revoked = "revoked",
    }
}

impl Approval {
    /// A new approval, which waits for people, with a deadline at most.
    pub fn open(expires_at: Option<Time>) -> Self {
        Self::Pending { expires_at, pause: Pause::default(), steps: Steps::default() }
    }

    /// The state without its data.
    pub const fn status(&self) -> Status {
        match self {
            Self::Pending { .. } => Status::Pending,
            Self::Approved { .. } => Status::Approved,
            Self::Rejected { .. } => Status::Rejected,
            Self::Expired { .. } => Status::Expired,
            Self::Cancelled { .. } => Status::Cancelled,
            Self::Superseded { .. } => Status::Superseded,
            Self::Revoked { .. } => Status::Revoked,
        }
    }

    /// Since when the status is final.
    pub const fn ended_at(&self) -> Option<Time> {
        match self {
            Self::Pending { .. } => None,
            Self::Approved { at, .. }
            | Self::Rejected { at }
            | Self::Expired { at }
            | Self::Cancelled { at, .. }
            | Self::Superseded { at }
            | Self::Revoked { at, .. } => Some(*at),
        }
    }

    /// When it expires while it waits; `None` once it has ended, and without a deadline.
    pub const fn expires_at(&self) -> Option<Time> {
        match self {
            Self::Pending { expires_at, .. } => *expires_at,
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => None,
        }
    }

    /// Whether it waits for the answer to a question.
    pub const fn is_waiting_for_information(&self) -> bool {
        matches!(self, Self::Pending { pause: Pause { since: Some(_), .. }, .. })
    }

    /// Whether it should have expired by now.
    pub fn is_overdue(&self, now: Time) -> bool {
        match self {
            Self::Pending { expires_at, .. } => expires_at.is_some_and(|end| end <= now),
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => false,
        }
    }

    /// Whether this call has used it.
    pub fn is_consumed_by(&self, call: &Call) -> bool {
        matches!(self, Self::Approved { used: Use::Consumed { by }, .. } if by == call)
    }

    /// Whether a call may still wait for it or use it.
    pub fn is_open_or_usable(&self, now: Time) -> bool {
        match self {
            Self::Pending { .. } => true,
            Self::Approved { used: Use::Unused, valid_until, .. } => valid_until.is_none_or(|end| now < end),
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => false,
        }
    }

    /// Applies the standing after a vote. `None` for the event: the quorum is still open.
    ///
    /// # Errors
    /// `already_decided`, `expired` or `cancelled` once the status is final, `expired` past the deadline,
    /// `information_requested` for an approval while a question is open.
    pub fn decide(
        self,
        id: ApprovalId,
        standing: &Standing,
        valid_for: Option<u64>,
        now: Time,
    ) -> Result<(Self, Option<Event>), Refusal> {
        if self.is_overdue(now) {
            return Err(expired());
        }
        match self {
            Self::Pending { expires_at, pause, steps } => match standing.outcome {
                None | Some(Verdict::RequestInformation) => Ok((Self::Pending { expires_at, pause, steps }, None)),
                Some(Verdict::Approve) if pause.since.is_some() => Err(question_is_open()),
                Some(Verdict::Approve) => {
                    let valid_until = valid_for.and_then(|seconds| later(now, seconds));
                    let approved = Self::Approved { at: now, valid_until, used: Use::Unused };
                    Ok((approved, Some(Event::ApprovalApproved { approval: id })))
                }
                Some(Verdict::Reject) => {
                    Ok((Self::Rejected { at: now }, Some(Event::ApprovalRejected { approval: id })))
                }
            },
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }

    /// Ends a pending approval whose deadline has passed.
    pub fn expire(self, id: ApprovalId, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Pending { expires_at: Some(end), .. } if end <= now => {
                Ok((Self::Expired { at: now }, Event::ApprovalExpired { approval: id }))
            }
            Self::Pending { .. } => Err(Refusal::new(Code::IllegalMove, "The approval is not due yet.")),
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }
}

/// A moment some seconds later; `None` beyond the calendar.
pub fn later(from: Time, seconds: u64) -> Option<Time> {
    let span = chrono::TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
    from.checked_add_signed(span)
}

mod revoker;
mod settled;
mod timed;
mod used;
mod waiting;

pub use revoker::Revoker;
use settled::{expired, question_is_open};
pub use used::used_already;

#[cfg(test)]
mod tests;
