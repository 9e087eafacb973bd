//! Everything shown for one approval, and the digest a decision binds to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Digest, Time,
    actor::{UnknownWord, words},
    canonical,
    decision::{Decision, Verdict},
    edit::Edit,
    gate::Evidence,
    id::{RunId, SessionId},
    information::Information,
    item::{self, Item, ItemVerdict},
    policy::{Policy, Standing},
    transcript::Transcript,
    workflow::{Risk, Version},
};

words! {
    /// Who wants an approval.
    Origin {
        /// A gate holds a call.
        Gate = "gate",
        /// An agent asked for it itself; it opens no gate and lets no call run.
        Request = "request",
        /// A stage is done but for the people who must agree.
        Stage = "stage",
        /// Gates hold several calls, which an agent asked about together.
        Items = "items",
        /// An enforced execution goes on only if people agree.
        Step = "step",
    }
}

impl Origin {
    /// What packages were before anybody could ask.
    const fn gate() -> Self {
        Self::Gate
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    const fn is_gate(&self) -> bool {
        matches!(self, Self::Gate)
    }
}

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
    /// The gate that holds the call, or `default`; empty for a request and for items, as are the tool and its input.
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
    /// Who wants it.
    #[serde(default = "Origin::gate", skip_serializing_if = "Origin::is_gate")]
    pub origin: Origin,
    /// Why, in the agent's words, when it asked itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The transcript that came along, which is kept beside the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Transcript>,
    /// The stage that is to be completed; then `gate_id` is the stage's id, and the input what it hands over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageReview>,
    /// What a reviewer changed about the call; `input` is what may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Edit>,
    /// What reviewers asked, with the answers, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub information: Vec<Information>,
    /// The calls, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
}

/// A stage under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageReview {
    /// The stage.
    pub from_stage: String,
    /// Its attempt, from 1.
    pub attempt: u32,
    /// The stage that comes after it.
    pub to_stage: Option<String>,
}

impl Package {
    /// The digest of everything shown, at this revision.
    pub fn digest(&self, revision: u32) -> Digest {
        canonical::digest("package/v1", &self.covered(revision))
    }

    /// The calls a gate holds that an approval would let run: the one, or of several those that were approved.
    pub fn calls<'p>(&'p self, said: &'p [ItemVerdict]) -> impl Iterator<Item = (&'p str, &'p Value)> {
        let one = (self.origin == Origin::Gate).then_some((self.tool.as_str(), &self.input));
        let is_approved = |item: &&Item| {
            said.iter().any(|said| said.tool_use_id == item.tool_use_id && said.verdict == Verdict::Approve)
        };
        let several = self.items.iter().filter(is_approved);
        one.into_iter().chain(several.map(|item| (item.tool.as_str(), &item.input)))
    }

    /// How far these decisions, all on the current revision, have come.
    pub fn standing(&self, votes: &[Decision]) -> Standing {
        item::standing(&self.policy, &self.items, votes)
    }

    /// What the digest covers: everything in the package but the times of reading and writing. The same facts checked
    /// a second later are the same package; a fact written again has another version.
    pub fn covered(&self, revision: u32) -> Value {
        let mut package = self.clone();
        forget_times(&mut package.evidence);
        package.items.iter_mut().for_each(|item| forget_times(&mut item.evidence));
        package.edit.iter_mut().for_each(|edit| edit.edited_at = Time::UNIX_EPOCH);
        for asked in &mut package.information {
            asked.asked_at = Time::UNIX_EPOCH;
            asked.answer.iter_mut().for_each(|answer| answer.answered_at = Time::UNIX_EPOCH);
        }
        json!({"revision": revision, "package": package})
    }
}

fn forget_times(evidence: &mut Evidence) {
    evidence.checked_at = Time::UNIX_EPOCH;
    for condition in &mut evidence.conditions {
        condition.recorded_at = None;
        condition.facts.iter_mut().for_each(|fact| fact.recorded_at = None);
    }
    evidence.assertions.iter_mut().for_each(|said| said.recorded_at = None);
}

#[cfg(test)]
mod tests;
