//! Everything shown for one approval, and the digest a decision binds to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Digest, canonical,
    gate::Evidence,
    id::{RunId, SessionId},
    policy::Policy,
    workflow::{Risk, Version},
};

/// The package of one approval revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The digest of everything shown, at this revision. Times, check ids and transport are left out: the same
    /// facts checked a second later are the same package.
    pub fn digest(&self, revision: u32) -> Digest {
        canonical::digest("package/v1", &self.covered(revision))
    }

    /// What the digest covers.
    pub fn covered(&self, revision: u32) -> Value {
        let conditions: Vec<Value> = self
            .evidence
            .conditions
            .iter()
            .map(|seen| {
                let facts: Vec<Value> = seen
                    .facts
                    .iter()
                    .map(|fact| json!({"name": fact.name, "value": fact.value, "source": fact.source, "reference": fact.reference, "version": fact.version}))
                    .collect();
                json!({"name": seen.name, "when": seen.when, "expected": seen.expected, "recorded": seen.recorded, "passed": seen.passed, "facts": facts})
            })
            .collect();
        let assertions: Vec<Value> = self
            .evidence
            .assertions
            .iter()
            .map(|said| json!({"name": said.name, "asserted": said.asserted, "recorded": said.recorded}))
            .collect();
        json!({
            "revision": revision, "title": self.title, "workflow": self.workflow, "run": self.run_id, "subject": self.subject,
            "session": self.session_id, "agent": self.agent, "requested_by": self.requested_by, "gate": self.gate_id,
            "tool": self.tool, "input": self.input, "action_digest": self.action_digest, "reversible": self.reversible,
            "blast_radius": self.blast_radius, "risk": self.risk, "policy_name": self.policy_name, "policy": self.policy,
            "review_unless": self.review_unless, "conditions": conditions, "assertions": assertions,
        })
    }
}
