//! Items: several calls that an agent asks about together. Each has its own gate, digest and verdict; people decide on
//! all of them at once, and each call uses its own approval.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Digest, FieldError, Refusal,
    approval::{Approval, Use},
    decision::{Ballot, Decision, Verdict},
    gate::Evidence,
    policy::{Policy, Standing},
    refusal::Code,
    workflow::Risk,
};

/// The most items an approval holds: more are asked for apart.
pub const MAX_ITEMS: usize = 20;
/// The longest note on an item, in characters.
pub const MAX_NOTES: usize = 1_000;

/// One of several calls, as the package shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ApprovalItem"))]
pub struct Item {
    /// The client's id of the call, by which the item is known.
    pub tool_use_id: String,
    /// What it is called.
    pub title: String,
    /// The gate that holds it, or `default`.
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
    /// The condition that would have skipped the review, as CEL.
    pub review_unless: Option<String>,
    /// The gate evidence. What the agent asserted stands beside the whole.
    pub evidence: Evidence,
}

/// What a reviewer says about one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemVerdict {
    /// The item's `tool_use_id`.
    pub tool_use_id: String,
    /// `approve` or `reject`.
    pub verdict: Verdict,
    /// Why, sent to the agent as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl ItemVerdict {
    /// The words, without the blanks around them.
    fn words(&self) -> Option<&str> {
        self.notes.as_deref().map(str::trim).filter(|notes| !notes.is_empty())
    }
}

/// Whether two ballots say the same about every item, in whatever order.
pub fn are_same(stored: &[ItemVerdict], said: &[ItemVerdict]) -> bool {
    let is_said = |one: &ItemVerdict| {
        let same = said.iter().find(|other| other.tool_use_id == one.tool_use_id);
        same.is_some_and(|other| (other.verdict, other.words()) == (one.verdict, one.words()))
    };
    stored.len() == said.len() && stored.iter().all(is_said)
}

tagged! {
    "ItemState", "state", "state@";
    /// What became of an item.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum ItemState {
        /// The whole is not decided.
        Waiting,
        /// Everybody who approved the whole approved it.
        Approved {
            /// What became of its single use.
            used: Use,
        },
        /// Somebody who approved the whole did not approve it.
        Rejected {
            /// What they wrote.
            notes: Option<String>,
        },
    }
}

impl ItemState {
    /// What the item's call is told, given what became of the whole. What was used stays used; what was approved and not
    /// used is worth as much as the whole.
    pub fn seen_in(&self, whole: &Approval) -> Approval {
        match (self, whole) {
            (Self::Approved { used }, Approval::Approved { at, valid_until, used: left })
                if *left == Use::Unused || matches!(used, Use::Consumed { .. }) =>
            {
                Approval::Approved { at: *at, valid_until: *valid_until, used: used.clone() }
            }
            (Self::Approved { used: used @ Use::Consumed { .. } }, Approval::Revoked { at, .. }) => {
                Approval::Approved { at: *at, valid_until: None, used: used.clone() }
            }
            // What was refused stays so, whatever became of the rest.
            (Self::Rejected { .. }, Approval::Revoked { at, .. } | Approval::Superseded { at }) => {
                Approval::Rejected { at: *at }
            }
            // Nobody said that it may run.
            (Self::Rejected { .. } | Self::Waiting, Approval::Approved { at, .. }) => Approval::Rejected { at: *at },
            (_, whole) => whole.clone(),
        }
    }

    /// The item after its call was allowed or blocked for good, as [`Approval::consume`] and [`Approval::void`] say.
    ///
    /// # Errors
    /// `illegal_move` for what was not approved.
    pub fn with_use(self, call_saw: &Approval) -> Result<Self, Refusal> {
        match (self, call_saw) {
            (Self::Approved { .. }, Approval::Approved { used, .. }) => Ok(Self::Approved { used: used.clone() }),
            (Self::Waiting | Self::Rejected { .. } | Self::Approved { .. }, _) => {
                Err(Refusal::new(Code::IllegalMove, "The item is not approved."))
            }
        }
    }
}

/// The states of the items once the whole is decided: an item needs every vote that approved the whole.
pub fn settle(items: &[Item], votes: &[Decision]) -> Vec<ItemState> {
    let approvals = || votes.iter().filter(|vote| vote.verdict == Verdict::Approve);
    let settle_one = |item: &Item| {
        let mut said = approvals().map(|vote| vote.items.iter().find(|said| said.tool_use_id == item.tool_use_id));
        let against = said.find(|said| said.is_none_or(|said| said.verdict != Verdict::Approve));
        match against {
            Some(against) => ItemState::Rejected { notes: against.and_then(|against| against.notes.clone()) },
            None => ItemState::Approved { used: Use::Unused },
        }
    };
    items.iter().map(settle_one).collect()
}

/// How far the votes have come, where the whole is approved if at least one item is: with none left, it is rejected.
pub fn standing(policy: &Policy, items: &[Item], votes: &[Decision]) -> Standing {
    let mut standing = policy.standing(votes);
    let is_approved = |state: &ItemState| matches!(state, ItemState::Approved { .. });
    if standing.outcome == Some(Verdict::Approve) && !items.is_empty() && !settle(items, votes).iter().any(is_approved)
    {
        standing.outcome = Some(Verdict::Reject);
    }
    standing
}

/// What a ballot says about the items, in their order.
///
/// # Errors
/// `invalid_field` for verdicts on items that are not there, missing or repeated ones, and an approval of none;
/// `reason_required` where the policy asks for a reason and a rejected item has none.
pub fn check(items: &[Item], policy: &Policy, ballot: &Ballot) -> Result<Vec<ItemVerdict>, Refusal> {
    let said = &ballot.items;
    if items.is_empty() || ballot.verdict != Verdict::Approve {
        let message = if items.is_empty() {
            "this approval has no items: leave it out"
        } else {
            "the verdict is about all items: leave it out, or approve those that may run"
        };
        return if said.is_empty() { Ok(Vec::new()) } else { Err(Refusal::invalid("/items", message)) };
    }
    if let Some(unknown) = said.iter().find(|said| !items.iter().any(|item| item.tool_use_id == said.tool_use_id)) {
        return Err(Refusal::invalid("/items", format!("there is no item {:?}", unknown.tool_use_id)));
    }
    let mut verdicts = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let mut about = said.iter().filter(|said| said.tool_use_id == item.tool_use_id);
        let Some(one) = about.next() else {
            return Err(Refusal::invalid("/items", format!("decide on item {} as well: {}", place + 1, item.title)));
        };
        if about.next().is_some() {
            return Err(Refusal::invalid("/items", format!("item {} is named twice", place + 1)));
        }
        verdicts.push(check_one(one, place, policy)?);
    }
    if verdicts.iter().all(|one| one.verdict == Verdict::Reject) {
        return Err(Refusal::invalid("/items", "no item is approved: reject the whole instead"));
    }
    Ok(verdicts)
}

fn check_one(said: &ItemVerdict, place: usize, policy: &Policy) -> Result<ItemVerdict, Refusal> {
    let number = place + 1;
    let notes = said.words();
    if notes.is_some_and(|notes| notes.chars().count() > MAX_NOTES) {
        return Err(Refusal::invalid("/items", format!("item {number}: expected at most {MAX_NOTES} characters")));
    }
    match said.verdict {
        Verdict::Reject if notes.is_none() && policy.reasons.required_on.contains(&Verdict::Reject) => {
            let error = FieldError::new("/items", format!("item {number}: say why; the agent reads it as written"));
            return Err(Refusal::new(Code::ReasonRequired, "The policy asks for a reason.").with_errors(vec![error]));
        }
        Verdict::Approve | Verdict::Reject => {}
        Verdict::RequestInformation => {
            let message = format!("item {number}: expected approve or reject; questions are about the whole");
            return Err(Refusal::invalid("/items", message));
        }
    }
    Ok(ItemVerdict { notes: notes.map(str::to_owned), ..said.clone() })
}

#[cfg(test)]
mod tests;
