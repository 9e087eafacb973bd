//! What happens by itself to approvals that wait: their people are reminded, more of them are asked. How they expire is
//! `outcome.rs`.

use chrono_tz::Tz;
use domain::{
    Actor, SystemActor,
    event::Event,
    hours::{AroundTheClock, Counting, InHours},
    id::ApprovalId,
    policy::{Policy, SeatStanding},
};
use futures::FutureExt as _;

use super::Desk;
use crate::{
    error::{Error, Result, StoreError},
    store::{self, Tx, approval::Stored, run::Run},
};

/// Approvals taken on in one round.
const STEPS_AT_ONCE: i64 = 200;

/// How the time of a policy's deadline passes.
///
/// # Errors
/// An unknown time zone: no version of a workflow that names one can be published.
pub(super) fn counting(policy: &Policy) -> Result<Box<dyn Counting + Send + Sync>, StoreError> {
    let Some(hours) = policy.hours.clone() else { return Ok(Box::new(AroundTheClock)) };
    let zone: Tz = hours.zone.parse().map_err(|_| StoreError::Unexpected(format!("no time zone {}", hours.zone)))?;
    Ok(Box::new(InHours { hours, zone }))
}

impl Desk {
    /// Reminds of and raises what is due; answers for how many approvals. What is late is done in that order, and what
    /// should have expired only expires.
    pub async fn take_steps(&self) -> Result<usize> {
        let now = self.database.clock().now();
        let mut tx = self.database.read().await?;
        let due = store::deadline::list_steps(&mut tx, now, STEPS_AT_ONCE).await?;
        drop(tx);
        for id in &due {
            // One that cannot be helped must not keep the others waiting.
            if let Err(error) = self.take_step(*id).await {
                tracing::error!(%error, approval = %id, "nobody could be reminded of an approval, nor it be raised");
            }
        }
        Ok(due.len())
    }

    /// Does what is due to one approval, unless somebody settled it first.
    async fn take_step(&self, id: ApprovalId) -> Result<()> {
        let taken = self.database.write(move |tx| {
            async move {
                let Some(run) = store::approval::find_run(tx, id).await? else { return Ok(()) };
                let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
                let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
                remind_and_raise(tx, &run, &stored).await
            }
            .boxed()
        });
        match taken.await {
            // Somebody decided at the last moment, or another replica was first: the one who won stands.
            Err(Error::Refused(_) | Error::Moved) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Reminds of an approval and raises it, as far as either is due. The run is locked.
async fn remind_and_raise(tx: &mut Tx, run: &Run, stored: &Stored) -> Result<()> {
    let now = tx.now();
    let mut state = stored.state.clone();
    let mut events: Vec<Event> = Vec::new();
    if state.is_reminder_due(now) {
        let votes = stored.current(&store::decision::list_of_approval(tx, stored.id).await?);
        let seats = stored.package.standing(&votes).seats;
        let groups = seats.into_iter().filter(SeatStanding::is_open).map(|seat| seat.group).collect();
        let (reminded, event) = state.remind(stored.id, groups, now)?;
        (state, events) = (reminded, vec![event]);
    }
    if state.is_raise_due(now) {
        let (raised, event) = state.raise(stored.id, None, now)?;
        state = raised;
        events.push(event);
    }
    if events.is_empty() {
        return Ok(());
    }
    store::deadline::step(tx, stored.id, &state).await?;
    for event in events {
        tx.record_in(run.id, &run.subject, Some(stored.id), Actor::System(SystemActor::Deadline), event);
    }
    Ok(())
}
