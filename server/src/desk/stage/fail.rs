//! Giving a stage up, as its harness says.

use domain::{
    Refusal,
    compensation::Compensation,
    id::RunId,
    permission::Action,
    stage::{Attempt, AttemptStatus, MAX_ERROR},
    workflow::OnFailure,
};
use futures::FutureExt as _;
use serde_json::{Value, json};

use super::{
    FailStage, Place,
    undo::{Failure, fail},
    wrong_stage,
};
use crate::{
    desk::{
        Caller, Desk,
        snapshot::{Attempts, lock},
        text,
    },
    error::{Error, Result},
    store::{self, Tx, stage::Stored},
};

impl Desk {
    /// Gives a stage up and undoes it. An attempt that has failed is answered again.
    ///
    /// # Errors
    /// `not_found`; `run_ended`; `wrong_stage` for an attempt that is not active, nor complete with nothing after it;
    /// `invalid_field`.
    pub async fn fail_stage(&self, caller: &Caller, run: RunId, stage: &str, body: FailStage) -> Result<Value> {
        caller.key(Action::MoveStage)?;
        text::required("/error", &body.error, MAX_ERROR)?;
        let mut attempts = Attempts::default();
        let failed = loop {
            let attempt = self.fail_once(caller, run, stage, &body).await;
            if let Some(settled) = attempts.settled(attempt) {
                break settled?;
            }
        };
        let mut tx = self.database.read().await?;
        failed_answer(&mut tx, run, &failed).await
    }

    async fn fail_once(&self, caller: &Caller, run: RunId, stage: &str, body: &FailStage) -> Result<Stored> {
        let place = self.place(caller, run, stage, body.attempt).await?;
        match &place.row.state {
            Attempt::Failed { .. } | Attempt::RolledBack { .. } => return Ok(place.row),
            Attempt::Pending => return self.failed_before(&place, run, body.attempt).await,
            Attempt::Complete { .. } => nothing_built_upon(&place)?,
            Attempt::Active { .. } => {}
        }
        place.snapshot.run.state.must_be_active()?;
        let failure = Failure::of(&place);
        let (error, actor) = (body.error.trim().to_owned(), caller.actor());
        let run = place.snapshot.run;
        self.database
            .write(move |tx| {
                async move {
                    let run = lock(tx, &run).await?;
                    fail(tx, &run, failure, error, actor).await
                }
                .boxed()
            })
            .await
    }

    /// Nobody has entered the newest attempt: the one that is given up a second time is the one before.
    async fn failed_before(&self, place: &Place, run: RunId, meant: Option<u32>) -> Result<Stored> {
        let mut tx = self.database.read().await?;
        let before = place.row.attempt - 1;
        let earlier =
            store::stage::find(&mut tx, run, &place.row.stage, Some(before)).await?.filter(|_| meant.is_none());
        earlier.filter(|earlier| earlier.rollback.is_some()).ok_or_else(|| {
            let message = format!("The stage {} has not been entered: there is nothing to give up.", place.row.stage);
            wrong_stage(&place.row, message).into()
        })
    }
}

/// A stage that is complete may still be given up until a later one is entered: what its harness finds wrong with it then
/// can be undone by itself.
fn nothing_built_upon(place: &Place) -> Result<()> {
    let progress = &place.snapshot.roots.stages.progress;
    let stages = &place.snapshot.compiled.workflow().stages;
    let later = (place.position + 1..stages.len()).find(|later| progress.status(*later) != AttemptStatus::Pending);
    let Some(later) = later else { return Ok(()) };
    let (stage, later) = (&place.row.stage, &stages[later].id);
    let message = format!("The stage {stage} is complete, and {later} was entered since: it does not fail any more.");
    Err(wrong_stage(&place.row, message).into())
}

/// What a harness is told of a failed attempt, as things stand now.
pub(super) async fn failed_answer(tx: &mut Tx, run: RunId, row: &Stored) -> Result<Value> {
    let error = match &row.state {
        Attempt::Failed { error, .. } | Attempt::RolledBack { error, .. } => error.clone(),
        Attempt::Pending | Attempt::Active { .. } | Attempt::Complete { .. } => return Err(Error::Moved),
    };
    let Some(rollback) = &row.rollback else {
        let message = format!("The stage {} failed with another one; ask for that one.", row.stage);
        return Err(Refusal::new(domain::refusal::Code::WrongStage, message).into());
    };
    let of_this = |known: &store::compensation::Stored| rollback.undone.contains(&(known.stage.clone(), known.attempt));
    let compensations: Vec<_> = store::compensation::list_of_run(tx, run).await?.into_iter().filter(of_this).collect();
    let is_undone = compensations.iter().all(|known| known.state.is_done());
    let reopened: Vec<&str> = rollback.undone.iter().map(|(stage, _)| stage.as_str()).collect();
    let compensations: Vec<Value> = compensations
        .iter()
        .map(|known| {
            json!({
                "id": known.id, "stage": known.stage, "tool": known.tool, "input": known.input,
                "status": status(&known.state),
            })
        })
        .collect();
    Ok(json!({
        "status": if rollback.is_kept { "KEPT" } else { "ROLLED_BACK" }, "failed_stage": row.stage,
        "attempt": row.attempt, "error": error, "rolled_back_to": rollback.rolled_back_to, "reopened": reopened,
        "compensations": compensations, "retry_allowed": is_undone, "user_message": rollback.user_message,
    }))
}

/// The word for how far a compensation is.
pub(super) const fn status(state: &Compensation) -> &'static str {
    match state {
        Compensation::Asked { .. } => "asked",
        Compensation::Done { .. } => "done",
        Compensation::Failed { .. } => "failed",
    }
}

/// What the user is told; nothing in it comes from the agent.
pub(super) fn user_message(title: &str, rule: &OnFailure) -> String {
    match rule {
        OnFailure::ReturnTo(_) => format!(
            "“{title}” could not be completed and is being undone, and with it the steps that led to it. They will be \
             done again."
        ),
        OnFailure::Retry => format!(
            "“{title}” could not be completed and is being undone. What was finished before stays as it is; the step \
             will be tried again."
        ),
        OnFailure::Keep => format!("“{title}” could not be completed. Nothing was lost; it will be tried again."),
    }
}
