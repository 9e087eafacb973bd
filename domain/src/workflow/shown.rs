//! Workflows as the console shows them: the list, one version with what it is used for, and a text being written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Version, Workflow, comparison::Comparison, standing::VersionStatus};
use crate::{FieldError, Time};

/// Runs, decisions and blocked calls are counted up to here; more is said as "or more".
pub const COUNTED: u32 = 10_000;

/// A page of the list, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowList {
    /// The server's time when the page was made.
    pub now: Time,
    /// The newest version of each workflow.
    pub rows: Vec<WorkflowRow>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Whether this is not the first page.
    pub is_continued: bool,
    /// Whether the viewer may publish.
    pub may_publish: bool,
}

/// One workflow in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowRow {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The live version: new runs begin on it; the newest where none is live yet.
    pub version: u32,
    /// Whether it is live.
    pub is_live: bool,
    /// A newer version that waits for a second administrator.
    pub proposed: Option<u32>,
    /// When that was published.
    pub published_at: Time,
    /// By whom.
    pub published_by: String,
    /// What it has; `None` when this server cannot read it any more.
    pub contents: Option<Contents>,
    /// Runs in progress, by version, newest first.
    pub running: Vec<Running>,
}

/// How much a definition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Stages.
    pub stages: usize,
    /// Gates.
    pub gates: usize,
    /// Tools.
    pub tools: usize,
    /// Policies.
    pub policies: usize,
}

impl Contents {
    /// What a definition holds.
    pub fn of(workflow: &Workflow) -> Self {
        let (stages, gates) = (workflow.stages.len(), workflow.gates.len());
        Self { stages, gates, tools: workflow.tools.len(), policies: workflow.policies.len() }
    }
}

/// Runs in progress on one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The version.
    pub version: u32,
    /// How many, up to [`COUNTED`].
    pub runs: u32,
}

/// What the page of a workflow asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowQuery {
    /// The workflow.
    pub name: String,
    /// The version; the newest when absent.
    pub version: Option<u32>,
    /// Whether the changes are asked for.
    pub changes: bool,
    /// The version they begin at; the one before when absent.
    pub from: Option<u32>,
}

/// One version of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    /// Name, number, digest.
    pub version: Version,
    /// When it was published.
    pub published_at: Time,
    /// By whom.
    pub published_by: String,
    /// Runs in progress on it, up to [`COUNTED`].
    pub running: u32,
    /// Whether it is, or could come to be, in force.
    pub status: VersionStatus,
}

/// How a version that could let more through stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Review {
    /// It waits for a second administrator.
    Waits {
        /// Why the viewer may not settle it; `None` when they may.
        hindrance: Option<String>,
    },
    /// A newer version is in force meanwhile: it is never used.
    Overtaken {
        /// That version.
        by: u32,
    },
    /// It is in force although nobody confirmed it: there was no second administrator.
    Unseconded,
    /// A second administrator confirmed it.
    Confirmed {
        /// Their name.
        by: String,
        /// When.
        at: Time,
    },
    /// A second administrator declined it.
    Declined {
        /// Their name.
        by: String,
        /// When.
        at: Time,
        /// Why.
        reason: String,
    },
}

/// Everything the page of a workflow shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkflowPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The title of the version shown.
    pub title: String,
    /// The version shown.
    pub shown: VersionRow,
    /// The live version: new runs begin on it.
    pub live: Option<u32>,
    /// How the version shown stands; `None` for one that waited for nobody.
    pub review: Option<Review>,
    /// Versions, newest first.
    pub versions: Vec<VersionRow>,
    /// Whether there are older versions than those.
    pub has_older: bool,
    /// The text exactly as published.
    pub source: String,
    /// What it says; `None` when this server cannot read it any more.
    pub definition: Option<Workflow>,
    /// What the gates did in the last 30 days, over all versions, by gate; `default` for tools no gate names.
    pub used: BTreeMap<String, GateUse>,
    /// Groups whose seats could not be filled.
    pub unstaffed: Vec<Unstaffed>,
    /// The changes, where they were asked for.
    pub changes: Option<Changes>,
    /// Whether the viewer may publish.
    pub may_publish: bool,
}

impl WorkflowPage {
    /// The highest number there is.
    pub fn newest(&self) -> u32 {
        self.versions.first().map_or(self.shown.version.version, |newest| newest.version.version)
    }
}

/// What a gate did: each up to [`COUNTED`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateUse {
    /// Approvals that were approved or rejected.
    pub decided: u32,
    /// Calls that were blocked.
    pub blocked: u32,
}

/// A group with fewer reviewers than a policy needs of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unstaffed {
    /// The group.
    pub group: String,
    /// People in it, whatever their roles.
    pub members: u32,
    /// Reviewers in it.
    pub has: u32,
    /// Reviewers a policy needs of it; 0 where policies only raise approvals to it, or it only looks at samples.
    pub needs: u32,
    /// Whether nothing else is asked of it than to look at samples of closures.
    #[serde(default)]
    pub only_looks: bool,
}

/// What is different between two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The earlier version; 0 where there was none in force.
    pub from: u32,
    /// The later version; `None` for a text that is not published.
    pub to: Option<u32>,
    /// The lines of both, in order.
    pub lines: Vec<DiffLine>,
    /// What it means; `None` when this server cannot read one of them.
    pub comparison: Option<Comparison>,
    /// Runs in progress on the earlier version, up to [`COUNTED`].
    pub running: u32,
}

impl Changes {
    /// How many lines were added, and how many removed.
    pub fn counts(&self) -> (usize, usize) {
        let of = |kind| self.lines.iter().filter(|line| line.kind == kind).count();
        (of(DiffKind::Added), of(DiffKind::Removed))
    }
}

/// Whether a line stands in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    /// In both.
    Same,
    /// In the earlier one only.
    Removed,
    /// In the later one only.
    Added,
}

/// A line of two texts laid beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// Whether it stands in both.
    pub kind: DiffKind,
    /// Its number: in the later text, or in the earlier one where it was removed.
    pub number: u32,
    /// Its text, without the line end.
    pub text: String,
}

/// What the page for writing a definition asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftQuery {
    /// The workflow that is edited; `None` for a new one.
    pub name: Option<String>,
    /// The text to check; the page begins with one of its own when absent.
    pub source: Option<String>,
    /// The shipped definition to begin a new one with; the template when absent.
    pub sample: Option<String>,
}

/// A definition that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPage {
    /// The text.
    pub source: String,
    /// Whether the text was checked: it was sent, not offered.
    pub is_checked: bool,
    /// Its faults, in the order of the text.
    pub faults: Vec<FieldError>,
    /// Its name, where it can be read.
    pub name: Option<String>,
    /// The number it would be published as.
    pub next: u32,
    /// The version that has this very text already.
    pub known: Option<u32>,
    /// Whether another administrator must confirm it before anything begins on it.
    pub needs_second: bool,
    /// Names the text and the version it would replace: what a confirmation is for.
    pub seal: String,
    /// What it would change.
    pub changes: Option<Changes>,
    /// Groups whose seats could not be filled.
    pub unstaffed: Vec<Unstaffed>,
    /// Shipped definitions: name and title.
    pub samples: Vec<(String, String)>,
}
