//! What is stored of a move: the closure, its steps, what the log says, and what is handed over.

use domain::{
    Actor,
    closure::{Closure, Reason, drift::first_look, page::Snapshot, step::Step},
    event::Event,
    follow_up::{FollowUp, Settlement},
};
use futures::FutureExt as _;

use super::{CLOSURE, Held, LEASE, follow_up_id, packet::packet};
use crate::{
    desk::Desk,
    error::{Error, Result},
    store::{self, Tx, closure::Stored, closure::step::Stored as StepStored},
};

/// Says in the log what happened to a closure by itself.
pub(super) fn record(tx: &mut Tx, stored: &Stored, event: Event) {
    record_by(tx, stored, CLOSURE, event);
}

/// Says in the log what somebody did about a closure, or what it handed over: in its run, where there is one.
pub(in crate::desk) fn record_by(tx: &mut Tx, stored: &Stored, actor: Actor, event: Event) {
    match stored.run {
        Some(run) => tx.record_in(run, &stored.title, stored.trigger.approval, actor, event),
        None => tx.record(actor, event),
    }
}

/// Stores a move of a closure that this process holds.
///
/// # Errors
/// [`Error::Moved`] when it is somebody else's by now.
pub(super) async fn moved(tx: &mut Tx, stored: &Stored, state: &Closure) -> Result<()> {
    if !store::closure::update(tx, stored, state).await? {
        return Err(Error::Moved);
    }
    if let Some(ended) = state.ended_at() {
        store::closure::drift::schedule(tx, stored.id, first_look(ended)).await?;
    }
    Ok(())
}

/// Hands something over to a person; once for a step as long as the same is asked about it.
pub(super) async fn hand_over(
    tx: &mut Tx,
    stored: &Stored,
    step: Option<&str>,
    reason: Reason,
    detail: String,
) -> Result<()> {
    let filter = store::follow_up::FollowUpFilter {
        status: Some(domain::follow_up::FollowUpStatus::Open),
        closure: Some(stored.id),
        ..Default::default()
    };
    let open = store::follow_up::list(tx, &filter, None, 100).await?;
    if open.iter().any(|known| known.packet.step.as_deref() == step && known.packet.reason == reason) {
        return Ok(());
    }
    // Whoever answers the question that was asked before would answer another one.
    take_back(tx, stored, step, (Settlement::Left, "It stopped for another reason since.")).await?;
    let steps = store::closure::step::list(tx, stored.id).await?;
    let open_steps = steps.iter().filter(|one| !one.state.is_finished());
    let asked = open_steps.filter(|one| step.is_none_or(|step| one.plan.step == step));
    let (uncertain, untouched): (Vec<_>, Vec<_>) = asked.partition(|one| one.state.is_uncertain());
    let told = |one: &StepStored| format!("{}: {}/{}", one.plan.step, one.plan.target, one.plan.record);
    let listed = [untouched, uncertain].map(|some| some.into_iter().map(told).collect());
    let packet = packet(stored, step, reason, detail, listed);
    let id = follow_up_id(tx);
    let (state, event) = FollowUp::open(id, stored.id, &packet, tx.now());
    store::follow_up::insert(
        tx,
        &store::follow_up::Stored { id, closure: stored.id, packet, state, assigned_to: None },
    )
    .await?;
    record(tx, stored, event);
    Ok(())
}

/// Settles what was handed over and is not in question any more: of a step, or of the closure as a whole.
pub(super) async fn take_back(
    tx: &mut Tx,
    stored: &Stored,
    step: Option<&str>,
    (outcome, because): (Settlement, &str),
) -> Result<()> {
    let filter = store::follow_up::FollowUpFilter {
        status: Some(domain::follow_up::FollowUpStatus::Open),
        closure: Some(stored.id),
        ..Default::default()
    };
    for open in store::follow_up::list(tx, &filter, None, 100).await? {
        if open.packet.step.as_deref() == step {
            let settled = (outcome, because.to_owned());
            let (state, event) = open.state.resolve(open.id, stored.id, CLOSURE, settled, tx.now())?;
            if store::follow_up::settle(tx, open.id, &state).await? {
                record(tx, stored, event);
            }
        }
    }
    Ok(())
}

/// A move of a step, with what is handed over because of it.
pub(super) struct StepMove {
    pub(super) state: Step,
    pub(super) event: Event,
}

impl Desk {
    /// Stores a move of a step, and that this process goes on with its closure.
    pub(super) async fn keep_step(&self, held: Held, step: StepStored, change: StepMove) -> Result<Held> {
        self.database.write(move |tx| async move { keep_step(tx, held, &step, change).await }.boxed()).await
    }

    /// Stores that a closure stops, and hands it over.
    pub(super) async fn stop_closure(
        &self,
        held: Held,
        reason: Reason,
        detail: String,
        seen: Option<Snapshot>,
    ) -> Result<()> {
        self.database.write(move |tx| async move { stop(tx, held, reason, detail, seen).await }.boxed()).await
    }
}

/// Stores that a closure stops, what its source said, and hands it over.
pub(super) async fn stop(
    tx: &mut Tx,
    held: Held,
    reason: Reason,
    detail: String,
    seen: Option<Snapshot>,
) -> Result<()> {
    let mut stored = held.0;
    let steps = store::closure::step::list(tx, stored.id).await?;
    let steps: Vec<Step> = steps.into_iter().map(|step| step.state).collect();
    let (state, event) = stored.state.clone().stop(stored.id, reason, &steps, tx.now())?;
    moved(tx, &stored, &state).await?;
    if let Some(seen) = seen {
        store::closure::set_snapshot(tx, stored.id, &seen).await?;
        stored.snapshot = Some(seen);
    }
    record(tx, &stored, event);
    hand_over(tx, &stored, None, reason, detail).await
}

/// Stores a move of a step, within a transaction.
pub(super) async fn keep_step(tx: &mut Tx, held: Held, step: &StepStored, change: StepMove) -> Result<Held> {
    let StepMove { state, event } = change;
    let stored = held.0;
    let running = stored.state.clone().extend(tx.now() + LEASE)?;
    moved(tx, &stored, &running).await?;
    let step = StepStored { state, ..step.clone() };
    store::closure::step::put(tx, &step).await?;
    record(tx, &stored, event);
    let stored = Stored { state: running, moves: stored.moves + 1, ..stored };
    match &step.state {
        Step::Blocked { reason, detail, .. } => {
            hand_over(tx, &stored, Some(&step.plan.step), *reason, detail.clone()).await?;
        }
        Step::Failed { cause, next_try: None, .. } => {
            let reason = step.state.reason().unwrap_or(Reason::TargetUnreachable);
            hand_over(tx, &stored, Some(&step.plan.step), reason, cause.clone()).await?;
        }
        Step::Done { .. } | Step::AlreadyDone { .. } => {
            take_back(tx, &stored, Some(&step.plan.step), (Settlement::Done, "The step is done.")).await?;
        }
        Step::Failed { .. } | Step::Planned { .. } | Step::Writing { .. } => {}
    }
    Ok(Held(stored))
}
