//! Runners: what they take, how long they hold it, and what follows from what they report.

mod look;
mod report;

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{
    Digest, Refusal, Time,
    approval::Status,
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
    resumption::{change_if_possible, delivered, due_within},
};
use crate::{
    error::Result,
    store::{self, resumption::Queued, session::Attached},
};

pub(super) use look::waiting_call;
use look::{Look, give_up, look};
pub use report::{ReportRun, Taken};

/// How long a runner may be silent before it is taken for dead.
const HELD: TimeDelta = TimeDelta::minutes(1);
/// How long a session may wait for its runner before people are told.
const NEGLECTED: TimeDelta = TimeDelta::minutes(10);
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
            let [jitter] = self.database.ids().bytes();
            let looked = self.database.write(move |tx| async move { look(tx, &runner, secret, jitter).await }.boxed());
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

    /// Tells people of sessions that no runner has taken for long; answers how many. A runner may take them still.
    pub async fn note_neglected(&self) -> Result<usize> {
        let mut tx = self.database.read().await?;
        let before = tx.now() - NEGLECTED;
        let waiting = store::resumption::runner::list_untaken(&mut tx, before, AT_ONCE).await?;
        drop(tx);
        for queued in &waiting {
            let neglect = |queued: &Queued, now| queued.state.clone().neglect(queued.id, queued.approval, now);
            let approval = queued.approval;
            self.database.write(move |tx| change_if_possible(tx, approval, neglect).boxed()).await?;
        }
        Ok(waiting.len())
    }

    /// Takes runners for dead that are silent beyond their leases; answers how many.
    pub async fn give_up_on_runners(&self) -> Result<usize> {
        let mut tx = self.database.read().await?;
        let now = tx.now();
        let silent = store::resumption::runner::list_silent(&mut tx, now, AT_ONCE).await?;
        drop(tx);
        for queued in silent.iter().map(|queued| queued.id) {
            let [jitter] = self.database.ids().bytes();
            self.database.write(move |tx| give_up(tx, queued, jitter).boxed()).await?;
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

/// What a lease is known by.
fn digest(lease: &str) -> Digest {
    Digest::of_parts("lease/v1", &[lease.as_bytes()])
}
