//! What hooks of agents' clients ask: they know their session and the call, and nothing of runs.

use chrono::TimeDelta;
use domain::{
    Digest, Refusal,
    approval::Approval,
    canonical,
    gate::Outcome,
    id::{ApprovalId, CheckId, RunId},
    permission::Action,
    refusal::Code,
    run::Run,
    session::Session,
    stage::AttemptStatus,
};
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{Caller, Desk, gate_check::call_digest, outcome::LONGEST_POLL, session::CLAUDE_CODE};
use crate::{
    error::Result,
    rules::evaluate::DEFAULT_GATE,
    store::{self, session::Attached},
};

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// Its workflow.
    pub workflow: String,
    /// Its stages, in their order.
    pub stages: Vec<Phase>,
    /// Whether every stage is complete, and the run with them.
    pub is_completed: bool,
}

/// A stage of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// Its id in the workflow.
    pub id: String,
    /// Whether it is complete.
    pub is_complete: bool,
}

/// How a run stands, in the words an agent reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The run, its workflow and subject.
    pub about: String,
    /// The stage that is to be completed next, and what is missing; `None` when nothing is, or nobody waits for the agent.
    pub unfinished: Option<String>,
    /// How far it is.
    pub phases: Phases,
}

/// Whether an answer to a call comes from the workflow's default alone: no gate or stage names its tool.
pub fn is_unguarded(answer: &Value) -> bool {
    answer["gate_id"] == DEFAULT_GATE
}

impl Desk {
    /// The session a client calls by this id: where it was attached last, even if that has ended. An older run never
    /// speaks for it again.
    ///
    /// # Errors
    /// `conflict` when it is active in another run as well, under another key: nobody knows whose gates it passes.
    pub async fn find_hooked(&self, caller: &Caller, external_id: &str) -> Result<Option<Attached>> {
        caller.key(Action::ReportToolResult)?;
        let mut tx = self.database.read_plainly().await?;
        let mut known = store::session::list_by_external_id(&mut tx, external_id).await?;
        drop(tx);
        if known.iter().any(|session| session.framework == CLAUDE_CODE) {
            known.retain(|session| session.framework == CLAUDE_CODE);
        }
        let Some(newest) = known.first().cloned().filter(|newest| caller.sees(newest.run)) else { return Ok(None) };
        let is_claimed = |other: &Attached| other.state != Session::Ended && other.key != newest.key;
        if newest.state != Session::Ended && known.iter().any(is_claimed) {
            let message = format!("The session {external_id} is active in runs of several keys. End all but one.");
            return Err(Refusal::new(Code::Conflict, message).into());
        }
        Ok(Some(newest))
    }

    /// Notes where a session goes on, and whether somebody sits before it now.
    pub async fn note_place(
        &self,
        caller: &Caller,
        known: &Attached,
        cwd: Option<String>,
        interactive: bool,
    ) -> Result<()> {
        caller.key(Action::StartRun)?;
        let cwd = cwd.or_else(|| known.cwd.clone());
        if cwd == known.cwd && interactive == known.is_interactive {
            return Ok(());
        }
        let id = known.id;
        self.database
            .write(move |tx| {
                async move { Ok(store::session::update_place(tx, id, cwd.as_deref(), interactive).await?) }.boxed()
            })
            .await
    }

    /// Notes that the client of a session that a runner resumes stops, or works again: a runner tells it nothing while it
    /// is at work.
    pub async fn note_stopped(&self, caller: &Caller, session: &Attached, stopped: bool) -> Result<()> {
        caller.key(Action::StartRun)?;
        let id = session.id;
        if !session.by_runner {
            return Ok(());
        }
        self.database
            .write(move |tx| async move { Ok(store::session::update_stopped(tx, id, stopped).await?) }.boxed())
            .await
    }

    /// The caller as it stands now: a key may have been revoked, or have expired, while it waited.
    ///
    /// # Errors
    /// `not_signed_in` when it does not stand any more.
    pub async fn reconfirmed(&self, caller: &Caller) -> Result<Caller> {
        let key = caller.key(Action::CheckGate)?;
        self.confirm_key(key.id).await.map(Caller::Key)
    }

    /// Whether what a check allowed has run: its result is recorded.
    pub async fn has_run(&self, caller: &Caller, check: CheckId) -> Result<bool> {
        caller.key(Action::CheckGate)?;
        let mut tx = self.database.read_plainly().await?;
        Ok(store::gate_check::find_result(&mut tx, check).await?.is_some())
    }

    /// Lets one process of the client run what was approved, the first that is allowed it; `false` for any other. Two
    /// may have resumed one session, and an approval is used once.
    pub async fn is_first_to_run(
        &self,
        caller: &Caller,
        session: &Attached,
        check: CheckId,
        process: &str,
    ) -> Result<bool> {
        caller.key(Action::CheckGate)?;
        // Whichever key a process has, the session's own keeps it.
        let (key, name) = (session.key, format!("claude-code:{check}"));
        let process = Digest::of_parts("process/v1", &[process.as_bytes()]);
        self.database
            .write(move |tx| {
                async move {
                    if store::idempotency::insert(tx, key, &name, process, 200, "{}").await? {
                        return Ok(true);
                    }
                    let first = store::idempotency::find(tx, key, &name).await?;
                    Ok(first.is_some_and(|first| first.request == process))
                }
                .boxed()
            })
            .await
    }

    /// The approval that this very call waited for, if it ended within `age` and the call was answered nothing but to
    /// wait, or was allowed by it since.
    pub async fn waited_for(
        &self,
        caller: &Caller,
        session: &Attached,
        tool_use_id: &str,
        age: TimeDelta,
    ) -> Result<Option<ApprovalId>> {
        caller.key(Action::CheckGate)?;
        let mut tx = self.database.read_plainly().await?;
        let checked = store::gate_check::find_of_call(&mut tx, session.id, tool_use_id).await?;
        let waited = checked.filter(|check| check.outcome == Outcome::Suspend || check.phase > 0);
        let Some(approval) = waited.and_then(|check| check.approval) else { return Ok(None) };
        let Some(stored) = store::approval::find(&mut tx, approval).await? else { return Ok(None) };
        let may_run = matches!(stored.state, Approval::Approved { .. });
        let ended_at = stored.state.ended_at().filter(|_| may_run);
        Ok(ended_at.filter(|ended_at| tx.now() - *ended_at < age).map(|_| approval))
    }

    /// Whether hooks with this key begin runs for sessions that nobody has registered.
    pub fn begins_runs(&self, caller: &Caller) -> Result<bool> {
        Ok(caller.key(Action::StartRun)?.begins.unregistered)
    }

    /// What was last answered to this very call in a session, whatever its id; that it waits, if one of them does.
    pub async fn last_outcome(
        &self,
        caller: &Caller,
        of: &Attached,
        tool: &str,
        input: &Value,
    ) -> Result<Option<Outcome>> {
        caller.key(Action::CheckGate)?;
        let input = canonical::to_string(input);
        let digest = call_digest(tool, &input);
        let mut tx = self.database.read().await?;
        if store::gate_check::is_waiting(&mut tx, of.id, digest).await? {
            return Ok(Some(Outcome::Suspend));
        }
        Ok(store::gate_check::find_outcome_of(&mut tx, of.id, digest).await?)
    }

    /// Waits until an approval has ended, questions to people included; `false` when the time was up before.
    pub async fn await_end(&self, caller: &Caller, approval: ApprovalId, patience: Duration) -> Result<bool> {
        let until = Instant::now() + patience;
        let mut seen = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let told = self.await_outcome(caller, approval, left.min(LONGEST_POLL), seen).await?;
            if !told["decided_at"].is_null() {
                return Ok(true);
            }
            if left.is_zero() {
                return Ok(false);
            }
            // A question is answered by people or the harness; nobody asks it twice.
            seen = told["revision"].as_u64().and_then(|revision| u32::try_from(revision).ok()).or(seen);
        }
    }

    /// How a run stands for the agent in it.
    pub async fn standing(&self, caller: &Caller, run: RunId) -> Result<Standing> {
        caller.authorize(Action::ReadRun)?;
        let mut tx = self.database.read().await?;
        let seen = self.snapshot(&mut tx, caller, run).await?;
        drop(tx);
        let (workflow, progress) = (seen.compiled.workflow(), &seen.roots.stages.progress);
        let mut about = format!("Run {run} of {} for {}.", workflow.name, seen.run.subject);
        let stages = workflow
            .stages
            .iter()
            .enumerate()
            .map(|(position, stage)| Phase { id: stage.id.clone(), is_complete: progress.is_complete(position) });
        let is_completed = matches!(seen.run.state, Run::Completed { .. });
        let phases = Phases { workflow: workflow.name.clone(), stages: stages.collect(), is_completed };
        if seen.run.state.must_be_active().is_err() {
            return Ok(Standing { about: format!("{about} It has ended."), unfinished: None, phases });
        }
        for (position, stage) in workflow.stages.iter().enumerate() {
            let word = match progress.status(position) {
                AttemptStatus::Complete => "complete",
                AttemptStatus::Active => "active",
                AttemptStatus::Failed => "failed and being undone",
                AttemptStatus::Pending | AttemptStatus::RolledBack => "to be done",
            };
            write!(about, " {}: {word}.", stage.id).unwrap_or_default();
        }
        let waits = seen.pending() > 0 || seen.run.is_suspended;
        let open = progress.first_open().filter(|_| !waits && !workflow.stages.is_empty());
        let unfinished = open.map(|position| {
            let exam = seen.compiled.check_exit(&seen.roots, position);
            format!("The stage {} is not complete. {}", workflow.stages[position].id, exam.advice())
        });
        Ok(Standing { about, unfinished, phases })
    }
}
