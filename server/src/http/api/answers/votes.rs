//! Decisions as the API shows them.

use domain::{
    Digest, Time,
    approval::Status,
    decision::{Decision, Verdict},
    delegation::Principal,
    id::{DecisionId, PersonId},
    item::ItemVerdict,
    policy::Standing,
    signature::Signature,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::desk::decision::Decided;

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
    /// What they said about each item, where there are any and they approved.
    pub items: Vec<ItemVerdict>,
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
            items: decision.items.clone(),
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
