//! Which seat a verdict fills, in one's own place or in another's, and the rule that nobody counts twice.

use serde::{Deserialize, Serialize};

use super::{Candidate, Circumstances, Policy, SeatStanding, Standing};
use crate::{
    Refusal,
    decision::{Decision, Verdict},
    delegation::Principal,
    id::PersonId,
    refusal::Code,
};

/// The seat a verdict fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// The seat somebody means to fill, as far as they say. What they say holds exactly or not at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The group.
    pub group: Option<&'a str>,
    /// In whose place: that of somebody they stand in for, or their own.
    pub in_place_of: Option<PersonId>,
}

impl Seat {
    /// Whose voice it is, where somebody decides: their own, or that of whoever they stand in for.
    pub fn speaks_for(&self, decides: PersonId) -> PersonId {
        self.on_behalf_of.as_ref().map_or(decides, |principal| principal.person)
    }

    /// `compliance`, `compliance in the place of Ana Ruiz`.
    pub fn words(&self) -> String {
        match &self.on_behalf_of {
            Some(principal) => format!("{} in the place of {}", self.group, principal.name),
            None => self.group.clone(),
        }
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
        self.seat_for(candidate, circumstances, &[], Verdict::Reject, Wanted::default()).map(drop)
    }

    /// The seat this person's verdict fills: one of their own groups, else any where the approval was raised to them, else
    /// one of a principal's they stand in for. Nobody counts twice on a revision, neither as who decided nor as who was
    /// decided for. Of what they want, nothing else is given in its place.
    ///
    /// # Errors
    /// `self_approval` for the requester and the agent's owner, `not_entitled` for previous approvers, for people
    /// outside the policy's groups, where the group's seats are taken and where the principal is excluded,
    /// `already_voted` for a second vote, `seat_taken` where the very seat that is wanted was theirs to fill.
    pub fn seat_for(
        &self,
        candidate: &Candidate,
        circumstances: &Circumstances,
        votes: &[Decision],
        verdict: Verdict,
        wanted: Wanted<'_>,
    ) -> Result<Seat, Refusal> {
        if let Some(exclusion) = self.excluded(candidate.person, circumstances) {
            return Err(exclusion.refusal());
        }
        if let Some(vote) = votes.iter().find(|vote| vote.speaks_for(candidate.person)) {
            return Err(already_voted(vote, candidate.person));
        }
        let standing = self.standing(votes);
        let named = |seat: &&SeatStanding| wanted.group.is_none_or(|group| group == seat.group);
        let counts = |seat: &&SeatStanding| verdict != Verdict::Approve || seat.is_open();
        let all: Vec<&str> = standing.seats.iter().filter(named).map(|seat| seat.group.as_str()).collect();
        let open: Vec<&str> =
            standing.seats.iter().filter(named).filter(counts).map(|seat| seat.group.as_str()).collect();
        let first = |groups: &[&str]| self.first_seat(candidate, circumstances, votes, groups, wanted.in_place_of);
        if let Some(seat) = first(&open)? {
            return Ok(seat);
        }
        let is_named = wanted != Wanted::default();
        match first(&all)?.filter(|_| is_named) {
            Some(seat) => Err(taken(&seat)),
            None => Err(wanted.not_entitled(candidate.person, &standing)),
        }
    }

    /// The first seat of these groups, in the policy's order; `None` where they hold none.
    fn first_seat(
        &self,
        candidate: &Candidate,
        circumstances: &Circumstances,
        votes: &[Decision],
        groups: &[&str],
        in_place_of: Option<PersonId>,
    ) -> Result<Option<Seat>, Refusal> {
        let among = |own: &[String]| groups.iter().find(|group| own.iter().any(|own| own == *group)).copied();
        if in_place_of.is_none_or(|whose| whose == candidate.person) {
            let raised = groups.first().copied().filter(|_| candidate.raised_to.is_some());
            if let Some(group) = among(&candidate.groups).or(raised) {
                return Ok(Some(Seat { group: group.to_owned(), on_behalf_of: None }));
            }
        }
        let mut refused = None;
        for stand_in in &candidate.stands_in {
            let is_wanted = in_place_of.is_none_or(|whose| whose == stand_in.principal.person);
            let Some(group) = among(&stand_in.groups).filter(|_| is_wanted) else { continue };
            let Some(refusal) = stand_in.barred(self, circumstances, votes) else {
                let on_behalf_of = Some(stand_in.principal.clone());
                return Ok(Some(Seat { group: group.to_owned(), on_behalf_of }));
            };
            refused = refused.or(Some(refusal));
        }
        refused.map_or(Ok(None), Err)
    }
}

impl Wanted<'_> {
    fn not_entitled(self, decides: PersonId, standing: &Standing) -> Refusal {
        let open: Vec<&str> =
            standing.seats.iter().filter(|seat| seat.is_open()).map(|seat| seat.group.as_str()).collect();
        let group = self.group.unwrap_or("a group of this policy");
        let message = match self.in_place_of {
            None => format!("Waiting for {}; you do not hold an open seat there.", open.join(" and ")),
            Some(own) if own == decides => format!(
                "Your decision was not applied: you were to decide for {group} in your own place; you hold no seat there."
            ),
            Some(_) => format!(
                "Your decision was not applied: you were to decide for {group} in another's place; no delegation in force lets you."
            ),
        };
        Refusal::new(Code::NotEntitled, message).with("waiting_for", open)
    }
}

/// Somebody was faster. Another seat is not filled instead: the person decided for this one.
fn taken(seat: &Seat) -> Refusal {
    let message =
        format!("Your decision was not applied: you were to decide for {}; that seat is taken.", seat.words());
    Refusal::new(Code::SeatTaken, message)
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
