//! Completing an attempt: its handoff package is made and issued with the move.

use domain::{
    Actor, Digest,
    event::Event,
    gate::Evidence,
    handoff::{Handoff, Snapshot as Kept},
    id::{ApprovalId, HandoffId, RunId},
    page::Page,
    permission::Action,
    stage::Of,
};
use serde_json::{Map, Value, json};

use super::{Place, finish, newest, store_move, undo::take_back_calls};
use crate::{
    desk::{Caller, Desk, timeline::read_cursor},
    error::{Error, Result, StoreError},
    rules::stage::Exam,
    store::{self, Tx, run::Run, stage::Submitted},
};

/// Everything the completion of an attempt needs, read and evaluated before its transaction.
#[derive(Clone)]
pub(in crate::desk) struct Completion {
    stage: String,
    attempt: u32,
    to_stage: Option<String>,
    evidence: Evidence,
    /// What is recorded, for every fact the definition declares; null where nothing is.
    facts: Map<String, Value>,
    /// The facts recorded since the attempt was entered.
    recorded: Map<String, Value>,
    kept: Kept,
    submitted: Submitted,
    /// What every profile begins with: whom or what the run is about.
    subject: (String, Value),
    /// Whether no stage is left to be done.
    is_last: bool,
    /// The stage's tools, which rest from now on.
    tools: Vec<String>,
}

impl Completion {
    pub(super) fn of(place: &Place, exam: Exam, submitted: Submitted) -> Result<Self> {
        let (roots, workflow) = (&place.snapshot.roots, place.snapshot.compiled.workflow());
        let kept = place.row.snapshot.clone();
        let kept = kept.ok_or_else(|| StoreError::Unexpected(format!("{} has no snapshot", place.row.stage)))?;
        let is_new = |name: &str, version: i64| kept.facts.get(name).is_none_or(|before| before.version < version);
        // What is too old for a condition is not handed over either.
        let value = |name: &String| roots.current(name, workflow).cloned().unwrap_or_default();
        let facts = roots.facts.iter().filter(|(name, fact)| is_new(name, fact.version));
        let facts = facts.map(|(name, _)| (name.clone(), value(name)));
        let recorded = facts.filter(|(_, value)| !value.is_null()).collect();
        let others = (0..workflow.stages.len()).filter(|other| *other != place.position);
        let is_last = others.into_iter().all(|other| roots.stages.progress.is_complete(other));
        Ok(Self {
            stage: place.row.stage.clone(),
            attempt: place.row.attempt,
            to_stage: place.next().map(str::to_owned),
            evidence: exam.evidence,
            facts: workflow.facts.keys().map(|name| (name.clone(), value(name))).collect(),
            recorded,
            kept,
            submitted,
            subject: (workflow.subject.clone(), Value::from(place.snapshot.run.subject.clone())),
            is_last,
            tools: place.stage().tools.clone(),
        })
    }

    /// What the stage produced: recorded facts stand above what the harness says.
    pub(super) fn outputs(&self) -> Map<String, Value> {
        let mut outputs = self.truthful(self.submitted.outputs.clone());
        outputs.extend(self.recorded.clone());
        outputs
    }

    /// What is carried forward, given the handoff before.
    pub(super) fn profile(&self, before: Option<&Handoff>) -> Map<String, Value> {
        let given = self.submitted.customer_profile.clone().or_else(|| before.map(Handoff::carried));
        let mut profile = self.truthful(given.unwrap_or_default());
        profile.extend([self.subject.clone()]);
        profile
    }

    /// What people are shown, and agree to.
    pub(super) fn handover(&self, before: Option<&Handoff>) -> Value {
        json!({"outputs": self.outputs(), "customer_profile": self.profile(before)})
    }

    /// Under the name of a fact nothing stands but what is recorded: neither a harness's word nor an earlier value.
    fn truthful(&self, mut said: Map<String, Value>) -> Map<String, Value> {
        for (name, value) in &mut said {
            if let Some(recorded) = self.facts.get(name) {
                value.clone_from(recorded);
            }
        }
        said.retain(|name, value| !(value.is_null() && self.facts.contains_key(name)));
        said
    }
}

/// Completes an attempt and issues its handoff; with the last stage the run is complete. The run is locked.
pub(in crate::desk) async fn complete(
    tx: &mut Tx,
    run: &Run,
    completion: Completion,
    approval: Option<ApprovalId>,
    actor: Actor,
) -> Result<Handoff> {
    let mut row = newest(tx, run.id, &completion.stage).await?;
    if row.attempt != completion.attempt {
        return Err(Error::Moved);
    }
    take_back_calls(tx, run, &completion.tools, &format!("The stage {} is complete.", completion.stage)).await?;
    let last = store::handoff::find_last(tx, run.id).await?;
    let before = store::handoff::find_standing(tx, run.id).await?;
    let handoff = Handoff {
        handoff_id: HandoffId::from_uuid(tx.uuid()),
        run_id: run.id,
        sequence: last.as_ref().map_or(1, |last| last.sequence + 1),
        previous: last.as_ref().map(|last| last.handoff_id),
        from_stage: completion.stage.clone(),
        attempt: completion.attempt,
        to_stage: completion.to_stage.clone(),
        completed_at: tx.now(),
        outputs: completion.outputs(),
        customer_profile: completion.profile(before.as_ref()),
        gate_evidence: completion.evidence,
        rollback_data: completion.kept,
        approval_id: approval,
        digest: Digest::of("handoff/v1", b""),
    }
    .sealed();
    let of = Of { stage: &completion.stage, attempt: completion.attempt };
    let moved = row.state.clone().complete(of, approval, handoff.handoff_id, tx.now())?;
    store_move(tx, run, &mut row, moved, actor).await?;
    store::handoff::insert(tx, &handoff).await?;
    let event = Event::HandoffIssued {
        handoff: handoff.handoff_id,
        from_stage: handoff.from_stage.clone(),
        to_stage: handoff.to_stage.clone(),
        digest: handoff.digest,
    };
    tx.record_in(run.id, &run.subject, None, actor, event);
    if completion.is_last {
        finish(tx, run).await?;
    }
    Ok(handoff)
}

impl Desk {
    /// The handoff packages of a run, oldest first.
    pub async fn list_handoffs(
        &self,
        caller: &Caller,
        run: RunId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Handoff>> {
        caller.authorize(Action::ReadRun)?;
        self.visible_run(caller, run).await?;
        let after = cursor.map(read_cursor).transpose()?.unwrap_or_default();
        let mut tx = self.database.read().await?;
        let mut items = store::handoff::list(&mut tx, run, after, i64::from(limit) + 1).await?;
        let has_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| has_more).map(|last| last.sequence.to_string());
        Ok(Page { items, next_cursor })
    }

    /// One handoff package.
    pub async fn read_handoff(&self, caller: &Caller, id: HandoffId) -> Result<Handoff> {
        caller.authorize(Action::ReadRun)?;
        let mut tx = self.database.read().await?;
        let found = store::handoff::find(&mut tx, id).await?.filter(|handoff| caller.sees(handoff.run_id));
        found.ok_or_else(|| domain::Refusal::not_found("handoff").into())
    }
}
