//! What speaks against a decision, in the order callers are told, and the vote it becomes.

use domain::{
    Refusal,
    approval::Status,
    canonical,
    decision::{Ballot, Decision, Verdict},
    id::{DecisionId, PersonId},
    item,
    policy::{Circumstances, Seat, already_voted},
    refusal::Code,
    signature::{Covered, Given},
};

use serde_json::json;

use super::{
    Vote,
    edit::{changed_input, may_edit},
};
use crate::{
    desk::{
        Desk,
        ballot::{Reviewer, check_revision, settled},
        information::may_ask,
        text,
    },
    store::approval::Stored,
};

/// What speaks against a ballot whoever else has voted for what seat: the state, an earlier vote, another package.
pub(in crate::desk) fn against(
    stored: &Stored,
    votes: &[Decision],
    person: PersonId,
    ballot: &Ballot,
) -> Result<(), Refusal> {
    if stored.state.status() != Status::Pending {
        return Err(settled(stored, votes));
    }
    if let Some(vote) = votes.iter().find(|vote| vote.speaks_for(person)) {
        return Err(already_voted(vote, person));
    }
    check_revision(stored, ballot)?;
    if stored.state.is_waiting_for_information() && ballot.verdict != Verdict::Reject {
        let message = "Your decision was not applied: a question is open. Reject, or wait for the answer.";
        return Err(Refusal::new(Code::InformationRequested, message));
    }
    if ballot.verdict == Verdict::RequestInformation {
        may_ask(stored)?;
    }
    if ballot.package_digest != stored.package_digest {
        let message = "Your decision was not applied: it was made on another package than the one stored.";
        return Err(Refusal::new(Code::DigestMismatch, message));
    }
    Ok(())
}

/// What a signature for this ballot is for.
pub(in crate::desk) fn covered(stored: &Stored, person: PersonId, ballot: &Ballot, seat: &Seat) -> Covered {
    // Items are never edited: of the two there is one at the most.
    let items = || (!ballot.items.is_empty()).then(|| canonical::digest("signed-items/v1", &json!(ballot.items)));
    let edited = changed_input(stored, ballot).map(|input| canonical::digest("signed-input/v1", input));
    Covered {
        person,
        approval: stored.id,
        package_digest: ballot.package_digest,
        verdict: ballot.verdict,
        edited_input: edited.or_else(items),
        group: seat.group.clone(),
        on_behalf_of: seat.on_behalf_of.as_ref().map(|principal| principal.person),
    }
}

impl Desk {
    /// The vote that a ballot is, or everything that speaks against it, in the order callers are told. `given` is the
    /// signature that its token stands for.
    pub(super) fn check(
        &self,
        stored: &Stored,
        votes: &[Decision],
        circumstances: &Circumstances,
        reviewer: &Reviewer,
        ballot: &Ballot,
        given: Option<Given>,
    ) -> Result<Vote, Refusal> {
        let (policy, person, now) = (&stored.package.policy, reviewer.candidate.person, self.database.clock().now());
        against(stored, votes, person, ballot)?;
        text::optional("/notes", ballot.notes.as_deref(), domain::policy::MAX_NOTES)?;
        for (place, said) in ballot.items.iter().enumerate() {
            let path = format!("/items/{place}/notes");
            text::optional(&path, said.notes.as_deref(), item::MAX_NOTES)?;
        }
        policy.check_reasons(ballot)?;
        may_edit(stored, ballot)?;
        let items = item::check(&stored.package.items, policy, ballot)?;
        let seat = policy.seat_for(&reviewer.candidate, circumstances, votes, ballot.verdict, ballot.wanted())?;
        let signature = policy.signed(ballot, given, &covered(stored, person, ballot, &seat), now)?;
        let token = ballot.signature.as_ref().filter(|_| signature.is_some()).map(domain::signature::Token::digest);
        let Seat { group, on_behalf_of } = seat;
        let notes = ballot.notes.as_deref().map(str::trim).filter(|notes| !notes.is_empty()).map(str::to_owned);
        let decision = Decision {
            id: DecisionId::from_uuid(self.database.ids().uuid()),
            approval: stored.id,
            person,
            name: reviewer.name.clone(),
            by_raise: reviewer.candidate.by_raise(&group).filter(|_| on_behalf_of.is_none()).map(str::to_owned),
            on_behalf_of,
            group,
            verdict: ballot.verdict,
            revision: stored.revision,
            package_digest: stored.package_digest,
            reason_code: ballot.reason_code.clone(),
            notes,
            items,
            signature,
            at: now,
        };
        let mut all = votes.to_vec();
        all.push(decision.clone());
        Ok(Vote { standing: stored.package.standing(&all), decision, edited: None, token })
    }
}
