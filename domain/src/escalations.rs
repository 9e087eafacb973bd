//! Escalations as the console shows them: the list, and one with everything that is needed to settle it.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    escalation::EscalationStatus,
    id::{EscalationId, PersonId, RunId},
    review::TimelineItem,
    timeline::{ApprovalRow, ConcernRow, EscalationRow, UnifiedRow, WaitingApproval},
};

/// What the list is narrowed to, and where the page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationsQuery {
    /// Only this status; without it those that are not resolved.
    pub status: Option<EscalationStatus>,
    /// Only those of the viewer.
    pub mine: bool,
    /// Where the page begins; absent for the first.
    pub cursor: Option<String>,
}

impl EscalationsQuery {
    /// Whether the list is narrowed at all.
    pub const fn is_narrowed(&self) -> bool {
        self.status.is_some() || self.mine
    }
}

/// A page of escalations: those that are due first, then those that wait longest; resolved ones newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationsPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The rows.
    pub rows: Vec<Case>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// An escalation and the run it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// What was handed over, and how far it is.
    pub row: EscalationRow,
    /// The run.
    pub run: RunId,
    /// The run's workflow.
    pub workflow: String,
    /// What the run is about.
    pub subject: String,
}

/// One escalation, with what is needed to settle it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EscalationPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The escalation.
    pub case: Case,
    /// Who acknowledged or resolved it, whichever it is.
    pub by: Option<String>,
    /// Whether the viewer may work it.
    pub may_work: bool,
    /// The viewer.
    pub viewer: PersonId,
    /// To whom it can be given: support leads who may sign in.
    pub leads: Vec<Lead>,
    /// What of its run waits for people.
    pub waiting: Vec<WaitingApproval>,
    /// The concerns of its run, oldest first, with what was found.
    pub concerns: Vec<ConcernRow>,
    /// The resolutions that concerns of its run have together, newest first.
    pub unified: Vec<UnifiedRow>,
    /// The newest approvals of its run, newest first.
    pub approvals: Vec<ApprovalRow>,
    /// What happened to it, oldest first.
    pub activity: Vec<TimelineItem>,
}

/// Somebody an escalation can be given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
}

impl Case {
    /// Its id.
    pub const fn id(&self) -> EscalationId {
        self.row.id
    }
}
