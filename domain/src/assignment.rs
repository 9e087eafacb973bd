//! An assignment: somebody says who is to decide a pending approval, a person or one of the groups it waits for. It asks,
//! and never keeps anybody else from deciding.

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    decision::{Decision, Verdict},
    event::Event,
    id::{ApprovalId, PersonId},
    policy::{Candidate, Circumstances, Exclusion, Policy, SeatStanding, Wanted},
    refusal::Code,
};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 400;

/// Who is to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A person.
    Person(PersonId),
    /// The people of a group, by its name.
    Group(String),
}

/// The state of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignment {
    /// Nobody in particular is to decide.
    Free,
    /// Somebody is.
    Assigned {
        /// Who.
        to: Target,
        /// Who said so.
        by: PersonId,
        /// Why.
        reason: String,
        /// When.
        at: Time,
    },
}

/// An assignment as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Assignment"))]
pub struct Assigned {
    /// Who is to decide; null where it is a group.
    pub person_id: Option<PersonId>,
    /// The name of the person or of the group.
    pub name: String,
    /// Who said so.
    pub assigned_by: PersonId,
    /// Their name.
    pub assigned_by_name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub assigned_at: Time,
}

/// To whom somebody may assign an approval.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// People who could fill an open seat, apart from whoever assigns.
    pub people: Vec<Choice>,
    /// The policy's groups with an open seat.
    pub groups: Vec<String>,
    /// The group it would be raised to, where it was not yet.
    pub raise_to: Option<String>,
}

/// A person an approval may be assigned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Who.
    pub person_id: PersonId,
    /// Their name, with that of whom they would decide for, if not for themselves.
    pub name: String,
    /// The group whose seat they would fill, or the one it was raised to.
    pub group: String,
}

/// What a move gives: the new state, and what the log says of it; a repeat is not told.
type Moved = (Assignment, Option<Event>);

impl Assignment {
    /// Somebody is to decide from now on, whoever was before.
    pub fn assign(self, approval: ApprovalId, to: Target, by: PersonId, reason: String, now: Time) -> Moved {
        match self {
            Self::Assigned { to: before, by: who, reason: why, at } if before == to && who == by && why == reason => {
                (Self::Assigned { to, by, reason, at }, None)
            }
            Self::Free | Self::Assigned { .. } => {
                let (person, group) = match &to {
                    Target::Person(person) => (Some(*person), None),
                    Target::Group(group) => (None, Some(group.clone())),
                };
                let event = Event::ApprovalAssigned { approval, person, group, reason: reason.clone() };
                (Self::Assigned { to, by, reason, at: now }, Some(event))
            }
        }
    }

    /// It is given back: by whoever it was assigned to, whoever assigned it, or somebody who may for others. What nobody
    /// has stays so.
    ///
    /// # Errors
    /// `not_entitled` for everybody else.
    pub fn give_back(self, approval: ApprovalId, by: PersonId, may_for_others: bool) -> Result<Moved, Refusal> {
        match self {
            Self::Free => Ok((Self::Free, None)),
            Self::Assigned { to, by: assigner, .. } if may_for_others || assigner == by || to == Target::Person(by) => {
                Ok((Self::Free, Some(Event::ApprovalUnassigned { approval })))
            }
            Self::Assigned { .. } => {
                let message = "Nothing was changed: whoever it is assigned to gives it back, or whoever assigned it.";
                Err(Refusal::new(Code::NotEntitled, message))
            }
        }
    }

    /// What becomes of it when its approval ends. The end is told; the assignment needs no word of its own.
    #[must_use]
    pub fn end(self) -> Self {
        match self {
            Self::Free | Self::Assigned { .. } => Self::Free,
        }
    }
}

/// Whether a person may be given an approval to decide: whoever could fill an open seat of it now.
///
/// # Errors
/// `invalid_field` at `/to` with why they may not.
pub fn check_person(
    policy: &Policy,
    (name, candidate): (&str, &Candidate),
    circumstances: &Circumstances,
    votes: &[Decision],
) -> Result<(), Refusal> {
    let why = match policy.excluded(candidate.person, circumstances) {
        Some(Exclusion::Requester) => format!("{name} asked for this run, so that somebody else decides"),
        Some(Exclusion::AgentOwner) => format!("{name} owns this agent, so that somebody else decides"),
        Some(Exclusion::PreviousApprover) => {
            format!("{name} approved an earlier step of this run, so that somebody else decides")
        }
        None if votes.iter().any(|vote| vote.speaks_for(candidate.person)) => {
            format!("{name} has decided on this revision already")
        }
        None => match policy.seat_for(candidate, circumstances, votes, Verdict::Approve, Wanted::default()) {
            Ok(_) => return Ok(()),
            Err(_) => format!("{name} holds no open seat; it waits for {}", open_groups(policy, votes).join(" and ")),
        },
    };
    Err(Refusal::invalid("/to", why))
}

/// Whether the people of a group may be given an approval to decide: one of the policy's own, with an open seat.
///
/// # Errors
/// `invalid_field` at `/to`, naming the groups that would do, and the one it may be raised to.
pub fn check_group(policy: &Policy, group: &str, votes: &[Decision], raise_to: Option<&str>) -> Result<(), Refusal> {
    let open = open_groups(policy, votes);
    if open.iter().any(|known| known == group) {
        return Ok(());
    }
    let would_do: Vec<&str> = open.iter().map(String::as_str).chain(raise_to).collect();
    let is_own = policy.approve.iter().any(|seats| seats.group == group);
    let why = if is_own { "has no open seat" } else { "is nobody this approval waits for" };
    Err(Refusal::invalid(
        "/to",
        format!("{group} {why}; expected a person who may decide, or {}", would_do.join(" or ")),
    ))
}

/// The policy's groups with an open seat.
pub fn open_groups(policy: &Policy, votes: &[Decision]) -> Vec<String> {
    policy.standing(votes).seats.into_iter().filter(SeatStanding::is_open).map(|seat| seat.group).collect()
}

#[cfg(test)]
mod tests;
