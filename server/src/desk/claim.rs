//! Claims: whoever may decide a pending approval says that they look into it, gives that up, or takes it over. Nothing
//! of it keeps anybody from deciding, and no gate reads it.

use domain::{
    Actor, Refusal,
    approval::Status,
    claim::{Claim, Held, MAX_REASON, Step},
    decision::Verdict,
    event::Event,
    id::{ApprovalId, PersonId},
    permission::Action,
    policy::Wanted,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Caller, Desk,
    ballot::{Reviewer, entitled_at_all, settled},
    decision::circumstances,
    snapshot::Attempts,
    text,
};
use crate::{
    error::{Error, Result},
    store::{self, Tx},
};

/// What `POST /approvals/{id}/claim` takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeClaim {
    /// Take it over from whoever has claimed it.
    #[serde(default)]
    pub take_over: Option<TakeOver>,
}

/// Why somebody else's claim is taken over.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOver {
    /// Why; whoever had it reads this.
    pub reason: String,
}

impl From<MakeClaim> for Step {
    fn from(made: MakeClaim) -> Self {
        made.take_over.map_or(Self::Claim, |TakeOver { reason }| Self::TakeOver { reason })
    }
}

impl Desk {
    /// Claims an approval, takes its claim over, or releases it; answers with the claim as it is then. The same step
    /// again changes nothing but the end of the claim.
    ///
    /// # Errors
    /// As a decision, and in the same order: `not_found`; `self_approval`, `not_entitled`; `already_decided`,
    /// `expired`, `cancelled`, `already_voted`; then `claimed` with holder and end; `invalid_field` for the reason.
    pub async fn move_claim(&self, caller: &Caller, id: ApprovalId, step: &Step) -> Result<Option<Held>> {
        caller.authorize(Action::Decide)?;
        let reviewer = self.reviewer(caller, id).await?;
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.move_claim_once(caller, &reviewer, id, step).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    async fn move_claim_once(
        &self,
        caller: &Caller,
        reviewer: &Reviewer,
        id: ApprovalId,
        step: &Step,
    ) -> Result<Option<Held>> {
        let run = self.find_approval(caller, id).await?.run;
        if *step != Step::Release {
            self.must_be_claimable(caller, reviewer, id).await?;
        }
        if let Step::TakeOver { reason } = step {
            text::required("/take_over/reason", reason, MAX_REASON)?;
        }
        let (person, step) = (reviewer.candidate.person, step.clone());
        self.database
            .write(move |tx| {
                async move {
                    let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
                    if let Some(event) = take(tx, id, person, step).await? {
                        tx.record_in(run.id, &run.subject, Some(id), Actor::Person(person), event);
                    }
                    Ok(store::claim::find_held(tx, id).await?)
                }
                .boxed()
            })
            .await
    }

    /// Refuses whoever could not decide, and what nobody decides any more.
    async fn must_be_claimable(&self, caller: &Caller, reviewer: &Reviewer, id: ApprovalId) -> Result<()> {
        let (stored, votes) = self.approval_detail(caller, id).await?;
        let votes = stored.current(&votes);
        let mut tx = self.database.read().await?;
        let circumstances = circumstances(&mut tx, &stored).await?;
        drop(tx);
        entitled_at_all(&stored, reviewer, &circumstances)?;
        if stored.state.is_overdue(self.database.clock().now()) {
            self.expire_one(id).await?;
            return Err(Refusal::new(Code::Expired, "Nothing was claimed: the time to decide is over.").into());
        }
        if stored.state.status() != Status::Pending {
            let message = format!("Nothing was claimed: the approval is {}.", stored.state.status());
            return Err(Refusal { message, ..settled(&stored, &votes) }.into());
        }
        let policy = &stored.package.policy;
        policy.seat_for(&reviewer.candidate, &circumstances, &votes, Verdict::Approve, Wanted::default())?;
        Ok(())
    }

    /// Who has claimed an approval.
    pub async fn held_claim(&self, id: ApprovalId) -> Result<Option<Held>> {
        let mut tx = self.database.read().await?;
        Ok(store::claim::find_held(&mut tx, id).await?)
    }

    /// Lets a person's claim last while they are at work on the approval. Nothing is told of it in the log; other
    /// pages learn of it as they do of who is there.
    pub(super) async fn renew_claim(&self, person: PersonId, id: ApprovalId) -> Result<()> {
        // Most beats of a page renew nothing, and need not write.
        let mut tx = self.database.read().await?;
        let claim = store::claim::find(&mut tx, id).await?;
        drop(tx);
        if claim.renew(person, self.database.clock().now()).is_none() {
            return Ok(());
        }
        let renewed = self.database.write(move |tx| {
            async move {
                let Some(run) = store::approval::find_run(tx, id).await? else { return Ok(false) };
                store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
                let renewed = store::claim::find(tx, id).await?.renew(person, tx.now());
                if let Some(claim) = renewed {
                    store::claim::update(tx, id, claim).await?;
                }
                Ok(renewed.is_some())
            }
            .boxed()
        });
        if renewed.await? {
            self.views.announce(id);
        }
        Ok(())
    }
}

/// Takes a step and stores what it makes of the claim. The run is locked.
async fn take(tx: &mut Tx, id: ApprovalId, person: PersonId, step: Step) -> Result<Option<Event>> {
    let (claim, now) = (store::claim::find(tx, id).await?, tx.now());
    let moved = match step {
        Step::Release => claim.release(id, person, now),
        Step::Claim | Step::TakeOver { .. } if !store::claim::is_pending(tx, id).await? => return Err(Error::Moved),
        Step::Claim => claim.claim(id, person, now),
        Step::TakeOver { reason } => Ok(claim.take_over(id, person, reason.trim().to_owned(), now)),
    };
    match moved {
        Ok((claim, event)) => {
            store::claim::update(tx, id, claim).await?;
            Ok(event)
        }
        Err(refusal) => Err(named(refusal, store::claim::find_held(tx, id).await?).into()),
    }
}

/// The refusal with the holder's name.
fn named(refusal: Refusal, held: Option<Held>) -> Refusal {
    let Some(held) = held else { return refusal };
    let message = format!("{} has claimed this. Nothing was changed; you can decide all the same.", held.name);
    let holder = serde_json::json!({"person_id": held.person_id, "name": held.name});
    Refusal { message, ..refusal.with("holder", holder) }
}

/// Whoever has decided need not look any more: their claim goes. The run is locked.
pub(super) async fn decided(tx: &mut Tx, id: ApprovalId, person: PersonId) -> Result<()> {
    let claim = store::claim::find(tx, id).await?;
    Ok(store::claim::update(tx, id, claim.decided_by(person)).await?)
}

/// The approval has ended: no claim is left. The run is locked.
pub(super) async fn ended(tx: &mut Tx, id: ApprovalId) -> Result<()> {
    Ok(store::claim::update(tx, id, Claim::Free.end()).await?)
}
