//! Closures as the console shows them: the list, what waits for a person, and one receipt.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    closure::{
        ClosureStatus,
        drift::DriftRow,
        page::{ClosureRow, FollowUpRow, Receipt},
        review::{Bar, ReviewRow},
    },
    follow_up::Owner,
    id::{ClosureId, PersonId},
};

/// What the list is narrowed to, and where the page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosuresQuery {
    /// What is listed.
    pub view: ClosuresView,
    /// Only closures of this status.
    pub status: Option<ClosureStatus>,
    /// Only those of this workflow.
    pub workflow: Option<String>,
    /// Only follow-ups that were given to the viewer.
    #[serde(default)]
    pub mine: bool,
    /// Where the page begins; absent for the first.
    pub cursor: Option<String>,
}

/// What is listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosuresView {
    /// Closures, newest first.
    #[default]
    All,
    /// Open follow-ups, the longest waiting first.
    FollowUps,
    /// Closures whose records are not as they were left, newest first.
    Drift,
    /// Samples: those that wait before the others, each newest first.
    Samples,
}

impl ClosuresQuery {
    /// Whether the list is narrowed at all.
    pub const fn is_narrowed(&self) -> bool {
        self.status.is_some() || self.workflow.is_some() || self.mine
    }
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosuresPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// Who looks at it.
    pub viewer: PersonId,
    /// What is listed.
    pub listed: Listed,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// How many follow-ups are open.
    pub open_follow_ups: u32,
    /// Of how many closures a record is not as it was left.
    pub drifted: u32,
    /// Of how many others a record could not be looked at.
    pub unreadable: u32,
    /// How many samples wait for the viewer.
    #[serde(default)]
    pub my_samples: u32,
    /// The names of workflows to choose from.
    pub workflows: Vec<String>,
    /// How closures went lately.
    pub figures: Figures,
}

/// Days that the figures look back.
pub const FIGURES_DAYS: i64 = 30;

/// How the closures of the last [`FIGURES_DAYS`] days went. Each move of a closure is stored with its event, so that every
/// one of them is told in full by the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Closures that began.
    pub begun: u32,
    /// Those of them that finished, and of which nobody was asked anything.
    pub unaided: u32,
    /// Those of them that were handed to a person, in whole or in part.
    pub handed_over: u32,
    /// Events that arrived once more, and wrote nothing.
    pub repeats: u32,
    /// Those of them that are in the sample.
    #[serde(default)]
    pub sampled: u32,
    /// Samples that somebody has looked at.
    #[serde(default)]
    pub reviewed: u32,
    /// Samples that were not in order.
    #[serde(default)]
    pub not_in_order: u32,
}

/// The rows of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Closures.
    Closures(Vec<ClosureRow>),
    /// Open follow-ups.
    FollowUps(Vec<OpenFollowUp>),
    /// Closures whose records are not as they were left.
    Drift(Vec<DriftRow>),
    /// Samples.
    Samples(Vec<Sampled>),
}

impl Listed {
    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Closures(rows) => rows.is_empty(),
            Self::FollowUps(rows) => rows.is_empty(),
            Self::Drift(rows) => rows.is_empty(),
            Self::Samples(rows) => rows.is_empty(),
        }
    }
}

/// An open follow-up, and what its closure is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenFollowUp {
    /// The follow-up.
    pub row: FollowUpRow,
    /// What its closure is about.
    pub title: String,
}

/// A sample, and whether it waits for the viewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    /// The sample.
    pub row: ReviewRow,
    /// Whether the viewer may look at it.
    pub is_mine: bool,
}

/// Who looks at a sample that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookers {
    /// Whether the viewer may.
    pub is_viewer: bool,
    /// Why the viewer, who belongs to the group, may not.
    pub bar: Option<Bar>,
    /// The names of those who may, as far as a page has room for them; nobody may where there is none.
    pub names: Vec<String>,
}

/// One closure, with what the viewer may do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosurePage {
    /// The server's time when the page was made.
    pub now: Time,
    /// What it did, and why.
    pub receipt: Receipt,
    /// Who looks at it.
    pub viewer: PersonId,
    /// Whether the viewer may say how what it handed over was settled.
    pub may_resolve: bool,
    /// To whom the viewer may give what it handed over: people who may resolve it. Nobody where the viewer may not.
    pub owners: Vec<Owner>,
    /// Whether the viewer may have it finish what it left.
    pub may_replay: bool,
    /// Whether the viewer may have its records looked at, and accept how they are.
    pub may_settle_drift: bool,
    /// Who looks at it, where it is a sample that waits.
    #[serde(default)]
    pub lookers: Option<Lookers>,
}

impl ClosurePage {
    /// Its id.
    pub const fn id(&self) -> ClosureId {
        self.receipt.closure_id
    }
}
