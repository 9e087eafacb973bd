//! What hooks of agents' clients ask: they know their session and the call, and nothing of runs.

use domain::{
    Digest, canonical,
    gate::Outcome,
    id::{ApprovalId, RunId},
    permission::Action,
    session::Session,
    stage::AttemptStatus,
};
use serde_json::Value;
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{Caller, Desk, outcome::LONGEST_POLL};
use crate::{
    error::Result,
    store::{self, session::Attached},
};

/// How a run stands, in the words an agent reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The run, its workflow and subject.
    pub about: String,
    /// The stage that is to be completed next, and what is missing; `None` when nothing is, or nobody waits for the agent.
    pub unfinished: Option<String>,
}

impl Desk {
    /// The session a client calls by this id: of those the caller may see, the newest that has not ended.
    pub async fn find_hooked(&self, caller: &Caller, external_id: &str) -> Result<Option<Attached>> {
        caller.key(Action::ReportToolResult)?;
        let mut tx = self.database.read_plainly().await?;
        let known = store::session::list_by_external_id(&mut tx, external_id).await?;
        let mut seen = known.into_iter().filter(|session| caller.sees(session.run));
        let newest = seen.next();
        // An ended one is better than none: its calls are blocked for that reason, which the agent is told.
        let open = seen.find(|session| session.state != Session::Ended);
        Ok(match newest {
            Some(newest) if newest.state == Session::Ended => open.or(Some(newest)),
            other => other,
        })
    }

    /// Whether hooks with this key begin runs for sessions that nobody has registered.
    pub fn begins_runs(&self, caller: &Caller) -> Result<bool> {
        Ok(caller.key(Action::StartRun)?.begins.unregistered)
    }

    /// What was last answered to this very call in a session, whatever its id.
    pub async fn last_outcome(
        &self,
        caller: &Caller,
        of: &Attached,
        tool: &str,
        input: &Value,
    ) -> Result<Option<Outcome>> {
        caller.key(Action::CheckGate)?;
        let input = canonical::to_string(input);
        let digest = Digest::of_parts("call/v1", &[tool.as_bytes(), input.as_bytes()]);
        let mut tx = self.database.read().await?;
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
        if seen.run.state.must_be_active().is_err() {
            return Ok(Standing { about: format!("{about} It has ended."), unfinished: None });
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
        Ok(Standing { about, unfinished })
    }
}
