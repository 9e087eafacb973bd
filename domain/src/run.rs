//! A run: one execution of one workflow version. It ends once; whatever waited in it is settled first.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    actor::{UnknownWord, words},
    event::Event,
    refusal::Code,
};

/// The longest reason for an end, in characters.
pub const MAX_REASON: usize = 4_000;

tagged! {
    "Run", "state", "state@";
    /// The state of a run. That it is suspended is not a state of its own: it follows from its sessions.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Run {
        /// Its sessions may call tools.
        Active,
        /// Every stage of its workflow is complete.
        Completed {
            /// When.
            at: Time,
        },
        /// Its harness gave up.
        Failed {
            /// When.
            at: Time,
            /// What went wrong, in the harness' words.
            error: String,
        },
        /// Somebody stopped it.
        Cancelled {
            /// When.
            at: Time,
            /// Why.
            reason: String,
        },
    }
}

#[expect(clippy::derivable_impls, reason = "the derivation would have to stand on the copies as well")]
impl Default for Run {
    fn default() -> Self {
        Self::Active
    }
}

words! {
    /// The status of a run as it is shown and asked for.
    RunStatus {
        /// Nothing holds it.
        Active = "active",
        /// One of its sessions waits for people.
        Suspended = "suspended",
        /// Every stage of its workflow is complete.
        Completed = "completed",
        /// Its harness gave up.
        Failed = "failed",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
}

impl Run {
    /// Stops the run. Its pending approvals are cancelled and its sessions ended before.
    ///
    /// # Errors
    /// `run_ended` when it has ended already.
    pub fn cancel(self, reason: String, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Active => {
                let event = Event::RunCancelled { reason: reason.clone() };
                Ok((Self::Cancelled { at: now, reason }, event))
            }
            Self::Completed { .. } | Self::Failed { .. } | Self::Cancelled { .. } => Err(self.ended()),
        }
    }

    /// Gives the run up. Its pending approvals are cancelled and its sessions ended before.
    ///
    /// # Errors
    /// `run_ended` when it has ended already.
    pub fn fail(self, error: String, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Active => {
                let event = Event::RunFailed { error: error.clone() };
                Ok((Self::Failed { at: now, error }, event))
            }
            Self::Completed { .. } | Self::Failed { .. } | Self::Cancelled { .. } => Err(self.ended()),
        }
    }

    /// Ends the run: every stage is complete. Its sessions are ended before.
    ///
    /// # Errors
    /// `run_ended` when it has ended already.
    pub fn complete(self, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Active => Ok((Self::Completed { at: now }, Event::RunCompleted {})),
            Self::Completed { .. } | Self::Failed { .. } | Self::Cancelled { .. } => Err(self.ended()),
        }
    }

    /// Whether more may happen in it.
    ///
    /// # Errors
    /// `run_ended`, with how it ended.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        match self {
            Self::Active => Ok(()),
            Self::Completed { .. } | Self::Failed { .. } | Self::Cancelled { .. } => Err(self.ended()),
        }
    }

    /// Since when it has ended.
    pub const fn ended_at(&self) -> Option<Time> {
        match self {
            Self::Active => None,
            Self::Completed { at } | Self::Failed { at, .. } | Self::Cancelled { at, .. } => Some(*at),
        }
    }

    /// Why it ended, in the words of whoever ended it.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Active | Self::Completed { .. } => None,
            Self::Failed { error: why, .. } | Self::Cancelled { reason: why, .. } => Some(why),
        }
    }

    /// The status, given whether one of its sessions is suspended.
    pub const fn status(&self, is_suspended: bool) -> RunStatus {
        match self {
            Self::Active if is_suspended => RunStatus::Suspended,
            Self::Active => RunStatus::Active,
            Self::Completed { .. } => RunStatus::Completed,
            Self::Failed { .. } => RunStatus::Failed,
            Self::Cancelled { .. } => RunStatus::Cancelled,
        }
    }

    fn ended(&self) -> Refusal {
        let status = self.status(false);
        let message = format!("The run has ended: it is {status}. Nothing more happens in it.");
        Refusal::new(Code::RunEnded, message)
            .with("run_status", status.as_str())
            .with("ended_at", serde_json::json!(self.ended_at()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;
    use std::fmt::Write as _;

    fn states() -> [Run; 4] {
        [
            Run::Active,
            Run::Completed { at: at(0) },
            Run::Failed { at: at(0), error: "The host went away.".to_owned() },
            Run::Cancelled { at: at(0), reason: "Asked for twice.".to_owned() },
        ]
    }

    type Move = fn(Run) -> Result<(Run, Event), Refusal>;

    #[test]
    fn every_state_meets_every_move() {
        let moves: [(&str, Move); 3] = [
            ("complete", |state| state.complete(at(1))),
            ("cancel", |state| state.cancel("Not wanted any more.".to_owned(), at(1))),
            ("fail", |state| state.fail("Out of memory.".to_owned(), at(1))),
        ];
        let mut table = String::new();
        for state in states() {
            let (alone, held) = (state.status(false), state.status(true));
            writeln!(table, "{alone} ({held} with a suspended session)").expect("write");
            for (step, take) in moves {
                let met = match take(state.clone()) {
                    Ok((state, event)) => format!("{}  [{}]", state.status(true), event.kind()),
                    Err(refusal) => format!("refused: {}", refusal.code.as_str()),
                };
                writeln!(table, "  {step:<8} {met}").expect("write");
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn a_stored_state_is_read_back() {
        for state in states() {
            let text = serde_json::to_string(&state).expect("JSON");
            assert_eq!(serde_json::from_str::<Run>(&text).expect("state"), state, "{text}");
            assert_eq!(state.ended_at().is_some(), state.must_be_active().is_err());
            let says_why = !matches!(state, Run::Active | Run::Completed { .. });
            assert_eq!(says_why, state.why().is_some());
        }
    }
}
