//! What a runner reports, and what follows.

use domain::{
    Actor, Refusal, Time,
    approval::{Approval, Use},
    event::Event,
    id::{ApprovalId, ResumptionId, RunId},
    package::Origin,
    permission::Action,
    resumption::{Reported, Resumption, Setback, Weighed},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    HELD, digest,
    look::{is_read, waiting_call},
};
use crate::{
    desk::{
        Caller, Desk,
        outcome::{Ending, end},
        resumption::RESUMPTION,
        snapshot::Attempts,
        text::{self, NAME},
    },
    error::{Error, Result},
    store::{
        self, Tx,
        approval::{Change, Stored},
        resumption::Queued,
        run::Run,
        session::Attached,
    },
};

/// The longest lease that is looked at, in characters.
const LEASE: usize = 100;
/// The longest detail, in characters.
const DETAIL: usize = 2_000;

/// What `POST /resumptions/{id}/report` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRun {
    /// What came with the session.
    pub lease: String,
    /// What happened.
    pub outcome: Reported,
    /// What else there is to say: what the client wrote, or why nothing was started.
    #[serde(default)]
    pub detail: Option<String>,
    /// The client's id of the call that the session waits with now, if it waits.
    #[serde(default)]
    pub tool_use_id: Option<String>,
}

/// How a resumption stands after a report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Taken {
    /// The resumption.
    pub resumption_id: ResumptionId,
    /// Its state: `delivering`, `resumed` or `failed`.
    pub state: String,
    /// Until when the runner may be silent; null once it has reported the end.
    pub leased_until: Option<Time>,
    /// When it is tried again; null when it is not, or a person is needed.
    pub next_try: Option<Time>,
}

impl Taken {
    fn of(id: ResumptionId, state: &Resumption) -> Self {
        let next_try = if let Resumption::Failed { next_try, .. } = state { *next_try } else { None };
        Self { resumption_id: id, state: state.status().to_owned(), leased_until: state.held_until(), next_try }
    }
}

impl Desk {
    /// Refuses what is not this runner's, before anything else is said about it.
    pub async fn must_run(&self, caller: &Caller, id: ResumptionId) -> Result<()> {
        let runner = caller.key(Action::RunSessions)?.name.clone();
        let mut tx = self.database.read().await?;
        own(&mut tx, &runner, id).await.map(drop)
    }

    /// Takes a runner's report. Sent again it changes nothing.
    ///
    /// # Errors
    /// `not_found` for what is another runner's; `lease_lost`; `invalid_field`.
    pub async fn report_resumption(&self, caller: &Caller, id: ResumptionId, body: ReportRun) -> Result<Taken> {
        let runner = caller.key(Action::RunSessions)?.name.clone();
        text::required("/lease", &body.lease, LEASE)?;
        text::optional("/detail", body.detail.as_deref(), DETAIL)?;
        text::optional("/tool_use_id", body.tool_use_id.as_deref(), NAME)?;
        let (by, [jitter]) = (caller.actor(), self.database.ids().bytes());
        let mut attempts = Attempts::default();
        let (taken, moved) = loop {
            let (runner, body) = (runner.clone(), body.clone());
            let attempt = self
                .database
                .write(move |tx| async move { take(tx, &runner, id, body, by, jitter).await }.boxed())
                .await;
            if let Some(settled) = attempts.settled(attempt) {
                break settled?;
            }
        };
        if let Some(run) = moved {
            self.conclude(run).await;
        }
        Ok(taken)
    }
}

/// A resumption that is this runner's, with its session.
async fn own(tx: &mut Tx, runner: &str, id: ResumptionId) -> Result<(Queued, Attached)> {
    let unknown = || Error::from(Refusal::not_found("resumption"));
    let queued = store::resumption::runner::find(tx, id).await?.ok_or_else(unknown)?;
    let session = store::session::find_any(tx, queued.session).await?.ok_or_else(unknown)?;
    let is_own = session.by_runner && session.runner.as_deref() == Some(runner);
    if is_own { Ok((queued, session)) } else { Err(unknown()) }
}

async fn take(
    tx: &mut Tx,
    runner: &str,
    id: ResumptionId,
    body: ReportRun,
    by: Actor,
    jitter: u8,
) -> Result<(Taken, Option<RunId>)> {
    let (now, lease) = (tx.now(), digest(&body.lease));
    if body.outcome == Reported::Running {
        let (queued, _) = own(tx, runner, id).await?;
        let state = queued.state.clone().extend(lease, now + HELD, now)?;
        if !store::resumption::update(tx, &queued, &state).await? {
            return Err(Error::Moved);
        }
        return Ok((Taken::of(id, &state), None));
    }
    let run = of_resumption(tx, id).await?;
    let (queued, session) = own(tx, runner, id).await?;
    end_turn(tx, &run, queued, &session, Said { runner, body, by, jitter }).await
}

/// What a runner said, and who it is.
struct Said<'a> {
    runner: &'a str,
    body: ReportRun,
    by: Actor,
    jitter: u8,
}

/// Notes how a turn ended, once. The run is locked.
async fn end_turn(
    tx: &mut Tx,
    run: &Run,
    queued: Queued,
    session: &Attached,
    said: Said<'_>,
) -> Result<(Taken, Option<RunId>)> {
    let Said { runner, body, by, jitter } = said;
    let (id, now, lease) = (queued.id, tx.now(), digest(&body.lease));
    let stored = store::approval::find(tx, queued.approval).await?.ok_or(Error::Moved)?;
    let call = waiting_call(tx, &stored).await?;
    let (is_call, is_read) = (call.is_some(), is_read(tx, &queued, &stored, call.as_deref()).await?);
    let attempt = queued.state.attempt();
    let weighed = body.outcome.weigh(is_call, is_read, attempt, now, jitter);
    let setback = match &weighed {
        Weighed::Settled { .. } => None,
        Weighed::Again(next_try) => Some(Setback { attempt, cause: cause(&body), next_try: *next_try }),
    };
    let (state, event) = queued.state.clone().report(id, stored.id, lease, setback, now)?;
    if state == queued.state {
        return Ok((Taken::of(id, &state), None));
    }
    if !store::resumption::update(tx, &queued, &state).await? {
        return Err(Error::Moved);
    }
    let (approval, outcome, detail) = (stored.id, body.outcome, body.detail.clone());
    if let Some(event) = event {
        tx.record_in(run.id, &run.subject, Some(approval), RESUMPTION, event);
    }
    let runner = runner.to_owned();
    let reported = Event::ResumptionReported { resumption: id, approval, runner, attempt, outcome, detail };
    tx.record_in(run.id, &run.subject, Some(approval), by, reported);
    let mut is_moved = false;
    if weighed == (Weighed::Settled { is_superseded: true }) {
        is_moved |= supersede(tx, run, stored).await?;
    }
    is_moved |= close_siblings(tx, run, session, &body).await?;
    Ok((Taken::of(id, &state), is_moved.then_some(run.id)))
}

/// The run of a resumption, locked.
async fn of_resumption(tx: &mut Tx, id: ResumptionId) -> Result<Run> {
    let unknown = || Error::from(Refusal::not_found("resumption"));
    let queued = store::resumption::runner::find(tx, id).await?.ok_or_else(unknown)?;
    let run = store::approval::find_run(tx, queued.approval).await?.ok_or(Error::Moved)?;
    store::run::lock(tx, run).await?.ok_or(Error::Moved)
}

/// Why it is tried again, as people read it.
fn cause(body: &ReportRun) -> String {
    let what = match body.outcome {
        Reported::AlreadyResumed => "the session waits for nothing, or is not written down yet",
        Reported::DeferredAgain => "the call was suspended once more",
        Reported::ToolUnavailable => "the tool is not there any more",
        Reported::GateUnreachable => "the runner cannot reach the gate",
        Reported::SessionUnknown => "the client has no such session",
        Reported::SettingsRefused => "the runner's settings are not as they must be",
        Reported::CwdRefused => "the runner may not work in that folder",
        Reported::GivenBack => "the runner stopped",
        Reported::Failed | Reported::Running | Reported::Resumed | Reported::Superseded => "the client failed",
    };
    body.detail.as_ref().map_or_else(|| what.to_owned(), |detail| format!("{what}: {detail}"))
}

/// Approvals of calls that this session waits with no more: the client keeps one call at the most. People need not decide
/// about the others.
async fn close_siblings(tx: &mut Tx, run: &Run, session: &Attached, body: &ReportRun) -> Result<bool> {
    let has_gone_on = matches!(body.outcome, Reported::Resumed | Reported::Superseded | Reported::DeferredAgain);
    if !has_gone_on || run.approvals == 0 {
        return Ok(false);
    }
    let kept: Option<ApprovalId> = match &body.tool_use_id {
        Some(call) => store::gate_check::find_of_call(tx, session.id, call).await?.and_then(|check| check.approval),
        None => None,
    };
    let mut is_any = false;
    for known in store::approval::list_of_run(tx, run.id).await? {
        let is_of_session = known.prior.opened_by.session == session.id && known.origin == Origin::Gate;
        let is_pending = matches!(known.prior.state, Approval::Pending { .. });
        if is_of_session && is_pending && Some(known.prior.id) != kept {
            let stored = store::approval::find(tx, known.prior.id).await?.ok_or(Error::Moved)?;
            if waiting_call(tx, &stored).await?.is_some() {
                is_any |= supersede(tx, run, stored).await?;
            }
        }
    }
    Ok(is_any)
}

/// Closes an approval whose call is gone; says whether there was anything to close. The run is locked.
async fn supersede(tx: &mut Tx, run: &Run, stored: Stored) -> Result<bool> {
    let id = stored.id;
    match &stored.state {
        Approval::Pending { .. } => {
            let votes = stored.current(&store::decision::list_of_approval(tx, id).await?);
            let standing = stored.package.standing(&votes);
            let (state, event) = stored.state.clone().supersede(id, tx.now())?;
            let ending = Ending { state, event, actor: RESUMPTION, standing: &standing, notes: None };
            end(tx, run, &stored, ending).await?;
        }
        Approval::Approved { used: Use::Unused, .. } => {
            let given = stored.package.policy.quorum();
            let (state, event) = stored.state.clone().supersede(id, tx.now())?;
            let change = Change { state: &state, revision: stored.revision, given, notes: None };
            store::approval::update(tx, id, &change).await?;
            tx.record_in(run.id, &run.subject, Some(id), RESUMPTION, event);
        }
        Approval::Approved { .. }
        | Approval::Rejected { .. }
        | Approval::Expired { .. }
        | Approval::Cancelled { .. }
        | Approval::Superseded { .. }
        | Approval::Revoked { .. } => return Ok(false),
    }
    Ok(true)
}
