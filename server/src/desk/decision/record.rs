//! What a decision stores: the edit, the vote, and the end of the approval when the policy is satisfied.

use domain::{
    Actor, Digest, Refusal,
    approval::{Approval, Status},
    decision::{Decision, Verdict},
    event::Event,
    id::{ApprovalId, PersonId},
    package::Origin,
    policy::{Exclusion, Standing},
    refusal::Code,
};

use crate::{
    desk::{
        assignment, claim,
        information::{ask, revise},
        item,
        outcome::{Ending, end},
    },
    error::{Error, Result},
    store::{
        self, Tx,
        approval::{Change, Stored},
        run::Run,
    },
};

/// A person who was disabled, or left the group, or whose delegation ended, while their vote waited to be stored decides
/// nothing. What is found here stays so until the vote is stored. The run is locked, and nothing else.
pub(super) async fn still_entitled(tx: &mut Tx, decision: &Decision) -> Result<()> {
    store::person::keep_access(tx).await?;
    let candidate = store::entitlement::find_candidate(tx, decision.person, decision.approval).await?;
    let still = candidate.is_some_and(|(_, candidate)| match &decision.on_behalf_of {
        None => candidate.groups.contains(decision.by_raise.as_ref().unwrap_or(&decision.group)),
        Some(principal) => candidate.stands_in.iter().any(|stand_in| {
            stand_in.principal.delegation == principal.delegation && stand_in.groups.contains(&decision.group)
        }),
    });
    if still {
        return Ok(());
    }
    Err(Refusal::new(Code::NotEntitled, "You may not decide for this group any more. Nothing was stored.").into())
}

/// Uses up the signature that a vote is stored by. Whoever comes second with it stores nothing.
pub(super) async fn spend(tx: &mut Tx, token: Option<Digest>) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    if store::signature::spend(tx, token).await? { Ok(()) } else { Err(domain::signature::used().into()) }
}

/// Stores the vote and, when the policy is satisfied, the end of the approval. The run is locked.
pub(super) async fn record(
    tx: &mut Tx,
    run: &Run,
    stored: &Stored,
    decision: &Decision,
    standing: &Standing,
) -> Result<Status> {
    let policy = &stored.package.policy;
    // A request lets nothing run, and a stage is complete with its approval: neither grows stale.
    let lets_run = matches!(stored.package.origin, Origin::Gate | Origin::Items | Origin::Step);
    let valid_for = policy.valid_for.filter(|_| lets_run);
    let (state, ended) = stored.state.clone().decide(stored.id, standing, valid_for, tx.now())?;
    store::decision::insert(tx, decision).await?;
    store::search::write(tx, stored.id, &stored.package).await?;
    claim::decided(tx, stored.id, decision.person).await?;
    let event = Event::DecisionRecorded {
        decision: decision.id,
        approval: stored.id,
        verdict: decision.verdict,
        group: decision.group.clone(),
        by_raise: decision.by_raise.clone(),
        revision: decision.revision,
        package_digest: decision.package_digest,
        reason_code: decision.reason_code.clone(),
        notes: decision.notes.clone(),
        items: (!decision.items.is_empty()).then(|| decision.items.clone()),
        on_behalf_of: decision.on_behalf_of.clone(),
        signature: decision.signature.clone(),
    };
    let actor = Actor::Person(decision.person);
    tx.record_in(run.id, &run.subject, Some(stored.id), actor, event);
    if decision.verdict == Verdict::RequestInformation {
        ask(tx, run, stored, decision).await?;
        return Ok(Status::Pending);
    }
    bar(tx, run, stored.id, decision).await?;
    let status = state.status();
    if let Some(event) = ended {
        // Where approvals leave no item, nobody's words on the whole are the reason: each item has its own.
        let is_rejected = status == Status::Rejected && decision.verdict == Verdict::Reject;
        let notes = is_rejected.then_some(decision.notes.as_deref()).flatten();
        end(tx, run, stored, Ending { state, event, actor, standing, notes }).await?;
        if !is_rejected {
            item::settle(tx, stored).await?;
        }
    } else {
        let given = standing.seats.iter().map(|seat| seat.given).sum();
        let change = Change { state: &state, revision: stored.revision, given, notes: None };
        store::approval::update(tx, stored.id, &change).await?;
        store::seat::update(tx, stored.id, &standing.seats).await?;
        assignment::decided(tx, stored).await?;
    }
    Ok(status)
}

/// Whoever voted, or was voted for, needs not decide this approval any more; nor, where they approved, the others of the
/// run whose policy excludes previous approvers.
async fn bar(tx: &mut Tx, run: &Run, id: ApprovalId, decision: &Decision) -> Result<()> {
    let others = match decision.verdict {
        Verdict::Approve => list_excluding(tx, run, id).await?,
        Verdict::Reject | Verdict::RequestInformation => Vec::new(),
    };
    let approvals: Vec<ApprovalId> = [id].into_iter().chain(others.iter().map(|other| other.id)).collect();
    let mut people = vec![decision.person];
    people.extend(decision.on_behalf_of.as_ref().map(|principal| principal.person));
    store::seat::bar(tx, &approvals, &people).await?;
    for other in &others {
        assignment::decided(tx, other).await?;
    }
    Ok(())
}

/// The other pending approvals of a run whose policy excludes whoever approved before in it.
async fn list_excluding(tx: &mut Tx, run: &Run, id: ApprovalId) -> Result<Vec<Stored>> {
    let mut excluding: Vec<Stored> = Vec::new();
    for known in store::approval::list_of_run(tx, run.id).await? {
        let (other, is_pending) = (known.prior.id, matches!(known.prior.state, Approval::Pending { .. }));
        // Items stand side by side, and are one approval.
        if other == id || !is_pending || excluding.iter().any(|stored| stored.id == other) {
            continue;
        }
        let stored = store::approval::find(tx, other).await?.ok_or(Error::Moved)?;
        if stored.package.policy.exclude.contains(&Exclusion::PreviousApprover) {
            excluding.push(stored);
        }
    }
    Ok(excluding)
}

/// Stores the approval as its reviewer edited it: a new revision, for which no earlier vote counts. The run is locked.
pub(super) async fn edit_as(tx: &mut Tx, run: &Run, stored: &Stored, edited: Stored, by: PersonId) -> Result<Stored> {
    revise(tx, run, stored, edited.state.clone(), edited.package.clone()).await?;
    let event = Event::ApprovalEdited {
        approval: edited.id,
        input: edited.package.input.clone(),
        revision: edited.revision,
        package_digest: edited.package_digest,
    };
    tx.record_in(run.id, &run.subject, Some(edited.id), Actor::Person(by), event);
    Ok(edited)
}
