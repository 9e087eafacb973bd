//! What a gate check or a decision reads, at one moment: the run, its facts, approvals and assertions.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Refusal, Time,
    approval::{Approval, Use},
    compensation::Compensation,
    id::{ApprovalId, RunId},
    judge::Prior,
    package::Origin,
    progress::Progress,
};

use super::{Caller, Desk};
use crate::{
    error::{Error, Result},
    rules::{ApprovalRoot, Compiled, Outstanding, RecordedFact, Roots, RunRoot, Stages},
    store::{self, Tx, approval::RunApproval, run::Run},
};

/// How often a use case evaluates again because the run moved, before it gives up.
const MOST_ATTEMPTS: usize = 16;

/// A run and everything gates may read about it. `run.moves` says whether it still holds.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub(super) run: Arc<Run>,
    pub(super) compiled: Arc<Compiled>,
    pub(super) roots: Roots,
    pub(super) approvals: Arc<[RunApproval]>,
}

impl Desk {
    /// Reads a run the caller may see. The run comes first, so that anything read later is at least as new.
    pub(super) async fn snapshot(&self, tx: &mut Tx, caller: &Caller, id: RunId) -> Result<Snapshot> {
        let run = store::run::find(tx, id).await?.filter(|run| caller.sees(run.id));
        let run = run.ok_or_else(|| Error::from(Refusal::not_found("run")))?;
        self.snapshot_of(tx, run).await
    }

    /// Reads what gates may read about a run.
    pub(super) async fn snapshot_of(&self, tx: &mut Tx, run: Run) -> Result<Snapshot> {
        let id = run.id;
        let compiled = self.compiled_in(tx, &run.workflow, run.version).await?;
        let facts = store::fact::list_current(tx, id).await?;
        let approvals = if run.approvals > 0 { store::approval::list_of_run(tx, id).await? } else { Vec::new() };
        let stages = stages(tx, &compiled, id).await?;
        let assertions = if run.assertions > 0 { store::fact::list_assertions(tx, id).await? } else { Vec::new() };
        let now = self.database.clock().now();
        let roots = Roots {
            run: Arc::new(RunRoot {
                id,
                subject: run.subject.clone(),
                requested_by: run.requester_email.clone(),
                inputs: run.inputs.clone(),
            }),
            facts: Arc::new(facts.into_iter().map(recorded).collect()),
            approvals: approval_roots(&approvals, &compiled, &stages, now),
            stages: Arc::new(stages),
            assertions: assertions.into_iter().collect(),
            now,
        };
        Ok(Snapshot { run: Arc::new(run), compiled, roots, approvals: approvals.into() })
    }
}

impl Snapshot {
    /// The same, seen at another time: what is recorded stands still, deadlines do not.
    pub(super) fn at(&self, now: Time) -> Self {
        let mut seen = self.clone();
        seen.roots.approvals = approval_roots(&seen.approvals, &seen.compiled, &seen.roots.stages, now);
        seen.roots.now = now;
        seen
    }

    /// The approvals of this action in this run, newest first.
    pub(super) fn priors(&self, action: domain::Digest) -> Vec<Prior> {
        self.approvals.iter().filter(|known| known.action_digest == action).map(|known| known.prior.clone()).collect()
    }

    /// How many approvals of the run are pending.
    pub(super) fn pending(&self) -> usize {
        let pending = |known: &&RunApproval| matches!(known.prior.state, Approval::Pending { .. });
        // Items stand side by side, and wait as one.
        let mut ids: Vec<_> = self.approvals.iter().filter(pending).map(|known| known.prior.id).collect();
        ids.dedup();
        ids.len()
    }
}

/// Locks the snapshot's run for a move, if nothing it relied on has moved since.
///
/// # Errors
/// [`Error::Moved`]: read and evaluate again.
pub(super) async fn lock(tx: &mut Tx, seen: &Run) -> Result<Run> {
    let run = store::run::lock(tx, seen.id).await?.ok_or(Error::Moved)?;
    if run.moves == seen.moves + 1 { Ok(run) } else { Err(Error::Moved) }
}

/// Counts attempts of a use case that evaluates again when the run moved.
#[derive(Default)]
pub(super) struct Attempts(usize);

impl Attempts {
    /// Whether another attempt is due after this result; gives up in the end, which blocks.
    pub(super) fn settled<T>(&mut self, result: Result<T>) -> Option<Result<T>> {
        match result {
            Err(Error::Moved) if self.0 < MOST_ATTEMPTS => {
                self.0 += 1;
                None
            }
            Err(Error::Moved) => Some(Err(Error::unavailable("The run changes too fast."))),
            other => Some(other),
        }
    }
}

fn recorded(fact: store::fact::Fact) -> (String, RecordedFact) {
    let recorded = RecordedFact {
        value: fact.value,
        source: fact.source,
        reference: fact.reference,
        written_at: fact.written_at,
        version: fact.version,
    };
    (fact.name, recorded)
}

/// How far the run has come through its stages; a workflow without any pays nothing.
async fn stages(tx: &mut Tx, compiled: &Compiled, run: RunId) -> Result<Stages> {
    let stages = &compiled.workflow().stages;
    if stages.is_empty() {
        return Ok(Stages::default());
    }
    let progress = Progress::new(stages, store::stage::list_newest(tx, run).await?);
    let outstanding = store::compensation::list_outstanding(tx, run).await?;
    let outstanding = outstanding.into_iter().map(|stored| Outstanding {
        id: stored.id,
        tool: stored.tool,
        input: stored.input,
        is_asked: matches!(stored.state, Compensation::Asked { .. }),
        claimed_by: stored.claimed_by,
    });
    Ok(Stages { progress, outstanding: outstanding.collect() })
}

/// The newest approval of each gate and stage, as conditions see it. What was approved in an attempt holds as long as the
/// very attempt does: an approval of work that was undone is nothing to rely on.
fn approval_roots(
    approvals: &[RunApproval],
    compiled: &Compiled,
    stages: &Stages,
    now: Time,
) -> BTreeMap<String, ApprovalRoot> {
    let mut roots: BTreeMap<String, (ApprovalId, ApprovalRoot)> = BTreeMap::new();
    let workflow = compiled.workflow();
    let stands = |known: &RunApproval| match known.origin {
        Origin::Stage => {
            let position = workflow.stages.iter().position(|stage| stage.id == known.gate_id);
            position.is_some_and(|at| stages.progress.at(at).state.approved_by() == Some(known.prior.id))
        }
        Origin::Gate | Origin::Items => !known.is_undone && is_reliable(&known.prior.state, now),
        // What an agent asked for itself, or an executor at a step, satisfies no condition.
        Origin::Request | Origin::Step => false,
    };
    for known in approvals.iter().filter(|known| !matches!(known.origin, Origin::Request | Origin::Step)) {
        let state = &known.prior.state;
        let root = ApprovalRoot {
            approved: stands(known),
            status: state.status().to_string(),
            notes: known.prior.notes.clone(),
            at: state.ended_at(),
        };
        let (id, newest) = roots.entry(known.gate_id.clone()).or_insert_with(|| (known.prior.id, root.clone()));
        // Calls that were asked about together have no order but the agent's: one that was refused speaks for all.
        if *id == known.prior.id && newest.approved && !root.approved {
            *newest = root;
        }
    }
    roots.into_iter().map(|(gate, (_, root))| (gate, root)).collect()
}

/// Whether conditions may rely on an approval: given, neither stale nor void.
fn is_reliable(state: &Approval, now: Time) -> bool {
    match state {
        Approval::Approved { valid_until, used, .. } => match used {
            Use::Unused => valid_until.is_none_or(|end| now < end),
            Use::Consumed { .. } => true,
            Use::Void { .. } => false,
        },
        Approval::Pending { .. }
        | Approval::Rejected { .. }
        | Approval::Expired { .. }
        | Approval::Cancelled { .. }
        | Approval::Superseded { .. }
        | Approval::Revoked { .. } => false,
    }
}
