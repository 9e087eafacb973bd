//! Steps of enforced executions. The executor does them on its host, in its own process; their order, what is verified
//! of them and who agreed are this side's. A step is begun only while every step before it is verified, and everybody
//! who had to agree stands by it.

mod approval;
mod begin;
mod report;

use domain::{
    Refusal,
    approval::{Approval, Use},
    id::RunId,
    permission::Action,
    refusal::Code,
    step::{Beginning, Executor, State, StepStatus, numbered, wrong_step},
    timeline::StepRow,
    workflow::Step,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Caller, Desk, KeyCaller, snapshot::Snapshot};
use crate::{
    error::{Error, Result},
    store::{self, Tx, run::Run, step::Stored},
};

pub(super) use approval::{Followed, followed};
pub use report::{FoundOut, ReportStep};

/// What `POST /runs/{id}/steps/{step}/begin` takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginStep {
    /// The session that waits where people decide, ours or the executor's own; may be left out where the run has one.
    #[serde(default)]
    pub session_id: Option<String>,
    /// Which executor this is, where several have this key: another one does not do the same step at the same time.
    #[serde(default)]
    pub executor: Option<String>,
    /// Whether the executor that is at it is known to be gone.
    #[serde(default)]
    pub take_over: bool,
}

impl BeginStep {
    fn beginning(&self, key: &KeyCaller) -> Beginning {
        let executor = Executor { key: key.id, name: self.executor.clone() };
        Beginning { executor, takes_over: self.take_over }
    }
}

/// A step of a run as it was read.
struct Place {
    snapshot: Snapshot,
    position: usize,
    /// Every step of the workflow, in file order.
    rows: Vec<Stored>,
}

impl Place {
    fn step(&self) -> &Step {
        &self.snapshot.compiled.workflow().steps[self.position]
    }

    fn row(&self) -> &Stored {
        &self.rows[self.position]
    }

    fn is_last(&self) -> bool {
        self.position + 1 == self.rows.len()
    }

    /// What was found of every step before this one, as the log and packages call them.
    fn evidence_before(&self) -> Value {
        let before = self.rows[..self.position].iter().enumerate();
        before
            .map(|(position, row)| (numbered(position, &row.step), row.evidence.clone()))
            .collect::<Map<_, _>>()
            .into()
    }

    /// Refuses unless the run goes on, and everything before is verified and stands.
    async fn must_be_next(&self, tx: &mut Tx) -> Result<()> {
        self.snapshot.run.state.must_be_active()?;
        let (id, steps) = (&self.step().id, &self.snapshot.compiled.workflow().steps);
        for (before, row) in steps.iter().zip(&self.rows).take(self.position) {
            let status = row.state.status();
            if status != StepStatus::Verified {
                let message = format!("{id} may not begin: {} comes before it and is {status}.", before.id);
                return Err(wrong_step(&before.id, status, message).into());
            }
            if before.policy().is_some() {
                stands(tx, id, row, self.snapshot.roots.now).await?;
            }
        }
        Ok(())
    }
}

/// Refuses unless the approval of a step is given, and neither taken back nor stale.
async fn stands(tx: &mut Tx, next: &str, row: &Stored, now: domain::Time) -> Result<()> {
    let stored = match row.state.approval() {
        Some(approval) => store::approval::find(tx, approval).await?,
        None => None,
    };
    let why = match stored.as_ref().map(|stored| &stored.state) {
        Some(Approval::Approved { used: Use::Void { .. }, .. }) => "is void".to_owned(),
        Some(Approval::Approved { valid_until: Some(end), .. }) if *end <= now => "is too old".to_owned(),
        Some(Approval::Approved { .. }) => return Ok(()),
        Some(other) => format!("is {}", other.status()),
        None => "is not there".to_owned(),
    };
    let message = format!("{next} may not begin: the approval of {} {why}.", row.step);
    let refusal = wrong_step(&row.step, row.state.status(), message);
    Err(Error::from(match stored {
        Some(stored) => {
            refusal.with("approval_id", json!(stored.id)).with("approval_status", json!(stored.state.status()))
        }
        None => refusal,
    }))
}

impl Desk {
    /// Reads a step of a run the caller may see.
    async fn step_place(&self, caller: &Caller, run: RunId, step: &str) -> Result<Place> {
        let mut tx = self.database.read().await?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        let position = snapshot.compiled.workflow().steps.iter().position(|known| known.id == step);
        let position = position.ok_or_else(|| Error::from(Refusal::not_found("step of this run")))?;
        let rows = steps_of(&mut tx, &snapshot).await?;
        Ok(Place { snapshot, position, rows })
    }

    /// Refuses what the caller may not see or move, before anything is said about the body.
    pub async fn must_see_step(&self, caller: &Caller, run: RunId, step: &str) -> Result<()> {
        caller.key(Action::MoveStage)?;
        self.step_place(caller, run, step).await.map(drop)
    }

    /// The steps of a run, in file order, with what was found.
    pub async fn list_steps(&self, caller: &Caller, run: RunId) -> Result<Value> {
        caller.authorize(Action::ReadRun)?;
        let mut tx = self.database.read().await?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        let rows = steps_of(&mut tx, &snapshot).await?;
        let items: Vec<Value> = rows.iter().zip(&snapshot.compiled.workflow().steps).map(step_view).collect();
        Ok(json!({"run_id": run, "items": items}))
    }
}

impl Desk {
    /// The steps of a run, as its page shows them.
    pub(super) async fn step_rows(&self, tx: &mut Tx, run: &Run) -> Result<Vec<StepRow>> {
        let compiled = self.compiled_in(tx, &run.workflow, run.version).await?;
        if compiled.workflow().steps.is_empty() {
            return Ok(Vec::new());
        }
        let snapshot = self.snapshot_of(tx, run.clone()).await?;
        let rows = steps_of(tx, &snapshot).await?;
        Ok(rows.into_iter().zip(&compiled.workflow().steps).map(step_row).collect())
    }
}

fn step_row((row, step): (Stored, &Step)) -> StepRow {
    let checks = row.evidence["verified"].as_array().into_iter().flatten();
    let check = |check: &Value| (check["check"].as_str().unwrap_or_default().to_owned(), check["passed"] == true);
    StepRow {
        id: row.step,
        kind: step.kind().to_owned(),
        attempt: row.attempt,
        checks: checks.map(check).collect(),
        state: row.state,
    }
}

/// Every step of the run's workflow, in file order.
pub(super) async fn steps_of(tx: &mut Tx, snapshot: &Snapshot) -> Result<Vec<Stored>> {
    let steps = &snapshot.compiled.workflow().steps;
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = store::step::list_of_run(tx, snapshot.run.id).await?;
    let row = |step: &Step| {
        let found = known.iter().position(|row| row.step == step.id);
        found.map_or_else(|| Stored::pending(&step.id), |at| known.swap_remove(at))
    };
    Ok(steps.iter().map(row).collect())
}

/// Whether every step of a run is verified, and there are any.
pub(super) async fn are_verified(tx: &mut Tx, run: RunId, steps: &[Step]) -> Result<bool> {
    if steps.is_empty() {
        return Ok(false);
    }
    let known = store::step::list_of_run(tx, run).await?;
    let is_verified =
        |step: &Step| known.iter().any(|row| row.step == step.id && row.state.status() == StepStatus::Verified);
    Ok(steps.iter().all(is_verified))
}

fn step_view((row, step): (&Stored, &Step)) -> Value {
    let error = match &row.state {
        State::Failed { error, .. } => Some(error),
        State::Pending | State::Running { .. } | State::Awaiting { .. } | State::Verified { .. } => None,
    };
    let executor = match &row.state {
        State::Running { executor, .. } => Some(executor.to_string()),
        State::Pending | State::Awaiting { .. } | State::Verified { .. } | State::Failed { .. } => None,
    };
    json!({
        "step": row.step, "kind": step.kind(), "attempt": row.attempt, "status": row.state.status(),
        "since": row.state.moved_at(), "approval_id": row.state.approval(), "error": error, "evidence": row.evidence,
        "executor": executor,
    })
}

/// 409: another try of the step was begun since.
fn superseded(row: &Stored, meant: u32) -> Refusal {
    let message = format!(
        "Attempt {meant} of {} counts no more: attempt {} was begun since, by another executor.",
        row.step, row.attempt
    );
    wrong_step(&row.step, row.state.status(), message).with("attempt", row.attempt)
}

/// 409: people have not decided yet.
fn undecided(row: &Stored) -> Refusal {
    let message = format!("{} waits for people: nobody has decided yet.", row.step);
    Refusal::new(Code::WrongStep, message)
        .with("step", row.step.as_str())
        .with("approval_id", json!(row.state.approval()))
}
