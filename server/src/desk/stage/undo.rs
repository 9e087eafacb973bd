//! Undoing what a failed stage did: its effects are asked to be undone, last first, and its facts are retracted. Stages
//! that were complete before stay, unless the definition returns over them.

use std::sync::Arc;

use domain::{
    Actor,
    approval::{Approval, Use},
    event::Event,
    package::Origin,
    stage::{Attempt, Of},
    workflow::{FactSource, OnFailure, Workflow},
};

use super::{
    ENGINE, Place,
    effects::{ask, wanted},
    fail::user_message,
    newest, store_move,
};
use crate::{
    desk::{cancellation::take_back_one, item},
    error::{Error, Result},
    rules::{Compiled, Roots},
    store::{
        self, Tx,
        approval::{Change, RunApproval},
        run::Run,
        stage::{Rollback, Stored},
    },
};

/// Everything a failure needs that was read before its transaction.
#[derive(Clone)]
pub(in crate::desk) struct Failure {
    pub(super) compiled: Arc<Compiled>,
    pub(super) roots: Roots,
    position: usize,
}

impl Failure {
    pub(super) fn of(place: &Place) -> Self {
        let (compiled, roots) = (Arc::clone(&place.snapshot.compiled), place.snapshot.roots.clone());
        Self { compiled, roots, position: place.position }
    }

    pub(super) fn workflow(&self) -> &Workflow {
        self.compiled.workflow()
    }

    /// How a text may call the stage at a position: `account_setup` reads "Account setup".
    fn title(&self) -> String {
        let words = self.workflow().stages[self.position].id.replace('_', " ");
        let mut chars = words.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
    }
}

/// Fails the attempt of a stage and undoes it, as far as that is possible here and now. The run is locked.
pub(in crate::desk) async fn fail(
    tx: &mut Tx,
    run: &Run,
    failure: Failure,
    error: String,
    actor: Actor,
) -> Result<Stored> {
    let stages = &failure.workflow().stages;
    let stage = &stages[failure.position];
    let is_kept = stage.on_failure == OnFailure::Keep;
    let undone = failure.roots.stages.progress.undone_by(stages, failure.position);
    let mut rows = Vec::new();
    for position in undone {
        rows.push((position, settled_row(tx, run, &stages[position].id).await?));
    }
    for (position, _) in &rows {
        let because = format!("The stage {} was given up.", stages[*position].id);
        take_back_calls(tx, run, &stages[*position].tools, &because).await?;
        if !is_kept {
            distrust(tx, run, &stages[*position].tools).await?;
        }
    }
    let wanted = if is_kept { Vec::new() } else { wanted(tx, run, &failure, &rows).await? };
    let rollback = Rollback {
        rolled_back_to: first_kept(&failure, rows.first().map_or(failure.position, |(position, _)| *position)),
        undone: rows.iter().map(|(_, row)| (row.stage.clone(), row.attempt)).collect(),
        user_message: user_message(&failure.title(), &stage.on_failure),
        is_kept,
    };
    for (position, row) in &mut rows {
        let of = Of { stage: &stages[*position].id, attempt: row.attempt };
        let moved = if *position == failure.position {
            row.rollback = Some(rollback.clone());
            row.state.clone().fail(of, error.clone(), &rollback.user_message, tx.now())?
        } else {
            let because = format!("{} failed: {error}", stage.id);
            match row.state {
                Attempt::Active { .. } => row.state.clone().fail(of, because, "", tx.now())?,
                Attempt::Pending | Attempt::Complete { .. } | Attempt::Failed { .. } | Attempt::RolledBack { .. } => {
                    row.state.clone().reopen(of, &because, tx.now())?
                }
            }
        };
        store_move(tx, run, row, moved, actor).await?;
    }
    if is_kept {
        return keep(tx, run, rows).await;
    }
    for call in wanted {
        ask(tx, run, call).await?;
    }
    retract(tx, run, &failure, &rows).await?;
    roll_back(tx, run, failure.workflow()).await?;
    newest_failed(tx, run, &stage.id).await
}

/// The newest attempt of a stage; a review it waits for is taken back first.
async fn settled_row(tx: &mut Tx, run: &Run, stage: &str) -> Result<Stored> {
    let row = newest(tx, run.id, stage).await?;
    let Some(approval) = row.state.awaiting() else { return Ok(row) };
    take_back_one(tx, run, approval, format!("The stage {stage} was given up."), ENGINE).await?;
    newest(tx, run.id, stage).await
}

/// Approvals of a stage's calls go with it: one that waits is taken back, and one that was given and not used is void.
/// Nobody approved the same call for another attempt.
pub(super) async fn take_back_calls(tx: &mut Tx, run: &Run, tools: &[String], because: &str) -> Result<()> {
    if run.approvals == 0 {
        return Ok(());
    }
    let known = store::approval::list_of_run(tx, run.id).await?;
    let is_of_stage = |known: &&RunApproval| known.holds_calls() && tools.contains(&known.tool);
    let mut taken_back = None;
    for known in known.iter().filter(is_of_stage) {
        let (id, because) = (known.prior.id, because.to_owned());
        match known.prior.state {
            // Calls that were asked about together wait together.
            Approval::Pending { .. } if taken_back.replace(id) == Some(id) => {}
            Approval::Pending { .. } => take_back_one(tx, run, id, because, ENGINE).await?,
            Approval::Approved { used: Use::Unused, .. } => void(tx, run, known, because).await?,
            Approval::Approved { used: Use::Consumed { .. } | Use::Void { .. }, .. }
            | Approval::Rejected { .. }
            | Approval::Expired { .. }
            | Approval::Cancelled { .. }
            | Approval::Superseded { .. }
            | Approval::Revoked { .. } => {}
        }
    }
    Ok(())
}

/// What was approved for these tools was approved for work that is undone.
async fn distrust(tx: &mut Tx, run: &Run, tools: &[String]) -> Result<()> {
    if run.approvals == 0 {
        return Ok(());
    }
    let known = store::approval::list_of_run(tx, run.id).await?;
    let of_these = known.iter().filter(|known| known.holds_calls() && tools.contains(&known.tool));
    for known in of_these.filter(|known| !known.is_undone) {
        match known.origin {
            Origin::Items => store::item::mark_undone(tx, known.prior.id, &known.tool).await?,
            Origin::Gate | Origin::Stage | Origin::Request | Origin::Step => {
                store::approval::mark_undone(tx, known.prior.id).await?;
            }
        }
    }
    Ok(())
}

async fn void(tx: &mut Tx, run: &Run, known: &RunApproval, because: String) -> Result<()> {
    let id = known.prior.id;
    let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
    if known.origin == Origin::Items {
        let call = (known.action_digest, known.prior.opened_by.tool_use_id.as_str());
        let event = item::step(tx, &stored, call, |state, _| state.void(id, because)).await?;
        tx.record_in(run.id, &run.subject, Some(id), ENGINE, event);
        return Ok(());
    }
    let (state, event) = stored.state.void(id, because)?;
    let given = stored.package.policy.quorum();
    let change = Change { state: &state, revision: stored.revision, given, notes: None };
    store::approval::update(tx, id, &change).await?;
    tx.record_in(run.id, &run.subject, Some(id), ENGINE, event);
    Ok(())
}

/// The last stage before a position that is complete.
fn first_kept(failure: &Failure, position: usize) -> Option<String> {
    let is_complete = |at: &usize| failure.roots.stages.progress.is_complete(*at);
    (0..position).rev().find(is_complete).map(|at| failure.workflow().stages[at].id.clone())
}

/// Nothing is undone: the stage may be entered again at once.
async fn keep(tx: &mut Tx, run: &Run, rows: Vec<(usize, Stored)>) -> Result<Stored> {
    let (_, row) = rows.into_iter().next().ok_or(Error::Moved)?;
    store::stage::put(tx, run.id, &Stored::pending(&row.stage, row.attempt + 1)).await?;
    Ok(row)
}

async fn newest_failed(tx: &mut Tx, run: &Run, stage: &str) -> Result<Stored> {
    let row = newest(tx, run.id, stage).await?;
    if row.rollback.is_some() {
        return Ok(row);
    }
    store::stage::find(tx, run.id, stage, Some(row.attempt - 1)).await?.ok_or(Error::Moved)
}

/// Takes back what the tools of these attempts recorded. What systems of record wrote stays. The run is locked.
async fn retract(tx: &mut Tx, run: &Run, failure: &Failure, rows: &[(usize, Stored)]) -> Result<()> {
    for (position, _) in rows {
        let stage = &failure.workflow().stages[*position];
        for (name, rule) in &failure.workflow().facts {
            let FactSource::Tool { tool, .. } = &rule.from else { continue };
            // Only this stage's tools record it, so that whatever stands is of this attempt, or of one that was kept.
            let fact = failure.roots.facts.get(name).filter(|fact| !fact.value.is_null());
            if let Some(fact) = fact.filter(|_| stage.tools.contains(tool)) {
                let (version, _) = store::fact::retract(tx, run.id, name, ENGINE).await?;
                let (name, previous, stage) = (name.clone(), fact.value.clone(), stage.id.clone());
                let event = Event::FactRetracted { name, version, previous, stage };
                tx.record_in(run.id, &run.subject, None, ENGINE, event);
            }
        }
    }
    Ok(())
}

/// Rolls back every failed stage once nothing of it is left, so that it may be entered again. The run is locked.
pub(super) async fn roll_back(tx: &mut Tx, run: &Run, workflow: &Workflow) -> Result<bool> {
    if !store::compensation::list_outstanding(tx, run.id).await?.is_empty() {
        return Ok(false);
    }
    for stage in &workflow.stages {
        let mut row = newest(tx, run.id, &stage.id).await?;
        if !matches!(row.state, Attempt::Failed { .. }) {
            continue;
        }
        let of = Of { stage: &stage.id, attempt: row.attempt };
        let moved = row.state.clone().roll_back(of, tx.now())?;
        store_move(tx, run, &mut row, moved, ENGINE).await?;
        store::stage::put(tx, run.id, &Stored::pending(&stage.id, row.attempt + 1)).await?;
    }
    Ok(true)
}
