//! Closures as lists, receipts and pages show them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::mark::Mark;
use super::{
    Closure, ClosureStatus, Reason,
    account::{decisions, overrides},
    drift::DriftReport,
    review::ReviewRow,
    rule::{EMAIL, StepKind},
    step::{Step, StepStatus},
    trigger::Trigger,
};
use crate::{
    Digest, Time,
    follow_up::{FollowUp, FollowUpStatus, Owner, Packet},
    id::{ClosureId, FollowUpId},
};

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureItem"))]
pub struct ClosureRow {
    /// The closure.
    pub closure_id: ClosureId,
    /// What it is about: the subject of its run, or the record that was settled.
    pub title: String,
    /// The workflow whose policy it follows.
    pub workflow: String,
    /// Its version.
    pub workflow_version: u32,
    /// The policy.
    pub rule: String,
    /// Its status.
    pub status: ClosureStatus,
    /// Why it stopped as a whole.
    pub reason: Option<Reason>,
    /// The status of each step, in order.
    pub steps: Vec<StepStatus>,
    /// How many follow-ups are open.
    pub open_follow_ups: u32,
    /// How often its event arrived once more.
    pub repeats: u32,
    /// When it began.
    pub started_at: Time,
    /// When it goes on by itself.
    pub next_try: Option<Time>,
}

/// A step of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureStep"))]
pub struct StepRow {
    /// Its id in the policy.
    pub step: String,
    /// What it does.
    pub kind: StepKind,
    /// The target, or the channel.
    pub target: String,
    /// The record below it.
    pub record: String,
    /// What is wanted there, by JSON pointer.
    pub wanted: BTreeMap<String, Value>,
    /// Its idempotency key.
    pub idempotency_key: String,
    /// Its status.
    pub status: StepStatus,
    /// The status with its data.
    pub state: Step,
}

/// The decision about a step that nothing was to be written twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IdempotencyDecision {
    /// The step; the whole closure for an event that arrived once more.
    pub step: Option<String>,
    /// The key, or the event's id.
    pub key: String,
    /// What was decided.
    pub decision: String,
    /// When.
    pub at: Time,
}

/// A follow-up as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FollowUpItem"))]
pub struct FollowUpRow {
    /// The follow-up.
    pub follow_up_id: FollowUpId,
    /// The closure that stopped.
    pub closure_id: ClosureId,
    /// Its status.
    pub status: FollowUpStatus,
    /// What a person needs to know.
    pub packet: Packet,
    /// The status with its data.
    pub state: FollowUp,
    /// To whom it was given.
    pub assigned_to: Option<Owner>,
    /// The name of whoever resolved it.
    pub resolved_by: Option<String>,
}

/// What one closure did, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureReceipt"))]
pub struct Receipt {
    /// The closure.
    pub closure_id: ClosureId,
    /// What it is about.
    pub title: String,
    /// Its status.
    pub status: ClosureStatus,
    /// The status with its data.
    pub state: Closure,
    /// The event that set it going, with its time.
    pub trigger: Trigger,
    /// The workflow whose policy it follows.
    pub workflow: String,
    /// Its version.
    pub workflow_version: u32,
    /// The digest of that version.
    pub workflow_digest: Digest,
    /// The policy.
    pub rule: String,
    /// When it began.
    pub started_at: Time,
    /// What the source said when it was last looked at, and when that was.
    pub source_snapshot: Option<Snapshot>,
    /// Every step.
    pub steps: Vec<StepRow>,
    /// The records that were written.
    pub records_touched: Vec<String>,
    /// Why nothing was written twice.
    pub idempotency_decisions: Vec<IdempotencyDecision>,
    /// Where the evidence is.
    pub archive_references: Vec<String>,
    /// Who was told.
    pub notifications: Vec<String>,
    /// What people did about it: resolutions and replays.
    pub overrides: Vec<Override>,
    /// What was handed over.
    pub follow_ups: Vec<FollowUpRow>,
    /// How the records it has written stand since; absent before it ended with something done.
    pub drift: Option<DriftReport>,
    /// What came of the sample, where it is in one.
    #[serde(default)]
    pub review: Option<ReviewRow>,
}

/// What the source said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SourceSnapshot"))]
pub struct Snapshot {
    /// When it was looked at.
    pub read_at: Time,
    /// The members that were asked for, and nothing else of the record.
    pub said: BTreeMap<String, Value>,
    /// Whether that is what was expected.
    pub holds: bool,
}

/// What a person did about a closure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureOverride"))]
pub struct Override {
    /// When.
    pub at: Time,
    /// Who.
    pub by: String,
    /// What.
    pub what: String,
}

/// What the receipt is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The closure.
    pub closure_id: ClosureId,
    /// Its state.
    pub state: Closure,
    /// What set it going.
    pub trigger: Trigger,
    /// The workflow, its version and digest.
    pub workflow: (String, u32, Digest),
    /// The policy.
    pub rule: String,
    /// What it is about.
    pub title: String,
    /// When it began.
    pub started_at: Time,
    /// What the source said.
    pub snapshot: Option<Snapshot>,
    /// The steps.
    pub steps: Vec<StepRow>,
    /// Repeats and replays.
    pub marks: Vec<Mark>,
    /// What was handed over.
    pub follow_ups: Vec<FollowUpRow>,
    /// How its records stand.
    pub drift: Option<DriftReport>,
    /// What came of the sample.
    pub review: Option<ReviewRow>,
}

impl From<Parts> for Receipt {
    fn from(parts: Parts) -> Self {
        let written = |row: &&StepRow| row.status == StepStatus::Done;
        let place = |row: &StepRow| format!("{}/{}", row.target, row.record);
        let of = |kind: StepKind| parts.steps.iter().filter(move |row| row.kind == kind && row.state.is_finished());
        Self {
            closure_id: parts.closure_id,
            status: parts.state.status(),
            state: parts.state,
            records_touched: parts
                .steps
                .iter()
                .filter(written)
                .filter(|row| row.kind != StepKind::Notification)
                .map(place)
                .collect(),
            idempotency_decisions: decisions(&parts.trigger, &parts.steps, &parts.marks),
            archive_references: of(StepKind::ArchiveLink).map(place).collect(),
            notifications: of(StepKind::Notification).map(told).collect(),
            overrides: overrides(&parts.marks, &parts.follow_ups, parts.drift.as_ref()),
            trigger: parts.trigger,
            workflow: parts.workflow.0,
            workflow_version: parts.workflow.1,
            workflow_digest: parts.workflow.2,
            rule: parts.rule,
            title: parts.title,
            started_at: parts.started_at,
            source_snapshot: parts.snapshot,
            steps: parts.steps,
            follow_ups: parts.follow_ups,
            drift: parts.drift,
            review: parts.review,
        }
    }
}

/// Who was told by a notification.
fn told(row: &StepRow) -> String {
    if row.target == EMAIL { format!("{} to {}", row.target, row.record) } else { row.target.clone() }
}
