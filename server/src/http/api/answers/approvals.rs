//! Approvals, decisions and outcomes as the API shows them.

use domain::{
    Digest, Time,
    approval::{Approval, Status},
    claim::Held,
    decision::{Decision, Verdict},
    delegation::Principal,
    id::{ApprovalId, DecisionId, PersonId, ResumptionId},
    package::{Origin, Package},
    policy::{Policy, Standing},
    resumption::Resumption,
    signature::Signature,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Awaiting;
use crate::{
    desk::decision::Decided,
    store::{approval::Stored, resumption::Queued},
};

/// An approval with everything a reviewer sees.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApprovalDetail {
    /// The approval.
    pub approval_id: ApprovalId,
    /// Its status.
    pub status: Status,
    /// Its revision, also as `ETag`; a decision names it.
    pub revision: u32,
    /// The digest of the package at this revision; a decision names it.
    pub package_digest: Digest,
    /// Everything shown.
    pub package: Package,
    /// The policy it is decided by.
    pub policy: Policy,
    /// The decisions so far, oldest first.
    pub votes: Vec<Vote>,
    /// Since when it waits.
    pub opened_at: Time,
    /// When those who may decide are reminded, or were; null without that, and once the status is final.
    pub remind_at: Option<Time>,
    /// When it is raised to more people, or was due to be; null likewise.
    pub raise_at: Option<Time>,
    /// The group it was raised to, whose people may fill any open seat; null before that, and once the status is final.
    pub raised_to: Option<String>,
    /// When it was raised.
    pub raised_at: Option<Time>,
    /// Since when the status is final.
    pub decided_at: Option<Time>,
    /// The status with its data.
    pub state: Approval,
    /// What asked for it.
    pub origin: Origin,
    /// Who has claimed it; null when nobody has.
    pub claim: Option<Held>,
    /// How its session is woken; null before the status is final.
    pub resumption: Option<ResumptionDetail>,
}

/// An approval's claim as it is now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClaimStored {
    /// The approval.
    pub approval_id: ApprovalId,
    /// Who has claimed it; null when nobody has.
    pub claim: Option<Held>,
}

/// How a session is woken.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ResumptionDetail {
    /// The resumption: `webhook-id` of everything sent for it.
    pub resumption_id: ResumptionId,
    /// The approval that ended.
    pub approval_id: ApprovalId,
    /// How it stands.
    #[serde(flatten)]
    pub state: Resumption,
}

impl From<Queued> for ResumptionDetail {
    fn from(queued: Queued) -> Self {
        Self { resumption_id: queued.id, approval_id: queued.approval, state: queued.state }
    }
}

impl ApprovalDetail {
    /// The approval with its decisions.
    pub fn new(stored: Stored, votes: &[Decision], claim: Option<Held>, resumption: Option<ResumptionDetail>) -> Self {
        let steps = stored.state.steps().cloned().unwrap_or_default();
        let raised = steps.raised();
        Self {
            remind_at: steps.remind_at,
            raise_at: steps.raise.as_ref().map(|raise| raise.at),
            raised_to: raised.map(|(group, _)| group.to_owned()),
            raised_at: raised.map(|(_, at)| at),
            approval_id: stored.id,
            status: stored.state.status(),
            revision: stored.revision,
            package_digest: stored.package_digest,
            policy: stored.package.policy.clone(),
            origin: stored.package.origin,
            package: stored.package,
            votes: votes.iter().map(Vote::from).collect(),
            opened_at: stored.opened_at,
            decided_at: stored.state.ended_at(),
            state: stored.state,
            claim,
            resumption,
        }
    }
}

/// One reviewer's decision.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Vote {
    /// The decision.
    pub decision_id: DecisionId,
    /// Who decided.
    pub person_id: PersonId,
    /// Their name, as it was.
    pub name: String,
    /// In whose place they decided; null for their own.
    pub on_behalf_of: Option<Principal>,
    /// The group whose seat it fills.
    pub group: String,
    /// The group the approval was raised to, where that alone let the person fill this seat.
    pub by_raise: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The revision that was read.
    pub revision: u32,
    /// The digest of what was read.
    pub package_digest: Digest,
    /// A code of the policy's list.
    pub reason_code: Option<String>,
    /// The reviewer's words.
    pub notes: Option<String>,
    /// The electronic signature; null where the policy asks for none.
    pub signature: Option<Signature>,
    /// When.
    pub decided_at: Time,
}

impl From<&Decision> for Vote {
    fn from(decision: &Decision) -> Self {
        Self {
            decision_id: decision.id,
            person_id: decision.person,
            name: decision.name.clone(),
            on_behalf_of: decision.on_behalf_of.clone(),
            group: decision.group.clone(),
            by_raise: decision.by_raise.clone(),
            verdict: decision.verdict,
            revision: decision.revision,
            package_digest: decision.package_digest,
            reason_code: decision.reason_code.clone(),
            notes: decision.notes.clone(),
            signature: decision.signature.clone(),
            decided_at: decision.at,
        }
    }
}

/// A stored decision and what it led to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DecisionStored {
    /// The decision.
    #[serde(flatten)]
    pub vote: Vote,
    /// The approval's status now.
    pub status: Status,
    /// How far the votes have come.
    pub standing: Standing,
}

impl From<&Decided> for DecisionStored {
    fn from(decided: &Decided) -> Self {
        Self { vote: Vote::from(&decided.decision), status: decided.status, standing: decided.standing.clone() }
    }
}

/// The outcome of an approval, as agents read it.
#[derive(Debug, Clone, JsonSchema)]
#[serde(untagged)]
pub enum Outcome {
    /// People have not decided yet.
    Waiting {
        /// The approval.
        approval_id: ApprovalId,
        /// That people decide.
        status: Awaiting,
        /// Hours to the deadline, rounded up; null without one.
        eta_hours: Option<i64>,
    },
    /// A reviewer wants to know more first.
    Asked {
        /// The approval.
        approval_id: ApprovalId,
        /// That a question is open.
        status: Asked,
        /// The question, as written.
        question: String,
        /// Who asked.
        asked_by: String,
        /// When.
        asked_at: Time,
        /// The revision; hand it back as `seen` to wait for what follows.
        revision: u32,
        /// Hours to the deadline, which stands still meanwhile; null without one.
        eta_hours: Option<i64>,
    },
    /// The status is final.
    Ended {
        /// The approval.
        approval_id: ApprovalId,
        /// The status.
        status: Status,
        /// When it became final.
        decided_at: Time,
        /// The reviewers' words.
        notes: Option<String>,
        /// A code of the policy's list.
        reason_code: Option<String>,
        /// Who decided.
        reviewers: Vec<Reviewer>,
        /// The whole input that was approved, where reviewers edited the call. Check the call again before it runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        edited_input: Option<Value>,
        /// The state that was handed over with the request, for the key that gave it.
        #[serde(skip_serializing_if = "Option::is_none")]
        state_blob: Option<String>,
    },
}

/// What an agent reads as status while a question is open.
#[derive(Debug, Clone, Copy, JsonSchema)]
pub enum Asked {
    /// A question is open.
    #[serde(rename = "information_requested")]
    InformationRequested,
}

/// An approval an agent asked for.
#[derive(Debug, Clone, JsonSchema)]
pub struct ApprovalRequested {
    /// The approval.
    pub approval_id: ApprovalId,
    /// That people decide.
    pub status: Awaiting,
    /// The same in a sentence.
    pub message: String,
    /// Hours to the deadline, rounded up; null without one.
    pub eta_hours: Option<i64>,
    /// Where people decide.
    pub url: String,
}

/// An approval whose question was answered.
#[derive(Debug, Clone, JsonSchema)]
pub struct InformationGiven {
    /// The approval.
    pub approval_id: ApprovalId,
    /// That people decide.
    pub status: Awaiting,
    /// The new revision.
    pub revision: u32,
    /// The digest of the package at this revision.
    pub package_digest: Digest,
    /// Hours to the deadline, which runs again; null without one.
    pub eta_hours: Option<i64>,
}

/// Somebody who decided.
#[derive(Debug, Clone, JsonSchema)]
pub struct Reviewer {
    /// Their name.
    pub name: String,
    /// The name of the person in whose place they decided; null for their own.
    pub on_behalf_of: Option<String>,
    /// The group they decided for.
    pub group: String,
    /// When.
    pub decided_at: Time,
}
