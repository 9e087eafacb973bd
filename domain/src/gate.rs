//! Gate checks: their outcome and the evidence they leave.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Digest, Time,
    actor::{UnknownWord, words},
    canonical,
    id::RunId,
};

words! {
    /// What a gate check answers.
    Outcome {
        /// The call may run.
        Allow = "allow",
        /// The call may not run; the error says why.
        Block = "block",
        /// A person decides; the session is suspended.
        Suspend = "suspend",
    }
}

words! {
    /// The summary line of gate evidence.
    GateResult {
        /// Every condition held.
        Passed = "PASSED",
        /// At least one did not.
        Failed = "FAILED",
    }
}

/// What one condition saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConditionResult {
    /// The condition's name.
    pub name: String,
    /// Its CEL text.
    pub when: String,
    /// What it compares with, as text, where it can be told from the expression.
    pub expected: String,
    /// What was recorded: one value, an object of values by fact name, or null for absent.
    pub recorded: Value,
    /// Where the recorded value came from.
    pub source: Option<String>,
    /// When it was recorded.
    pub recorded_at: Option<Time>,
    /// Whether the condition held. Only `true` does: errors, absence and other types do not.
    pub passed: bool,
    /// The workflow's own message when it did not, exactly as the agent reads it.
    pub message: Option<String>,
    /// Every fact the expression reads, absent ones included.
    #[serde(default)]
    pub facts: Vec<FactRead>,
}

/// A fact as a condition read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactRead {
    /// Its name.
    pub name: String,
    /// Its value; `None` when absent or too old.
    pub value: Option<Value>,
    /// Source system or tool.
    pub source: Option<String>,
    /// The source's own reference.
    pub reference: Option<String>,
    /// When it was written.
    pub recorded_at: Option<Time>,
    /// Its version, from 1.
    pub version: Option<i64>,
    /// Whether the agent could have written it by itself; left out where it could not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub agent_grade: bool,
}

/// What the agent said beside what is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asserted {
    /// The fact's name.
    pub name: String,
    /// The agent's words.
    pub asserted: Value,
    /// The recorded value, `None` when nothing is.
    pub recorded: Option<Value>,
    /// The recorded value's source.
    #[serde(default)]
    pub source: Option<String>,
    /// The source's reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// When it was recorded.
    #[serde(default)]
    pub recorded_at: Option<Time>,
}

impl Asserted {
    /// Whether the agent said something else than is recorded.
    pub fn differs(&self) -> bool {
        self.recorded.as_ref() != Some(&self.asserted)
    }
}

/// The record of one evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The gate, or `default` for tools no gate names.
    pub gate_id: String,
    /// When it was evaluated.
    pub checked_at: Time,
    /// `countersign <version> <workflow>@<version>`.
    pub checked_by: String,
    /// Whether every condition held.
    pub result: GateResult,
    /// The conditions, in file order.
    pub conditions: Vec<ConditionResult>,
    /// What the agent asserted beside what is recorded.
    pub assertions: Vec<Asserted>,
}

/// The digest that names an action: tool, canonical input, run and gate.
pub fn action_digest(tool: &str, input: &Value, run: RunId, gate: &str) -> Digest {
    action_digest_of(tool, &canonical::to_string(input), run, gate)
}

/// The same, of an input whose canonical text is at hand.
pub fn action_digest_of(tool: &str, input: &str, run: RunId, gate: &str) -> Digest {
    Digest::of_parts("action/v1", &[tool.as_bytes(), input.as_bytes(), run.uuid().as_bytes(), gate.as_bytes()])
}
