//! The reconciler: what should fit together is compared. What can be repaired is repaired, the rest is an alert.

use std::collections::HashSet;

use domain::{
    Actor, SystemActor, Time,
    alert::{Alert, AlertKind},
    approval::Status,
    event::Event,
    id::{ApprovalId, RunId, SessionId},
    session::Session,
};
use futures::FutureExt as _;

use super::{Desk, outcome::queue_resumption};
use crate::{
    error::{Error, Result},
    store::{self, Tx, alert::Waiting},
};

/// Records looked at in one go.
const AT_ONCE: i64 = 500;
/// The reconciler's own actor.
const RECONCILER: Actor = Actor::System(SystemActor::Reconciler);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Records made to fit together again.
    pub repaired: usize,
    /// Alerts raised.
    pub raised: usize,
    /// Alerts whose cause is gone.
    pub settled: usize,
}

/// Something that may not fit together; it is looked at once more before it is touched.
#[derive(Debug, Clone, Copy)]
enum Suspect {
    /// The session waits for an approval that has ended.
    Held(RunId, SessionId, ApprovalId),
    /// The approval is pending and its session does not wait.
    Loose(RunId, SessionId, ApprovalId),
    /// The approval has ended and nothing wakes its session.
    Forgotten(RunId, ApprovalId),
}

impl Desk {
    /// Compares sessions, approvals and resumptions. Approvals that ended before `ended_after` are taken to have been
    /// looked at.
    pub async fn reconcile(&self, ended_after: Time) -> Result<Reconciled> {
        let mut done = Reconciled::default();
        let (mut suspects, mut alerts) = (Vec::new(), Vec::new());
        self.look_at_sessions(&mut suspects, &mut alerts).await?;
        self.look_at_approvals(&mut suspects, &mut alerts).await?;
        let mut tx = self.database.read().await?;
        let missing = store::resumption::list_missing(&mut tx, ended_after, AT_ONCE).await?;
        drop(tx);
        suspects.extend(missing.into_iter().map(|(run, approval)| Suspect::Forgotten(run, approval)));
        for suspect in suspects {
            let repaired = self.database.write(move |tx| repair(tx, suspect).boxed()).await;
            match repaired {
                Ok(was_wrong) => done.repaired += usize::from(was_wrong),
                // Somebody moves the run at this moment: the next round looks again.
                Err(Error::Moved) => {}
                Err(error) => tracing::error!(%error, ?suspect, "what does not fit together could not be repaired"),
            }
        }
        self.tell(alerts, &mut done).await?;
        Ok(done)
    }

    async fn look_at_sessions(&self, suspects: &mut Vec<Suspect>, alerts: &mut Vec<Alert>) -> Result<()> {
        let mut after = None;
        loop {
            let mut tx = self.database.read().await?;
            let sessions = store::alert::list_suspended(&mut tx, after, AT_ONCE).await?;
            let Some(last) = sessions.last() else { return Ok(()) };
            after = Some(last.session);
            for waiting in &sessions {
                for approval in awaited(&waiting.state) {
                    match store::alert::find_status(&mut tx, *approval).await? {
                        Some(Status::Pending) => {}
                        Some(_) => suspects.push(Suspect::Held(waiting.run, waiting.session, *approval)),
                        None => alerts.push(self.alert(AlertKind::ApprovalMissing, waiting, None)),
                    }
                }
            }
        }
    }

    async fn look_at_approvals(&self, suspects: &mut Vec<Suspect>, alerts: &mut Vec<Alert>) -> Result<()> {
        let mut after = None;
        loop {
            let mut tx = self.database.read().await?;
            let pending = store::alert::list_pending(&mut tx, after, AT_ONCE).await?;
            let Some(last) = pending.last() else { return Ok(()) };
            after = Some(last.approval);
            for one in &pending {
                let (approval, waiting) = (one.approval, &one.waiting);
                match &waiting.state {
                    Session::Suspended { awaiting } if awaiting.contains(&approval) => {}
                    Session::Suspended { .. } | Session::Active => {
                        suspects.push(Suspect::Loose(waiting.run, waiting.session, approval));
                    }
                    Session::Ended => alerts.push(self.alert(AlertKind::SessionEnded, waiting, Some(approval))),
                }
            }
        }
    }

    fn alert(&self, kind: AlertKind, waiting: &Waiting, approval: Option<ApprovalId>) -> Alert {
        let about = approval.map_or_else(|| waiting.session.to_string(), |approval| approval.to_string());
        Alert { kind, about, run: waiting.run, approval, raised_at: self.database.clock().now() }
    }

    /// Raises what is new and settles what is gone.
    async fn tell(&self, alerts: Vec<Alert>, done: &mut Reconciled) -> Result<()> {
        let mut tx = self.database.read().await?;
        let mut standing = store::alert::list(&mut tx, i64::MAX).await?;
        // The first are settled by whoever reports that the effect is undone, the others stand as long as their run.
        standing.retain(|alert| alert.kind != AlertKind::CompensationFailed);
        let mut lasting = Vec::new();
        for alert in standing.iter().filter(|alert| alert.kind == AlertKind::InputDiffers) {
            let run = store::run::find(&mut tx, alert.run).await?;
            lasting.extend(run.filter(|run| run.state.must_be_active().is_ok()).map(|_| alert.about.clone()));
        }
        standing.retain(|alert| alert.kind != AlertKind::InputDiffers || !lasting.contains(&alert.about));
        drop(tx);
        let keys = |alerts: &[Alert]| -> HashSet<(AlertKind, String)> {
            alerts.iter().map(|alert| (alert.kind, alert.about.clone())).collect()
        };
        let (known, found) = (keys(&standing), keys(&alerts));
        for alert in alerts.into_iter().filter(|alert| !known.contains(&(alert.kind, alert.about.clone()))) {
            done.raised += usize::from(self.database.write(move |tx| raise(tx, alert).boxed()).await?);
        }
        for alert in standing.into_iter().filter(|alert| !found.contains(&(alert.kind, alert.about.clone()))) {
            done.settled += usize::from(self.database.write(move |tx| settle(tx, alert).boxed()).await?);
        }
        Ok(())
    }
}

fn awaited(state: &Session) -> &[ApprovalId] {
    match state {
        Session::Suspended { awaiting } => awaiting,
        Session::Active | Session::Ended => &[],
    }
}

/// Makes it fit together, if it still does not once the run is locked; says whether it did not.
async fn repair(tx: &mut Tx, suspect: Suspect) -> Result<bool> {
    let (run, approval) = match suspect {
        Suspect::Held(run, _, approval) | Suspect::Loose(run, _, approval) | Suspect::Forgotten(run, approval) => {
            (run, approval)
        }
    };
    let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
    let Some(status) = store::alert::find_status(tx, approval).await? else { return Ok(false) };
    let is_pending = status == Status::Pending;
    let (session, moved) = match suspect {
        Suspect::Forgotten(..) => {
            let is_queued = store::resumption::find_of_approval(tx, approval).await?.is_some();
            if is_pending || is_queued {
                return Ok(false);
            }
            let stored = store::approval::find(tx, approval).await?.ok_or(Error::Moved)?;
            queue_resumption(tx, &run, approval, stored.call.session, RECONCILER).await?;
            return Ok(true);
        }
        Suspect::Held(_, session, _) if !is_pending => {
            let found = store::session::find(tx, run.id, &session.to_string()).await?.ok_or(Error::Moved)?;
            (session, found.state.release(session, approval))
        }
        Suspect::Loose(_, session, _) if is_pending => {
            let found = store::session::find(tx, run.id, &session.to_string()).await?.ok_or(Error::Moved)?;
            (session, found.state.suspend(session, approval))
        }
        Suspect::Held(..) | Suspect::Loose(..) => return Ok(false),
    };
    // A move that is refused means that somebody else was first.
    let Ok((state, event)) = moved else { return Ok(false) };
    store::session::update(tx, session, &state).await?;
    tx.record_in(run.id, &run.subject, Some(approval), RECONCILER, event);
    Ok(true)
}

async fn raise(tx: &mut Tx, alert: Alert) -> Result<bool> {
    let run = store::run::find(tx, alert.run).await?.ok_or(Error::Moved)?;
    let is_new = store::alert::insert(tx, &alert).await?;
    if is_new {
        tracing::error!(alert = %alert.kind, about = alert.about, "what does not fit together needs a person");
        let event = Event::AlertRaised { alert: alert.kind, about: alert.about };
        tx.record_in(run.id, &run.subject, alert.approval, RECONCILER, event);
    }
    Ok(is_new)
}

async fn settle(tx: &mut Tx, alert: Alert) -> Result<bool> {
    let run = store::run::find(tx, alert.run).await?.ok_or(Error::Moved)?;
    let was_there = store::alert::delete(tx, alert.kind, &alert.about).await?;
    if was_there {
        let event = Event::AlertSettled { alert: alert.kind, about: alert.about };
        tx.record_in(run.id, &run.subject, alert.approval, RECONCILER, event);
    }
    Ok(was_there)
}
