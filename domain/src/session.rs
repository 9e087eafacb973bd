//! An agent session: it, not the run, is what is suspended and resumed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal,
    actor::{UnknownWord, words},
    event::Event,
    id::{ApprovalId, SessionId},
    refusal::Code,
};

tagged! {
    "Session", "state", "state@";
    /// The state of a session.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Session {
        /// It may call tools.
        Active,
        /// It waits for people; its other gated calls are blocked.
        Suspended {
            /// The pending approvals that hold it, oldest first; never empty.
            awaiting: Vec<ApprovalId>,
        },
        /// It is over.
        Ended,
    }
}

impl Session {
    /// Suspends the session on an approval.
    pub fn suspend(self, session: SessionId, approval: ApprovalId) -> Result<(Self, Event), Refusal> {
        let mut awaiting = match self {
            Self::Active => Vec::new(),
            Self::Suspended { awaiting } => awaiting,
            Self::Ended => return Err(ended()),
        };
        if awaiting.contains(&approval) {
            return Err(Refusal::new(Code::IllegalMove, "The session waits for this approval already."));
        }
        awaiting.push(approval);
        let event = Event::SessionSuspended { session, approval, awaiting: awaiting.len() };
        Ok((Self::Suspended { awaiting }, event))
    }

    /// Notes that an approval no longer blocks the session; the last one to go wakes it.
    pub fn release(self, session: SessionId, approval: ApprovalId) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Suspended { mut awaiting } if awaiting.contains(&approval) => {
                awaiting.retain(|held| *held != approval);
                if awaiting.is_empty() {
                    Ok((Self::Active, Event::SessionResumed { session, approval }))
                } else {
                    let event = Event::SessionReleased { session, approval, awaiting: awaiting.len() };
                    Ok((Self::Suspended { awaiting }, event))
                }
            }
            Self::Suspended { .. } | Self::Active => {
                Err(Refusal::new(Code::IllegalMove, "The session does not wait for this approval."))
            }
            Self::Ended => Err(ended()),
        }
    }

    /// Ends the session, with its run. What it waits for is settled first.
    ///
    /// # Errors
    /// `illegal_move` while it waits for people, and when it has ended already.
    pub fn end(self, session: SessionId) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Active => Ok((Self::Ended, Event::SessionEnded { session })),
            Self::Suspended { .. } => {
                Err(Refusal::new(Code::IllegalMove, "The session waits for people; settle that first."))
            }
            Self::Ended => Err(ended()),
        }
    }

    /// The state without its data.
    pub const fn status(&self) -> SessionStatus {
        match self {
            Self::Active => SessionStatus::Active,
            Self::Suspended { .. } => SessionStatus::Suspended,
            Self::Ended => SessionStatus::Ended,
        }
    }
}

fn ended() -> Refusal {
    Refusal::new(Code::IllegalMove, "The session has ended.")
}

words! {
    /// The state of a session without its data.
    SessionStatus {
        /// It may call tools.
        Active = "active",
        /// It waits for people.
        Suspended = "suspended",
        /// It is over.
        Ended = "ended",
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
