//! The handoff package: what a stage gives to the next, so that it can start from the package alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Digest, Time, canonical,
    gate::Evidence,
    id::{ApprovalId, HandoffId, RunId, SnapshotId},
};

/// A handoff package. It never changes; `digest` covers everything else in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Handoff {
    /// Its id.
    pub handoff_id: HandoffId,
    /// The run.
    pub run_id: RunId,
    /// Its place among the handoffs of the run, from 1.
    pub sequence: u32,
    /// The handoff issued before it.
    pub previous: Option<HandoffId>,
    /// The stage that is complete.
    pub from_stage: String,
    /// Its attempt, from 1.
    pub attempt: u32,
    /// The stage it is for; `None` after the last.
    pub to_stage: Option<String>,
    /// When the stage was complete.
    pub completed_at: Time,
    /// What the stage produced: what its harness handed over, and above it every fact recorded while it was active.
    pub outputs: Map<String, Value>,
    /// What was carried forward from the stages before.
    pub customer_profile: Map<String, Value>,
    /// The exit criteria as they were checked, against recorded facts.
    pub gate_evidence: Evidence,
    /// What was recorded before the stage was entered.
    pub rollback_data: Snapshot,
    /// The review that agreed, if one had to.
    pub approval_id: Option<ApprovalId>,
    /// The digest of everything above.
    pub digest: Digest,
}

/// What was recorded before a stage was entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// Its id.
    pub snapshot_id: SnapshotId,
    /// When it was taken.
    pub taken_at: Time,
    /// The recorded facts.
    pub facts: BTreeMap<String, KeptFact>,
    /// The handoff the stage started from.
    pub handoff_id: Option<HandoffId>,
    /// What the harness gave along to be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harness: Option<Value>,
}

/// A fact as it stood when a snapshot was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptFact {
    /// Its value.
    pub value: Value,
    /// Its version, from 1.
    pub version: i64,
    /// Where it came from.
    pub source: String,
}

impl Handoff {
    /// Seals the package: its digest over everything else.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.digest = self.computed();
        self
    }

    /// Whether nothing in it was changed since it was sealed.
    pub fn is_intact(&self) -> bool {
        self.digest == self.computed()
    }

    fn computed(&self) -> Digest {
        let mut covered = json!(self);
        if let Some(fields) = covered.as_object_mut() {
            fields.remove("digest");
        }
        canonical::digest("handoff/v1", &covered)
    }

    /// What the next stage carries forward: the profile, and above it what this stage produced.
    pub fn carried(&self) -> Map<String, Value> {
        let mut carried = self.customer_profile.clone();
        carried.extend(self.outputs.clone());
        carried
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_package_is_sealed_as_a_whole() {
        let package = testing::handoff().sealed();
        assert!(package.is_intact());
        let text = serde_json::to_string(&package).expect("JSON");
        let read: Handoff = serde_json::from_str(&text).expect("a package");
        assert!(read.is_intact(), "reading and writing change nothing");
        let mut forged = package.clone();
        forged.outputs.insert("kyc_status".to_owned(), Value::from("FAILED"));
        assert!(!forged.is_intact());
        let mut moved = package;
        moved.to_stage = Some("account_setup".to_owned());
        assert!(!moved.is_intact());
    }

    #[test]
    fn the_next_stage_carries_on_what_this_one_made() {
        let mut package = testing::handoff();
        package.customer_profile.insert("tier".to_owned(), Value::from("unknown"));
        package.outputs.insert("tier".to_owned(), Value::from("high"));
        assert_eq!(package.carried()["tier"], "high");
    }
}
