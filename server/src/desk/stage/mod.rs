//! Stages: entered, completed and given up by a harness, or by what is recorded. Each move is made once for an attempt;
//! asking again gets the same answer.

mod advance;
mod compensation;
mod complete;
pub(in crate::desk) mod effects;
mod enter;
mod fail;
mod handoff;
mod review;
mod submit;
mod undo;
mod view;

use std::sync::Arc;

use domain::{
    Actor, Refusal, SystemActor,
    event::Event,
    id::{HandoffId, RunId},
    permission::Action,
    refusal::Code,
    session::Session,
    stage::{Attempt, StageEnd},
    workflow::Stage,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Caller, Desk,
    snapshot::{Snapshot, lock},
    text,
};
use crate::{
    error::{Error, Result},
    rules::stage::Exam,
    store::{self, Tx, run::Run, stage::Stored},
};

pub use compensation::ReportCompensation;
pub use complete::Completed;
pub(super) use review::{StageVerdict, withdraw};
pub use submit::{HandoffSubmitted, SubmitHandoff};

/// The engine's own actor.
const ENGINE: Actor = Actor::System(SystemActor::Engine);
/// The largest outputs, profile or snapshot of a harness, in bytes of canonical JSON.
const MAX_PAYLOAD: usize = 64 << 10;

/// What `POST /runs/{id}/stages/{stage}/enter` takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterStage {
    /// The handoff it starts from; the newest for this stage when left out.
    #[serde(default)]
    pub handoff_id: Option<HandoffId>,
    /// What the harness wants back should the stage fail.
    #[serde(default)]
    pub snapshot: Option<Value>,
    /// The attempt that is meant, from 1; the newest when left out.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// The session that works on it, ours or the framework's.
    #[serde(default)]
    pub session_id: Option<String>,
}

/// What `POST /runs/{id}/stages/{stage}/complete` takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteStage {
    /// What the stage produced. It goes into the handoff and opens nothing: exit criteria read recorded facts.
    #[serde(default)]
    pub outputs: Map<String, Value>,
    /// What the next stage needs to know; carried forward from the handoff before when left out.
    #[serde(default)]
    pub customer_profile: Option<Map<String, Value>>,
    /// The attempt that is meant, from 1; the newest when left out.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// The session that waits while people review, ours or the framework's.
    #[serde(default)]
    pub session_id: Option<String>,
}

/// What `POST /runs/{id}/stages/{stage}/fail` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailStage {
    /// What went wrong.
    pub error: String,
    /// The attempt that is meant, from 1; the newest when left out.
    #[serde(default)]
    pub attempt: Option<u32>,
}

/// A stage of a run as it was read, with the attempt that is meant.
struct Place {
    snapshot: Snapshot,
    position: usize,
    row: Stored,
}

impl Place {
    fn stage(&self) -> &Stage {
        &self.snapshot.compiled.workflow().stages[self.position]
    }

    /// The stage after it.
    fn next(&self) -> Option<&str> {
        self.snapshot.compiled.workflow().stages.get(self.position + 1).map(|stage| stage.id.as_str())
    }
}

impl Desk {
    /// Reads a stage of a run the caller may see.
    async fn place(&self, caller: &Caller, run: RunId, stage: &str, attempt: Option<u32>) -> Result<Place> {
        let mut tx = self.database.read().await?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        let position = snapshot.compiled.workflow().stages.iter().position(|known| known.id == stage);
        let position = position.ok_or_else(|| Error::from(Refusal::not_found("stage of this run")))?;
        let row = newest(&mut tx, run, stage).await?;
        if attempt.is_some_and(|meant| meant > row.attempt || meant == 0) {
            let message = format!("The stage {stage} has no attempt {}.", attempt.unwrap_or_default());
            return Err(wrong_stage(&row, message).into());
        }
        let row = match attempt.filter(|meant| *meant != row.attempt) {
            Some(earlier) => store::stage::find(&mut tx, run, stage, Some(earlier)).await?.unwrap_or(row),
            None => row,
        };
        Ok(Place { snapshot, position, row })
    }

    /// Refuses what the caller may not see or move, before anything is said about the body.
    pub async fn must_see_stage(&self, caller: &Caller, run: RunId, stage: &str) -> Result<()> {
        caller.key(Action::MoveStage)?;
        self.place(caller, run, stage, None).await.map(drop)
    }

    /// Records that a stage stays shut, and says what is unmet.
    async fn held(&self, place: &Place, end: StageEnd, exam: &Exam, caller: &Caller) -> Error {
        let unmet = exam.unmet();
        let event = Event::StageHeld {
            stage: place.row.stage.clone(),
            attempt: place.row.attempt,
            end,
            unmet: unmet.iter().map(|condition| condition.name.clone()).collect(),
        };
        let (run, subject, actor) = (place.snapshot.run.id, place.snapshot.run.subject.clone(), caller.actor());
        let recorded = self.database.write(move |tx| {
            tx.record_in(run, &subject, None, actor, event);
            Box::pin(async { Ok(()) })
        });
        if let Err(error) = recorded.await {
            return error;
        }
        let stage = &place.row.stage;
        let (code, lead) = match end {
            StageEnd::Entry => (Code::EntryConditionsUnmet, format!("The stage {stage} cannot be entered yet.")),
            StageEnd::Exit => (Code::ExitCriteriaUnmet, format!("The stage {stage} is not complete.")),
        };
        let unmet: Vec<Value> = unmet
            .into_iter()
            .map(|condition| {
                let mut told = json!(condition);
                told["otherwise"] = json!(condition.message);
                told
            })
            .collect();
        Refusal::new(code, format!("{lead} {}", exam.advice()).trim().to_owned())
            .with("stage", stage.as_str())
            .with("attempt", place.row.attempt)
            .with("unmet", unmet)
            .into()
    }
}

/// The newest attempt of a stage; one that nobody has entered is not stored.
async fn newest(tx: &mut Tx, run: RunId, stage: &str) -> Result<Stored> {
    Ok(store::stage::find(tx, run, stage, None).await?.unwrap_or_else(|| Stored::pending(stage, 1)))
}

/// Stores a move of an attempt with its event; the run is locked.
async fn store_move(tx: &mut Tx, run: &Run, row: &mut Stored, moved: (Attempt, Event), actor: Actor) -> Result<()> {
    row.state = moved.0;
    store::stage::put(tx, run.id, row).await?;
    tx.record_in(run.id, &run.subject, None, actor, moved.1);
    Ok(())
}

/// 409: the stage is not where this move begins.
fn wrong_stage(row: &Stored, message: impl Into<String>) -> Refusal {
    Refusal::new(Code::WrongStage, message)
        .with("stage", row.stage.as_str())
        .with("attempt", row.attempt)
        .with("stage_status", row.state.status().as_str())
}

/// Bounds what a harness hands over.
fn check_payload(path: &str, value: &Value) -> Result<(), Refusal> {
    if domain::canonical::to_string(value).len() <= MAX_PAYLOAD {
        return Ok(());
    }
    Err(Refusal::invalid(path, format!("expected at most {MAX_PAYLOAD} bytes")))
}

fn check_session(session: Option<&String>) -> Result<(), Refusal> {
    text::optional("/session_id", session.map(String::as_str), text::NAME)
}

/// Ends the run when every stage is complete and nobody is waited for. The run is locked.
pub(super) async fn finish(tx: &mut Tx, run: &Run) -> Result<bool> {
    let sessions = store::session::list_of_run(tx, run.id).await?;
    if sessions.iter().any(|session| matches!(session.state, Session::Suspended { .. })) {
        return Ok(false);
    }
    for session in sessions.into_iter().filter(|session| session.state == Session::Active) {
        let (state, event) = session.state.end(session.id)?;
        store::session::update(tx, session.id, &state).await?;
        tx.record_in(run.id, &run.subject, None, ENGINE, event);
    }
    let (state, event) = run.state.clone().complete(tx.now())?;
    store::run::update(tx, run.id, &state).await?;
    tx.record_in(run.id, &run.subject, None, ENGINE, event);
    Ok(true)
}

impl Desk {
    /// Ends a run whose stages are all complete.
    async fn finish_run(&self, snapshot: &Snapshot) -> Result<bool> {
        let run = Arc::clone(&snapshot.run);
        self.database
            .write(move |tx| {
                async move {
                    let run = lock(tx, &run).await?;
                    finish(tx, &run).await
                }
                .boxed()
            })
            .await
    }
}
