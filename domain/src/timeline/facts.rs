//! What is recorded of a run, as its page shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Time;

/// A recorded fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactRow {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Where it came from.
    pub source: String,
    /// The source's reference.
    pub reference: Option<String>,
    /// Its version.
    pub version: i64,
    /// When.
    pub written_at: Time,
    /// Whether the agent could have written it by itself.
    pub agent_grade: bool,
    /// What was recorded before, newest first.
    pub earlier: Vec<EarlierFact>,
}

/// An earlier version of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlierFact {
    /// Its value.
    pub value: Value,
    /// Where it came from.
    pub source: String,
    /// The source's reference.
    pub reference: Option<String>,
    /// Its version.
    pub version: i64,
    /// When.
    pub written_at: Time,
}
