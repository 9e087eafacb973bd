//! What does not fit together and cannot be repaired without a person.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    actor::{UnknownWord, words},
    id::{ApprovalId, RunId},
};

words! {
    /// What does not fit together.
    AlertKind {
        /// An approval waits for people, and its session has ended: whatever is decided wakes nobody.
        SessionEnded = "session_ended",
        /// An effect of a failed stage could not be undone, or nobody knows whether there is one.
        CompensationFailed = "compensation_failed",
        /// A session waits for an approval that does not exist: nobody can wake it.
        ApprovalMissing = "approval_missing",
        /// A tool ran with another input than was allowed: nothing is taken from its result.
        InputDiffers = "input_differs",
    }
}

/// An alert that stands until its cause is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What does not fit together.
    pub kind: AlertKind,
    /// The id of the approval, session, compensation or gate check that it is about.
    pub about: String,
    /// The run.
    pub run: RunId,
    /// The approval to look at, where there is one.
    pub approval: Option<ApprovalId>,
    /// Since when it is known.
    pub raised_at: Time,
}
