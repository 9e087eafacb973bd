//! Runners: what they take, how long they hold it, and what follows from what they report.

mod report;

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{
    Digest, Refusal, Time,
    approval::{Approval, Status, Use},
    event::Event,
    gate::Outcome,
    id::{ApprovalId, ResumptionId, RunId},
    package::Origin,
    permission::Action,
    resumption::Resumption,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use super::{
    Caller, Desk,
    outcome::LONGEST_POLL,
    resumption::{RESUMPTION, change_if_possible, delivered, due_within, run_of},
    session::{CLAUDE_CODE, is_session_id},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, approval::Stored, resumption::Queued, session::Attached},
};

pub use report::{ReportRun, Taken};

/// How long a runner may be silent before it is taken for dead.
const HELD: TimeDelta = TimeDelta::minutes(1);
/// Silent runners looked at in one round.
const AT_ONCE: i64 = 100;

/// What `POST /runner/lease` takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeSession {
    /// Seconds to wait for something to do, at most 60.
    #[serde(default)]
    pub wait: Option<u64>,
}

impl TakeSession {
    /// How long to wait.
    ///
    /// # Errors
    /// `invalid_field` beyond the longest poll.
    pub fn patience(&self) -> Result<Duration, Refusal> {
        let wait = Duration::from_secs(self.wait.unwrap_or(0));
        if wait > LONGEST_POLL {
            return Err(Refusal::invalid("/wait", "expected 0 to 60 seconds"));
        }
        Ok(wait)
    }
}

/// A session that a runner has go on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Lent {
    /// The resumption.
    pub resumption_id: ResumptionId,
    /// What the runner shows to report.
    pub lease: String,
    /// When the runner is taken for dead, unless it reports before.
    pub leased_until: Time,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// The approval that ended.
    pub approval_id: ApprovalId,
    /// How it ended.
    pub status: Status,
    /// Who wanted it: a call, which the client makes again by itself, or a stage or an agent, where the client is told.
    pub origin: Origin,
    /// The client's id of the call that waits, where one does.
    pub tool_use_id: Option<String>,
    /// The run.
    pub run_id: RunId,
    /// The session.
    pub session: LentSession,
}

/// The session, as its client knows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LentSession {
    /// The client's id.
    pub id: String,
    /// Where it works.
    pub cwd: String,
    /// The client.
    pub framework: String,
}

/// One look at what there is to do.
enum Look {
    Took(Box<Lent>),
    /// Something was put right instead: look again.
    Again,
    Nothing,
}

impl Desk {
    /// Gives a runner the next of its sessions to have go on, waiting for one. No two runners get the same, and none gets
    /// a session that one may be at work on.
    ///
    /// # Errors
    /// `wrong_scope`.
    pub async fn lend_session(&self, caller: &Caller, wait: Duration) -> Result<Option<Lent>> {
        let runner = caller.key(Action::RunSessions)?.name.clone();
        let mut news = self.database.news().listen();
        let deadline = tokio::time::Instant::now() + wait.min(LONGEST_POLL);
        loop {
            if let Some(lent) = self.take(&runner).await? {
                return Ok(Some(lent));
            }
            let next = self.next_of(&runner).await?;
            let due = async {
                match next {
                    Some(moment) => self.database.clock().sleep_until(moment).await,
                    None => std::future::pending().await,
                }
            };
            let told = async {
                loop {
                    match news.recv().await {
                        Ok(leaves) if leaves.iter().any(|leaf| concerns_runners(&leaf.kind)) => return true,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => return true,
                        Err(RecvError::Closed) => return false,
                    }
                }
            };
            let is_open = tokio::select! {
                () = due => true,
                is_open = told => is_open,
                () = tokio::time::sleep_until(deadline) => false,
            };
            if !is_open {
                // Looked at once more: a notice may have been lost on its way.
                return self.take(&runner).await;
            }
        }
    }

    async fn take(&self, runner: &str) -> Result<Option<Lent>> {
        loop {
            let mut tx = self.database.read().await?;
            let due = due_within(tx.now(), HELD);
            let is_any = store::resumption::runner::is_any(&mut tx, runner, due).await?;
            drop(tx);
            if !is_any {
                return Ok(None);
            }
            let (runner, secret) =
                (runner.to_owned(), BASE64_URL_SAFE_NO_PAD.encode(self.database.ids().bytes::<32>()));
            let looked = self.database.write(move |tx| async move { look(tx, &runner, secret).await }.boxed());
            match looked.await? {
                Look::Took(lent) => return Ok(Some(*lent)),
                Look::Again => {}
                Look::Nothing => return Ok(None),
            }
        }
    }

    async fn next_of(&self, runner: &str) -> Result<Option<Time>> {
        let mut tx = self.database.read().await?;
        let now = tx.now();
        Ok(store::resumption::runner::next_due(&mut tx, runner, now).await?)
    }

    /// Notes that a call which waited in a session has read how its approval ended: the session is resumed.
    pub async fn note_read(&self, session: &Attached, approval: ApprovalId) -> Result<()> {
        let mut tx = self.database.read().await?;
        let queued = store::resumption::find_of_approval(&mut tx, approval).await?;
        drop(tx);
        let waits =
            |queued: &Queued| queued.session == session.id && !matches!(queued.state, Resumption::Resumed { .. });
        if !queued.is_some_and(|queued| waits(&queued)) {
            return Ok(());
        }
        self.database.write(move |tx| change_if_possible(tx, approval, delivered).boxed()).await
    }

    /// Takes runners for dead that are silent beyond their leases; answers how many.
    pub async fn give_up_on_runners(&self) -> Result<usize> {
        let mut tx = self.database.read().await?;
        let now = tx.now();
        let silent = store::resumption::runner::list_silent(&mut tx, now, AT_ONCE).await?;
        drop(tx);
        for queued in &silent {
            let (approval, [jitter]) = (queued.approval, self.database.ids().bytes());
            let lapse = move |queued: &Queued, now| queued.state.clone().lapse(queued.id, queued.approval, jitter, now);
            self.database.write(move |tx| change_if_possible(tx, approval, lapse).boxed()).await?;
        }
        Ok(silent.len())
    }
}

/// Whether an event may give a runner something to do.
fn concerns_runners(kind: &str) -> bool {
    matches!(
        kind,
        "resumption.queued"
            | "resumption.retried"
            | "resumption.failed"
            | "resumption.reported"
            | "resumption.abandoned"
            | "session.resumed"
    )
}

/// Takes the next record, and says what the runner needs to know.
async fn look(tx: &mut Tx, runner: &str, secret: String) -> Result<Look> {
    let now = tx.now();
    let next = store::resumption::runner::lock_next(tx, runner, due_within(now, HELD)).await?;
    let Some((queued, session)) = next else { return Ok(Look::Nothing) };
    let stored = store::approval::find(tx, queued.approval).await?.ok_or(Error::Moved)?;
    let run = run_of(tx, queued.approval).await?;
    let had_one = matches!(queued.state, Resumption::Delivering { .. });
    if had_one && is_read(tx, &queued, &stored).await? {
        // The runner before had the call go through the gate and fell silent: nothing is repeated by itself.
        let (state, event) = delivered(&queued, now)?;
        return settle(tx, &queued, &stored, &state, event).await;
    }
    let leased_until = now + HELD;
    let lease = digest(&secret);
    let Ok((state, event)) = queued.state.clone().lend(queued.id, queued.approval, lease, leased_until, now) else {
        return Ok(Look::Nothing);
    };
    let Some(cwd) = session.cwd.filter(|_| session.framework == CLAUDE_CODE && is_session_id(&session.external_id))
    else {
        return Ok(Look::Nothing);
    };
    if !store::resumption::update(tx, &queued, &state).await? {
        return Ok(Look::Again);
    }
    let attempt = state.attempt();
    tx.record_in(run.id, &run.subject, Some(queued.approval), RESUMPTION, event);
    let origin = stored.package.origin;
    Ok(Look::Took(Box::new(Lent {
        resumption_id: queued.id,
        lease: secret,
        leased_until,
        attempt,
        approval_id: queued.approval,
        status: stored.state.status(),
        origin,
        tool_use_id: (origin == Origin::Gate).then_some(stored.call.tool_use_id),
        run_id: run.id,
        session: LentSession { id: session.external_id, cwd, framework: session.framework },
    })))
}

async fn settle(tx: &mut Tx, queued: &Queued, stored: &Stored, state: &Resumption, event: Event) -> Result<Look> {
    if store::resumption::update(tx, queued, state).await? {
        let run = store::run::find(tx, stored.run).await?.ok_or(Error::Moved)?;
        tx.record_in(run.id, &run.subject, Some(stored.id), RESUMPTION, event);
    }
    Ok(Look::Again)
}

/// What a lease is known by.
fn digest(lease: &str) -> Digest {
    Digest::of_parts("lease/v1", &[lease.as_bytes()])
}

/// Whether the call that waited has the outcome: it was allowed or blocked since.
async fn is_read(tx: &mut Tx, queued: &Queued, stored: &Stored) -> Result<bool> {
    if matches!(queued.state, Resumption::Resumed { .. })
        || matches!(stored.state, Approval::Approved { used: Use::Consumed { .. } | Use::Void { .. }, .. })
    {
        return Ok(true);
    }
    let checked = store::gate_check::find_of_call(tx, stored.call.session, &stored.call.tool_use_id).await?;
    // A call may have rested for another before it waited for its own.
    Ok(checked.is_some_and(|check| check.approval != Some(stored.id) || check.outcome != Outcome::Suspend))
}
