//! An event as the log keeps it.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::{
    Actor, Digest, Time, canonical,
    id::{ApprovalId, EventId, RunId},
};

/// An event with all the log keeps of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Time,
    /// Who caused it.
    pub actor: Actor,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// The approval it concerns.
    pub approval: Option<ApprovalId>,
    /// The subject of the run.
    pub subject: Option<String>,
    /// What happened.
    pub event: Event,
}

impl Entry {
    /// The salted commitment of the payload: the payload can be erased later, the log still proves what it was.
    pub fn commitment(&self, salt: &[u8; 16]) -> Digest {
        Self::commitment_to(&self.payload(), salt)
    }

    /// The commitment to a payload that is at hand.
    pub fn commitment_to(payload: &str, salt: &[u8; 16]) -> Digest {
        Digest::of_parts("event-payload/v1", &[salt, payload.as_bytes()])
    }

    /// The payload as it is stored: canonical JSON.
    pub fn payload(&self) -> String {
        serde_json::to_value(&self.event).map(|value| canonical::to_string(&value)).unwrap_or_default()
    }
}
