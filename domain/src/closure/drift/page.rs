//! Drift as lists and receipts show it.

use serde::{Deserialize, Serialize};

use super::{Drift, DriftStatus, Looked};
use crate::{Time, id::ClosureId};

/// How the records of a closure stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureDrift"))]
pub struct DriftReport {
    /// The word for it.
    pub status: DriftStatus,
    /// The status with its data.
    pub state: Drift,
    /// The name of whoever accepted it.
    pub accepted_by: Option<String>,
    /// The records, the source first.
    pub records: Vec<Looked>,
    /// When they were looked at last.
    pub looked_at: Option<Time>,
    /// When they are looked at next by themselves; absent once that is over.
    pub next_look: Option<Time>,
}

/// A closure in the list of what drifts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureDriftItem"))]
pub struct DriftRow {
    /// The closure.
    pub closure_id: ClosureId,
    /// What it is about.
    pub title: String,
    /// The workflow whose policy it follows.
    pub workflow: String,
    /// The policy.
    pub rule: String,
    /// How its records stand.
    pub drift: DriftReport,
}
