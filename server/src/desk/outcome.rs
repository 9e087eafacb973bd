//! How an approval ends: by votes or by time, always with the session released and its wake-up queued.

use std::time::Duration;

use domain::{
    Actor, Refusal, SystemActor,
    approval::{Approval, Status},
    decision::{Decision, Verdict},
    event::Event,
    id::{ApprovalId, ResumptionId, SessionId},
    item::{self, Item, ItemState},
    package::Origin,
    permission::Action,
    policy::Standing,
    resumption::{Resumption, Way},
};
use futures::FutureExt as _;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::{Caller, Desk, KeyCaller, assignment, claim, stage::withdraw};
use crate::{
    error::{Error, Result},
    store::{
        self, Tx,
        approval::{Change, Stored},
        resumption::Queued,
        run::Run,
    },
};

/// The longest a poll may wait.
pub const LONGEST_POLL: Duration = Duration::from_mins(1);
/// What an agent reads as status while a question is open.
const INFORMATION_REQUESTED: &str = "information_requested";
/// Overdue approvals expired in one round.
const EXPIRED_AT_ONCE: i64 = 200;

/// What ends an approval.
pub(super) struct Ending<'a> {
    pub(super) state: Approval,
    pub(super) event: Event,
    pub(super) actor: Actor,
    pub(super) standing: &'a Standing,
    pub(super) notes: Option<&'a str>,
}

/// Stores the end of an approval: status, session, resumption and their events. The run is locked.
pub(super) async fn end(tx: &mut Tx, run: &Run, stored: &Stored, ending: Ending<'_>) -> Result<()> {
    let id = stored.id;
    let given = ending.standing.seats.iter().map(|seat| seat.given).sum();
    let change = Change { state: &ending.state, revision: stored.revision + 1, given, notes: ending.notes };
    store::approval::update(tx, id, &change).await?;
    store::seat::update(tx, id, &closed(ending.standing)).await?;
    claim::ended(tx, id).await?;
    assignment::ended(tx, id).await?;
    tx.record_in(run.id, &run.subject, Some(id), ending.actor, ending.event);
    if stored.package.origin == Origin::Stage
        && matches!(ending.state, Approval::Expired { .. } | Approval::Cancelled { .. })
    {
        withdraw(tx, run, stored).await?;
    }
    let session = store::session::find(tx, run.id, &stored.call.session.to_string()).await?.ok_or(Error::Moved)?;
    let (state, released) = session.state.release(session.id, id)?;
    store::session::update(tx, session.id, &state).await?;
    tx.record_in(run.id, &run.subject, Some(id), Actor::System(SystemActor::Engine), released);
    if matches!(ending.state, Approval::Cancelled { .. } | Approval::Superseded { .. }) {
        // Whoever took it back needs no waking, and a call that is gone waits for nothing: nothing is sent.
        return Ok(());
    }
    queue_resumption(tx, run, id, session.id, Actor::System(SystemActor::Resumption)).await
}

/// Queues the wake-up of an ended approval, the way its session asked for. The run is locked.
pub(super) async fn queue_resumption(
    tx: &mut Tx,
    run: &Run,
    approval: ApprovalId,
    session: SessionId,
    actor: Actor,
) -> Result<()> {
    let woken = store::session::find(tx, run.id, &session.to_string()).await?.ok_or(Error::Moved)?;
    let way = match (woken.runner, woken.endpoint) {
        // Whoever sits before a session has it go on.
        (Some(runner), _) if woken.by_runner && !woken.is_interactive => Way::Runner { runner },
        (_, Some(endpoint)) => Way::Webhook { endpoint },
        (_, None) => Way::Poll,
    };
    let id = ResumptionId::from_uuid(tx.uuid());
    let (state, queued) = Resumption::queue(id, approval, way, tx.now());
    store::resumption::insert(tx, &Queued { id, approval, session, state, moves: 0 }).await?;
    tx.record_in(run.id, &run.subject, Some(approval), actor, queued);
    Ok(())
}

/// Every seat closed: nobody is waited for any more.
fn closed(standing: &Standing) -> Vec<domain::policy::SeatStanding> {
    let close =
        |seat: &domain::policy::SeatStanding| domain::policy::SeatStanding { given: seat.needed, ..seat.clone() };
    standing.seats.iter().map(close).collect()
}

/// Expires an approval whose deadline has passed; the run is locked.
pub(super) async fn expire(tx: &mut Tx, run: &Run, stored: &Stored, votes: &[Decision]) -> Result<()> {
    let (state, event) = stored.state.clone().expire(stored.id, tx.now())?;
    let standing = stored.package.standing(votes);
    let actor = Actor::System(SystemActor::Deadline);
    end(tx, run, stored, Ending { state, event, actor, standing: &standing, notes: None }).await
}

impl Desk {
    /// Expires what is overdue; answers how many.
    pub async fn expire_overdue(&self) -> Result<usize> {
        let now = self.database.clock().now();
        let mut tx = self.database.read().await?;
        let overdue = store::deadline::list_overdue(&mut tx, now, EXPIRED_AT_ONCE).await?;
        drop(tx);
        for id in &overdue {
            // One that cannot be expired must not keep the others waiting.
            if let Err(error) = self.expire_one(*id).await {
                tracing::error!(%error, approval = %id, "an overdue approval could not be expired");
            }
        }
        Ok(overdue.len())
    }

    /// Expires one approval, unless somebody settled it first.
    pub(super) async fn expire_one(&self, id: ApprovalId) -> Result<()> {
        let expired = self.database.write(move |tx| {
            async move {
                let Some(run) = store::approval::find_run(tx, id).await? else { return Ok(None) };
                let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
                let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
                let votes = store::decision::list_of_approval(tx, id).await?;
                expire(tx, &run, &stored, &stored.current(&votes)).await?;
                Ok(Some(run.id))
            }
            .boxed()
        });
        match expired.await {
            // Somebody decided at the last moment, or another replica was first: the one who won stands.
            Err(Error::Refused(_) | Error::Moved) | Ok(None) => Ok(()),
            Ok(Some(run)) => {
                self.conclude(run).await;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The next deadline of a pending approval.
    pub async fn next_deadline(&self) -> Result<Option<domain::Time>> {
        let mut tx = self.database.read().await?;
        Ok(store::deadline::find_next(&mut tx).await?)
    }

    /// The outcome of an approval, waiting up to `wait` for it to be final. Waiting listens to what is committed and
    /// never asks the database again until something about this approval is. A question ends the wait as well, unless
    /// the caller has `seen` that revision.
    pub async fn await_outcome(
        &self,
        caller: &Caller,
        id: ApprovalId,
        wait: Duration,
        seen: Option<u32>,
    ) -> Result<Value> {
        let key = caller.key(Action::AwaitDecision)?;
        let mut news = self.database.news().listen();
        let deadline = tokio::time::Instant::now() + wait.min(LONGEST_POLL);
        loop {
            let stored = self.outcome_now(caller, id).await?;
            let is_ended = stored.state.ended_at().is_some();
            if is_ended || (stored.state.is_waiting_for_information() && seen != Some(stored.revision)) {
                return self.told(key, &stored).await;
            }
            let concerns = async {
                loop {
                    match news.recv().await {
                        Ok(leaves) if leaves.iter().any(|leaf| leaf.approval == Some(id)) => return true,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => return true,
                        Err(RecvError::Closed) => return false,
                    }
                }
            };
            let is_news = tokio::time::timeout_at(deadline, concerns).await.unwrap_or(false);
            if !is_news {
                // Said once more from the database: a notice may have been lost on its way.
                let stored = self.outcome_now(caller, id).await?;
                return self.told(key, &stored).await;
            }
        }
    }

    /// What is told to a key that waits; a final status is delivered with it.
    async fn told(&self, key: &KeyCaller, stored: &Stored) -> Result<Value> {
        if stored.state.ended_at().is_none() {
            return self.outcome(stored).await;
        }
        // Noted before it is told: an approval that was taken back meanwhile is told as such, and one that was told is
        // not taken back where nothing but its answer is waited for.
        self.note_fetched(key, stored).await?;
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, stored.id).await?.ok_or(Error::Moved)?;
        drop(tx);
        let mut outcome = self.outcome(&stored).await?;
        if let Some(blob) = self.open_blob(key.id, stored.id).await? {
            outcome["state_blob"] = json!(blob);
        }
        Ok(outcome)
    }

    /// Refuses what the caller may not see, before anything else is said about it.
    pub async fn must_see_outcome(&self, caller: &Caller, id: ApprovalId) -> Result<()> {
        self.outcome_now(caller, id).await.map(drop)
    }

    /// An approval whose outcome the caller may know.
    pub(super) async fn outcome_now(&self, caller: &Caller, id: ApprovalId) -> Result<Stored> {
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, id).await?.filter(|stored| caller.sees(stored.run));
        stored.ok_or_else(|| Refusal::not_found("approval").into())
    }

    /// The answer agents and webhooks get.
    pub(super) async fn outcome(&self, stored: &Stored) -> Result<Value> {
        let status = stored.state.status();
        let now = self.database.clock().now();
        if let Some(open) = stored.package.information.last().filter(|_| stored.state.is_waiting_for_information()) {
            return Ok(json!({
                "approval_id": stored.id, "status": INFORMATION_REQUESTED, "question": open.question,
                "asked_by": open.asked_by, "asked_at": open.asked_at, "revision": stored.revision,
                "eta_hours": super::approval::eta_hours(stored.state.expires_at(), now),
            }));
        }
        if status == Status::Pending {
            return Ok(json!({
                "approval_id": stored.id, "status": super::approval::AWAITING,
                "eta_hours": super::approval::eta_hours(stored.state.expires_at(), now),
            }));
        }
        let mut tx = self.database.read().await?;
        let votes = stored.current(&store::decision::list_of_approval(&mut tx, stored.id).await?);
        // Where no item is left that everybody approved, nobody has rejected the whole.
        let is_rejected = status == Status::Rejected && votes.iter().any(|vote| vote.verdict == Verdict::Reject);
        let wanted = if is_rejected { Verdict::Reject } else { Verdict::Approve };
        let deciding: Vec<&Decision> = votes.iter().filter(|vote| vote.verdict == wanted).collect();
        let notes: Vec<&str> = match &stored.state {
            Approval::Cancelled { reason, .. } | Approval::Revoked { reason, .. } => vec![reason],
            Approval::Pending { .. }
            | Approval::Approved { .. }
            | Approval::Rejected { .. }
            | Approval::Superseded { .. }
            | Approval::Expired { .. } => deciding.iter().filter_map(|vote| vote.notes.as_deref()).collect(),
        };
        let mut told = json!({
            "approval_id": stored.id,
            "status": status,
            "decided_at": stored.state.ended_at(),
            "notes": (!notes.is_empty()).then(|| notes.join("\n")),
            "reason_code": deciding.iter().filter(|_| status != Status::Revoked).find_map(|vote| vote.reason_code.clone()),
            "reviewers": deciding.iter().map(|vote| reviewer(vote)).collect::<Vec<Value>>(),
        });
        if status == Status::Approved && stored.package.edit.is_some() {
            told["edited_input"] = stored.package.input.clone();
        }
        let is_decided = matches!(status, Status::Approved | Status::Rejected);
        if is_decided && !stored.package.items.is_empty() {
            told["items"] = items(stored, &votes, is_rejected);
        }
        Ok(told)
    }
}

/// Who decided, as agents and webhooks are told.
fn reviewer(vote: &Decision) -> Value {
    let on_behalf_of = vote.on_behalf_of.as_ref().map(|principal| &principal.name);
    json!({"name": vote.name, "on_behalf_of": on_behalf_of, "group": vote.group, "decided_at": vote.at})
}

/// What was decided about each item, with what was written about it.
fn items(stored: &Stored, votes: &[Decision], is_rejected: bool) -> Value {
    let items = &stored.package.items;
    let one = |(item, state): (&Item, ItemState)| {
        let (verdict, notes) = match state {
            ItemState::Approved { .. } if !is_rejected => (Verdict::Approve, None),
            ItemState::Rejected { notes } => (Verdict::Reject, notes),
            ItemState::Approved { .. } | ItemState::Waiting => (Verdict::Reject, None),
        };
        json!({"tool_use_id": item.tool_use_id, "tool": item.tool, "verdict": verdict, "notes": notes})
    };
    items.iter().zip(item::settle(items, votes)).map(one).collect()
}
