//! What a check answers, and the row that keeps it.

use domain::{
    gate::Outcome,
    id::{ApprovalId, CheckId},
    judge::Finding,
};
use serde_json::{Value, json};

use super::{Asked, Evaluated};
use crate::{
    desk::{Desk, approval},
    store::CheckRow,
};

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
        let answer = answer_text(id, &seen.finding, outcome, error.as_deref(), approval).to_string();
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
            answer,
            key: asked.key,
        }
    }

    pub(in crate::desk) fn suspended_row(
        &self,
        asked: &Asked,
        seen: &Evaluated,
        approval: ApprovalId,
        expires_at: Option<domain::Time>,
    ) -> CheckRow {
        let mut row = self.row(asked, seen, Outcome::Suspend, None, Some(approval));
        let mut answer = answer_text(row.id, &seen.finding, Outcome::Suspend, None, Some(approval));
        answer["status"] = json!(approval::AWAITING);
        answer["message"] =
            json!("A person must decide before this call may run. The session is suspended; wait for the decision.");
        answer["eta_hours"] = json!(approval::eta_hours(expires_at, seen.snapshot.roots.now));
        row.answer = answer.to_string();
        row
    }
}

/// The answer as the harness reads it.
pub(super) fn answer_text(
    check: CheckId,
    finding: &Finding,
    outcome: Outcome,
    error: Option<&str>,
    approval: Option<ApprovalId>,
) -> Value {
    let mut answer = json!({
        "check_id": check,
        "outcome": outcome,
        "gate_id": finding.gate_id,
        "evidence": finding.evidence,
    });
    if let Some(error) = error {
        answer["error"] = json!(error);
    }
    if let Some(approval) = approval {
        answer["approval_id"] = json!(approval);
    }
    answer
}
