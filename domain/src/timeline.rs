//! A run as the console shows it: what it is, what holds it, and its timeline.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Time,
    id::{ApprovalId, RunId, SessionId},
    review::TimelineItem,
    session::SessionStatus,
};

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
    /// When it began.
    pub started_at: Time,
    /// Who asked for it.
    pub requested_by: Option<String>,
    /// Its sessions, oldest first.
    pub sessions: Vec<SessionRow>,
    /// Pending approvals, oldest first.
    pub waiting: Vec<WaitingApproval>,
    /// Recorded facts by name.
    pub facts: Vec<FactRow>,
    /// The timeline, newest first.
    pub timeline: Vec<TimelineItem>,
    /// Where the next page of the timeline begins.
    pub next_cursor: Option<String>,
    /// Whether this is not the first page.
    pub is_continued: bool,
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

/// A recorded fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactRow {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Where it came from.
    pub source: String,
    /// The source's reference.
    pub reference: Option<String>,
    /// Its version.
    pub version: i64,
    /// When.
    pub written_at: Time,
}
