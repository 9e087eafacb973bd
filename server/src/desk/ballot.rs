//! What speaks against a ballot, in the words the reviewer reads.

use domain::{
    Refusal,
    approval::{Approval, Status},
    canonical,
    decision::{Ballot, Decision, Verdict},
    gate::ConditionResult,
    id::PersonId,
    item,
    judge::{Finding, Ruling},
    policy::{Candidate, Circumstances, Via, Wanted},
    refusal::Code,
};
use serde_json::{Value, json};

use super::decision::Decided;
use crate::store::approval::Stored;

/// Past the deadline.
pub(super) const EXPIRED: &str = "Your decision was not applied: the time to decide is over. Nothing ran.";

/// Who decides, and where.
#[derive(Clone)]
pub(super) struct Reviewer {
    pub(super) candidate: Candidate,
    pub(super) name: String,
    pub(super) via: Via,
}

/// The answer to a repeat: the same person, verdicts and package get the decision that is stored.
pub(super) fn repeated(stored: &Stored, votes: &[Decision], person: PersonId, ballot: &Ballot) -> Option<Decided> {
    if let Some(input) = &ballot.edited_input {
        return edited_before(stored, votes, person, ballot, input);
    }
    // A vote that a newer revision voided is no answer; a question stands in the package it led to.
    let counts =
        |vote: &Decision| vote.revision == stored.package_revision() || vote.verdict == Verdict::RequestInformation;
    let same = |vote: &&Decision| {
        let is_same = vote.verdict == ballot.verdict && vote.package_digest == ballot.package_digest;
        let is_own = vote.person == person && counts(vote) && is_wanted(vote, ballot);
        is_own && is_same && item::are_same(&vote.items, &ballot.items)
    };
    let decision = votes.iter().find(same)?.clone();
    let standing = stored.package.standing(&stored.current(votes));
    Some(Decided { decision, status: stored.state.status(), standing, is_repeat: true })
}

/// Whether a stored decision fills the seat that a ballot names. Whoever named another did not repeat this one.
fn is_wanted(vote: &Decision, ballot: &Ballot) -> bool {
    let Wanted { group, in_place_of } = ballot.wanted();
    let spoke_for = vote.on_behalf_of.as_ref().map_or(vote.person, |principal| principal.person);
    group.is_none_or(|group| group == vote.group) && in_place_of.is_none_or(|whose| whose == spoke_for)
}

/// The answer to a repeated edit: the same person, the same input, made of the same package.
fn edited_before(
    stored: &Stored,
    votes: &[Decision],
    person: PersonId,
    ballot: &Ballot,
    input: &Value,
) -> Option<Decided> {
    let edit = stored.package.edit.as_ref()?;
    let is_same = edit.person == person
        && edit.edited_digest == ballot.package_digest
        && canonical::to_string(input) == canonical::to_string(&stored.package.input);
    let current = stored.current(votes);
    let is_answer =
        |vote: &&Decision| vote.person == person && vote.verdict == ballot.verdict && is_wanted(vote, ballot);
    let decision = current.iter().find(is_answer)?.clone();
    let standing = stored.package.standing(&current);
    is_same.then(|| Decided { decision, status: stored.state.status(), standing, is_repeat: true })
}

/// What rules a person out whatever the state: exclusion, no seat in the policy, decisions by API not allowed.
pub(super) fn entitled_at_all(
    stored: &Stored,
    reviewer: &Reviewer,
    circumstances: &Circumstances,
) -> Result<(), Refusal> {
    let policy = &stored.package.policy;
    if !policy.via.contains(&reviewer.via) {
        return Err(Refusal::new(Code::NotEntitled, "This policy takes decisions in the console only."));
    }
    // Before any vote, every seat may be rejected from: what speaks against that, speaks against all else.
    policy.seat_for(&reviewer.candidate, circumstances, &[], Verdict::Reject, Wanted::default()).map(drop)
}

/// 409 with the winner and the time.
pub(super) fn settled(stored: &Stored, votes: &[Decision]) -> Refusal {
    let status = stored.state.status();
    if status == Status::Expired {
        return Refusal::new(Code::Expired, EXPIRED).with("approval_status", status.as_str());
    }
    if let Approval::Cancelled { at, reason } = &stored.state {
        let message = format!("Your decision was not applied: the approval was cancelled. {reason} Nothing ran.");
        return Refusal::new(Code::Cancelled, message)
            .with("approval_status", status.as_str())
            .with("cancelled_at", json!(at));
    }
    if let Approval::Revoked { at, reason, .. } = &stored.state {
        let message =
            format!("Your decision was not applied: the approval was given, and taken back. {reason} Nothing ran.");
        return Refusal::new(Code::Revoked, message)
            .with("approval_status", status.as_str())
            .with("revoked_at", json!(at));
    }
    let winner = votes.last();
    let who = winner.map_or_else(|| "Somebody else".to_owned(), Decision::signatory);
    let message = format!("Your decision was not applied. {who} settled it first: {status}.");
    Refusal::new(Code::AlreadyDecided, message)
        .with("approval_status", status.as_str())
        .with("winner", json!(winner.map(|vote| &vote.name)))
        .with("decided_at", json!(stored.state.ended_at()))
}

pub(super) fn check_revision(stored: &Stored, ballot: &Ballot) -> Result<(), Refusal> {
    let Some(read) = ballot.revision else {
        let message = "Say which revision you read, in If-Match or in `revision`.";
        return Err(Refusal::new(Code::RevisionRequired, message));
    };
    if read == stored.revision {
        return Ok(());
    }
    let message =
        format!("Your decision was not applied: you read revision {read}, revision {} stands.", stored.revision);
    Err(Refusal::new(Code::StaleRevision, message).with("read", read).with("current_revision", stored.revision))
}

/// Approving needs every condition to hold now, not only when the call was stopped.
pub(super) fn conditions_hold(finding: &Finding) -> Result<(), Refusal> {
    let Ruling::Block { error } = &finding.ruling else { return Ok(()) };
    let unmet: Vec<&ConditionResult> = finding.evidence.conditions.iter().filter(|seen| !seen.passed).collect();
    let message = format!("Nothing was approved: a condition no longer holds. {error}");
    Err(Refusal::new(Code::ConditionsChanged, message).with("unmet", json!(unmet)))
}
