//! A step of an enforced execution as a run goes through it: begun by the executor, verified by what is looked at and
//! never by anybody's word, and begun again where it was not.

mod executor;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Digest, Refusal, Time,
    actor::{UnknownWord, words},
    canonical,
    event::Event,
    id::ApprovalId,
    refusal::Code,
};

pub use executor::{Beginning, Executor};

/// The most bytes of evidence of one step.
pub const MAX_EVIDENCE: usize = 64 << 10;
/// The longest account of what went wrong, in characters.
pub const MAX_ERROR: usize = 4_000;

tagged! {
    "State", "state", "state@";
    /// The state of a step.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum State {
        /// Nobody has begun it.
        Pending,
        /// The executor is at it, or was when it was ended.
        Running {
            /// Since when.
            begun_at: Time,
            /// Who.
            executor: Executor,
        },
        /// People decide.
        Awaiting {
            /// Since when.
            begun_at: Time,
            /// By this approval.
            approval: ApprovalId,
        },
        /// Everything that is verified of it holds.
        Verified {
            /// When it was begun.
            begun_at: Time,
            /// When.
            verified_at: Time,
            /// The approval, where people decided.
            approval: Option<ApprovalId>,
        },
        /// Something does not hold, or people did not agree.
        Failed {
            /// When it was begun.
            begun_at: Time,
            /// When.
            failed_at: Time,
            /// What.
            error: String,
        },
    }
}

words! {
    /// The state of a step without its data.
    StepStatus {
        /// Nobody has begun it.
        Pending = "pending",
        /// The executor is at it.
        Running = "running",
        /// People decide.
        Awaiting = "awaiting",
        /// Everything that is verified of it holds.
        Verified = "verified",
        /// Something does not hold.
        Failed = "failed",
    }
}

/// Which step, and which try.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// The step's id.
    pub step: &'a str,
    /// The try, from 1.
    pub attempt: u32,
}

/// The new state and the event it is recorded by.
pub type Moved = Result<(State, Event), Refusal>;

impl State {
    /// The executor begins, or begins again what was not verified.
    ///
    /// # Errors
    /// `wrong_step` where people decide, it is verified, or another executor is at it.
    pub fn start(self, of: Of<'_>, by: Beginning, now: Time) -> Moved {
        if !by.takes_over {
            self.must_be_of(of.step, &by.executor)?;
        }
        match self {
            Self::Pending | Self::Running { .. } | Self::Failed { .. } => {
                let event = Event::StepBegun { step: of.step.to_owned(), attempt: of.attempt };
                Ok((Self::Running { begun_at: now, executor: by.executor }, event))
            }
            Self::Awaiting { .. } | Self::Verified { .. } => Err(self.is_not(of, "to be begun")),
        }
    }

    /// Refuses another executor than the one that is at it, if any is.
    ///
    /// # Errors
    /// `wrong_step` with who that is, and what to do.
    pub fn must_be_of(&self, step: &str, by: &Executor) -> Result<(), Refusal> {
        let Self::Running { begun_at, executor } = self else { return Ok(()) };
        if executor == by {
            return Ok(());
        }
        let since = begun_at.format("%Y-%m-%d %H:%M:%S UTC");
        let message = format!(
            "The step {step} is done by another executor since {since}: {executor}. Wait for it. If it is gone for good, \
             begin the step with `take_over: true` (countersign exec --take-over)."
        );
        let refusal = wrong_step(step, self.status(), message).with("executor", executor.to_string());
        Err(refusal.with("since", serde_json::json!(begun_at)))
    }

    /// People are asked.
    ///
    /// # Errors
    /// `wrong_step` where they are already, or it is verified.
    pub fn submit(self, of: Of<'_>, approval: ApprovalId, now: Time) -> Moved {
        match self {
            Self::Pending | Self::Running { .. } | Self::Failed { .. } => {
                let event = Event::StepSubmitted { step: of.step.to_owned(), attempt: of.attempt, approval };
                Ok((Self::Awaiting { begun_at: now, approval }, event))
            }
            Self::Awaiting { .. } | Self::Verified { .. } => Err(self.is_not(of, "to be begun")),
        }
    }

    /// Everything holds.
    ///
    /// # Errors
    /// `wrong_step` unless it was begun.
    pub fn verify(self, of: Of<'_>, evidence: &Value, now: Time) -> Moved {
        let (begun_at, approval) = match self {
            Self::Running { begun_at, .. } => (begun_at, None),
            Self::Awaiting { begun_at, approval } => (begun_at, Some(approval)),
            Self::Pending | Self::Verified { .. } | Self::Failed { .. } => return Err(self.is_not(of, "running")),
        };
        let evidence = canonical::digest("step-evidence/v1", evidence);
        let event = Event::StepVerified { step: of.step.to_owned(), attempt: of.attempt, evidence };
        Ok((Self::Verified { begun_at, verified_at: now, approval }, event))
    }

    /// Something does not hold.
    ///
    /// # Errors
    /// `wrong_step` unless it was begun.
    pub fn fail(self, of: Of<'_>, error: String, now: Time) -> Moved {
        match self {
            Self::Running { begun_at, .. } | Self::Awaiting { begun_at, .. } => {
                let (step, attempt) = (of.step.to_owned(), of.attempt);
                let event = Event::StepFailed { step, attempt, error: error.clone() };
                Ok((Self::Failed { begun_at, failed_at: now, error }, event))
            }
            Self::Pending | Self::Verified { .. } | Self::Failed { .. } => Err(self.is_not(of, "running")),
        }
    }

    /// The approval by which people decide, or did.
    pub const fn approval(&self) -> Option<ApprovalId> {
        match self {
            Self::Awaiting { approval, .. } => Some(*approval),
            Self::Verified { approval, .. } => *approval,
            Self::Pending | Self::Running { .. } | Self::Failed { .. } => None,
        }
    }

    /// When it was begun, verified or failed, whichever came last.
    pub const fn moved_at(&self) -> Option<Time> {
        match self {
            Self::Pending => None,
            Self::Running { begun_at, .. } | Self::Awaiting { begun_at, .. } => Some(*begun_at),
            Self::Verified { verified_at, .. } => Some(*verified_at),
            Self::Failed { failed_at, .. } => Some(*failed_at),
        }
    }

    /// The state without its data.
    pub const fn status(&self) -> StepStatus {
        match self {
            Self::Pending => StepStatus::Pending,
            Self::Running { .. } => StepStatus::Running,
            Self::Awaiting { .. } => StepStatus::Awaiting,
            Self::Verified { .. } => StepStatus::Verified,
            Self::Failed { .. } => StepStatus::Failed,
        }
    }

    fn is_not(&self, of: Of<'_>, wanted: &str) -> Refusal {
        let (step, status) = (of.step, self.status());
        wrong_step(step, status, format!("The step {step} is {status}, not {wanted}."))
    }
}

/// 409: the step is not where this move begins.
pub fn wrong_step(step: &str, status: StepStatus, message: impl Into<String>) -> Refusal {
    Refusal::new(Code::WrongStep, message).with("step", step).with("step_status", status.as_str())
}

/// What the log and the package call a step: its number and its id, as in `1-metrics`.
pub fn numbered(position: usize, id: &str) -> String {
    format!("{}-{id}", position + 1)
}

/// The digest that names what people agree to at a step: the run, the step and everything verified before it.
pub fn action_digest(run: uuid::Uuid, step: &str, evidence: &Value) -> Digest {
    let evidence = canonical::to_string(evidence);
    Digest::of_parts("step/v1", &[run.as_bytes(), step.as_bytes(), evidence.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::KeyId, testing::at};
    use std::fmt::Write as _;
    use uuid::Uuid;

    fn by(name: &str, takes_over: bool) -> Beginning {
        let executor = Executor { key: KeyId::from_uuid(Uuid::nil()), name: Some(name.to_owned()) };
        Beginning { executor, takes_over }
    }

    fn states() -> [State; 5] {
        let approval = ApprovalId::from_uuid(Uuid::nil());
        [
            State::Pending,
            State::Running { begun_at: at(0), executor: by("one", false).executor },
            State::Awaiting { begun_at: at(0), approval },
            State::Verified { begun_at: at(0), verified_at: at(1), approval: Some(approval) },
            State::Failed { begun_at: at(0), failed_at: at(1), error: "exit code 1".to_owned() },
        ]
    }

    type Move = fn(State) -> Moved;

    #[test]
    fn every_state_meets_every_move() {
        const OF: Of<'static> = Of { step: "tests", attempt: 2 };
        let moves: [(&str, Move); 6] = [
            ("start", |state| state.start(OF, by("one", false), at(2))),
            ("other", |state| state.start(OF, by("two", false), at(2))),
            ("take", |state| state.start(OF, by("two", true), at(2))),
            ("submit", |state| state.submit(OF, ApprovalId::from_uuid(Uuid::nil()), at(2))),
            ("verify", |state| state.verify(OF, &Value::Null, at(2))),
            ("fail", |state| state.fail(OF, "exit code 2".to_owned(), at(2))),
        ];
        let mut table = String::new();
        for state in states() {
            writeln!(table, "{}", state.status()).expect("write");
            for (step, take) in moves {
                let met = match take(state.clone()) {
                    Ok((state, event)) => format!("{}  [{}]", state.status(), event.kind()),
                    Err(refusal) => format!("refused: {}", refusal.message),
                };
                writeln!(table, "  {step:<7} {met}").expect("write");
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn another_executor_reads_who_is_at_it() {
        let refusal = states()[1].must_be_of("tests", &by("two", false).executor).expect_err("another");
        let who = format!("one ({})", KeyId::from_uuid(Uuid::nil()));
        assert!(refusal.message.contains(&who) && refusal.message.contains("--take-over"), "{}", refusal.message);
        assert!(states()[1].must_be_of("tests", &by("one", false).executor).is_ok());
        assert!(states()[1].must_be_of("tests", &Executor { name: None, ..by("", false).executor }).is_err());
    }

    #[test]
    fn a_stored_state_is_read_back() {
        for state in states() {
            let text = serde_json::to_string(&state).expect("JSON");
            assert_eq!(serde_json::from_str::<State>(&text).expect("state"), state, "{text}");
        }
    }
}
