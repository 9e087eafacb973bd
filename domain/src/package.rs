//! Everything shown for one approval, and the digest a decision binds to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Digest, Time, canonical,
    gate::Evidence,
    id::{RunId, SessionId},
    policy::Policy,
    workflow::{Risk, Version},
};

/// The package of one approval revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Package {
    /// What the approval is called.
    pub title: String,
    /// The workflow version that stopped the call.
    pub workflow: Version,
    /// The workflow's title.
    pub workflow_title: String,
    /// The run.
    pub run_id: RunId,
    /// Its subject.
    pub subject: String,
    /// The session that is suspended.
    pub session_id: SessionId,
    /// The framework's own id of the session.
    pub session_name: String,
    /// The name of the key the agent's harness uses.
    pub agent: String,
    /// Who asked for the run, by name.
    pub requested_by: Option<String>,
    /// The gate that holds the call, or `default`.
    pub gate_id: String,
    /// The tool.
    pub tool: String,
    /// The exact input.
    pub input: Value,
    /// The digest of the action.
    pub action_digest: Digest,
    /// Whether the tool's effect can be undone, from the manifest.
    pub reversible: bool,
    /// Whom or what one call touches, from the manifest.
    pub blast_radius: Option<String>,
    /// The highest risk any source names.
    pub risk: Risk,
    /// The policy's name.
    pub policy_name: String,
    /// The policy.
    pub policy: Policy,
    /// The condition that would have skipped the review, as CEL.
    pub review_unless: Option<String>,
    /// The gate evidence.
    pub evidence: Evidence,
}

impl Package {
    /// The digest of everything shown, at this revision.
    pub fn digest(&self, revision: u32) -> Digest {
        canonical::digest("package/v1", &self.covered(revision))
    }

    /// What the digest covers: everything in the package but the times of reading and writing. The same facts checked
    /// a second later are the same package; a fact written again has another version.
    pub fn covered(&self, revision: u32) -> Value {
        let mut package = self.clone();
        package.evidence.checked_at = Time::UNIX_EPOCH;
        for condition in &mut package.evidence.conditions {
            condition.recorded_at = None;
            condition.facts.iter_mut().for_each(|fact| fact.recorded_at = None);
        }
        package.evidence.assertions.iter_mut().for_each(|said| said.recorded_at = None);
        json!({"revision": revision, "package": package})
    }
}

#[cfg(test)]
mod tests;
