//! The words for how far a closure is, and each of its steps.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::actor::{UnknownWord, words};

words! {
    /// The status of a closure.
    ClosureStatus {
        /// It is being worked.
        Running = "running",
        /// Every step is done, and confirmed.
        Completed = "completed",
        /// Some steps are done and some are not.
        Partial = "partial",
        /// Everything was as it should be already: nothing was written.
        SkippedIdempotent = "skipped_idempotent",
        /// It stopped before anything was done: a person is needed.
        ManualFollowUp = "manual_follow_up",
    }
}

words! {
    /// What a running closure does next. What came before is stored.
    Phase {
        /// Looks again at what settled it.
        Revalidate = "revalidate",
        /// Finds out what its steps are.
        Plan = "plan",
        /// Does them.
        Execute = "execute",
        /// Says what became of them.
        Confirm = "confirm",
    }
}

words! {
    /// The status of a step.
    StepStatus {
        /// It is to be done.
        Planned = "planned",
        /// It is about to be written, and may have been.
        Writing = "writing",
        /// It was written, and is confirmed.
        Done = "done",
        /// It was found as it should be.
        AlreadyDone = "already_done",
        /// It failed, and can be tried again.
        Failed = "failed",
        /// A person is needed.
        Blocked = "blocked",
    }
}
