//! What is taken back: a pending approval, or a whole run with everything that waits in it.

use domain::{
    Actor, Refusal, SystemActor,
    approval::Approval,
    event::Event,
    id::{ApprovalId, RunId},
    permission::Action,
    refusal::Code,
    run::{MAX_REASON, Run as State},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Caller, Desk,
    ballot::EXPIRED,
    outcome::{Ending, end, expire},
    stage::effects::give_up,
    text,
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, approval::Stored, run::Run},
};

/// What `POST /runs/{id}/cancel` and `POST /approvals/{id}/cancel` take.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why.
    pub reason: String,
}

/// What `POST /runs/{id}/fail` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// What went wrong.
    pub error: String,
}

/// How a run ends.
#[derive(Debug, Clone)]
pub enum RunEnd {
    /// Somebody stops it.
    Cancel(Cancel),
    /// Its harness gives up.
    Fail(Fail),
}

impl RunEnd {
    fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Cancel(Cancel { reason }) => text::required("/reason", reason, MAX_REASON),
            Self::Fail(Fail { error }) => text::required("/error", error, MAX_REASON),
        }
    }

    /// Why the approvals that wait in it are taken back.
    fn why(&self) -> String {
        match self {
            Self::Cancel(Cancel { reason }) => format!("The run was cancelled: {}", reason.trim()),
            Self::Fail(Fail { error }) => format!("The run failed: {}", error.trim()),
        }
    }

    /// Whether the run has ended in this very way.
    const fn is(&self, state: &State) -> bool {
        matches!((self, state), (Self::Cancel(_), State::Cancelled { .. }) | (Self::Fail(_), State::Failed { .. }))
    }

    fn apply(self, state: State, now: domain::Time) -> Result<(State, Event), Refusal> {
        match self {
            Self::Cancel(Cancel { reason }) => state.cancel(reason.trim().to_owned(), now),
            Self::Fail(Fail { error }) => state.fail(error.trim().to_owned(), now),
        }
    }
}

/// What became of an approval that should be cancelled.
enum Taken {
    Back,
    Expired,
}

impl Desk {
    /// Ends a run: pending approvals are cancelled first, then its sessions end. Ending it the same way again changes
    /// nothing.
    ///
    /// # Errors
    /// `not_found`; `run_ended` when it has ended otherwise; `invalid_field`.
    pub async fn end_run(&self, caller: &Caller, id: RunId, how: RunEnd) -> Result<Value> {
        caller.authorize(Action::EndRun)?;
        self.visible_run(caller, id).await?;
        how.check()?;
        let actor = caller.actor();
        self.database.write(move |tx| async move { end_run(tx, id, how, actor).await }.boxed()).await
    }

    /// Takes a pending approval back; the session goes on. A second time changes nothing.
    ///
    /// # Errors
    /// `not_found`; `already_decided` and `expired` when it has ended otherwise; `invalid_field`.
    pub async fn cancel_approval(&self, caller: &Caller, id: ApprovalId, body: Cancel) -> Result<Value> {
        caller.authorize(Action::CancelApproval)?;
        let stored = self.outcome_now(caller, id).await?;
        text::required("/reason", &body.reason, MAX_REASON)?;
        let actor = caller.actor();
        let (reason, run) = (body.reason.trim().to_owned(), stored.run);
        let taken = self.database.write(move |tx| {
            async move {
                let run = store::run::lock(tx, stored.run).await?.ok_or(Error::Moved)?;
                let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
                if matches!(stored.state, Approval::Cancelled { .. }) {
                    return Ok(Taken::Back);
                }
                take_back(tx, &run, &stored, reason, actor).await
            }
            .boxed()
        });
        match taken.await? {
            Taken::Back => {
                self.conclude(run).await;
                self.outcome(&self.outcome_now(caller, id).await?).await
            }
            Taken::Expired => Err(Refusal::new(Code::Expired, EXPIRED).into()),
        }
    }
}

async fn end_run(tx: &mut Tx, id: RunId, how: RunEnd, actor: Actor) -> Result<Value> {
    let run = store::run::lock(tx, id).await?.ok_or(Error::Moved)?;
    if how.is(&run.state) {
        return Ok(ended(&run.state, id, 0));
    }
    end_locked(tx, run, how, actor).await
}

pub(super) async fn end_locked(tx: &mut Tx, run: Run, how: RunEnd, actor: Actor) -> Result<Value> {
    let id = run.id;
    run.state.must_be_active()?;
    let known = store::approval::list_of_run(tx, id).await?;
    let mut pending: Vec<ApprovalId> = known
        .iter()
        .filter(|known| matches!(known.prior.state, Approval::Pending { .. }))
        .map(|known| known.prior.id)
        .collect();
    // Items stand side by side, and wait as one.
    pending.dedup();
    for approval in &pending {
        let stored = store::approval::find(tx, *approval).await?.ok_or(Error::Moved)?;
        take_back(tx, &run, &stored, how.why(), actor).await?;
    }
    give_up(tx, &run).await?;
    for session in store::session::list_of_run(tx, id).await? {
        let (state, event) = session.state.end(session.id)?;
        store::session::update(tx, session.id, &state).await?;
        tx.record_in(id, &run.subject, None, Actor::System(SystemActor::Engine), event);
    }
    let (state, event) = how.apply(run.state, tx.now())?;
    store::run::update(tx, id, &state).await?;
    tx.record_in(id, &run.subject, None, actor, event);
    Ok(ended(&state, id, pending.len()))
}

fn ended(state: &State, id: RunId, settled: usize) -> Value {
    json!({
        "run_id": id, "status": state.status(false), "ended_at": state.ended_at(), "reason": state.why(),
        "approvals_ended": settled,
    })
}

/// Cancels one pending approval by its id. The run is locked.
pub(super) async fn take_back_one(tx: &mut Tx, run: &Run, id: ApprovalId, reason: String, actor: Actor) -> Result<()> {
    let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
    take_back(tx, run, &stored, reason, actor).await.map(drop)
}

/// Cancels a run for a reason of the engine's own. The run is locked.
pub(super) async fn cancel(tx: &mut Tx, run: Run, reason: String, actor: Actor) -> Result<()> {
    end_locked(tx, run, RunEnd::Cancel(Cancel { reason }), actor).await.map(drop)
}

/// Cancels one pending approval, or records its expiry when the deadline came first. The run is locked.
async fn take_back(tx: &mut Tx, run: &Run, stored: &Stored, reason: String, actor: Actor) -> Result<Taken> {
    let votes = stored.current(&store::decision::list_of_approval(tx, stored.id).await?);
    // One look at the clock: the deadline may come between two.
    let now = tx.now();
    if stored.state.is_overdue(now) {
        expire(tx, run, stored, &votes).await?;
        return Ok(Taken::Expired);
    }
    let (state, event) = stored.state.clone().cancel(stored.id, reason, now)?;
    let standing = stored.package.standing(&votes);
    end(tx, run, stored, Ending { state, event, actor, standing: &standing, notes: None }).await?;
    Ok(Taken::Back)
}
