//! Waking sessions: what a fetch, a person or a worker does to the outbox record.

use chrono::TimeDelta;
use domain::{
    Actor, Refusal, SystemActor, Time,
    event::Event,
    id::{ApprovalId, EndpointId},
    permission::Action,
    refusal::Code,
    resumption::{Resumption, Setback, Way},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Caller, Desk, KeyCaller, runner::waiting_call, text};
use crate::{
    error::{Error, Result},
    store::{
        self, Tx,
        approval::Stored,
        resumption::{Due, Queued},
        run::Run,
    },
};

/// How often a change is tried again when somebody else changed the record at the same moment.
const TRIES: u32 = 5;
/// The longest reason for abandoning, in characters.
const REASON: usize = 1_000;
/// The actor of everything that happens by itself.
pub(super) const RESUMPTION: Actor = Actor::System(SystemActor::Resumption);

/// What `POST /approvals/{id}/resumption/abandon` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Abandon {
    /// Why nothing is to be sent any more.
    pub reason: String,
}

/// The run of an approval, for the log.
pub(super) async fn run_of(tx: &mut Tx, approval: ApprovalId) -> Result<Run> {
    let run = store::approval::find_run(tx, approval).await?.ok_or(Error::Moved)?;
    store::run::find(tx, run).await?.ok_or(Error::Moved)
}

/// Changes the wake-up of an approval and records it. Whoever changes it meanwhile is read again.
pub(super) async fn change(
    tx: &mut Tx,
    approval: ApprovalId,
    actor: Actor,
    step: impl Fn(&Queued, Time) -> Result<(Resumption, Event), Refusal>,
) -> Result<Queued> {
    let run = run_of(tx, approval).await?;
    for _ in 0..TRIES {
        let found = store::resumption::find_of_approval(tx, approval).await?;
        let mut queued = found.ok_or_else(|| Refusal::not_found("resumption"))?;
        let (state, event) = step(&queued, tx.now())?;
        if store::resumption::update(tx, &queued, &state).await? {
            tx.record_in(run.id, &run.subject, Some(approval), actor, event);
            queued.state = state;
            return Ok(queued);
        }
    }
    Err(Error::Moved)
}

/// The same, where a state that does not allow it means that somebody else was first, which is no failure.
pub(super) async fn change_if_possible(
    tx: &mut Tx,
    approval: ApprovalId,
    step: impl Fn(&Queued, Time) -> Result<(Resumption, Event), Refusal>,
) -> Result<()> {
    match change(tx, approval, RESUMPTION, step).await {
        Err(error) if matches!(error.code(), Some(Code::IllegalMove | Code::NotFound)) => Ok(()),
        done => done.map(drop),
    }
}

/// Notes that the harness has the outcome.
pub(super) fn delivered(queued: &Queued, now: Time) -> Result<(Resumption, Event), Refusal> {
    queued.state.clone().deliver(queued.id, queued.approval, now)
}

/// Notes that a try failed.
pub(super) fn failed(queued: &Queued, setback: Setback, now: Time) -> Result<(Resumption, Event), Refusal> {
    queued.state.clone().fail(queued.id, queued.approval, setback, now)
}

impl Desk {
    /// Notes that the owning key fetched the final status: the session is resumed.
    pub(super) async fn note_fetched(&self, key: &KeyCaller, stored: &Stored) -> Result<()> {
        if key.id != stored.key && key.run != Some(stored.run) {
            return Ok(());
        }
        let mut tx = self.database.read().await?;
        let Some(queued) = store::resumption::find_of_approval(&mut tx, stored.id).await? else { return Ok(()) };
        // A program that looks on resumes nothing where a runner does; an agent that asked itself has its answer.
        let is_by_runner = matches!(queued.state.way(), Some(Way::Runner { .. }));
        let is_asked = stored.package.summary.is_some() && waiting_call(&mut tx, stored).await?.is_none();
        drop(tx);
        if matches!(queued.state, Resumption::Resumed { .. }) || (is_by_runner && !is_asked) {
            return Ok(());
        }
        let approval = stored.id;
        self.database.write(move |tx| change_if_possible(tx, approval, delivered).boxed()).await
    }

    /// Has a resumption sent now.
    ///
    /// # Errors
    /// `not_found`; `illegal_move` unless it failed or was abandoned; `conflict` while its endpoint is disabled.
    pub async fn retry_resumption(&self, caller: &Caller, approval: ApprovalId) -> Result<Queued> {
        caller.authorize(Action::WakeSession)?;
        self.find_approval(caller, approval).await?;
        let actor = caller.actor();
        let retried = self.database.write(move |tx| {
            async move {
                let step = |queued: &Queued, _: Time| queued.state.clone().retry(queued.id, approval);
                let queued = change(tx, approval, actor, step).await?;
                if let Resumption::Queued { way: Way::Webhook { endpoint }, .. } = &queued.state {
                    must_be_enabled(tx, *endpoint).await?;
                }
                Ok(queued)
            }
            .boxed()
        });
        retried.await
    }

    /// Ends the sending of a resumption. The decision stands, and its outcome can still be fetched.
    ///
    /// # Errors
    /// `not_found`; `illegal_move` when the session was resumed or it was abandoned already; `invalid_field` without a
    /// reason.
    pub async fn abandon_resumption(&self, caller: &Caller, approval: ApprovalId, body: Abandon) -> Result<Queued> {
        caller.authorize(Action::WakeSession)?;
        self.find_approval(caller, approval).await?;
        text::required("/reason", &body.reason, REASON)?;
        let (actor, reason) = (caller.actor(), body.reason.trim().to_owned());
        let abandoned = self.database.write(move |tx| {
            async move {
                let step =
                    |queued: &Queued, now| queued.state.clone().abandon(queued.id, approval, reason.clone(), now);
                change(tx, approval, actor, step).await
            }
            .boxed()
        });
        abandoned.await
    }

    /// The wake-up of an approval; `None` before the approval has ended.
    pub async fn resumption(&self, approval: ApprovalId) -> Result<Option<Queued>> {
        let mut tx = self.database.read().await?;
        Ok(store::resumption::find_of_approval(&mut tx, approval).await?)
    }

    /// When the next delivery is due, apart from those to these endpoints.
    pub async fn next_delivery(&self, apart_from: &[EndpointId]) -> Result<Option<Time>> {
        let mut tx = self.database.read().await?;
        let now = tx.now();
        Ok(store::resumption::next_due(&mut tx, due(now), apart_from).await?)
    }
}

/// What may be taken now.
pub(super) fn due(now: Time) -> Due {
    due_within(now, LEASE)
}

/// What may be taken now where a lease lasts so long.
pub(super) fn due_within(now: Time, lease: TimeDelta) -> Due {
    Due { now, longest_lease: Resumption::longest_lease(now, lease), longest_pause: Resumption::longest_pause(now) }
}

/// How long a worker may take for one delivery before it is taken for dead: far longer than a delivery may last.
pub(super) const LEASE: TimeDelta = TimeDelta::minutes(1);

async fn must_be_enabled(tx: &mut Tx, endpoint: EndpointId) -> Result<()> {
    let found = store::endpoint::find(tx, endpoint).await?.ok_or(Error::Moved)?;
    if found.row.disabled_at.is_none() {
        return Ok(());
    }
    let message = format!("Nothing was sent: the endpoint {} is disabled. Have it enabled first.", found.row.name);
    Err(Refusal::new(Code::Conflict, message).into())
}
