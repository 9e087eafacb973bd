//! The approvals list: what may be asked of it and what a row says.

mod assignee;
mod query;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::{
    assignee::{Assignee, KnownAssignee, UnknownAssignee},
    query::{Filters, MOST_SAVED, QueueQuery, SavedView, Sort, Standing, saved_name},
};
use crate::{
    Time,
    actor::{UnknownWord, words},
    alert::Alert,
    approval::Status,
    assignment::Assigned,
    claim::Held,
    id::{ApprovalId, RunId},
    package::Origin,
    resumption::Resumption,
    viewing::Presence,
    workflow::Risk,
};

words! {
    /// The saved views of the approvals page.
    View {
        /// Everything that waits.
        AllPending = "all",
        /// What waits for the viewer.
        NeedsMyDecision = "mine",
        /// What waits and is of high risk.
        HighRisk = "high",
        /// What nobody has claimed.
        Unclaimed = "unclaimed",
        /// What is due within an hour, or late.
        DueSoon = "soon",
        /// Decided, and the session could not be woken.
        ResumptionFailed = "failed",
        /// What waits for the answer to a question.
        InfoRequested = "asked",
        /// Approved or rejected, and ended today (UTC); also where an approval was taken back since.
        DecidedToday = "today",
    }
}

/// How soon "due within an hour" is, in seconds.
pub const SOON: i64 = 3_600;
/// A view that somebody keeps is counted this far.
pub const COUNTED: u32 = 1_000;

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePage {
    /// The server's time when the page was made; all "left" and "waiting" texts are relative to it.
    pub now: Time,
    /// What does not fit together and needs a person.
    pub alerts: Vec<Alert>,
    /// Decided approvals whose session could not be woken, longest first; on the first page.
    pub failing: Vec<FailingRow>,
    /// The rows, in the order that was asked for.
    pub rows: Vec<QueueRow>,
    /// Who else has an approval of these open, as far as this server knows.
    #[serde(default)]
    pub presence: Vec<Presence>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Whether this is not the first page.
    pub is_continued: bool,
    /// Counts for tabs and navigation.
    pub counts: QueueCounts,
    /// What the viewer keeps, with what each holds up to [`COUNTED`], oldest first.
    #[serde(default)]
    pub saved: Vec<SavedTab>,
    /// What the filters offer.
    #[serde(default)]
    pub offered: Offered,
}

/// A view that the viewer keeps, and how much it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTab {
    /// The view.
    pub view: SavedView,
    /// Its rows, up to [`COUNTED`].
    pub count: u32,
}

/// Values that filters offer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The names of workflows.
    pub workflows: Vec<String>,
    /// The names of groups.
    pub groups: Vec<String>,
    /// People and groups to whom something is assigned, and the one that is asked for.
    #[serde(default)]
    pub assignees: Vec<KnownAssignee>,
}

/// Counts for tabs and navigation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCounts {
    /// Everything that waits.
    pub pending: u32,
    /// What waits for the viewer.
    pub mine: u32,
    /// What waits and nobody has claimed.
    #[serde(default)]
    pub unclaimed: u32,
    /// What waits and is of high risk.
    #[serde(default)]
    pub high_risk: u32,
    /// What is due within an hour, or late.
    #[serde(default)]
    pub due_soon: u32,
    /// What waits for the answer to a question.
    #[serde(default)]
    pub asked: u32,
    /// Decided, and the session could not be woken.
    pub failing: u32,
    /// Handed over to people, and not settled.
    pub escalations: u32,
    /// Handed over by closures, and not settled.
    #[serde(default)]
    pub follow_ups: u32,
    /// Approved or rejected, and ended today (UTC); also where an approval was taken back since.
    pub decided_today: u32,
    /// What the viewer was told and has not read.
    pub unread: u32,
}

/// The list asked for again by a page that shows it already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRefresh {
    /// The page as it would be loaded now.
    pub page: QueuePage,
    /// What became of the rows that are shown and stand on that page no more.
    pub others: Vec<Whereabouts>,
}

/// A row that is no longer where it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// The row as it is now.
    pub row: QueueRow,
    /// Whose decision settled it, if one did.
    pub by: Option<String>,
}

/// A decided approval whose session could not be woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailingRow {
    /// The approval.
    pub id: ApprovalId,
    /// How it was decided.
    pub status: Status,
    /// What it is called.
    pub title: String,
    /// Its risk.
    pub risk: Risk,
    /// The tool.
    pub tool: String,
    /// The gate that held it.
    pub gate_id: String,
    /// The workflow's title.
    pub workflow_title: String,
    /// The agent's name.
    pub agent: String,
    /// The run's subject.
    pub subject: String,
    /// Approvals needed.
    pub quorum: u32,
    /// Approvals given.
    pub given: u32,
    /// Since when it fails.
    pub since: Time,
    /// How the wake-up stands.
    pub resumption: Resumption,
}

/// One approval in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ApprovalSummary"))]
pub struct QueueRow {
    /// The approval.
    pub id: ApprovalId,
    /// Its status.
    pub status: Status,
    /// What it is called.
    pub title: String,
    /// Its risk.
    pub risk: Risk,
    /// The tool.
    pub tool: String,
    /// The gate that holds it.
    pub gate_id: String,
    /// The workflow's title.
    pub workflow_title: String,
    /// The agent's name.
    pub agent: String,
    /// The run.
    pub run_id: RunId,
    /// The run's subject.
    pub subject: String,
    /// How many assertions differ from the record.
    pub differences: u32,
    /// Whether the tool's effect can be undone.
    pub reversible: bool,
    /// Approvals needed.
    pub quorum: u32,
    /// Approvals given.
    pub given: u32,
    /// Groups with an open seat.
    pub waiting_for: Vec<String>,
    /// Whether the viewer may fill one of those seats.
    pub viewer_can_decide: bool,
    /// Since when it waits.
    pub opened_at: Time,
    /// When it expires.
    pub expires_at: Option<Time>,
    /// When it ended, once it has.
    #[serde(default)]
    pub ended_at: Option<Time>,
    /// Who wants it.
    pub origin: Origin,
    /// Whether it waits for the answer to a question; the deadline stands still meanwhile.
    pub is_waiting_for_information: bool,
    /// The group it was raised to: its people may fill any open seat.
    #[serde(default)]
    pub raised_to: Option<String>,
    /// When.
    #[serde(default)]
    pub raised_at: Option<Time>,
    /// Who has claimed it; null when nobody has.
    #[serde(default)]
    pub claim: Option<Held>,
    /// To whom it is assigned; null when nobody in particular is to decide.
    #[serde(default)]
    pub assigned_to: Option<Assigned>,
}
