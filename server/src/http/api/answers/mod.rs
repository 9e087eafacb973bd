//! What the API answers, as types: the handlers serialise them or the desk's answers fit them, and the OpenAPI
//! document is made of them. A test holds every answer against it.

pub mod approvals;
pub mod bulk;
pub mod concerns;
pub mod escalations;
pub mod items;
pub mod runs;
pub mod signatures;
pub mod stages;
pub mod steps;
pub mod votes;
pub mod workflows;

use schemars::JsonSchema;
use serde::Serialize;

/// The server is there.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Health {
    /// `ok` or `ready`.
    pub status: &'static str,
    /// The server's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'static str>,
}

/// What an agent reads as status while people decide.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub enum Awaiting {
    /// People decide.
    #[serde(rename = "AWAITING_HUMAN_REVIEW")]
    HumanReview,
}

/// Who has claimed an approval.
#[derive(Debug, Clone, JsonSchema)]
pub struct ClaimHolder {
    /// Who.
    pub person_id: domain::id::PersonId,
    /// Their name.
    pub name: String,
}

/// What a call was refused for (RFC 9457).
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemDocument {
    /// Always `about:blank`: `code` says which problem it is.
    pub r#type: String,
    /// What the code means, in a few words that never change.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// A sentence for whoever reads this: what happened, what did not, what to do.
    pub detail: String,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<domain::FieldError>,
    /// `internal_error`: what to report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// `already_decided`, `expired`: the status that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_status: Option<domain::approval::Status>,
    /// `already_decided`: whose decision settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
    /// `already_decided`: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<domain::Time>,
    /// `claimed`: who has claimed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<ClaimHolder>,
    /// `claimed`: until when, unless the claim is renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<domain::Time>,
    /// `run_ended`: the status that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_status: Option<domain::run::RunStatus>,
    /// `run_ended`: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<domain::Time>,
    /// `cancelled`: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<domain::Time>,
    /// `revoked`: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<domain::Time>,
    /// `already_used`: the `tool_use_id` of the call that used it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_by: Option<String>,
    /// `already_used`: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_at: Option<domain::Time>,
    /// `stale_revision`: the revision that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<u32>,
    /// `stale_revision`: the revision that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_revision: Option<u32>,
    /// `not_entitled`: the groups with an open seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<Vec<String>>,
    /// `bulk_refused`, `not_found`, `not_entitled`: which of several approvals is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// `illegal_move`: the concerns that are not resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unresolved: Option<Vec<domain::id::ConcernId>>,
    /// `conditions_changed`, `entry_conditions_unmet`, `exit_criteria_unmet`: the conditions that do not hold now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmet: Option<Vec<stages::Unmet>>,
    /// `wrong_stage`, `entry_conditions_unmet`, `exit_criteria_unmet`: the stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The attempt of the stage or step, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// `wrong_stage`: how the attempt stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_status: Option<domain::stage::AttemptStatus>,
    /// `wrong_step`: the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// `wrong_step`: how it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_status: Option<domain::step::StepStatus>,
    /// `wrong_step`: the executor that is at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor: Option<String>,
    /// `wrong_step`: since when the executor is at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<domain::Time>,
    /// `wrong_step`: the approval that does not stand, or that nobody has decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_id: Option<domain::id::ApprovalId>,
}
