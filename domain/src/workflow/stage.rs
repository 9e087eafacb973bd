//! A stage as a definition has it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Condition, Review};
use crate::actor::{UnknownWord, words};

words! {
    /// Whether stages follow each other by themselves.
    Advance {
        /// A check on a pending stage's tool tries to enter it, and exits are evaluated after each fact.
        Auto = "auto",
        /// The harness enters and completes.
        Explicit = "explicit",
    }
}

/// A step with entry conditions and exit criteria.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// A CEL identifier, unique among stages and gates.
    pub id: String,
    /// The tools that may be called only while it is active.
    pub tools: Vec<String>,
    /// What must hold to enter it; without any, that the stage before is complete.
    pub entry: Vec<Condition>,
    /// What must be recorded to complete it.
    pub exit: Vec<Condition>,
    /// Who must agree to its completion.
    pub review: Option<Review>,
    /// What follows its failure.
    pub on_failure: OnFailure,
    /// What follows the rejection of its review.
    pub on_reject: OnReject,
    /// What undoes its effects, in the order in which they come about.
    pub compensate: Vec<Compensate>,
}

/// What follows the failure of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It may be entered again.
    #[default]
    Retry,
    /// A stage before it and every later one are to be done again.
    ReturnTo(String),
    /// Nothing is undone: what was recorded stays, and it may be entered again.
    Keep,
}

words! {
    /// What follows the rejection of a stage's review.
    OnReject {
        /// The stage fails.
        FailStage = "fail_stage",
        /// The run is cancelled.
        CancelRun = "cancel_run",
    }
}

/// The call that undoes an effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compensate {
    /// The tool.
    pub tool: String,
    /// Its input; texts may hold `{{…}}`.
    pub input: BTreeMap<String, Value>,
}
