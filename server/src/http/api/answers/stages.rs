//! Stages as the API shows them.

use domain::{
    Time,
    gate::ConditionResult,
    handoff::Handoff,
    id::{ApprovalId, CompensationId, HandoffId, RunId, SnapshotId},
    stage::AttemptStatus,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Awaiting;

/// A stage of a run.
#[derive(Debug, Clone, JsonSchema)]
pub struct StageView {
    /// Its id in the workflow.
    pub id: String,
    /// The attempt that counts, from 1.
    pub attempt: u32,
    /// Its state.
    pub status: AttemptStatus,
    /// Since when; null while nobody has entered it.
    pub since: Option<Time>,
    /// The review it waits for.
    pub awaiting: Option<ApprovalId>,
    /// What it handed over.
    pub handoff_id: Option<HandoffId>,
    /// What went wrong.
    pub error: Option<String>,
}

/// A stage that is active.
#[derive(Debug, Clone, JsonSchema)]
pub struct StageEntered {
    /// The run.
    pub run_id: RunId,
    /// The stage.
    pub stage: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Its state.
    pub status: AttemptStatus,
    /// When it was entered.
    pub entered_at: Time,
    /// What was recorded before.
    pub snapshot_id: SnapshotId,
    /// What the stage before hands over: everything to start from.
    pub handoff: Option<Handoff>,
}

/// A stage that is complete.
#[derive(Debug, Clone, JsonSchema)]
pub struct StageCompleted {
    /// What it hands over.
    pub handoff: Handoff,
}

/// A stage that is done but for the people who must agree.
#[derive(Debug, Clone, JsonSchema)]
pub struct StageAwaiting {
    /// The approval to wait for.
    pub approval_id: ApprovalId,
    /// That people decide.
    pub status: Awaiting,
    /// The same in a sentence.
    pub message: String,
    /// Hours to the deadline, rounded up; null without one.
    pub eta_hours: Option<i64>,
}

/// A stage that was given up.
#[derive(Debug, Clone, JsonSchema)]
pub struct StageFailed {
    /// Whether what it did is undone, or kept because the definition says so.
    pub status: Undone,
    /// The stage.
    pub failed_stage: String,
    /// Its attempt, from 1.
    pub attempt: u32,
    /// What went wrong.
    pub error: String,
    /// The stage whose end state stands again; null when nothing is left.
    pub rolled_back_to: Option<String>,
    /// The stages that are to be done again, this one included.
    pub reopened: Vec<String>,
    /// What undoes the effects there were, in the order in which it is to be made.
    pub compensations: Vec<CompensationAsked>,
    /// Whether everything is undone, so that the stage may be entered again.
    pub retry_allowed: bool,
    /// What to tell the user.
    pub user_message: String,
}

/// What became of a failed stage.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub enum Undone {
    /// It is undone.
    #[serde(rename = "ROLLED_BACK")]
    RolledBack,
    /// It is kept.
    #[serde(rename = "KEPT")]
    Kept,
}

/// A call that undoes an effect.
#[derive(Debug, Clone, JsonSchema)]
pub struct CompensationAsked {
    /// Its id, and the `tool_use_id` of its call.
    pub id: CompensationId,
    /// The stage whose effect it undoes.
    pub stage: String,
    /// The tool.
    pub tool: String,
    /// Its exact input.
    pub input: Value,
    /// How far it is.
    pub status: CompensationStatus,
}

/// How far a compensation is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompensationStatus {
    /// The harness is to make the call.
    Asked,
    /// The effect is undone.
    Done,
    /// The effect stands: a person is needed.
    Failed,
}

/// A report that was recorded.
#[derive(Debug, Clone, JsonSchema)]
pub struct CompensationReported {
    /// The compensation.
    pub compensation_id: CompensationId,
    /// How far it is.
    pub status: CompensationStatus,
    /// Whether everything is undone, so that the stages may be entered again.
    pub retry_allowed: bool,
    /// How many of the run are not done.
    pub outstanding: u32,
}

/// A condition that does not hold, with what to do.
#[derive(Debug, Clone, JsonSchema)]
pub struct Unmet {
    /// What it saw.
    #[serde(flatten)]
    pub condition: ConditionResult,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
}
