//! Completing a stage: its exit criteria are looked up in what is recorded, never in what its harness sends along.

use domain::{
    Refusal,
    handoff::Handoff,
    id::{ApprovalId, RunId},
    judge::Ruling,
    permission::Action,
    refusal::Code,
    stage::{Attempt, StageEnd},
};
use futures::FutureExt as _;
use serde_json::{Value, json};

use super::{
    CompleteStage, Place, check_payload, check_session,
    handoff::{Completion, complete},
    review::Reviewed,
    wrong_stage,
};
use crate::{
    desk::{
        Caller, Desk,
        approval::{AWAITING, eta_hours},
        snapshot::{Attempts, lock},
    },
    error::{Error, Result},
    rules::stage::Exam,
    store::{self, stage::Submitted},
};

/// What became of a completion.
pub enum Completed {
    /// The handoff is issued.
    Issued(Box<Handoff>),
    /// People must agree first.
    Awaiting(Value),
}

impl Desk {
    /// Completes a stage. An attempt that is complete, or waits for people, is answered again.
    ///
    /// # Errors
    /// `not_found`; `run_ended`; `wrong_stage` for an attempt that is not active; `exit_criteria_unmet`;
    /// `invalid_field`.
    pub async fn complete_stage(
        &self,
        caller: &Caller,
        run: RunId,
        stage: &str,
        body: CompleteStage,
    ) -> Result<Completed> {
        caller.key(Action::MoveStage)?;
        check_payload("/outputs", &Value::Object(body.outputs.clone()))?;
        check_payload("/customer_profile", &json!(body.customer_profile))?;
        check_session(body.session_id.as_ref())?;
        let mut attempts = Attempts::default();
        let completed = loop {
            let attempt = self.complete_once(caller, run, stage, &body).await;
            if let Some(settled) = attempts.settled(attempt) {
                break settled?;
            }
        };
        self.advance(run).await;
        Ok(completed)
    }

    async fn complete_once(&self, caller: &Caller, run: RunId, stage: &str, body: &CompleteStage) -> Result<Completed> {
        let place = self.place(caller, run, stage, body.attempt).await?;
        match &place.row.state {
            Attempt::Complete { handoff, .. } => {
                let mut tx = self.database.read().await?;
                let issued = store::handoff::find(&mut tx, *handoff).await?.ok_or(Error::Moved)?;
                return Ok(Completed::Issued(Box::new(issued)));
            }
            Attempt::Active { awaiting: Some(approval), .. } => return self.still_awaiting(*approval).await,
            Attempt::Active { awaiting: None, .. } => {}
            Attempt::Pending | Attempt::Failed { .. } | Attempt::RolledBack { .. } => {
                let (attempt, status) = (place.row.attempt, place.row.state.status());
                let message =
                    format!("Attempt {attempt} of the stage {stage} is {status}: only an active one is completed.");
                return Err(wrong_stage(&place.row, message).into());
            }
        }
        place.snapshot.run.state.must_be_active()?;
        let exam = place.snapshot.compiled.check_exit(&place.snapshot.roots, place.position);
        if !exam.is_met {
            return Err(self.held(&place, StageEnd::Exit, &exam, caller).await);
        }
        let submitted = Submitted { outputs: body.outputs.clone(), customer_profile: body.customer_profile.clone() };
        match place.snapshot.compiled.stage_review(&place.snapshot.roots, place.position) {
            Ruling::Allow => {
                let handoff = self.store_completion(place, exam, submitted, caller.actor()).await?;
                Ok(Completed::Issued(Box::new(handoff)))
            }
            Ruling::Block { error } => Err(Refusal::new(Code::ExitCriteriaUnmet, error).into()),
            Ruling::Review { policy, title, risk } => {
                let reviewed = Reviewed { policy, title, risk, exam, submitted };
                let session = self.reviewing_session(&place, body.session_id.as_deref()).await?;
                let Some(session) = session else {
                    let message = "no session of the run can wait for the review: attach one, or say which";
                    return Err(Refusal::invalid("/session_id", message).into());
                };
                let approval = self.open_review(place, reviewed, session).await?;
                self.still_awaiting(approval).await
            }
        }
    }

    /// Completes the stage of a snapshot, with everything that belongs to it in one transaction.
    pub(super) async fn store_completion(
        &self,
        place: Place,
        exam: Exam,
        submitted: Submitted,
        actor: domain::Actor,
    ) -> Result<Handoff> {
        let completion = Completion::of(&place, exam, submitted)?;
        let run = place.snapshot.run;
        self.database
            .write(move |tx| {
                async move {
                    let run = lock(tx, &run).await?;
                    complete(tx, &run, completion, None, actor).await
                }
                .boxed()
            })
            .await
    }

    /// What a harness is told while people review.
    async fn still_awaiting(&self, approval: ApprovalId) -> Result<Completed> {
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, approval).await?.ok_or(Error::Moved)?;
        let eta = eta_hours(stored.state.expires_at(), self.database.clock().now());
        Ok(Completed::Awaiting(json!({
            "approval_id": approval, "status": AWAITING, "eta_hours": eta,
            "message": "People must agree before the stage is complete. The session is suspended; wait for the decision.",
        })))
    }
}
