//! Seats that are filled in another's place, and the rule that nobody counts twice.

use super::{Candidate, Circumstances, Policy};
use crate::{
    Refusal,
    decision::{Decision, Verdict},
    delegation::Principal,
    id::PersonId,
    refusal::Code,
};

/// The seat a verdict fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The group.
    pub group: String,
    /// In whose place, if not in one's own.
    pub on_behalf_of: Option<Principal>,
}

/// A delegation in force, as it lets somebody decide. It names groups the principal belongs to themselves: what was
/// delegated to the principal is not among them, so that nothing is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// In whose place.
    pub principal: Principal,
    /// For which groups.
    pub groups: Vec<String>,
}

impl StandIn {
    /// Why nobody decides in this principal's place here: they may not decide themselves, or have.
    fn barred(&self, policy: &Policy, circumstances: &Circumstances, votes: &[Decision]) -> Option<Refusal> {
        let name = &self.principal.name;
        if policy.excluded(self.principal.person, circumstances).is_some() {
            let message = format!("{name} may not decide here, so nobody does in their place.");
            return Some(Refusal::new(Code::NotEntitled, message));
        }
        let spoken = votes.iter().any(|vote| vote.speaks_for(self.principal.person));
        spoken.then(|| Refusal::new(Code::AlreadyVoted, format!("{name} has been counted on this revision already.")))
    }
}

impl Policy {
    /// Whether this person may take an approval back that these votes gave: whoever approved it, be it that somebody did
    /// in their place, and whoever might decide it.
    ///
    /// # Errors
    /// As [`Self::seat_for`], before any vote.
    pub fn may_revoke(
        &self,
        candidate: &Candidate,
        circumstances: &Circumstances,
        votes: &[Decision],
    ) -> Result<(), Refusal> {
        let is_own = |vote: &Decision| vote.verdict == Verdict::Approve && vote.speaks_for(candidate.person);
        if votes.iter().any(is_own) {
            return Ok(());
        }
        self.seat_for(candidate, circumstances, &[], Verdict::Reject, None).map(drop)
    }

    /// The seat somebody fills in the place of the first principal who may be decided for; `None` where they stand in
    /// for nobody whose seat is wanted.
    pub(super) fn seat_of_another(
        &self,
        candidate: &Candidate,
        circumstances: &Circumstances,
        votes: &[Decision],
        seat_of: impl Fn(&[String]) -> Option<String>,
    ) -> Result<Option<Seat>, Refusal> {
        let mut refused = None;
        for stand_in in &candidate.stands_in {
            let Some(group) = seat_of(&stand_in.groups) else { continue };
            match stand_in.barred(self, circumstances, votes) {
                Some(refusal) => refused = refused.or(Some(refusal)),
                None => return Ok(Some(Seat { group, on_behalf_of: Some(stand_in.principal.clone()) })),
            }
        }
        refused.map_or(Ok(None), Err)
    }
}

/// One vote a human, also where it was given in their place.
pub fn already_voted(vote: &Decision, person: PersonId) -> Refusal {
    let message = if vote.person == person {
        "You have decided on this revision already; that decision stands.".to_owned()
    } else {
        format!("{} has decided on this revision in your place; that decision stands.", vote.name)
    };
    Refusal::new(Code::AlreadyVoted, message)
}
