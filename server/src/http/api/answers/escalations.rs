//! Escalations as the API shows them.

use domain::{
    Time,
    escalation::{Escalation, EscalationStatus, Money, Summary},
    id::{EscalationId, PersonId, RunId},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::escalation::Stored;

/// An escalation that was opened.
#[derive(Debug, Clone, JsonSchema)]
pub struct EscalationOpened {
    /// The escalation.
    pub escalation_id: EscalationId,
    /// Its run.
    pub run_id: RunId,
    /// Its status.
    pub status: EscalationStatus,
    /// When it was opened.
    pub opened_at: Time,
}

/// An escalation in a list: what to sort it by.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EscalationItem {
    /// The escalation.
    pub escalation_id: EscalationId,
    /// Its run.
    pub run_id: RunId,
    /// The run's workflow.
    pub workflow: String,
    /// The run's subject.
    pub subject: String,
    /// Its status.
    pub status: EscalationStatus,
    /// Whom it is about.
    pub customer_id: String,
    /// What should be paid back; null when no amount is stated.
    pub refund_amount: Option<Money>,
    /// How many concerns it names.
    pub concerns: usize,
    /// The key that opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Time,
    /// By when it is to be acknowledged, where the workflow says so.
    pub acknowledge_by: Option<Time>,
    /// By when it is to be resolved, where the workflow says so.
    pub resolve_by: Option<Time>,
    /// Which of both counts now; null when nothing is due.
    pub due: Option<Time>,
    /// Whose it is; null while it is nobody's.
    pub assignee: Option<Assignee>,
}

/// A person who has an escalation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Assignee {
    /// Who.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
}

/// An escalation with all that was handed over.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EscalationDetail {
    /// The escalation.
    pub escalation_id: EscalationId,
    /// Its run.
    pub run_id: RunId,
    /// The run's workflow.
    pub workflow: String,
    /// The run's subject.
    pub subject: String,
    /// Its status.
    pub status: EscalationStatus,
    /// What was handed over.
    #[serde(flatten)]
    pub summary: Summary,
    /// The key that opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Time,
    /// By when it is to be acknowledged, where the workflow says so.
    pub acknowledge_by: Option<Time>,
    /// By when it is to be resolved, where the workflow says so.
    pub resolve_by: Option<Time>,
    /// Which of both counts now; null when nothing is due.
    pub due: Option<Time>,
    /// Whose it is; null while it is nobody's.
    pub assignee: Option<Assignee>,
    /// The status with its data.
    pub state: Escalation,
}

fn assignee(stored: &Stored) -> Option<Assignee> {
    let person_id = stored.state.assignee()?;
    Some(Assignee { person_id, name: stored.assignee_name.clone().unwrap_or_else(|| person_id.to_string()) })
}

impl From<Stored> for EscalationItem {
    fn from(stored: Stored) -> Self {
        Self {
            escalation_id: stored.id,
            run_id: stored.run,
            status: stored.state.status(),
            assignee: assignee(&stored),
            workflow: stored.workflow,
            subject: stored.subject,
            customer_id: stored.summary.customer_id,
            refund_amount: stored.summary.refund_amount,
            concerns: stored.summary.concerns.len(),
            opened_by: stored.opened_by,
            opened_at: stored.opened_at,
            acknowledge_by: stored.deadlines.acknowledge_by,
            resolve_by: stored.deadlines.resolve_by,
            due: stored.deadlines.due(stored.state.status()).map(|(_, by)| by),
        }
    }
}

impl From<Stored> for EscalationDetail {
    fn from(stored: Stored) -> Self {
        Self {
            escalation_id: stored.id,
            run_id: stored.run,
            status: stored.state.status(),
            assignee: assignee(&stored),
            workflow: stored.workflow,
            subject: stored.subject,
            summary: stored.summary,
            opened_by: stored.opened_by,
            opened_at: stored.opened_at,
            acknowledge_by: stored.deadlines.acknowledge_by,
            resolve_by: stored.deadlines.resolve_by,
            due: stored.deadlines.due(stored.state.status()).map(|(_, by)| by),
            state: stored.state,
        }
    }
}
