//! An attempt at a stage: what is done once, undone as a whole, and done again. A run has one attempt of each stage
//! that counts; the ones before are kept.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    actor::{UnknownWord, words},
    event::Event,
    id::{ApprovalId, HandoffId, SnapshotId},
    refusal::Code,
};

/// The longest error a harness reports, in characters.
pub const MAX_ERROR: usize = 4_000;

tagged! {
    "Attempt", "state", "state@";
    /// The state of an attempt.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Attempt {
        /// Nobody has entered it.
        Pending,
        /// Its tools may be called.
        Active {
            /// Since when.
            entered_at: Time,
            /// The review its completion waits for.
            awaiting: Option<ApprovalId>,
        },
        /// Its exit criteria held, and the handoff was issued.
        Complete {
            /// When it was entered.
            entered_at: Time,
            /// When.
            completed_at: Time,
            /// What the next stage starts from.
            handoff: HandoffId,
            /// The review that agreed, if one had to.
            approval: Option<ApprovalId>,
        },
        /// Its harness, or the people who reviewed it, gave it up; what it did outside is being undone.
        Failed {
            /// When it was entered.
            entered_at: Time,
            /// When.
            failed_at: Time,
            /// What went wrong.
            error: String,
        },
        /// Nothing is left of it.
        RolledBack {
            /// When it was entered.
            entered_at: Time,
            /// When it failed.
            failed_at: Time,
            /// What went wrong.
            error: String,
            /// When the last of its effects was undone.
            rolled_back_at: Time,
        },
    }
}

words! {
    /// The state of an attempt without its data.
    AttemptStatus {
        /// Nobody has entered it.
        Pending = "pending",
        /// Its tools may be called.
        Active = "active",
        /// Its exit criteria held.
        Complete = "complete",
        /// It was given up, and something of it is left.
        Failed = "failed",
        /// It was given up, and nothing of it is left.
        RolledBack = "rolled_back",
    }
}

words! {
    /// Which end of a stage is meant.
    StageEnd {
        /// Where it is entered.
        Entry = "entry",
        /// Where it is left.
        Exit = "exit",
    }
}

/// Which attempt is moved: the stage by its id, and its number from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of<'a> {
    /// The stage.
    pub stage: &'a str,
    /// The attempt.
    pub attempt: u32,
}

type Moved = Result<(Attempt, Event), Refusal>;

impl Attempt {
    /// The entry conditions hold: its tools may be called.
    ///
    /// # Errors
    /// `illegal_move` unless it is pending.
    pub fn enter(self, of: Of<'_>, snapshot: SnapshotId, now: Time) -> Moved {
        match self {
            Self::Pending => {
                let event = Event::StageEntered { stage: of.stage.to_owned(), attempt: of.attempt, snapshot };
                Ok((Self::Active { entered_at: now, awaiting: None }, event))
            }
            Self::Active { .. } | Self::Complete { .. } | Self::Failed { .. } | Self::RolledBack { .. } => {
                Err(self.is_not(of, "pending"))
            }
        }
    }

    /// The exit criteria hold, and people must agree.
    ///
    /// # Errors
    /// `illegal_move` unless it is active and waits for nobody.
    pub fn submit(self, of: Of<'_>, approval: ApprovalId) -> Moved {
        match self {
            Self::Active { entered_at, awaiting: None } => {
                let event = Event::StageSubmitted { stage: of.stage.to_owned(), attempt: of.attempt, approval };
                Ok((Self::Active { entered_at, awaiting: Some(approval) }, event))
            }
            Self::Active { awaiting: Some(_), .. } => {
                Err(Refusal::new(Code::IllegalMove, "The stage waits for people already."))
            }
            Self::Pending | Self::Complete { .. } | Self::Failed { .. } | Self::RolledBack { .. } => {
                Err(self.is_not(of, "active"))
            }
        }
    }

    /// The review ended without an approval or a rejection: it may be submitted again.
    ///
    /// # Errors
    /// `illegal_move` unless it waits for this review.
    pub fn withdraw(self, of: Of<'_>, approval: ApprovalId) -> Moved {
        match self {
            Self::Active { entered_at, awaiting: Some(held) } if held == approval => {
                let event = Event::StageWithdrawn { stage: of.stage.to_owned(), attempt: of.attempt, approval };
                Ok((Self::Active { entered_at, awaiting: None }, event))
            }
            Self::Pending
            | Self::Active { .. }
            | Self::Complete { .. }
            | Self::Failed { .. }
            | Self::RolledBack { .. } => {
                Err(Refusal::new(Code::IllegalMove, "The stage does not wait for this approval."))
            }
        }
    }

    /// The exit criteria hold, and whoever had to agree has.
    ///
    /// # Errors
    /// `illegal_move` unless it is active, and waits for nobody else.
    pub fn complete(self, of: Of<'_>, approved: Option<ApprovalId>, handoff: HandoffId, now: Time) -> Moved {
        match self {
            Self::Active { entered_at, awaiting } if awaiting == approved => {
                let event = Event::StageCompleted { stage: of.stage.to_owned(), attempt: of.attempt, handoff };
                Ok((Self::Complete { entered_at, completed_at: now, handoff, approval: approved }, event))
            }
            Self::Active { .. } => Err(Refusal::new(Code::IllegalMove, "The stage waits for people.")),
            Self::Pending | Self::Complete { .. } | Self::Failed { .. } | Self::RolledBack { .. } => {
                Err(self.is_not(of, "active"))
            }
        }
    }

    /// It is given up. A review it waits for is settled before. Whoever gives up what is complete has made sure that
    /// nothing was built upon it.
    ///
    /// # Errors
    /// `illegal_move` unless it is active or complete.
    pub fn fail(self, of: Of<'_>, error: String, user_message: &str, now: Time) -> Moved {
        match self {
            Self::Active { entered_at, .. } | Self::Complete { entered_at, .. } => {
                let event = Event::StageFailed {
                    stage: of.stage.to_owned(),
                    attempt: of.attempt,
                    error: error.clone(),
                    user_message: user_message.to_owned(),
                };
                Ok((Self::Failed { entered_at, failed_at: now, error }, event))
            }
            Self::Pending | Self::Failed { .. } | Self::RolledBack { .. } => Err(self.is_not(of, "active")),
        }
    }

    /// A complete stage is to be done once more, because one after it failed: the attempt is undone with it.
    ///
    /// # Errors
    /// `illegal_move` unless it is complete.
    pub fn reopen(self, of: Of<'_>, because: &str, now: Time) -> Moved {
        match self {
            Self::Complete { entered_at, .. } => {
                let (stage, because) = (of.stage.to_owned(), because.to_owned());
                let event = Event::StageReopened { stage, attempt: of.attempt, because: because.clone() };
                Ok((Self::Failed { entered_at, failed_at: now, error: because }, event))
            }
            Self::Pending | Self::Active { .. } | Self::Failed { .. } | Self::RolledBack { .. } => {
                Err(self.is_not(of, "complete"))
            }
        }
    }

    /// The last of its effects was undone.
    ///
    /// # Errors
    /// `illegal_move` unless it has failed.
    pub fn roll_back(self, of: Of<'_>, now: Time) -> Moved {
        match self {
            Self::Failed { entered_at, failed_at, error } => {
                let event = Event::StageRolledBack { stage: of.stage.to_owned(), attempt: of.attempt };
                Ok((Self::RolledBack { entered_at, failed_at, error, rolled_back_at: now }, event))
            }
            Self::Pending | Self::Active { .. } | Self::Complete { .. } | Self::RolledBack { .. } => {
                Err(self.is_not(of, "failed"))
            }
        }
    }

    /// The review it waits for.
    pub const fn awaiting(&self) -> Option<ApprovalId> {
        match self {
            Self::Active { awaiting, .. } => *awaiting,
            Self::Pending | Self::Complete { .. } | Self::Failed { .. } | Self::RolledBack { .. } => None,
        }
    }

    /// The review that agreed to its completion, as long as it is complete.
    pub const fn approved_by(&self) -> Option<ApprovalId> {
        match self {
            Self::Complete { approval, .. } => *approval,
            Self::Pending | Self::Active { .. } | Self::Failed { .. } | Self::RolledBack { .. } => None,
        }
    }

    /// When it was entered, completed or given up, whichever came last.
    pub const fn moved_at(&self) -> Option<Time> {
        match self {
            Self::Pending => None,
            Self::Active { entered_at, .. } => Some(*entered_at),
            Self::Complete { completed_at, .. } => Some(*completed_at),
            Self::Failed { failed_at, .. } => Some(*failed_at),
            Self::RolledBack { rolled_back_at, .. } => Some(*rolled_back_at),
        }
    }

    /// The state without its data.
    pub const fn status(&self) -> AttemptStatus {
        match self {
            Self::Pending => AttemptStatus::Pending,
            Self::Active { .. } => AttemptStatus::Active,
            Self::Complete { .. } => AttemptStatus::Complete,
            Self::Failed { .. } => AttemptStatus::Failed,
            Self::RolledBack { .. } => AttemptStatus::RolledBack,
        }
    }

    fn is_not(&self, of: Of<'_>, wanted: &str) -> Refusal {
        let (stage, status) = (of.stage, self.status());
        let message = format!("The stage {stage} is {status}, not {wanted}.");
        Refusal::new(Code::IllegalMove, message).with("stage", stage).with("stage_status", status.as_str())
    }
}

#[cfg(test)]
mod tests;
