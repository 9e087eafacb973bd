//! Runs and what happens in them, as the API shows it.

use std::collections::BTreeMap;

use domain::{
    Actor, Time,
    event::Event,
    gate::Evidence,
    id::{ApprovalId, CheckId, EventId, RunId, SessionId},
    review::TimelineItem,
    run::RunStatus,
    runs::RunRow,
    session::SessionStatus,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Awaiting;

/// A run that has begun.
#[derive(Debug, Clone, JsonSchema)]
pub struct RunStarted {
    /// The run.
    pub run_id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The version it is pinned to.
    pub version: u32,
    /// Its first session, if the call named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The secret of the key minted for this run, where the call asked for one. It is shown here, and to a repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_key: Option<String>,
}

/// A run in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunSummary {
    /// The run.
    pub run_id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// What it is about.
    pub subject: String,
    /// The email of whoever asked for it.
    pub requested_by: Option<String>,
    /// When it began.
    pub started_at: Time,
    /// Its status.
    pub status: RunStatus,
    /// When it ended.
    pub ended_at: Option<Time>,
}

impl From<RunRow> for RunSummary {
    fn from(run: RunRow) -> Self {
        Self {
            run_id: run.id,
            workflow: run.workflow,
            version: run.version,
            subject: run.subject,
            requested_by: run.requested_by,
            started_at: run.started_at,
            status: run.status,
            ended_at: run.ended_at,
        }
    }
}

/// A run with its sessions, facts and assertions.
#[derive(Debug, Clone, JsonSchema)]
pub struct RunDetail {
    /// The run.
    pub run_id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// What it is about.
    pub subject: String,
    /// What it was started with.
    pub inputs: Map<String, Value>,
    /// The email of whoever asked for it.
    pub requested_by: Option<String>,
    /// When it began.
    pub started_at: Time,
    /// `suspended` while any of its sessions is.
    pub status: RunStatus,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Why it ended.
    pub ended_because: Option<String>,
    /// Its stages, in the order of the workflow; empty for a workflow without any.
    pub stages: Vec<super::stages::StageView>,
    /// Its sessions, oldest first.
    pub sessions: Vec<SessionView>,
    /// What is recorded, by name.
    pub facts: BTreeMap<String, FactView>,
    /// What the model said last, by name.
    pub assertions: Map<String, Value>,
}

/// A run that has ended, with what waited in it.
#[derive(Debug, Clone, JsonSchema)]
pub struct RunEnded {
    /// The run.
    pub run_id: RunId,
    /// Its status.
    pub status: RunStatus,
    /// When it ended.
    pub ended_at: Time,
    /// Why, as it was given.
    pub reason: String,
    /// How many approvals were cancelled with it.
    pub approvals_ended: u32,
}

/// A session of a run.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename = "Session")]
pub struct SessionView {
    /// Our id.
    pub session_id: SessionId,
    /// The framework's word for itself.
    pub framework: String,
    /// The framework's id.
    pub id: String,
    /// Its state.
    pub status: SessionStatus,
    /// Where it works.
    pub cwd: Option<String>,
    /// The host that runs it; the name of the runner that resumes it, where one does.
    pub runner: Option<String>,
    /// How it is woken: `poll`, `webhook` or `runner`.
    pub resumed_by: String,
    /// Whether somebody sits before it.
    pub interactive: bool,
    /// When it joined the run.
    pub attached_at: Time,
    /// Whether the key that asks attached it.
    pub own: bool,
}

/// A recorded fact.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename = "Fact")]
pub struct FactView {
    /// Its value.
    pub value: Value,
    /// The system or tool it came from.
    pub source: String,
    /// The source's own reference.
    pub reference: Option<String>,
    /// From 1.
    pub version: i64,
    /// When it was written.
    pub written_at: Time,
    /// Whether the agent could have written it by itself: a tool's fact where the workflow says `trust: shared`.
    pub agent_grade: bool,
}

/// An entry of a run's timeline.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TimelineEntry {
    /// Its place in the log.
    pub leaf_index: i64,
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Time,
    /// Its kind.
    pub kind: &'static str,
    /// Who caused it.
    pub actor: Actor,
    /// Their name.
    pub actor_name: String,
    /// The run.
    pub run_id: Option<RunId>,
    /// The approval it concerns.
    pub approval_id: Option<ApprovalId>,
    /// What the run is about.
    pub subject: Option<String>,
    /// What happened.
    pub payload: Event,
}

impl From<TimelineItem> for TimelineEntry {
    fn from(item: TimelineItem) -> Self {
        Self {
            leaf_index: item.leaf_index,
            id: item.entry.id,
            at: item.entry.at,
            kind: item.entry.event.kind(),
            actor: item.entry.actor,
            actor_name: item.actor_name,
            run_id: item.entry.run,
            approval_id: item.entry.approval,
            subject: item.entry.subject,
            payload: item.entry.event,
        }
    }
}

/// A session that belongs to the run.
#[derive(Debug, Clone, JsonSchema)]
pub struct SessionAttached {
    /// Our id of it.
    pub session_id: SessionId,
}

/// Facts that were written.
#[derive(Debug, Clone, JsonSchema)]
pub struct FactsWritten {
    /// Each with its new version.
    pub written: Vec<FactVersion>,
}

/// A fact's version.
#[derive(Debug, Clone, JsonSchema)]
pub struct FactVersion {
    /// The fact's name.
    pub name: String,
    /// From 1.
    pub version: i64,
}

/// Assertions that were recorded.
#[derive(Debug, Clone, JsonSchema)]
pub struct AssertionsRecorded {
    /// Their names.
    pub recorded: Vec<String>,
}

/// What a tool's result wrote.
#[derive(Debug, Clone, JsonSchema)]
pub struct ResultRecorded {
    /// The names of the facts.
    pub facts_written: Vec<String>,
}

/// What a gate says of a call.
#[derive(Debug, Clone, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum GateChecked {
    /// Run the tool, then report its result.
    Allow {
        /// The check.
        check_id: CheckId,
        /// The gate, or `default` for tools no gate names.
        gate_id: String,
        /// What the gate saw.
        evidence: Evidence,
        /// The approval the call used up.
        #[serde(skip_serializing_if = "Option::is_none")]
        approval_id: Option<ApprovalId>,
        /// The whole input to run the tool with, where its reviewers edited the call.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_input: Option<Value>,
    },
    /// Do not run it; give `error` to the model as the tool's result.
    Block {
        /// The check.
        check_id: CheckId,
        /// The gate, or `default` for tools no gate names.
        gate_id: String,
        /// What the gate saw.
        evidence: Evidence,
        /// What is wrong and what to do, for the model.
        error: String,
        /// The approval this is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        approval_id: Option<ApprovalId>,
    },
    /// Do not run it; wait for the approval.
    Suspend {
        /// The check.
        check_id: CheckId,
        /// The gate, or `default` for tools no gate names.
        gate_id: String,
        /// What the gate saw.
        evidence: Evidence,
        /// The approval to wait for.
        approval_id: ApprovalId,
        /// That people decide.
        status: Awaiting,
        /// The same in a sentence.
        message: String,
        /// Hours to the deadline, rounded up; null without one.
        eta_hours: Option<i64>,
    },
}
