//! Several approvals decided at once: what they must have in common, and what each needs for itself.

use serde::{Deserialize, Serialize};

use crate::{
    Digest, FieldError, Refusal, Time,
    decision::{Ballot, Verdict},
    id::{ApprovalId, PersonId},
    package::Origin,
    policy::{Reasons, Seat},
    refusal::Code,
    workflow::Risk,
};

/// Approvals decided at once, at the most.
pub const MAX_ITEMS: usize = 50;

/// What a reviewer sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BulkDecision"))]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// `approve` or `reject`, for all of them.
    pub verdict: Verdict,
    /// A code of the policy's list, for all of them.
    #[serde(default)]
    pub reason_code: Option<String>,
    /// The reviewer's words, for all of them.
    #[serde(default)]
    pub notes: Option<String>,
    /// What is decided, each as it was read: 1 to 50.
    pub items: Vec<Item>,
}

/// An approval as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BulkItem"))]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The approval.
    pub id: ApprovalId,
    /// The revision that was shown.
    pub revision: u32,
    /// The digest of the package that was shown.
    pub package_digest: Digest,
    /// The group to decide for; where it is given, no other seat is filled.
    #[serde(default)]
    pub for_group: Option<String>,
    /// The person in whose place, or the reviewer for their own; where it is given, no other seat is filled.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
}

impl Bulk {
    /// The decision on one of them.
    pub fn ballot(&self, item: &Item) -> Ballot {
        Ballot {
            verdict: self.verdict,
            package_digest: item.package_digest,
            revision: Some(item.revision),
            reason_code: self.reason_code.clone(),
            notes: self.notes.clone(),
            for_group: item.for_group.clone(),
            on_behalf_of: item.on_behalf_of,
            edited_input: None,
            items: Vec::new(),
            signature: None,
        }
    }

    /// What is wrong with it, whatever the approvals are.
    ///
    /// # Errors
    /// `invalid_field`: a question to all, none or too many items, one item twice.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.verdict == Verdict::RequestInformation {
            return Err(Refusal::invalid(
                "/verdict",
                "expected approve or reject: a question is asked about one approval",
            ));
        }
        if self.items.is_empty() || self.items.len() > MAX_ITEMS {
            return Err(Refusal::invalid("/items", format!("expected 1 to {MAX_ITEMS} approvals")));
        }
        let twice = (1..self.items.len()).find(|at| self.items[..*at].iter().any(|item| item.id == self.items[*at].id));
        twice.map_or(Ok(()), |at| Err(Refusal::invalid(format!("/items/{at}/id"), "this approval is named twice")))
    }
}

/// What counts of an approval when several are decided at once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own that the guard asks")]
pub struct Member {
    /// The approval.
    pub id: ApprovalId,
    /// What it is called.
    pub title: String,
    /// Who wants it.
    pub origin: Origin,
    /// The workflow.
    pub workflow: String,
    /// The gate, or the stage.
    pub gate: String,
    /// The policy.
    pub policy: String,
    /// The manifest's risk, or the higher one that its review rule gives.
    pub risk: Risk,
    /// Whether an assertion differs from the record.
    pub differs: bool,
    /// Whether a question is open.
    pub is_asked: bool,
    /// Whether its policy asks for an electronic signature.
    pub must_sign: bool,
    /// Whether the person may decide it.
    pub may_decide: bool,
}

/// Why an approval cannot be decided together with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Objection {
    /// High risk is looked at one by one.
    HighRisk,
    /// What the agent says differs from what is recorded.
    Differs,
    /// Each decision is signed for itself.
    MustSign,
    /// A question is open.
    Asked,
    /// No gate holds it: the agent asked by itself.
    NoGate,
    /// It holds several calls, which have a verdict each.
    HasItems,
    /// The person may not decide it.
    NotEntitled,
    /// Another gate holds it than the first.
    OtherGate,
    /// It has another risk than the first.
    OtherRisk,
    /// It is decided by another policy than the first.
    OtherPolicy,
}

impl Objection {
    /// Why, as the end of a sentence that begins with the approval.
    pub const fn words(self) -> &'static str {
        match self {
            Self::HighRisk => "is high risk and needs its own decision",
            Self::Differs => "has assertions that differ from the record and needs its own decision",
            Self::MustSign => "asks for an electronic signature and needs its own decision",
            Self::Asked => "has an open question",
            Self::NoGate => "was asked for without a gate and needs its own decision",
            Self::HasItems => "has items, which are decided one by one",
            Self::NotEntitled => "is not yours to decide",
            Self::OtherGate => "is held by another gate",
            Self::OtherRisk => "has another risk",
            Self::OtherPolicy => "is decided by another policy",
        }
    }
}

/// Why an approval can be decided only for itself, whatever the others are.
pub fn alone(member: &Member) -> Option<Objection> {
    let reasons = [
        (!member.may_decide, Objection::NotEntitled),
        (member.is_asked, Objection::Asked),
        (member.must_sign, Objection::MustSign),
        (member.risk == Risk::High, Objection::HighRisk),
        (member.differs, Objection::Differs),
        (matches!(member.origin, Origin::Request | Origin::Step), Objection::NoGate),
        (member.origin == Origin::Items, Objection::HasItems),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, objection)| objection)
}

/// The first approval that cannot be decided together with those before it, by its place, and why.
pub fn guard(members: &[Member]) -> Option<(usize, Objection)> {
    let first = members.first()?;
    let apart = |member: &Member| {
        let place = (member.origin, &member.workflow, &member.gate);
        let reasons = [
            (place != (first.origin, &first.workflow, &first.gate), Objection::OtherGate),
            (member.risk != first.risk, Objection::OtherRisk),
            (member.policy != first.policy, Objection::OtherPolicy),
        ];
        reasons.into_iter().find(|(holds, _)| *holds).map(|(_, objection)| objection)
    };
    members.iter().enumerate().find_map(|(at, member)| Some((at, alone(member).or_else(|| apart(member))?)))
}

/// The refusal of the whole, naming the approval that is why.
pub fn refusal(members: &[Member], at: usize, objection: Objection) -> Refusal {
    let (id, title) = members.get(at).map(|member| (member.id.to_string(), member.title.as_str())).unwrap_or_default();
    let code = if objection == Objection::NotEntitled { Code::NotEntitled } else { Code::BulkRefused };
    let message = format!("Nothing was decided. “{title}” {}.", objection.words());
    let error = FieldError::new(format!("/items/{at}"), objection.words());
    Refusal::new(code, message).with_errors(vec![error]).with("item", id)
}

/// Approvals about to be decided together, as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The server's time when they were read.
    pub now: Time,
    /// Who looks, and would decide.
    pub viewer: PersonId,
    /// The approvals, in the order they were chosen.
    pub items: Vec<Previewed>,
    /// The one that cannot be decided with the others, and why.
    pub objection: Option<(ApprovalId, Objection)>,
    /// When the policy asks for a reason.
    pub reasons: Reasons,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Previewed {
    /// The approval.
    pub id: ApprovalId,
    /// What it is called.
    pub title: String,
    /// The tool.
    pub tool: String,
    /// The exact input.
    pub input: serde_json::Value,
    /// The gate, or the stage.
    pub gate: String,
    /// The agent's name.
    pub agent: String,
    /// The run's subject.
    pub subject: String,
    /// Its risk.
    pub risk: Risk,
    /// The revision that is shown.
    pub revision: u32,
    /// The digest of the package that is shown.
    pub package_digest: Digest,
    /// The seat the decision fills; `None` where the viewer holds none now.
    pub seat: Option<Seat>,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The server's time afterwards.
    pub now: Time,
    /// The verdict on each.
    pub verdict: Verdict,
    /// What became of each.
    pub outcomes: Vec<Outcome>,
}

/// What became of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The approval.
    pub id: ApprovalId,
    /// What it is called.
    pub title: String,
    /// What was stored, or why nothing was.
    pub result: Result<Stored, Refusal>,
}

/// A decision that was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The approval's status now.
    pub status: crate::approval::Status,
    /// Approvals given.
    pub given: u32,
    /// Approvals needed.
    pub needed: u32,
}

#[cfg(test)]
mod tests;
