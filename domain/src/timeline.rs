//! A run as the console shows it: what it is, what holds it, and its timeline.

mod concerns;
mod facts;
mod steps;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Time,
    actor::{UnknownWord, words},
    approval::Status,
    compensation::Compensation,
    escalation::{Escalation, Summary, sla::Deadlines},
    handoff::Handoff,
    id::{ApprovalId, CompensationId, EscalationId, RunId, SessionId, SnapshotId},
    review::TimelineItem,
    run::RunStatus,
    session::SessionStatus,
    stage::Attempt,
};

pub use concerns::{ConcernRow, UnifiedRow};
pub use facts::{EarlierFact, FactRow};
pub use steps::StepRow;

words! {
    /// Kinds of actors, as timelines are narrowed to them.
    ActorKind {
        /// People.
        People = "people",
        /// Agents, their harnesses, and systems of record: whoever holds a key.
        Keys = "keys",
        /// Countersign itself.
        System = "system",
    }
}

/// What the run page asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunQuery {
    /// The run.
    pub id: RunId,
    /// Whose events the timeline shows; everybody's when absent.
    pub actors: Option<ActorKind>,
    /// Where the timeline begins; absent for the newest.
    pub cursor: Option<String>,
}

/// Everything the run page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The run.
    pub id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub workflow_title: String,
    /// The run's subject.
    pub subject: String,
    /// Its status.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Why it ended, in the words of whoever ended it.
    pub why: Option<String>,
    /// The name of the key that started it.
    pub agent: String,
    /// Who asked for it.
    pub requested_by: Option<String>,
    /// Its sessions, oldest first.
    pub sessions: Vec<SessionRow>,
    /// Pending approvals, oldest first.
    pub waiting: Vec<WaitingApproval>,
    /// Every escalation that is not resolved, then the newest that are.
    pub escalations: Vec<EscalationRow>,
    /// Its concerns, oldest first, with what was found.
    pub concerns: Vec<ConcernRow>,
    /// The resolutions that concerns have together, newest first.
    pub unified: Vec<UnifiedRow>,
    /// The workflow's stages, in file order, with how far this run has come.
    pub stages: Vec<StageRow>,
    /// The steps of an enforced execution, in file order.
    pub steps: Vec<StepRow>,
    /// Effects of failed stages that are being undone or were, newest first.
    pub compensations: Vec<CompensationRow>,
    /// Whether the viewer may say that one is undone by hand.
    pub may_settle: bool,
    /// What stages handed over, newest first.
    pub handoffs: Vec<HandoffRow>,
    /// The workflow's gates, in file order, with what they did in this run.
    pub gates: Vec<GateRow>,
    /// Recorded facts by name.
    pub facts: Vec<FactRow>,
    /// What the model said, by name.
    pub assertions: Vec<AssertionRow>,
    /// The newest approvals, newest first.
    pub approvals: Vec<ApprovalRow>,
    /// The timeline, newest first.
    pub timeline: Vec<TimelineItem>,
    /// Where the next page of the timeline begins.
    pub next_cursor: Option<String>,
    /// How many events were looked through, when that is why the page ends here.
    pub looked_through: Option<u32>,
    /// Whether this is not the first page.
    pub is_continued: bool,
}

/// A stage of the run's workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRow {
    /// Its id in the workflow.
    pub id: String,
    /// The tools that may be called only while it is active.
    pub tools: Vec<String>,
    /// What undoes its effects, by tool.
    pub undone_by: Vec<String>,
    /// Whether people may have to agree to its completion.
    pub is_reviewed: bool,
    /// The names of its exit criteria, with whether each holds as things stand.
    pub exit: Vec<(String, bool)>,
    /// Its attempts, oldest first; empty while nobody has entered it.
    pub attempts: Vec<AttemptRow>,
}

impl StageRow {
    /// The attempt that counts.
    pub fn newest(&self) -> Option<&AttemptRow> {
        self.attempts.last()
    }
}

/// An attempt of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRow {
    /// Its number, from 1.
    pub attempt: u32,
    /// Its state.
    pub state: Attempt,
    /// What was recorded before it was entered.
    pub snapshot: Option<SnapshotId>,
}

/// The undoing of an effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompensationRow {
    /// Its id; the harness names its call by it.
    pub id: CompensationId,
    /// The stage whose effect it undoes.
    pub stage: String,
    /// Its attempt.
    pub attempt: u32,
    /// The tool.
    pub tool: String,
    /// The exact input.
    pub input: Value,
    /// How far it is.
    pub state: Compensation,
}

/// A handoff package, as the run page lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandoffRow {
    /// The package.
    pub package: Handoff,
    /// Whether the stored package still has its digest.
    pub is_intact: bool,
}

words! {
    /// How a gate stands in a run, by the newest call that asked it.
    GateStanding {
        /// It let the newest call through.
        Passed = "passed",
        /// It holds a call until people have decided.
        Holding = "holding",
        /// The call it held may run, or may not; the agent has not asked again.
        Decided = "decided",
        /// It refused the newest call.
        NotMet = "not_met",
        /// No call has asked it.
        NotReached = "not_reached",
    }
}

/// A gate of the run's workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRow {
    /// Its id in the workflow.
    pub id: String,
    /// The tools it guards.
    pub tools: Vec<String>,
    /// How it stands.
    pub standing: GateStanding,
    /// When the newest call asked it.
    pub checked_at: Option<Time>,
    /// The approval it waits for.
    pub approval: Option<ApprovalId>,
}

/// Something the model said, which no gate reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssertionRow {
    /// What it is about.
    pub name: String,
    /// What was said.
    pub value: Value,
    /// The sentence it came with.
    pub statement: Option<String>,
    /// The name of the key that said it.
    pub by: String,
    /// When.
    pub at: Time,
}

/// An approval of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRow {
    /// The approval.
    pub id: ApprovalId,
    /// What it is called.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// Since when it waited.
    pub opened_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
}

/// A session of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Ours.
    pub id: SessionId,
    /// The framework's.
    pub external_id: String,
    /// The framework.
    pub framework: String,
    /// Its state.
    pub status: SessionStatus,
    /// The host that runs it.
    pub runner: Option<String>,
    /// When it joined.
    pub attached_at: Time,
}

/// An approval that holds the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingApproval {
    /// The approval.
    pub id: ApprovalId,
    /// What it is called.
    pub title: String,
    /// Since when.
    pub opened_at: Time,
}

/// What was handed over to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationRow {
    /// Its id.
    pub id: EscalationId,
    /// What was handed over.
    pub summary: Summary,
    /// How far it is.
    pub state: Escalation,
    /// The name of the key that opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Time,
    /// By when it is to be worked.
    pub deadlines: Deadlines,
    /// The name of the person whose it is.
    pub assignee: Option<String>,
}
