//! Decisions that were not applied: why, and what was typed.

use serde::{Deserialize, Serialize};

use crate::{Time, gate::ConditionResult};

tagged! {
    "Setback", "setback", "setback@";
    /// Why a decision was not applied, shown on the page with the draft kept.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    #[serde(tag = "setback", rename_all = "snake_case")]
    pub enum Setback {
        /// 409: somebody else's decision settled it first.
        AlreadyDecided {
            /// Whose, when it is known.
            winner: Option<String>,
            /// When.
            at: Option<Time>,
        },
        /// 412: the package has a newer revision.
        NewRevision {
            /// The revision that was read.
            read: u32,
            /// The one that stands now.
            current: u32,
        },
        /// 409: a condition no longer holds.
        ConditionsChanged {
            /// The conditions that do not hold now.
            unmet: Vec<ConditionResult>,
        },
        /// 409: the time is over.
        Expired,
        /// 403: not entitled, excluded, or voted already.
        NotAllowed {
            /// The refusal's sentence.
            message: String,
        },
        /// 422: a field of the form.
        Invalid {
            /// `verdict`, `edited_input`, `items`, `reason_code`, `notes`, `confirmed` or `password`.
            field: String,
            /// What to do.
            message: String,
        },
        /// 503: nothing was stored.
        Unavailable {
            /// The sentence, with the id to report.
            message: String,
        },
    }
}

/// What was typed, so that nothing is lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The verdict's word.
    pub verdict: Option<String>,
    /// The reason code.
    pub reason_code: Option<String>,
    /// The notes.
    pub notes: Option<String>,
    /// The arguments as they were edited, as JSON text.
    #[serde(default)]
    pub edited_input: Option<String>,
    /// What was said about each item, in their order.
    #[serde(default)]
    pub items: Vec<DraftItem>,
}

/// What was typed about an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftItem {
    /// The verdict's word.
    pub verdict: Option<String>,
    /// Words for the agent.
    pub notes: Option<String>,
}

/// A decision that was not applied, with its draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unapplied {
    /// Why.
    pub setback: Setback,
    /// What was typed.
    pub draft: Draft,
}
