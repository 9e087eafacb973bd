//! Steps: planned from the policy, and done one after the other. Each is read before it is written, its writing is said
//! before it is done, and read again afterwards.

use domain::{
    Time,
    closure::{
        Phase, Reason,
        key::{is_below, step_key},
        rule::{Moment, StepKind},
        step::{Miss, Named, Step},
    },
    event::Event,
    id::EventId,
    resumption::next_try,
};
use futures::FutureExt as _;

use super::{
    FRESH, Held, LEASE, keep,
    keep::StepMove,
    place::Place,
    revalidate::{Stand, superseded},
    see::{Before, Seen},
    stand::own_stand,
    write::Wrote,
};
use crate::{
    desk::Desk,
    error::Result,
    rules::closure::Follows,
    store::{self, Tx, closure::Stored, closure::step::Stored as StepStored},
};

/// What became of the word that a step is about to be written.
enum Intended {
    /// It may be written now; the event says so.
    Go(Held, Box<StepStored>, Option<EventId>),
    /// It may not; its closure goes on.
    Not(Held),
    /// The closure stopped.
    Stopped,
}

impl StepStored {
    pub(super) fn named(&self) -> Named<'_> {
        Named { closure: self.closure, step: &self.plan.step, key: &self.key }
    }
}

impl Desk {
    /// Finds out what the steps are. Those that were begun stay as they are.
    pub(super) async fn plan_closure(&self, held: Held) -> Result<Option<Held>> {
        let mut tx = self.database.read().await?;
        let (compiled, roots, said) = self.readings(&mut tx, &held.0).await?;
        drop(tx);
        let position = compiled.workflow().closure.iter().position(|rule| rule.id == held.0.rule);
        let Some(position) = position else {
            let detail = format!("{}@{} has no policy {}.", held.0.workflow, held.0.version, held.0.rule);
            return self.stop_closure(held, Reason::MappingMissing, detail, None).await.map(|()| None);
        };
        match compiled.follows(&roots, position, &said) {
            Follows::Yes => {}
            Follows::No => {
                let detail = "The policy's condition does not hold any more.".to_owned();
                return self.stop_closure(held, Reason::SourceChanged, detail, None).await.map(|()| None);
            }
            Follows::Unknown => {
                let detail = "The policy's condition is neither true nor false: something it reads is absent.";
                let reason = Reason::ConditionFailed;
                return self.stop_closure(held, reason, detail.to_owned(), None).await.map(|()| None);
            }
        }
        let plans = compiled.plan_closure(&roots, position, &said);
        self.database.write(move |tx| plan(tx, held, plans).boxed()).await.map(Some)
    }

    /// Does the first step that is due; goes on to the end where none is.
    pub(super) async fn execute_step(&self, held: Held) -> Result<Option<Held>> {
        let mut tx = self.database.read().await?;
        let steps = store::closure::step::list(&mut tx, held.id()).await?;
        let now = self.database.clock().now();
        let Some(step) = steps.into_iter().find(|step| step.state.is_due(now)) else {
            drop(tx);
            return self.enter(held, Phase::Confirm).await.map(Some);
        };
        if is_stale(&held.0, now) {
            drop(tx);
            return self.enter(held, Phase::Revalidate).await.map(Some);
        }
        let place = self.place_of(&mut tx, &step.plan).await?;
        drop(tx);
        let place = match place {
            Ok(place) => place,
            Err((reason, detail)) => return self.block(held, step, reason, detail).await.map(Some),
        };
        match self.see(&place, &step, &held.0).await? {
            Seen::AsWanted(confirmed) => self.step_found(held, step, confirmed).await.map(Some),
            Seen::Stop(reason, detail) => self.block(held, step, reason, detail).await.map(Some),
            Seen::Later { cause, asked } => {
                let was_uncertain = step.state.is_uncertain();
                self.step_missed(held, step, cause, asked, was_uncertain).await.map(Some)
            }
            Seen::NotYet(_) if step.state.is_uncertain() && !place.honours_keys() => {
                let detail = "It was about to be written when the work was cut off or went unanswered, and it is not as \
                              wanted. The target is not known to honour keys: nobody writes it a second time unasked.";
                self.block(held, step, Reason::OutcomeAmbiguous, detail.to_owned()).await.map(Some)
            }
            Seen::NotYet(before) => self.write_step(held, step, &place, before).await,
        }
    }

    async fn write_step(&self, held: Held, step: StepStored, place: &Place, before: Before) -> Result<Option<Held>> {
        let (held, step, said) = match self.intend(held, step).await? {
            Intended::Go(held, step, said) => (held, *step, said),
            Intended::Not(held) => return Ok(Some(held)),
            Intended::Stopped => return Ok(None),
        };
        let wrote = self.write_at(place, &step, &before, (&held.0, said)).await?;
        let (is_taken, cause) = match wrote {
            Wrote::Refused(detail) => return self.block(held, step, Reason::TargetRefused, detail).await.map(Some),
            Wrote::NotDone { cause, asked } => {
                return self.step_missed(held, step, cause, asked, false).await.map(Some);
            }
            Wrote::Confirmed(confirmed) => return self.step_found(held, step, confirmed).await.map(Some),
            Wrote::Taken => (true, String::new()),
            Wrote::Unknown(cause) => (false, cause),
        };
        match self.see(place, &step, &held.0).await? {
            Seen::AsWanted(confirmed) => self.step_found(held, step, confirmed).await.map(Some),
            Seen::Later { cause: unread, asked } => {
                let cause = if is_taken { unread } else { format!("{cause}; {unread}") };
                self.step_missed(held, step, cause, asked, true).await.map(Some)
            }
            Seen::NotYet(_) if !is_taken && place.honours_keys() => {
                self.step_missed(held, step, cause, None, true).await.map(Some)
            }
            Seen::NotYet(_) | Seen::Stop(..) => {
                let detail = if is_taken {
                    "The target took it, and does not show it.".to_owned()
                } else {
                    format!("{cause}, and the target does not show it. It could still take effect.")
                };
                self.block(held, step, Reason::OutcomeAmbiguous, detail).await.map(Some)
            }
        }
    }

    /// Says that a step is about to be written, if nothing speaks against it at this very moment.
    async fn intend(&self, held: Held, step: StepStored) -> Result<Intended> {
        let [jitter] = self.database.ids().bytes();
        self.database.write(move |tx| async move { intend(tx, held, step, jitter).await }.boxed()).await
    }

    /// Goes on to the end, or back to the source.
    async fn enter(&self, held: Held, phase: Phase) -> Result<Held> {
        self.database
            .write(move |tx| {
                async move {
                    let (stored, until) = (held.0, tx.now() + LEASE);
                    let state = match phase {
                        Phase::Revalidate => stored.state.clone().look_again(until)?,
                        phase => stored.state.clone().advance(phase, until)?,
                    };
                    keep::moved(tx, &stored, &state).await?;
                    let moves = stored.moves + 1;
                    Ok(Held(Stored { state, moves, ..stored }))
                }
                .boxed()
            })
            .await
    }

    async fn step_found(&self, held: Held, step: StepStored, confirmed: String) -> Result<Held> {
        let now = self.database.clock().now();
        let (state, event) = step.state.clone().found(step.named(), confirmed, now)?;
        self.keep_step(held, step, StepMove { state, event }).await
    }

    async fn block(&self, held: Held, step: StepStored, reason: Reason, detail: String) -> Result<Held> {
        let now = self.database.clock().now();
        let (state, event) = step.state.clone().block(step.named(), reason, detail, now)?;
        self.keep_step(held, step, StepMove { state, event }).await
    }

    async fn step_missed(
        &self,
        held: Held,
        step: StepStored,
        cause: String,
        asked: Option<chrono::TimeDelta>,
        is_uncertain: bool,
    ) -> Result<Held> {
        let [jitter] = self.database.ids().bytes();
        let now = self.database.clock().now();
        let attempt = match &step.state {
            Step::Writing { attempt, .. } => *attempt,
            other => other.attempts() + 1,
        };
        let miss = Miss { cause, next_try: next_try(attempt, now, jitter, asked), is_uncertain };
        let (state, event) = step.state.clone().fail(step.named(), miss, now)?;
        self.keep_step(held, step, StepMove { state, event }).await
    }
}

/// Whether the source was read too long ago for anything to be written. What was settled here is looked at in the very
/// transaction that says that it is about to be.
fn is_stale(stored: &Stored, now: Time) -> bool {
    stored.trigger.moment == Moment::Event
        && stored.snapshot.as_ref().is_none_or(|seen| (now - seen.read_at).abs() > FRESH)
}

/// Stores what is planned, and what cannot be.
async fn plan(tx: &mut Tx, held: Held, plans: Vec<domain::closure::rule::Planned>) -> Result<Held> {
    let stored = held.0;
    let known = store::closure::step::list(tx, stored.id).await?;
    let state = stored.state.clone().advance(Phase::Execute, tx.now() + LEASE)?;
    keep::moved(tx, &stored, &state).await?;
    let moves = stored.moves + 1;
    let mut held = Held(Stored { state, moves, ..stored });
    if known.is_empty() {
        let steps = u32::try_from(plans.len()).unwrap_or(u32::MAX);
        keep::record(tx, &held.0, Event::ClosurePlanned { closure: held.id(), steps });
    }
    for (place, plan) in plans.into_iter().enumerate() {
        if known.get(place).is_some_and(|step| !matches!(step.state, Step::Planned { .. })) {
            continue;
        }
        let step = [&*held.0.workflow, &held.0.rule, &plan.step];
        let key = step_key(&held.0.trigger.source, step, &plan.target, &plan.record);
        let state = Step::Planned { at: tx.now() };
        let step = StepStored { closure: held.id(), place, plan, key, state };
        store::closure::step::put(tx, &step).await?;
        if let Some((reason, detail)) = unplannable(&step.plan) {
            let (state, event) = step.state.clone().block(step.named(), reason, detail, tx.now())?;
            held = keep::keep_step(tx, held, &step, StepMove { state, event }).await?;
        }
    }
    Ok(held)
}

/// Why a step cannot be begun with what is known.
fn unplannable(plan: &domain::closure::rule::Planned) -> Option<(Reason, String)> {
    if !plan.missing.is_empty() {
        let detail = format!("{} is absent, or no id, status or reference.", plan.missing.join(", "));
        return Some((Reason::MappingMissing, detail));
    }
    let is_told = plan.kind == StepKind::Notification;
    (!is_told && !is_below(&plan.record))
        .then(|| (Reason::TargetAmbiguous, format!("{:?} names no record below {}.", plan.record, plan.target)))
}

async fn intend(tx: &mut Tx, held: Held, step: StepStored, jitter: u8) -> Result<Intended> {
    if let Some(run) = held.0.run {
        // Whoever takes the decision back locks its run: one of the two sees the other.
        store::run::lock_still(tx, run).await?;
    }
    let gone = match superseded(tx, &held.0).await? {
        Some(detail) => Some((Reason::SourceSuperseded, detail, None)),
        None if held.0.trigger.moment == Moment::Event => None,
        None => match own_stand(tx, &held.0.trigger).await? {
            Stand::Gone(reason, detail, seen) => Some((reason, detail, seen)),
            Stand::Holds(_) | Stand::Silent(..) => None,
        },
    };
    if let Some((reason, detail, seen)) = gone {
        keep::stop(tx, held, reason, detail, seen).await?;
        return Ok(Intended::Stopped);
    }
    let now = tx.now();
    if let Some(other) = store::closure::step::claim(tx, &step).await? {
        let is_told = step.plan.kind == StepKind::Notification;
        let (state, event) = if other.state.is_finished() && is_told {
            step.state.clone().found(step.named(), format!("{} has told of it", other.closure), now)?
        } else if other.state.is_finished() {
            let detail =
                format!("{} was written with this key before, and the record says otherwise now.", other.closure);
            step.state.clone().block(step.named(), Reason::TargetAmbiguous, detail, now)?
        } else {
            let cause = format!("{} writes with this key", other.closure);
            let next_try = next_try(step.state.attempts() + 1, now, jitter, None);
            step.state.clone().fail(step.named(), Miss { cause, next_try, is_uncertain: false }, now)?
        };
        return keep::keep_step(tx, held, &step, StepMove { state, event }).await.map(Intended::Not);
    }
    let (state, event) = step.state.clone().intend(step.named(), &step.plan.target, &step.plan.record, now)?;
    let intended = StepStored { state: state.clone(), ..step.clone() };
    let held = keep::keep_step(tx, held, &step, StepMove { state, event }).await?;
    let said = tx.last_recorded();
    Ok(Intended::Go(held, Box::new(intended), said))
}
