//! A message of a channel on its way: sent until it is taken, or until a person is needed.

use serde::Serialize;

use crate::{
    Refusal, Time,
    refusal::Code,
    resumption::{Resumption, Setback},
};

tagged! {
    "Dispatch", "state", "state@";
    /// How far a message is. It is sent at least once, every time with the same id.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Dispatch {
        /// It is to be sent.
        Waiting {
            /// Not before: later than it was made while the quiet hours of whoever is told last.
            due: Time,
            /// Tries that failed before.
            attempts: u32,
        },
        /// A worker is sending it.
        Sending {
            /// Which try this is, from 1.
            attempt: u32,
            /// When the worker is taken for dead and the try is made again.
            leased_until: Time,
        },
        /// It was taken.
        Sent {
            /// When.
            at: Time,
            /// By which try.
            attempt: u32,
        },
        /// The last try failed.
        Failed {
            /// Tries so far.
            attempts: u32,
            /// Why the last one failed.
            cause: String,
            /// When it failed.
            failed_at: Time,
            /// When it is tried again; `None` when a person is needed.
            next_try: Option<Time>,
        },
        /// It is not sent any more: what it tells is over.
        Dropped {
            /// When.
            at: Time,
            /// Why.
            because: String,
        },
    }
}

impl Dispatch {
    /// A message that is to be sent now.
    pub const fn new(now: Time) -> Self {
        Self::Waiting { due: now, attempts: 0 }
    }

    /// A worker takes it. A lease that is over is that of a worker that died: its try is made again. A time that is
    /// further ahead than there are any was noted by a clock that was wrong.
    pub fn lease(self, leased_until: Time, now: Time) -> Result<Self, Refusal> {
        let attempt = match self {
            Self::Waiting { due, attempts } if due <= now => attempts + 1,
            Self::Failed { attempts, next_try: Some(next), .. }
                if next <= now || next > Resumption::longest_pause(now) =>
            {
                attempts + 1
            }
            Self::Sending { attempt, leased_until: before }
                if before <= now || before > Resumption::longest_pause(now) =>
            {
                attempt
            }
            Self::Waiting { .. }
            | Self::Sending { .. }
            | Self::Failed { .. }
            | Self::Sent { .. }
            | Self::Dropped { .. } => return Err(illegal("Nothing is to be sent now.")),
        };
        Ok(Self::Sending { attempt, leased_until })
    }

    /// Nobody is to be disturbed before then: the try that began is none.
    pub fn hold(self, until: Time) -> Result<Self, Refusal> {
        match self {
            Self::Sending { attempt, .. } => Ok(Self::Waiting { due: until, attempts: attempt - 1 }),
            _ => Err(illegal("It is not being sent.")),
        }
    }

    /// The try was taken.
    pub fn sent(self, at: Time) -> Result<Self, Refusal> {
        match self {
            Self::Sending { attempt, .. } => Ok(Self::Sent { at, attempt }),
            _ => Err(illegal("It is not being sent.")),
        }
    }

    /// The try failed.
    pub fn fail(self, setback: Setback, now: Time) -> Result<Self, Refusal> {
        match self {
            Self::Sending { attempt, .. } if attempt == setback.attempt => {
                let Setback { attempt: attempts, cause, next_try } = setback;
                Ok(Self::Failed { attempts, cause, failed_at: now, next_try })
            }
            _ => Err(illegal("This try is not under way any more.")),
        }
    }

    /// What it tells is over before it was sent.
    pub fn drop_it(self, because: &str, now: Time) -> Result<Self, Refusal> {
        match self {
            Self::Sending { .. } => Ok(Self::Dropped { at: now, because: because.to_owned() }),
            _ => Err(illegal("It is not being sent.")),
        }
    }

    /// A person has it sent again. Where no try was left, they begin anew.
    pub fn retry(self, now: Time) -> Result<Self, Refusal> {
        match self {
            Self::Failed { attempts, next_try, .. } => {
                Ok(Self::Waiting { due: now, attempts: if next_try.is_some() { attempts } else { 0 } })
            }
            Self::Waiting { .. } | Self::Sending { .. } => Err(illegal("It is being sent already.")),
            Self::Sent { .. } => Err(illegal("It was sent already.")),
            Self::Dropped { .. } => Err(illegal("What it tells is over.")),
        }
    }

    /// When a worker may take it.
    pub const fn due(&self) -> Option<Time> {
        match self {
            Self::Waiting { due, .. } => Some(*due),
            Self::Sending { leased_until, .. } => Some(*leased_until),
            Self::Failed { next_try, .. } => *next_try,
            Self::Sent { .. } | Self::Dropped { .. } => None,
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Sending { .. } => "sending",
            Self::Sent { .. } => "sent",
            Self::Failed { .. } => "failed",
            Self::Dropped { .. } => "dropped",
        }
    }
}

fn illegal(why: &str) -> Refusal {
    Refusal::new(Code::IllegalMove, why)
}
