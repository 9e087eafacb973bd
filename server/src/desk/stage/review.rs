//! The review of a stage: what people agree to is the handoff it would issue.

use domain::{
    Digest, Refusal,
    approval::{Approval, Call},
    canonical,
    decision::Verdict,
    id::ApprovalId,
    package::{Origin, Package, StageReview},
    policy::Circumstances,
    refusal::Code,
    session::Session,
    stage::{Attempt, Of},
    template,
    workflow::{OnReject, Risk},
};
use futures::FutureExt as _;
use serde_json::json;

use super::{
    ENGINE, Place,
    handoff::{Completion, complete},
    newest, store_move,
    undo::{Failure, fail, take_back_calls},
};
use crate::{
    desk::{
        Desk,
        approval::{Opened, open},
        deadline::counting,
        snapshot::{Snapshot, lock},
    },
    error::{Error, Result, StoreError},
    rules::stage::Exam,
    store::{self, Tx, approval::Stored, run::Run, session::Attached, stage::Submitted},
};

/// A stage whose exit criteria hold, about to be reviewed.
pub(super) struct Reviewed {
    pub(super) policy: String,
    pub(super) title: String,
    pub(super) risk: Risk,
    pub(super) exam: Exam,
    pub(super) submitted: Submitted,
}

/// What a verdict on a stage leads to, prepared before its transaction.
pub(in crate::desk) enum StageVerdict {
    /// The attempt is completed.
    Complete(Box<Completion>),
    /// The attempt fails.
    Fail(Box<Failure>),
    /// The attempt fails, and the run is cancelled: what the attempt did, a person sees to.
    CancelRun(Box<Failure>),
}

impl StageVerdict {
    /// Carries it out; the approval has ended and the run is locked.
    pub(in crate::desk) async fn settle(
        self,
        tx: &mut Tx,
        run: &Run,
        stored: &Stored,
        notes: Option<&str>,
    ) -> Result<()> {
        match self {
            Self::Complete(completion) => complete(tx, run, *completion, Some(stored.id), ENGINE).await.map(drop),
            Self::Fail(failure) => {
                withdraw(tx, run, stored).await?;
                let error = format!("approval_rejected: {}", notes.unwrap_or("no note was left"));
                fail(tx, run, *failure, error, ENGINE).await.map(drop)
            }
            Self::CancelRun(failure) => {
                withdraw(tx, run, stored).await?;
                let stage = stored.package.gate_id.as_str();
                let reason = format!("The review of {stage} was rejected: {}", notes.unwrap_or("no note was left"));
                fail(tx, run, *failure, reason.clone(), ENGINE).await?;
                crate::desk::cancellation::cancel(tx, run.clone(), reason, ENGINE).await
            }
        }
    }
}

impl Desk {
    /// The session that waits while people review: the one that is named, else the one that entered the stage, else the
    /// newest of the run.
    pub(super) async fn reviewing_session(&self, place: &Place, named: Option<&str>) -> Result<Option<Attached>> {
        let mut tx = self.database.read().await?;
        let run = place.snapshot.run.id;
        let named = named.map(str::to_owned).or_else(|| place.row.session.map(|id| id.to_string()));
        if let Some(named) = named {
            let found = store::session::find(&mut tx, run, &named).await?;
            return Ok(Some(found.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?));
        }
        let sessions = store::session::list_of_run(&mut tx, run).await?;
        Ok(sessions.into_iter().rev().find(|session| session.state != Session::Ended))
    }

    /// Opens the review of a stage and suspends the session.
    pub(super) async fn open_review(&self, place: Place, reviewed: Reviewed, session: Attached) -> Result<ApprovalId> {
        let id = ApprovalId::from_uuid(self.database.ids().uuid());
        let submitted = reviewed.submitted.clone();
        let stored = self.reviewed(id, &place, reviewed, &session).await?;
        let tools = place.stage().tools.clone();
        let (run, stage, attempt) = (place.snapshot.run, place.row.stage, place.row.attempt);
        let opened = Opened { stored, session: session.state, transcript: Vec::new(), blob: None, rows: Vec::new() };
        let write = self.database.write(move |tx| {
            async move {
                let run = lock(tx, &run).await?;
                take_back_calls(tx, &run, &tools, &format!("The stage {stage} is complete but for its review."))
                    .await?;
                open(tx, &run, opened).await?;
                let mut row = newest(tx, run.id, &stage).await?;
                let moved = row.state.clone().submit(Of { stage: &stage, attempt }, id)?;
                row.submitted = Some(submitted);
                store_move(tx, &run, &mut row, moved, ENGINE).await
            }
            .boxed()
        });
        write.await.map(|()| id)
    }

    async fn reviewed(&self, id: ApprovalId, place: &Place, reviewed: Reviewed, session: &Attached) -> Result<Stored> {
        let run = &place.snapshot.run;
        let workflow = place.snapshot.compiled.workflow();
        let policy = workflow.policies.get(&reviewed.policy).cloned();
        let policy = policy.ok_or_else(|| StoreError::Unexpected(format!("policy {} is missing", reviewed.policy)))?;
        let now = self.database.clock().now();
        let state = Approval::begin(&policy, &*counting(&policy)?, now);
        let mut tx = self.database.read().await?;
        let before = store::handoff::find_standing(&mut tx, run.id).await?;
        let agent = store::key::find(&mut tx, session.key).await?.map(|key| key.name).unwrap_or_default();
        drop(tx);
        let completion = Completion::of(place, reviewed.exam.clone(), reviewed.submitted.clone())?;
        let package = package(place, reviewed, session, agent, policy, completion.handover(before.as_ref()));
        Ok(Stored {
            id,
            run: run.id,
            // No call waits for it: the id is its own, so that no call is ever taken for it.
            call: Call { session: session.id, tool_use_id: id.to_string() },
            key: session.key,
            state,
            revision: 1,
            package_digest: package.digest(1),
            package,
            circumstances: Circumstances {
                requester: run.requested_by,
                agent_owner: None,
                previous_approvers: Vec::new(),
            },
            notes: None,
            opened_at: now,
        })
    }

    /// What a verdict on a stage would lead to; `None` for an approval of another kind.
    ///
    /// # Errors
    /// `conditions_changed` when an approval comes and the exit criteria do not hold any more.
    pub(in crate::desk) async fn stage_verdict(
        &self,
        seen: &Snapshot,
        stored: &Stored,
        verdict: Verdict,
    ) -> Result<Option<StageVerdict>> {
        let judged = self.verdict_now(seen, stored, verdict).await;
        if judged.as_ref().is_err_and(|error| error.code() == Some(Code::ConditionsChanged)) {
            // Whoever changed them may have been cut off before the review was renewed.
            self.advance(seen.run.id).await;
        }
        judged
    }

    async fn verdict_now(&self, seen: &Snapshot, stored: &Stored, verdict: Verdict) -> Result<Option<StageVerdict>> {
        if stored.package.origin != Origin::Stage {
            return Ok(None);
        }
        let stage = stored.package.gate_id.as_str();
        let position = seen.compiled.workflow().stages.iter().position(|known| known.id == stage);
        let position = position.ok_or(Error::Moved)?;
        let mut tx = self.database.read().await?;
        let row = newest(&mut tx, seen.run.id, stage).await?;
        let before = store::handoff::find_standing(&mut tx, seen.run.id).await?;
        drop(tx);
        let place = Place { snapshot: seen.clone(), position, row };
        match verdict {
            Verdict::RequestInformation => Ok(None),
            Verdict::Approve => {
                let exam = seen.compiled.check_exit(&seen.roots, position);
                let waits = place.row.state.awaiting() == Some(stored.id);
                if !exam.is_met || !waits {
                    let message = format!("Nothing was approved: a condition no longer holds. {}", exam.advice());
                    let refusal = Refusal::new(Code::ConditionsChanged, message.trim().to_owned());
                    return Err(refusal.with("unmet", json!(exam.unmet())).into());
                }
                let submitted = place.row.submitted.clone().unwrap_or_default();
                let completion = Completion::of(&place, exam, submitted)?;
                if completion.handover(before.as_ref()) != stored.package.input {
                    let message =
                        "Nothing was approved: what the stage hands over has changed. A new review is opened.";
                    return Err(Refusal::new(Code::ConditionsChanged, message).into());
                }
                Ok(Some(StageVerdict::Complete(Box::new(completion))))
            }
            Verdict::Reject => Ok(Some(match place.stage().on_reject {
                OnReject::FailStage => StageVerdict::Fail(Box::new(Failure::of(&place))),
                OnReject::CancelRun => StageVerdict::CancelRun(Box::new(Failure::of(&place))),
            })),
        }
    }
}

/// A review that ended without a verdict, or before its attempt: the stage waits for nobody. The run is locked.
pub(in crate::desk) async fn withdraw(tx: &mut Tx, run: &Run, stored: &Stored) -> Result<()> {
    let stage = stored.package.gate_id.clone();
    let mut row = newest(tx, run.id, &stage).await?;
    if !matches!(row.state, Attempt::Active { awaiting: Some(held), .. } if held == stored.id) {
        return Ok(());
    }
    let moved = row.state.clone().withdraw(Of { stage: &stage, attempt: row.attempt }, stored.id)?;
    store_move(tx, run, &mut row, moved, ENGINE).await
}

/// Everything shown for the review of a stage.
fn package(
    place: &Place,
    reviewed: Reviewed,
    session: &Attached,
    agent: String,
    policy: domain::policy::Policy,
    handover: serde_json::Value,
) -> Package {
    let (seen, stage) = (&place.snapshot, place.stage());
    let about = canonical::to_string(&handover);
    let (in_run, attempt) = (seen.run.id.uuid(), place.row.attempt.to_string());
    let parts = [stage.id.as_bytes(), attempt.as_bytes(), about.as_bytes(), in_run.as_bytes()];
    let tools = stage.tools.iter().filter_map(|tool| seen.compiled.workflow().tools.get(tool));
    let next = seen.compiled.workflow().stages.get(place.position + 1).into_iter().flat_map(|next| &next.tools);
    let next: Vec<_> = next.filter_map(|tool| seen.compiled.workflow().tools.get(tool)).collect();
    Package {
        title: template::one_line(&reviewed.title),
        workflow: seen.compiled.version().clone(),
        workflow_title: seen.compiled.workflow().title.clone(),
        run_id: seen.run.id,
        subject: seen.run.subject.clone(),
        session_id: session.id,
        session_name: session.external_id.clone(),
        agent,
        requested_by: seen.run.requester_email.clone(),
        gate_id: stage.id.clone(),
        tool: String::new(),
        input: handover,
        action_digest: Digest::of_parts("stage-approval/v1", &parts),
        // What has happened, and what the approval lets happen next.
        reversible: tools.chain(next.iter().copied()).all(|tool| tool.reversible),
        blast_radius: next.iter().find_map(|tool| tool.blast_radius.clone()),
        risk: reviewed.risk,
        policy_name: reviewed.policy,
        policy,
        review_unless: stage.review.as_ref().and_then(|review| review.unless.clone()),
        evidence: reviewed.exam.evidence,
        origin: Origin::Stage,
        summary: None,
        transcript: None,
        stage: Some(StageReview {
            from_stage: stage.id.clone(),
            attempt: place.row.attempt,
            to_stage: place.next().map(str::to_owned),
        }),
        edit: None,
        information: Vec::new(),
        items: Vec::new(),
    }
}
