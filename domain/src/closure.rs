//! Closure: the low-risk bookkeeping that follows a decision, finished by itself. It never decides anything: what
//! settled it is looked at again before anything is written, and whatever is doubtful goes to a person.

mod account;
pub mod drift;
pub mod key;
mod mark;
pub mod page;
mod reason;
pub mod replay;
pub mod review;
pub mod rule;
pub mod sample;
mod status;
pub mod step;
pub mod tally;
mod told;
pub mod trigger;

use serde::Serialize;

use crate::{Refusal, Time, event::Event, id::ClosureId, refusal::Code, resumption::Resumption};
pub use reason::Reason;
pub use status::{ClosureStatus, Phase, StepStatus};
use step::Step;

tagged! {
    "Closure", "state", "state@";
    /// The state of a closure.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Closure {
        /// It is being worked.
        Running {
            /// Since when.
            at: Time,
            /// What comes next.
            phase: Phase,
            /// How often the source could not be read in this round.
            attempts: u32,
            /// When a worker may take it: now, at the end of another's lease, or after a pause.
            due: Time,
        },
        /// Every step is done.
        Completed {
            /// When.
            at: Time,
        },
        /// Some steps are done.
        Partial {
            /// When it stopped.
            at: Time,
            /// When it goes on by itself; `None` when a person is needed.
            next_try: Option<Time>,
        },
        /// Nothing had to be written.
        SkippedIdempotent {
            /// When.
            at: Time,
        },
        /// It stopped before anything was done.
        ManualFollowUp {
            /// When.
            at: Time,
            /// Why.
            reason: Reason,
        },
    }
}

/// What a move gives: the new state and what the log says of it.
type Moved = Result<(Closure, Event), Refusal>;

impl Closure {
    /// Begins, or stops at once where it could not be found out whether it should.
    pub const fn start(now: Time, broken: Option<Reason>) -> Self {
        match broken {
            Some(reason) => Self::ManualFollowUp { at: now, reason },
            None => Self::Running { at: now, phase: Phase::Revalidate, attempts: 0, due: now },
        }
    }

    /// A worker takes what is due, until then. What stopped in part begins anew; no word in the log for what goes on.
    ///
    /// # Errors
    /// `illegal_move` when nothing is due.
    pub fn lease(self, closure: ClosureId, until: Time, now: Time) -> Result<(Self, Option<Event>), Refusal> {
        // Later than anything can be due: a clock that was wrong has noted it.
        let is_due = |due: Time| due <= now || due > Resumption::longest_pause(now);
        match self {
            Self::Running { at, phase, attempts, due } if is_due(due) => {
                Ok((Self::Running { at, phase, attempts, due: until }, None))
            }
            Self::Partial { next_try: Some(next), .. } if is_due(next) => {
                let state = Self::Running { at: now, phase: Phase::Revalidate, attempts: 0, due: until };
                Ok((state, Some(Event::ClosureReplayed { closure, steps: Vec::new() })))
            }
            Self::Running { .. }
            | Self::Partial { .. }
            | Self::Completed { .. }
            | Self::SkippedIdempotent { .. }
            | Self::ManualFollowUp { .. } => Err(illegal("Nothing is due.")),
        }
    }

    /// Keeps a lease for longer; the worker goes on.
    ///
    /// # Errors
    /// `illegal_move` when it is not running.
    pub fn extend(self, until: Time) -> Result<Self, Refusal> {
        match self {
            Self::Running { at, phase, attempts, .. } => Ok(Self::Running { at, phase, attempts, due: until }),
            other => Err(other.ended()),
        }
    }

    /// Its source was read too long ago for anything more to be written.
    ///
    /// # Errors
    /// `illegal_move` when nothing is being written.
    pub fn look_again(self, until: Time) -> Result<Self, Refusal> {
        match self {
            Self::Running { at, phase: Phase::Execute, .. } => {
                Ok(Self::Running { at, phase: Phase::Revalidate, attempts: 0, due: until })
            }
            Self::Running { .. } => Err(illegal("It writes nothing now.")),
            other => Err(other.ended()),
        }
    }

    /// Goes on to the next phase.
    ///
    /// # Errors
    /// `illegal_move` unless it is in the phase before.
    pub fn advance(self, to: Phase, until: Time) -> Result<Self, Refusal> {
        match (self, to) {
            (Self::Running { at, phase: Phase::Revalidate, .. }, Phase::Plan)
            | (Self::Running { at, phase: Phase::Plan, .. }, Phase::Execute)
            | (Self::Running { at, phase: Phase::Execute, .. }, Phase::Confirm) => {
                Ok(Self::Running { at, phase: to, attempts: 0, due: until })
            }
            (Self::Running { .. }, _) => Err(illegal("The phases of a closure follow each other.")),
            (other, _) => Err(other.ended()),
        }
    }

    /// The source cannot be read: it goes on later.
    ///
    /// # Errors
    /// `illegal_move` when it does not look at the source now.
    pub fn delay(self, closure: ClosureId, cause: String, next_try: Time) -> Moved {
        match self {
            Self::Running { at, phase: Phase::Revalidate, attempts, .. } => {
                let state = Self::Running { at, phase: Phase::Revalidate, attempts: attempts + 1, due: next_try };
                Ok((state, Event::ClosureDelayed { closure, cause, next_try }))
            }
            Self::Running { .. } => Err(illegal("It does not read its source now.")),
            other => Err(other.ended()),
        }
    }

    /// It stops before anything more is done.
    ///
    /// # Errors
    /// `illegal_move` when it is not running.
    pub fn stop(self, closure: ClosureId, reason: Reason, steps: &[Step], now: Time) -> Moved {
        match self {
            Self::Running { .. } => {
                let is_any_done = steps.iter().any(|step| step.status() == StepStatus::Done);
                let state = if is_any_done {
                    Self::Partial { at: now, next_try: None }
                } else {
                    Self::ManualFollowUp { at: now, reason }
                };
                let status = state.status();
                Ok((state, Event::ClosureEnded { closure, status, reason: Some(reason), next_try: None }))
            }
            other => Err(other.ended()),
        }
    }

    /// Says what became of its steps.
    ///
    /// # Errors
    /// `illegal_move` unless that is what comes next.
    pub fn settle(self, closure: ClosureId, steps: &[Step], now: Time) -> Moved {
        match self {
            Self::Running { phase: Phase::Confirm, .. } => {
                let state = settled(steps, now);
                let (status, next_try) = (state.status(), state.due());
                let reason = match &state {
                    Self::ManualFollowUp { reason, .. } => Some(*reason),
                    _ => None,
                };
                Ok((state, Event::ClosureEnded { closure, status, reason, next_try }))
            }
            Self::Running { .. } => Err(illegal("Its steps are not done yet.")),
            other => Err(other.ended()),
        }
    }

    /// A person has it finish what is not done.
    ///
    /// # Errors
    /// `illegal_move` when it runs, or nothing is left to be done.
    pub fn replay(self, closure: ClosureId, steps: Vec<String>, now: Time) -> Moved {
        match self {
            Self::Partial { .. } | Self::ManualFollowUp { .. } => {
                let state = Self::Running { at: now, phase: Phase::Revalidate, attempts: 0, due: now };
                Ok((state, Event::ClosureReplayed { closure, steps }))
            }
            Self::Running { .. } => Err(illegal("The closure is being worked at this moment.")),
            Self::Completed { .. } | Self::SkippedIdempotent { .. } => {
                Err(illegal("Every step is done already: there is nothing to replay."))
            }
        }
    }

    /// When a worker may take it.
    pub const fn due(&self) -> Option<Time> {
        match self {
            Self::Running { due, .. } => Some(*due),
            Self::Partial { next_try, .. } => *next_try,
            Self::Completed { .. } | Self::SkippedIdempotent { .. } | Self::ManualFollowUp { .. } => None,
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> ClosureStatus {
        match self {
            Self::Running { .. } => ClosureStatus::Running,
            Self::Completed { .. } => ClosureStatus::Completed,
            Self::Partial { .. } => ClosureStatus::Partial,
            Self::SkippedIdempotent { .. } => ClosureStatus::SkippedIdempotent,
            Self::ManualFollowUp { .. } => ClosureStatus::ManualFollowUp,
        }
    }

    fn ended(&self) -> Refusal {
        illegal(match self {
            Self::Running { .. } => "The closure is being worked at this moment.",
            _ => "The closure is not being worked.",
        })
    }
}

/// What a closure is once its steps are as they are.
fn settled(steps: &[Step], now: Time) -> Closure {
    let is = |wanted: StepStatus| steps.iter().filter(|step| step.status() == wanted).count();
    let (done, already) = (is(StepStatus::Done), is(StepStatus::AlreadyDone));
    if already == steps.len() {
        return Closure::SkippedIdempotent { at: now };
    }
    if done + already == steps.len() {
        return Closure::Completed { at: now };
    }
    let next_try = steps.iter().filter_map(Step::next_try).min();
    let reason = steps.iter().find_map(Step::reason);
    match (next_try, reason) {
        (None, Some(reason)) if done + already == 0 => Closure::ManualFollowUp { at: now, reason },
        _ => Closure::Partial { at: now, next_try },
    }
}

fn illegal(why: &str) -> Refusal {
    Refusal::new(Code::IllegalMove, why)
}

#[cfg(test)]
mod tests;
