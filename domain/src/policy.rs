//! Who may decide, and when enough have: pure functions used on every path.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal,
    actor::{UnknownWord, words},
    deadline::Raise,
    decision::{Ballot, Decision, Verdict},
    hours::Hours,
    id::PersonId,
    refusal::Code,
};

/// The longest note a decision carries, in characters.
pub const MAX_NOTES: usize = 4_000;

/// A review policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Policy {
    /// The groups that must approve, all of them.
    pub approve: Vec<Seats>,
    /// How many rejections reject.
    pub reject_count: u32,
    /// Who may not decide.
    pub exclude: Vec<Exclusion>,
    /// When a reason is required, and the codes to choose from.
    pub reasons: Reasons,
    /// Where a decision may be given.
    pub via: Vec<Via>,
    /// Seconds within which an approval must be used.
    pub valid_for: Option<u64>,
    /// Seconds after which those who may decide are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_after: Option<u64>,
    /// When more people may decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise: Option<Raise>,
    /// Seconds after which a pending approval expires.
    pub expire_after: Option<u64>,
    /// The hours in which these seconds pass; day and night without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Whether approvals and rejections are signed: with the password, for this one decision, and never by API.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sign: bool,
}

/// A group and how many of its people must approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seats {
    /// The group's name.
    pub group: String,
    /// How many.
    pub count: u32,
}

words! {
    /// People who may not decide an approval.
    Exclusion {
        /// The person who asked for the run.
        Requester = "requester",
        /// The person who owns the agent's key.
        AgentOwner = "agent_owner",
        /// Anybody who approved another approval of this run.
        PreviousApprover = "previous_approver",
    }
}

words! {
    /// Where a decision may be given.
    Via {
        /// Signed in at the console.
        Console = "console",
        /// By a person's API token.
        Api = "api",
    }
}

/// When a reason is required.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reasons {
    /// The verdicts that need a code and notes.
    pub required_on: Vec<Verdict>,
    /// The codes to choose from; empty means notes alone.
    pub codes: Vec<String>,
}

/// A person who wants to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// The names of the groups they belong to.
    pub groups: Vec<String>,
    /// The group the approval was raised to, if they belong to it: they may fill any seat.
    pub raised_to: Option<String>,
    /// In whose place they may decide, too.
    pub stands_in: Vec<StandIn>,
}

/// The people an exclusion may mean, for one approval.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// Who asked for the run.
    pub requester: Option<PersonId>,
    /// Who owns the key that asked.
    pub agent_owner: Option<PersonId>,
    /// Who approved before in this run.
    pub previous_approvers: Vec<PersonId>,
}

/// How far the votes have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Standing {
    /// Each group's seats.
    pub seats: Vec<SeatStanding>,
    /// How many rejections there are.
    pub rejections: u32,
    /// What follows.
    pub outcome: Option<Verdict>,
}

/// How many of a group's seats are filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatStanding {
    /// The group.
    pub group: String,
    /// Seats in all.
    pub needed: u32,
    /// Seats filled.
    pub given: u32,
}

impl Candidate {
    /// The group the approval was raised to, where that alone lets them fill a seat of this group.
    pub fn by_raise(&self, group: &str) -> Option<&str> {
        self.raised_to.as_deref().filter(|_| !self.groups.iter().any(|own| own == group))
    }
}

impl SeatStanding {
    /// Whether somebody of the group is still wanted.
    pub const fn is_open(&self) -> bool {
        self.given < self.needed
    }
}

impl Policy {
    /// Approvals needed in all: the arcs of the seal.
    pub fn quorum(&self) -> u32 {
        self.approve.iter().map(|seats| seats.count).sum()
    }

    /// How far these decisions, all on the current revision, have come.
    pub fn standing(&self, votes: &[Decision]) -> Standing {
        let seats: Vec<SeatStanding> = self
            .approve
            .iter()
            .map(|seats| {
                let given = votes.iter().filter(|vote| vote.verdict == Verdict::Approve && vote.group == seats.group);
                SeatStanding { group: seats.group.clone(), needed: seats.count, given: count(given) }
            })
            .collect();
        let rejections = count(votes.iter().filter(|vote| vote.verdict == Verdict::Reject));
        let outcome = if rejections >= self.reject_count {
            Some(Verdict::Reject)
        } else if seats.iter().all(|seat| !seat.is_open()) {
            Some(Verdict::Approve)
        } else {
            None
        };
        Standing { seats, rejections, outcome }
    }

    /// Why this person is excluded, if they are.
    pub fn excluded(&self, person: PersonId, circumstances: &Circumstances) -> Option<Exclusion> {
        self.exclude.iter().copied().find(|exclusion| match exclusion {
            Exclusion::Requester => circumstances.requester == Some(person),
            Exclusion::AgentOwner => circumstances.agent_owner == Some(person),
            Exclusion::PreviousApprover => circumstances.previous_approvers.contains(&person),
        })
    }

    /// What a ballot lacks under this policy.
    ///
    /// # Errors
    /// `reason_required` where the policy asks for a code or notes, `invalid_field` for an unknown code or notes
    /// beyond [`MAX_NOTES`].
    pub fn check_reasons(&self, ballot: &Ballot) -> Result<(), Refusal> {
        let notes = ballot.notes.as_deref().map(str::trim).filter(|notes| !notes.is_empty());
        if notes.is_some_and(|notes| notes.chars().count() > MAX_NOTES) {
            return Err(Refusal::invalid("/notes", format!("expected at most {MAX_NOTES} characters")));
        }
        if let Some(code) = &ballot.reason_code
            && !self.reasons.codes.contains(code)
        {
            let message = match self.reasons.codes.join(", ") {
                known if known.is_empty() => "this policy has no reason codes; leave it out".to_owned(),
                known => format!("expected one of {known}"),
            };
            return Err(Refusal::invalid("/reason_code", message));
        }
        if ballot.verdict == Verdict::RequestInformation && notes.is_none() {
            let error = crate::FieldError::new("/notes", "say what must be known; it is sent as written");
            return Err(Refusal::new(Code::ReasonRequired, "A question is missing.").with_errors(vec![error]));
        }
        if !self.reasons.required_on.contains(&ballot.verdict) {
            return Ok(());
        }
        let missing = if !self.reasons.codes.is_empty() && ballot.reason_code.is_none() {
            Some(("/reason_code", "choose a reason"))
        } else if notes.is_none() {
            Some(("/notes", "say why; the agent reads it as written"))
        } else {
            None
        };
        missing.map_or(Ok(()), |(path, message)| {
            let error = crate::FieldError::new(path, message);
            Err(Refusal::new(Code::ReasonRequired, "The policy asks for a reason.").with_errors(vec![error]))
        })
    }
}

impl Exclusion {
    fn refusal(self) -> Refusal {
        match self {
            Self::Requester => Refusal::new(Code::SelfApproval, "You asked for this run; somebody else decides."),
            Self::AgentOwner => Refusal::new(Code::SelfApproval, "You own this agent; somebody else decides."),
            Self::PreviousApprover => {
                Refusal::new(Code::NotEntitled, "You approved an earlier step of this run; somebody else decides.")
            }
        }
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

mod seat;

pub use seat::{Seat, StandIn, Wanted, already_voted};

#[cfg(test)]
mod tests;
