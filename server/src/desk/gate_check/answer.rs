//! What a check answers, and the row that keeps it.

use domain::{
    Time,
    gate::{Evidence, Outcome},
    id::{ApprovalId, CheckId},
    judge::Finding,
};
use serde::Serialize;
use serde_json::Value;

use super::{Asked, Evaluated};
use crate::{
    desk::{Desk, approval, snapshot::Snapshot},
    error::Result,
    store::{self, CheckRow, session::Attached},
};

/// The answer as the harness reads it.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_id: Option<ApprovalId>,
    check_id: CheckId,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    evidence: &'a Evidence,
    gate_id: &'a str,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_input: Option<&'a Value>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
}

/// What a suspended agent is told.
#[derive(Serialize)]
struct Waiting {
    eta_hours: Option<i64>,
    message: &'static str,
    status: &'static str,
}

impl<'a> Answer<'a> {
    pub(super) const fn new(
        check_id: CheckId,
        finding: &'a Finding,
        outcome: Outcome,
        error: Option<&'a str>,
        approval_id: Option<ApprovalId>,
    ) -> Self {
        let (evidence, gate_id) = (&finding.evidence, finding.gate_id.as_str());
        Self { approval_id, check_id, error, evidence, gate_id, outcome, updated_input: None, waiting: None }
    }
}

impl Desk {
    pub(in crate::desk) fn row(
        &self,
        asked: &Asked,
        seen: &Evaluated,
        outcome: Outcome,
        error: Option<String>,
        approval: Option<ApprovalId>,
    ) -> CheckRow {
        let id = CheckId::from_uuid(self.database.ids().uuid());
        let mut answer = Answer::new(id, &seen.finding, outcome, error.as_deref(), approval);
        answer.updated_input = seen.updated_input.as_ref().filter(|_| outcome == Outcome::Allow);
        let answer = store::to_text(&answer);
        CheckRow {
            id,
            run: seen.snapshot.run.id,
            subject: seen.snapshot.run.subject.clone(),
            moves: seen.snapshot.run.moves,
            assertions: seen.snapshot.run.assertions,
            session: seen.session.id,
            tool_use_id: asked.call.tool_use_id.clone(),
            phase: seen.phase,
            tool: asked.call.tool.clone(),
            call_digest: asked.call_digest,
            gate_id: seen.finding.gate_id.clone(),
            outcome,
            error,
            approval,
            concern: asked.call.concern_id,
            answer,
            key: asked.key,
            in_stage: if outcome == Outcome::Allow { seen.in_stage(&asked.call.tool) } else { None },
        }
    }

    pub(in crate::desk) fn suspended_row(
        &self,
        asked: &Asked,
        seen: &Evaluated,
        approval: ApprovalId,
        expires_at: Option<Time>,
    ) -> CheckRow {
        let mut row = self.row(asked, seen, Outcome::Suspend, None, Some(approval));
        let mut answer = Answer::new(row.id, &seen.finding, Outcome::Suspend, None, Some(approval));
        answer.waiting = Some(Waiting {
            eta_hours: approval::eta_hours(expires_at, seen.snapshot.roots.now),
            message: "A person must decide before this call may run. The session is suspended; wait for the decision.",
            status: approval::AWAITING,
        });
        row.answer = store::to_text(&answer);
        row
    }

    /// Blocks a call beside its stored answer, which stays as it is; the log has it.
    pub(super) async fn refuse_aside(
        &self,
        snapshot: &Snapshot,
        session: &Attached,
        asked: &Asked,
        error: String,
    ) -> Result<String> {
        let finding = snapshot.compiled.check_call(&snapshot.roots, &asked.call.tool, &asked.call.input);
        let check = CheckId::from_uuid(self.database.ids().uuid());
        let event = domain::event::Event::GateChecked {
            check,
            session: session.id,
            tool: asked.call.tool.clone(),
            tool_use_id: asked.call.tool_use_id.clone(),
            gate: finding.gate_id.clone(),
            outcome: Outcome::Block,
            error: Some(error.clone()),
            approval: None,
            concern: asked.call.concern_id,
        };
        let (run, subject, key) = (snapshot.run.id, snapshot.run.subject.clone(), asked.key);
        self.database
            .write(move |tx| {
                tx.record_in(run, &subject, None, domain::Actor::Key(key), event);
                Box::pin(async { Ok(()) })
            })
            .await?;
        Ok(store::to_text(&Answer::new(check, &finding, Outcome::Block, Some(&error), None)))
    }
}
