//! Entering a stage: what is recorded then is kept first.

use std::sync::Arc;

use domain::{
    Actor, Refusal,
    handoff::{Handoff, KeptFact, Snapshot as Kept},
    id::{RunId, SessionId, SnapshotId},
    permission::Action,
    stage::{Attempt, AttemptStatus, Of, StageEnd},
};
use futures::FutureExt as _;
use serde_json::{Value, json};

use super::{ENGINE, EnterStage, Place, check_payload, check_session, newest, store_move, wrong_stage};
use crate::{
    desk::{
        Caller, Desk,
        snapshot::{Attempts, Snapshot, lock},
    },
    error::{Error, Result},
    store::{self, Tx, run::Run, stage::Stored},
};

/// Who enters, and with what.
#[derive(Clone)]
struct Entrance {
    harness: Option<Value>,
    handoff: Option<domain::id::HandoffId>,
    session: Option<SessionId>,
    actor: Actor,
}

impl Desk {
    /// Enters a stage. An attempt that is active already is answered again.
    ///
    /// # Errors
    /// `not_found`; `run_ended`; `wrong_stage` for an attempt that is over, and for a handoff to another stage;
    /// `entry_conditions_unmet`; `invalid_field`.
    pub async fn enter_stage(&self, caller: &Caller, run: RunId, stage: &str, body: EnterStage) -> Result<Value> {
        caller.key(Action::MoveStage)?;
        if let Some(snapshot) = &body.snapshot {
            check_payload("/snapshot", snapshot)?;
        }
        check_session(body.session_id.as_ref())?;
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.enter_once(caller, run, stage, &body).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    async fn enter_once(&self, caller: &Caller, run: RunId, stage: &str, body: &EnterStage) -> Result<Value> {
        let place = self.place(caller, run, stage, body.attempt).await?;
        match &place.row.state {
            Attempt::Active { .. } => return self.entered(&place.row, run).await,
            Attempt::Pending => {}
            Attempt::Complete { .. } | Attempt::Failed { .. } | Attempt::RolledBack { .. } => {
                let (attempt, status) = (place.row.attempt, place.row.state.status());
                let message =
                    format!("Attempt {attempt} of the stage {stage} is {status}: it is not entered any more.");
                return Err(wrong_stage(&place.row, message).into());
            }
        }
        place.snapshot.run.state.must_be_active()?;
        let exam = place.snapshot.compiled.check_entry(&place.snapshot.roots, place.position);
        if !exam.is_met {
            return Err(self.held(&place, StageEnd::Entry, &exam, caller).await);
        }
        let session = match &body.session_id {
            Some(named) => Some(self.named_session(run, named).await?),
            None => None,
        };
        let entrance =
            Entrance { harness: body.snapshot.clone(), handoff: body.handoff_id, session, actor: caller.actor() };
        let row = self.store_entry(&place.snapshot, stage, entrance).await?;
        self.entered(&row, run).await
    }

    async fn named_session(&self, run: RunId, named: &str) -> Result<SessionId> {
        let mut tx = self.database.read().await?;
        let session = store::session::find(&mut tx, run, named).await?;
        Ok(session.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?.id)
    }

    /// Enters a pending stage whose entry conditions hold in this snapshot, for a call of one of its tools.
    pub(in crate::desk) async fn enter_for(&self, seen: &Snapshot, position: usize, session: SessionId) -> Result<()> {
        let stage = seen.compiled.workflow().stages[position].id.clone();
        let entrance = Entrance { harness: None, handoff: None, session: Some(session), actor: ENGINE };
        self.store_entry(seen, &stage, entrance).await.map(drop)
    }

    /// Enters a pending stage without tools whose entry conditions hold in this snapshot.
    pub(super) async fn enter_alone(&self, place: &Place) -> Result<()> {
        let entrance = Entrance { harness: None, handoff: None, session: None, actor: ENGINE };
        self.store_entry(&place.snapshot, &place.row.stage, entrance).await.map(drop)
    }

    async fn store_entry(&self, seen: &Snapshot, stage: &str, entrance: Entrance) -> Result<Stored> {
        let (run, facts, stage) = (Arc::clone(&seen.run), kept_facts(seen), stage.to_owned());
        self.database
            .write(move |tx| {
                async move {
                    let run = lock(tx, &run).await?;
                    let mut row = newest(tx, run.id, &stage).await?;
                    let received = received(tx, &run, &row, entrance.handoff).await?;
                    let kept = Kept {
                        snapshot_id: SnapshotId::from_uuid(tx.uuid()),
                        taken_at: tx.now(),
                        facts,
                        handoff_id: received.map(|handoff| handoff.handoff_id),
                        harness: entrance.harness,
                    };
                    let of = Of { stage: &stage, attempt: row.attempt };
                    let moved = row.state.clone().enter(of, kept.snapshot_id, tx.now())?;
                    (row.snapshot, row.session) = (Some(kept), entrance.session);
                    store_move(tx, &run, &mut row, moved, entrance.actor).await?;
                    Ok(row)
                }
                .boxed()
            })
            .await
    }

    /// What a harness is told of a stage it has entered: everything to start from.
    async fn entered(&self, row: &Stored, run: RunId) -> Result<Value> {
        let mut tx = self.database.read().await?;
        let from = row.snapshot.as_ref().and_then(|snapshot| snapshot.handoff_id);
        let handoff = match from {
            Some(id) => store::handoff::find(&mut tx, id).await?,
            None => None,
        };
        Ok(json!({
            "run_id": run, "stage": row.stage, "attempt": row.attempt, "status": row.state.status(),
            "entered_at": row.state.moved_at(), "snapshot_id": row.snapshot.as_ref().map(|kept| kept.snapshot_id),
            "handoff": handoff,
        }))
    }
}

/// What is recorded now, to be gone back to.
fn kept_facts(seen: &Snapshot) -> std::collections::BTreeMap<String, KeptFact> {
    let kept = |(name, fact): (&String, &crate::rules::RecordedFact)| {
        let kept = KeptFact { value: fact.value.clone(), version: fact.version, source: fact.source.clone() };
        (name.clone(), kept)
    };
    seen.roots.facts.iter().map(kept).collect()
}

/// The handoff the stage starts from: the one that is named, else the newest.
async fn received(
    tx: &mut Tx,
    run: &Run,
    row: &Stored,
    named: Option<domain::id::HandoffId>,
) -> Result<Option<Handoff>> {
    let Some(id) = named else { return Ok(store::handoff::find_standing(tx, run.id).await?) };
    let found = store::handoff::find(tx, id).await?.filter(|handoff| handoff.run_id == run.id);
    let found = found.ok_or_else(|| Error::from(Refusal::not_found("handoff of this run")))?;
    if found.to_stage.as_deref() != Some(&row.stage) {
        let to = found.to_stage.as_deref().unwrap_or("no stage");
        let message = format!("The handoff {id} is for {to}, not for {}.", row.stage);
        return Err(wrong_stage(row, message).into());
    }
    let issued = store::stage::find(tx, run.id, &found.from_stage, Some(found.attempt)).await?;
    if issued.is_none_or(|issued| issued.state.status() != AttemptStatus::Complete) {
        let message = format!("The handoff {id} was undone with attempt {} of {}.", found.attempt, found.from_stage);
        return Err(wrong_stage(row, message).into());
    }
    Ok(Some(found))
}
