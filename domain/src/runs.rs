//! The list of runs: what may be asked of it and what a row says.

use serde::{Deserialize, Serialize};

use crate::{Time, id::ApprovalId, id::RunId, run::RunStatus};

/// What the list is narrowed to, and where the page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunsQuery {
    /// Only this status.
    pub status: Option<RunStatus>,
    /// Only this workflow, by name.
    pub workflow: Option<String>,
    /// Only this subject.
    pub subject: Option<String>,
    /// Where the page begins; absent for the first.
    pub cursor: Option<String>,
}

impl RunsQuery {
    /// Whether the list is narrowed at all.
    pub const fn is_narrowed(&self) -> bool {
        self.status.is_some() || self.workflow.is_some() || self.subject.is_some()
    }
}

/// A page of runs, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunsPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The rows.
    pub rows: Vec<RunRow>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// The names of workflows to choose from.
    pub workflows: Vec<String>,
}

/// One run in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// The run.
    pub id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The version it is pinned to.
    pub version: u32,
    /// The workflow's title.
    pub workflow_title: String,
    /// What it is about.
    pub subject: String,
    /// Its status.
    pub status: RunStatus,
    /// How many agent sessions it has.
    pub sessions: u32,
    /// The oldest pending approval that holds it.
    pub waiting: Option<WaitsFor>,
    /// How many more hold it.
    pub more_waiting: u32,
    /// The name of the key that started it.
    pub agent: String,
    /// The email of whoever asked for it.
    pub requested_by: Option<String>,
    /// When it began.
    pub started_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// When something last happened in it.
    pub last_event_at: Option<Time>,
}

/// A pending approval in a row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitsFor {
    /// The approval.
    pub id: ApprovalId,
    /// What it is called.
    pub title: String,
}
