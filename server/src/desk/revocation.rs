//! Taking an approval back that was given and that nothing has used: whoever may decide it, or approved it, may, and so
//! may a system of record that has a part in its run. What a call has used already, or a step has begun with, is not
//! undone by that.

mod taker;

use domain::{
    Refusal, Time,
    approval::{Approval, Use, used_already},
    decision::Decision,
    id::ApprovalId,
    package::Origin,
    policy::{Candidate, Circumstances, Via},
    refusal::Code,
    resumption::Resumption,
    run::MAX_REASON,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use self::taker::Taker;
use super::{
    Caller, Desk, item,
    snapshot::Attempts,
    step::{Followed, followed},
    text,
};
use crate::{
    error::{Error, Result},
    store::{
        self, Tx,
        approval::{Change, Stored},
        resumption::Queued,
        run::Run,
    },
};

/// What `POST /approvals/{id}/revoke` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// Why; the agent reads it.
    pub reason: String,
}

impl Desk {
    /// Takes an approval back that was given and that nothing has used. A second time changes nothing.
    ///
    /// # Errors
    /// In this order: `not_found`; `self_approval`, `not_entitled`; `already_used` with the call and the time,
    /// `illegal_move`, `already_decided`, `expired`, `cancelled`; `invalid_field` for the reason. Nothing is stored then.
    pub async fn revoke_approval(&self, caller: &Caller, id: ApprovalId, body: &Revoke) -> Result<Value> {
        let (stored, by) = self.taker(caller, id).await?;
        let (run, later) = (stored.run, self.steps_after(&mut self.database.read().await?, &stored).await?);
        let mut attempts = Attempts::default();
        loop {
            let (by, reason, later) = (by.clone(), body.reason.clone(), later.clone());
            let revoked = self.database.write(move |tx| {
                async move {
                    let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
                    revoke(tx, (&run, &later), id, &by, reason).await
                }
                .boxed()
            });
            if let Some(settled) = attempts.settled(revoked.await) {
                settled?;
                let stored = self.outcome_now(caller, id).await?;
                return self.outcome(&stored).await;
            }
        }
    }

    /// Refuses who may not take an approval back, and what cannot be, before anything is said of the body.
    pub async fn must_be_revocable(&self, caller: &Caller, id: ApprovalId) -> Result<()> {
        let (stored, by) = self.taker(caller, id).await?;
        let mut tx = self.database.read().await?;
        by.must_be_entitled(&mut tx, &stored).await?;
        if matches!(stored.state, Approval::Revoked { .. }) {
            return Ok(());
        }
        let now = self.database.clock().now();
        stored.state.clone().revoke(id, by.revoker(), String::new(), now).map(drop)?;
        let queued = store::resumption::find_of_approval(&mut tx, id).await?;
        let followed = self.followed(&mut tx, &stored).await?;
        Ok(is_unread(&stored, queued.as_ref(), followed)?)
    }
}

impl Desk {
    /// What has come of an approval between steps.
    pub(super) async fn followed(&self, tx: &mut Tx, stored: &Stored) -> Result<Option<Followed>> {
        let later = self.steps_after(tx, stored).await?;
        let run = store::run::find(tx, stored.run).await?.ok_or(Error::Moved)?;
        followed_by(tx, &run, stored, &later).await
    }
}

/// Takes it back. The run is locked, and this counts as a move: a call that was about to use it is judged anew.
async fn revoke(
    tx: &mut Tx,
    (run, later): (&Run, &[String]),
    id: ApprovalId,
    by: &Taker,
    reason: String,
) -> Result<()> {
    let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
    by.must_be_entitled(tx, &stored).await?;
    if matches!(stored.state, Approval::Revoked { .. }) {
        return Ok(());
    }
    if let Approval::Approved { used: Use::Consumed { by }, .. } = &stored.state {
        let execution = store::gate_check::find_execution(tx, id).await?;
        return Err(used_already(by, execution.map(|execution| execution.allowed_at)).into());
    }
    item::must_be_left(tx, &stored).await?;
    let (state, event) = stored.state.clone().revoke(id, by.revoker(), reason.trim().to_owned(), tx.now())?;
    let queued = store::resumption::find_of_approval(tx, id).await?;
    is_unread(&stored, queued.as_ref(), followed_by(tx, run, &stored, later).await?)?;
    text::required("/reason", &reason, MAX_REASON)?;
    if let Some(queued) = queued.filter(|_| stored.package.origin == Origin::Request) {
        // Whoever is about to note that an agent has read the outcome is first, or reads this one.
        let unchanged = queued.state.clone();
        if !store::resumption::update(tx, &queued, &unchanged).await? {
            return Err(Error::Moved);
        }
    }
    let given = stored.package.policy.quorum();
    let change = Change { state: &state, revision: stored.revision, given, notes: None };
    store::approval::update(tx, id, &change).await?;
    tx.record_in(run.id, &run.subject, Some(id), by.revoker().actor(), event);
    Ok(())
}

/// Whether this person may take it back, in this way.
fn may(
    stored: &Stored,
    candidate: &Candidate,
    circumstances: &Circumstances,
    votes: &[Decision],
    via: Via,
) -> Result<(), Refusal> {
    let policy = &stored.package.policy;
    if !policy.via.contains(&via) {
        return Err(Refusal::new(Code::NotEntitled, "This policy takes decisions in the console only."));
    }
    policy.may_revoke(candidate, circumstances, votes)
}

/// What has come of an approval between steps.
async fn followed_by(tx: &mut Tx, run: &Run, stored: &Stored, later: &[String]) -> Result<Option<Followed>> {
    if stored.package.origin == Origin::Step { followed(tx, run, later).await } else { Ok(None) }
}

/// Whether nothing has come of an approval yet that no call uses: the end of a stage, a step that has begun, or an answer
/// that an agent has read.
fn is_unread(stored: &Stored, queued: Option<&Queued>, followed: Option<Followed>) -> Result<(), Refusal> {
    let illegal = |code, why: &str| Refusal::new(code, format!("Nothing was taken back: {why}"));
    if let Some(Followed { why, at }) = followed {
        let since = at.map(|at| format!(" at {}", told(at))).unwrap_or_default();
        let why = format!("{why}{since}. What was done is not undone by itself; cancel the run, if it goes on.");
        return Err(illegal(Code::AlreadyUsed, &why).with("used_at", json!(at)));
    }
    match (stored.package.origin, queued.map(|queued| &queued.state)) {
        (Origin::Stage, _) => {
            let why = "the stage is complete with it, and its handoff was issued. Have the stage given up, or cancel the run.";
            Err(illegal(Code::IllegalMove, why))
        }
        (Origin::Request, Some(Resumption::Resumed { at, .. })) => {
            let why = format!(
                "the agent read the approval at {}, and no call waits for it. Nothing is undone by itself; cancel the run.",
                told(*at)
            );
            Err(illegal(Code::AlreadyUsed, &why).with("used_at", json!(at)))
        }
        (Origin::Request, Some(Resumption::Delivering { .. })) => Err(illegal(
            Code::Conflict,
            "the approval is on its way to the agent at this moment. Try again in a minute.",
        )),
        (
            Origin::Request,
            Some(Resumption::Queued { .. } | Resumption::Failed { .. } | Resumption::Abandoned { .. }) | None,
        )
        // That it was read is nothing yet: the next step looks whether it stands.
        | (Origin::Gate | Origin::Items | Origin::Step, _) => Ok(()),
    }
}

fn told(at: Time) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Whether this viewer may take the approval back, as its page offers it.
pub(super) fn is_revocable(
    stored: &Stored,
    candidate: &Candidate,
    circumstances: &Circumstances,
    votes: &[Decision],
    come: (Option<&Queued>, Option<Followed>),
    now: Time,
) -> bool {
    let is_given = stored.state.clone().revoke(stored.id, candidate.person.into(), String::new(), now).is_ok();
    is_given
        && may(stored, candidate, circumstances, votes, Via::Console).is_ok()
        && is_unread(stored, come.0, come.1).is_ok()
}
