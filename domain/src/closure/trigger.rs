//! What sets a closure going: an event with the source that speaks with authority about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::rule::Moment;
use crate::{
    Time,
    id::{ApprovalId, KeyId, RunId},
};

/// The record that was settled, as its own system names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureSource"))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The system of record.
    pub system: String,
    /// The record's id there.
    pub record: String,
    /// The version of what was settled.
    pub version: String,
    /// Where the record can be read: below the address of a registered target, with its credential.
    #[serde(default)]
    pub url: Option<String>,
    /// What must stand there, by JSON pointer, for the event to hold.
    #[serde(default)]
    pub expect: BTreeMap<String, Value>,
}

/// Why a closure began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureTrigger"))]
pub struct Trigger {
    /// The event's id: its sender's own, or that of the log's entry.
    pub event_id: String,
    /// What kind of moment it was.
    pub moment: Moment,
    /// When it happened.
    pub occurred_at: Time,
    /// What was settled.
    pub source: Source,
    /// How: `approved`, `completed`, `false_positive` …
    pub disposition: String,
    /// Ids and references that belong to it.
    #[serde(default)]
    pub context: BTreeMap<String, Value>,
    /// The run, for what happened here.
    #[serde(default)]
    pub run: Option<RunId>,
    /// The approval, where it is about one.
    #[serde(default)]
    pub approval: Option<ApprovalId>,
    /// The key that told of it.
    #[serde(default)]
    pub key: Option<KeyId>,
}

impl Trigger {
    /// The event as conditions and templates read it.
    pub fn root(&self) -> Value {
        let Source { system, record, version, .. } = &self.source;
        json!({
            "id": self.event_id,
            "kind": self.moment,
            "at": self.occurred_at,
            "disposition": self.disposition,
            "source": {"system": system, "record": record, "version": version},
            "context": self.context.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>(),
        })
    }
}
