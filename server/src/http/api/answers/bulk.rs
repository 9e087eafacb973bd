//! What became of approvals that were decided at once.

use domain::{Refusal, Time, bulk::Outcome, id::ApprovalId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::votes::DecisionStored;
use crate::desk::decision::Decided;

/// What became of each.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BulkDecided {
    /// One for each item, in their order.
    pub results: Vec<BulkResult>,
}

/// What became of one: a decision, or a problem.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BulkResult {
    /// The approval.
    pub id: ApprovalId,
    /// The decision that was stored; null when none was.
    pub decision: Option<DecisionStored>,
    /// Why none was; null when one was.
    pub problem: Option<BulkProblem>,
}

/// Why one was not decided, as the single call would say it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BulkProblem {
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What happened, and what to do.
    pub detail: String,
    /// `already_decided`: whose decision settled it.
    pub winner: Option<String>,
    /// `already_decided`: when.
    pub decided_at: Option<Time>,
    /// `stale_revision`: the revision that stands.
    pub current_revision: Option<u32>,
}

impl From<Vec<(Outcome, Option<Decided>)>> for BulkDecided {
    fn from(outcomes: Vec<(Outcome, Option<Decided>)>) -> Self {
        let result = |(outcome, decided): (Outcome, Option<Decided>)| BulkResult {
            id: outcome.id,
            decision: decided.as_ref().map(DecisionStored::from),
            problem: outcome.result.err().map(BulkProblem::from),
        };
        Self { results: outcomes.into_iter().map(result).collect() }
    }
}

impl From<Refusal> for BulkProblem {
    fn from(mut refusal: Refusal) -> Self {
        let mut extra = |name: &str| refusal.extra.remove(name).unwrap_or(Value::Null);
        Self {
            winner: serde_json::from_value(extra("winner")).unwrap_or_default(),
            decided_at: serde_json::from_value(extra("decided_at")).unwrap_or_default(),
            current_revision: serde_json::from_value(extra("current_revision")).unwrap_or_default(),
            status: refusal.code.status(),
            code: refusal.code.as_str().to_owned(),
            detail: refusal.message,
        }
    }
}
