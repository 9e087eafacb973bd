//! Decisions: one compare-and-set for reviewers and timers, the same entitlement on every path.

mod bulk;
pub(super) mod check;
pub(super) mod edit;
mod record;

use domain::{
    Digest, Refusal, Scope,
    approval::Status,
    decision::{Ballot, Decision, Verdict},
    id::ApprovalId,
    permission::Action,
    policy::{Circumstances, Standing, Via},
    refusal::Code,
};
use futures::FutureExt as _;

use self::{
    edit::{changed_input, edited},
    record::{edit_as, record, spend, still_entitled},
};
use super::{
    Caller, Desk,
    ballot::{EXPIRED, Reviewer, conditions_hold, entitled_at_all, repeated, settled},
    outcome::expire,
    snapshot::{Attempts, Snapshot, lock},
    stage::StageVerdict,
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, approval::Stored},
};

/// A stored decision and what it led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// The approval's status now.
    pub status: Status,
    /// How far the votes have come.
    pub standing: Standing,
    /// Whether this is the answer to a repeat.
    pub is_repeat: bool,
}

/// A decision checked against a snapshot.
struct Vote {
    decision: Decision,
    standing: Standing,
    /// The approval as the decision makes it, where it changes the call.
    edited: Option<Stored>,
    /// The token of the signature it is stored by.
    token: Option<Digest>,
}

/// What the transaction found.
enum Recorded {
    Stored(Status),
    Expired,
}

impl Desk {
    /// Records a decision.
    ///
    /// # Errors
    /// In this order: `not_found`; `self_approval`, `not_entitled`; `already_decided`, `expired`, `already_voted`;
    /// `revision_required`, `stale_revision`; `digest_mismatch`, `invalid_field`, `reason_required`, `seat_taken`,
    /// `signature_required`, `signature_invalid`;
    /// `conditions_changed`. Nothing is stored then, except the expiry itself.
    pub async fn decide(&self, caller: &Caller, id: ApprovalId, ballot: &Ballot) -> Result<Decided> {
        caller.authorize(Action::Decide)?;
        let reviewer = self.reviewer(caller, id).await?;
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.decide_once(caller, &reviewer, id, ballot).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    /// Says why a decision is impossible whatever it says: not found, not entitled, settled. `Ok` otherwise.
    pub async fn must_be_decidable(&self, caller: &Caller, id: ApprovalId) -> Result<()> {
        let (stored, votes) = self.approval_detail(caller, id).await?;
        let reviewer = self.reviewer(caller, id).await?;
        let mut tx = self.database.read().await?;
        entitled_at_all(&stored, &reviewer, &circumstances(&mut tx, &stored).await?)?;
        let is_open = stored.state.status() == Status::Pending;
        if is_open { Ok(()) } else { Err(settled(&stored, &stored.current(&votes)).into()) }
    }

    /// An approval with its decisions.
    pub async fn approval_detail(&self, caller: &Caller, id: ApprovalId) -> Result<(Stored, Vec<Decision>)> {
        let stored = self.find_approval(caller, id).await?;
        let mut tx = self.database.read().await?;
        let votes = store::decision::list_of_approval(&mut tx, id).await?;
        Ok((stored, votes))
    }

    /// The person behind a caller, as they are now, with the groups they may decide this approval for.
    pub(super) async fn reviewer(&self, caller: &Caller, id: ApprovalId) -> Result<Reviewer> {
        let (person, via) = match caller {
            Caller::Person(person) => (Some(person.id), Via::Console),
            Caller::Key(key) if key.scopes.contains(&Scope::Reviewer) => (key.owner, Via::Api),
            Caller::Key(_) | Caller::Remembered(_) | Caller::CommandLine => (None, Via::Api),
        };
        let nobody = || Refusal::new(Code::WrongScope, "Only people decide: this key belongs to no reviewer.");
        let mut tx = self.database.read().await?;
        let person = person.ok_or_else(nobody)?;
        let (name, candidate) = store::entitlement::find_candidate(&mut tx, person, id).await?.ok_or_else(nobody)?;
        Ok(Reviewer { candidate, name, via })
    }

    async fn decide_once(
        &self,
        caller: &Caller,
        reviewer: &Reviewer,
        id: ApprovalId,
        ballot: &Ballot,
    ) -> Result<Decided> {
        let mut tx = self.database.read().await?;
        let run =
            store::approval::find_run(&mut tx, id).await?.ok_or_else(|| Error::from(Refusal::not_found("approval")))?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        let stored = store::approval::find(&mut tx, id).await?.ok_or(Error::Moved)?;
        let votes = store::decision::list_of_approval(&mut tx, id).await?;
        let circumstances = circumstances(&mut tx, &stored).await?;
        let given = match &ballot.signature {
            Some(token) => store::signature::find(&mut tx, token.digest()).await?,
            None => None,
        };
        drop(tx);
        if let Some(repeat) = repeated(&stored, &votes, reviewer.candidate.person, ballot) {
            return Ok(repeat);
        }
        let votes = stored.current(&votes);
        entitled_at_all(&stored, reviewer, &circumstances)?;
        if stored.state.is_overdue(self.database.clock().now()) {
            self.expire_one(id).await?;
            return Err(Refusal::new(Code::Expired, EXPIRED).into());
        }
        let changed = changed_input(&stored, ballot);
        // Whoever changes the call decides on a revision that nobody has voted on.
        let counting = if changed.is_some() { &[][..] } else { &votes };
        let mut vote = self.check(&stored, counting, &circumstances, reviewer, ballot, given)?;
        if ballot.verdict == Verdict::Approve {
            for (tool, input) in stored.package.calls(&vote.decision.items) {
                conditions_hold(&snapshot.compiled.check_call(&snapshot.roots, tool, input))?;
            }
        }
        if let Some(input) = changed {
            vote = edited(&snapshot, &stored, vote, input)?;
        }
        let staged = self.stage_verdict(&snapshot, &stored, ballot.verdict).await?;
        // Whatever was decided, a run whose stages are complete, or steps verified, may end once nobody is waited for.
        let workflow = snapshot.compiled.workflow();
        let (run, is_staged, has_steps) = (stored.run, !workflow.stages.is_empty(), !workflow.steps.is_empty());
        let decided = self.store_vote(snapshot, stored, votes, vote, staged).await?;
        if is_staged {
            self.advance(run).await;
        } else if has_steps {
            self.conclude(run).await;
        }
        Ok(decided)
    }

    async fn store_vote(
        &self,
        snapshot: Snapshot,
        stored: Stored,
        votes: Vec<Decision>,
        vote: Vote,
        staged: Option<StageVerdict>,
    ) -> Result<Decided> {
        let Vote { decision, standing, edited, token } = vote;
        let run = snapshot.run;
        let (kept, reached) = (decision.clone(), standing.clone());
        let recorded = self.database.write(move |tx| {
            async move {
                let run = lock(tx, &run).await?;
                still_entitled(tx, &decision).await?;
                spend(tx, token).await?;
                if stored.state.is_overdue(tx.now()) {
                    expire(tx, &run, &stored, &votes).await?;
                    return Ok(Recorded::Expired);
                }
                let stored = match edited {
                    Some(edited) => edit_as(tx, &run, &stored, edited, decision.person).await?,
                    None => stored,
                };
                let status = record(tx, &run, &stored, &decision, &standing).await?;
                if let Some(staged) = staged.filter(|_| status != Status::Pending) {
                    staged.settle(tx, &run, &stored, decision.notes.as_deref()).await?;
                }
                Ok(Recorded::Stored(status))
            }
            .boxed()
        });
        match recorded.await? {
            Recorded::Stored(status) => Ok(Decided { decision: kept, status, standing: reached, is_repeat: false }),
            Recorded::Expired => Err(Refusal::new(Code::Expired, EXPIRED).into()),
        }
    }
}

/// Whom the policy's exclusions mean now.
pub(super) async fn circumstances(tx: &mut Tx, stored: &Stored) -> Result<Circumstances> {
    let previous_approvers = store::decision::list_previous_approvers(tx, stored.run, stored.id).await?;
    Ok(Circumstances { previous_approvers, ..stored.circumstances.clone() })
}
