//! Steps as the API shows them.

use domain::{
    Time,
    id::{ApprovalId, RunId},
    step::StepStatus,
};
use schemars::JsonSchema;
use serde_json::Value;

/// The steps of a run.
#[derive(Debug, Clone, JsonSchema)]
pub struct StepList {
    /// The run.
    pub run_id: RunId,
    /// In file order.
    pub items: Vec<StepView>,
}

/// A step of a run.
#[derive(Debug, Clone, JsonSchema)]
pub struct StepView {
    /// Its id in the workflow.
    pub step: String,
    /// What it does: `run`, `analyse` or `approval`.
    pub kind: String,
    /// The attempt that counts, from 1; 0 while nobody has begun it.
    pub attempt: u32,
    /// Its state.
    pub status: StepStatus,
    /// Since when; null while nobody has begun it.
    pub since: Option<Time>,
    /// The approval by which people decide, or did.
    pub approval_id: Option<ApprovalId>,
    /// What does not hold.
    pub error: Option<String>,
    /// What was found.
    pub evidence: Value,
    /// Who is at it, while it is running.
    pub executor: Option<String>,
}

/// A step that has begun.
#[derive(Debug, Clone, JsonSchema)]
pub struct StepBegun {
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub step: String,
    /// The attempt, from 1: the report names it.
    pub attempt: u32,
    /// `running`, `awaiting`, or `verified` where it was before.
    pub status: StepStatus,
    /// The approval to wait for.
    pub approval_id: Option<ApprovalId>,
    /// What was found before, where it is verified.
    pub evidence: Value,
}

/// A step that has ended.
#[derive(Debug, Clone, JsonSchema)]
pub struct StepReported {
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub step: String,
    /// The attempt.
    pub attempt: u32,
    /// `verified` or `failed`.
    pub status: StepStatus,
    /// What does not hold.
    pub error: Option<String>,
    /// What was found, with the result of each check under `verified`.
    pub evidence: Value,
}
