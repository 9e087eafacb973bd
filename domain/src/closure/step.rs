//! A step of a closure: one record of one target, brought to what is wanted, once.

use serde::Serialize;

use super::{Reason, illegal};
pub use super::{
    status::StepStatus,
    told::{Miss, Named},
};
use crate::{Refusal, Time, event::Event, resumption::Resumption};

tagged! {
    "Step", "state", "state@";
    /// The state of a step.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Step {
        /// It is to be done.
        Planned {
            /// Since when.
            at: Time,
        },
        /// Somebody said that they were about to write it. Whether they did is known when what came of it is stored.
        Writing {
            /// Since when.
            at: Time,
            /// Which try, from 1.
            attempt: u32,
            /// Whether an earlier try may have been written.
            was_uncertain: bool,
        },
        /// It was written.
        Done {
            /// When it was confirmed.
            at: Time,
            /// By what.
            confirmed: String,
        },
        /// It was found as it should be.
        AlreadyDone {
            /// When.
            at: Time,
            /// By what.
            confirmed: String,
        },
        /// It failed.
        Failed {
            /// When.
            at: Time,
            /// Tries so far.
            attempts: u32,
            /// Why the last one failed.
            cause: String,
            /// When it is tried again; `None` when a person has to ask for it.
            next_try: Option<Time>,
            /// Whether it may have been written all the same.
            is_uncertain: bool,
        },
        /// A person is needed.
        Blocked {
            /// Since when.
            at: Time,
            /// Why.
            reason: Reason,
            /// What was seen.
            detail: String,
        },
    }
}

/// What a move gives: the new state and what the log says of it.
type Moved = Result<(Step, Event), Refusal>;

impl Step {
    /// Says that it is about to be written. Only what is said before can be found out afterwards.
    ///
    /// # Errors
    /// `illegal_move` for what is done or needs a person.
    pub fn intend(self, named: Named<'_>, target: &str, record: &str, now: Time) -> Moved {
        let was_uncertain = self.is_uncertain();
        let attempt = match self {
            Self::Planned { .. } => 1,
            Self::Writing { attempt, .. } => attempt + 1,
            Self::Failed { attempts, .. } => attempts + 1,
            Self::Done { .. } | Self::AlreadyDone { .. } | Self::Blocked { .. } => return Err(self.over()),
        };
        let (target, record) = (target.to_owned(), record.to_owned());
        let (closure, step, key) = named.owned();
        let event = Event::ClosureStepIntended { closure, step, target, record, key, attempt };
        Ok((Self::Writing { at: now, attempt, was_uncertain }, event))
    }

    /// It is as it should be. What may have been written counts as done by it.
    ///
    /// # Errors
    /// `illegal_move` for what is done or needs a person.
    pub fn found(self, named: Named<'_>, confirmed: String, now: Time) -> Moved {
        let (closure, step, key) = named.owned();
        match self {
            Self::Planned { .. } | Self::Failed { is_uncertain: false, .. } => {
                let event = Event::ClosureStepSkipped { closure, step, key, confirmed: confirmed.clone() };
                Ok((Self::AlreadyDone { at: now, confirmed }, event))
            }
            Self::Writing { .. } | Self::Failed { is_uncertain: true, .. } => {
                let event = Event::ClosureStepDone { closure, step, key, confirmed: confirmed.clone() };
                Ok((Self::Done { at: now, confirmed }, event))
            }
            Self::Done { .. } | Self::AlreadyDone { .. } | Self::Blocked { .. } => Err(self.over()),
        }
    }

    /// It did not go well. Whether it was written stays unknown until somebody finds out.
    ///
    /// # Errors
    /// `illegal_move` for what is done or needs a person.
    pub fn fail(self, named: Named<'_>, miss: Miss, now: Time) -> Moved {
        let (attempts, was_uncertain) = match self {
            Self::Planned { .. } => (0, false),
            Self::Writing { attempt, was_uncertain, .. } => (attempt, was_uncertain),
            Self::Failed { attempts, is_uncertain, .. } => (attempts + 1, is_uncertain),
            Self::Done { .. } | Self::AlreadyDone { .. } | Self::Blocked { .. } => return Err(self.over()),
        };
        let attempts = attempts.max(1);
        let Miss { cause, next_try, is_uncertain } = miss;
        let (closure, step, key) = named.owned();
        let event = Event::ClosureStepFailed { closure, step, key, attempts, cause: cause.clone(), next_try };
        let is_uncertain = is_uncertain || was_uncertain;
        Ok((Self::Failed { at: now, attempts, cause, next_try, is_uncertain }, event))
    }

    /// A person is needed.
    ///
    /// # Errors
    /// `illegal_move` for what is done or blocked already.
    pub fn block(self, named: Named<'_>, reason: Reason, detail: String, now: Time) -> Moved {
        match self {
            Self::Planned { .. } | Self::Writing { .. } | Self::Failed { .. } => {
                let (closure, step, key) = named.owned();
                let event = Event::ClosureStepBlocked { closure, step, key, reason, detail: detail.clone() };
                Ok((Self::Blocked { at: now, reason, detail }, event))
            }
            Self::Done { .. } | Self::AlreadyDone { .. } | Self::Blocked { .. } => Err(self.over()),
        }
    }

    /// Somebody looked, and says that it is done.
    ///
    /// # Errors
    /// `illegal_move` for what is done, or did not stop.
    pub fn vouch(self, named: Named<'_>, said: &str, now: Time) -> Moved {
        match self {
            Self::Failed { .. } | Self::Blocked { .. } => {
                let (closure, step, key) = named.owned();
                let confirmed = format!("A person: {said}");
                let event = Event::ClosureStepDone { closure, step, key, confirmed: confirmed.clone() };
                Ok((Self::Done { at: now, confirmed }, event))
            }
            Self::Planned { .. } | Self::Writing { .. } => Err(illegal("The step did not stop.")),
            Self::Done { .. } | Self::AlreadyDone { .. } => Err(self.over()),
        }
    }

    /// It is to be tried again because a person said so. Whether it was written is still unknown where it was.
    ///
    /// # Errors
    /// `illegal_move` for what is done, or did not stop.
    pub fn reset(self, now: Time) -> Result<Self, Refusal> {
        match self {
            Self::Failed { at, cause, is_uncertain, .. } => {
                Ok(Self::Failed { at, attempts: 0, cause, next_try: Some(now), is_uncertain })
            }
            Self::Blocked { .. } => Ok(Self::Planned { at: now }),
            Self::Planned { .. } | Self::Writing { .. } => Err(illegal("The step did not stop.")),
            Self::Done { .. } | Self::AlreadyDone { .. } => Err(self.over()),
        }
    }

    /// Tries so far.
    pub const fn attempts(&self) -> u32 {
        match self {
            Self::Writing { attempt, .. } => *attempt,
            Self::Failed { attempts, .. } => *attempts,
            Self::Planned { .. } | Self::Done { .. } | Self::AlreadyDone { .. } | Self::Blocked { .. } => 0,
        }
    }

    /// Whether it may have been written without anybody's knowing.
    pub const fn is_uncertain(&self) -> bool {
        match self {
            Self::Writing { .. } | Self::Blocked { reason: Reason::OutcomeAmbiguous, .. } => true,
            Self::Failed { is_uncertain, .. } => *is_uncertain,
            Self::Planned { .. } | Self::Done { .. } | Self::AlreadyDone { .. } | Self::Blocked { .. } => false,
        }
    }

    /// Whether there is something to do for it now.
    pub fn is_due(&self, now: Time) -> bool {
        match self {
            Self::Planned { .. } | Self::Writing { .. } => true,
            // Later than anything can be tried: a clock that was wrong has noted it.
            Self::Failed { next_try, .. } => {
                next_try.is_some_and(|next| next <= now || next > Resumption::longest_pause(now))
            }
            Self::Done { .. } | Self::AlreadyDone { .. } | Self::Blocked { .. } => false,
        }
    }

    /// When it is tried again by itself.
    pub const fn next_try(&self) -> Option<Time> {
        match self {
            Self::Failed { next_try, .. } => *next_try,
            Self::Planned { .. }
            | Self::Writing { .. }
            | Self::Done { .. }
            | Self::AlreadyDone { .. }
            | Self::Blocked { .. } => None,
        }
    }

    /// Why it needs a person, if it does.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Blocked { reason, .. } => Some(*reason),
            Self::Failed { next_try: None, is_uncertain: true, .. } => Some(Reason::OutcomeAmbiguous),
            Self::Failed { next_try: None, .. } => Some(Reason::TargetUnreachable),
            Self::Failed { .. }
            | Self::Planned { .. }
            | Self::Writing { .. }
            | Self::Done { .. }
            | Self::AlreadyDone { .. } => None,
        }
    }

    /// Whether it is as it should be.
    pub const fn is_finished(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::AlreadyDone { .. })
    }

    /// When it came to be as it is.
    pub const fn at(&self) -> Time {
        match self {
            Self::Planned { at }
            | Self::Writing { at, .. }
            | Self::Done { at, .. }
            | Self::AlreadyDone { at, .. }
            | Self::Failed { at, .. }
            | Self::Blocked { at, .. } => *at,
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> StepStatus {
        match self {
            Self::Planned { .. } => StepStatus::Planned,
            Self::Writing { .. } => StepStatus::Writing,
            Self::Done { .. } => StepStatus::Done,
            Self::AlreadyDone { .. } => StepStatus::AlreadyDone,
            Self::Failed { .. } => StepStatus::Failed,
            Self::Blocked { .. } => StepStatus::Blocked,
        }
    }

    fn over(&self) -> Refusal {
        illegal(match self {
            Self::Blocked { .. } => "The step waits for a person.",
            _ => "The step is done.",
        })
    }
}
