//! `get_decision`: what people have decided, waiting for it if need be.

use std::time::Duration;

use domain::{Refusal, Time, decision::Verdict, id::ApprovalId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    reply::Said,
    tools::{Told, Toolbox, given, read, taken},
};
use crate::{
    desk::outcome::LONGEST_POLL,
    error::{Result, StoreError},
};

/// Its name.
pub(super) const NAME: &str = "get_decision";
/// When to ask again, in milliseconds.
const AGAIN_MS: u64 = 15_000;

pub(super) fn told() -> Told {
    Told {
        name: NAME,
        title: "Get a decision",
        description: "What people have decided about an approval. `wait_s` (at most 60) holds the call until there is a \
            decision; `is_final: false` means that there is none yet: call again after `poll_after_ms`. Only the status \
            `approved` is a yes. `rejected`, `expired` and `cancelled` are not: read `notes` and `message`, and do not do it \
            by another way. After `approved`, make exactly the call that was asked about, once; it is checked again.",
        input: taken::<GetDecision>(false),
        output: given::<Decision>(),
        is_read_only: true,
        is_idempotent: true,
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetDecision {
    /// The approval, as `request_approval` or a gate gave it.
    approval_id: ApprovalId,
    /// Seconds to wait for a decision, at most 60.
    #[serde(default)]
    #[schemars(range(max = 60))]
    wait_s: u32,
    /// The revision whose question you have seen: the wait goes on until something follows.
    #[serde(default)]
    seen: Option<u32>,
}

/// How an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// People have not decided yet.
    #[serde(rename = "AWAITING_HUMAN_REVIEW")]
    Awaiting,
    /// A reviewer wants to know more first.
    InformationRequested,
    /// Yes.
    Approved,
    /// No.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked took it back.
    Cancelled,
    /// The call it was for is gone.
    Superseded,
    /// It was a yes, and was taken back.
    Revoked,
}

/// How an approval stands, and what to do next.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Decision {
    /// The approval.
    pub(super) approval_id: ApprovalId,
    /// How it stands.
    pub(super) status: Status,
    /// Whether that will not change any more.
    pub(super) is_final: bool,
    /// What to do next.
    pub(super) message: String,
    /// Where people decide.
    pub(super) url: String,
    /// When to ask again, in milliseconds; absent once it is final.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) poll_after_ms: Option<u64>,
    #[serde(flatten)]
    pub(super) more: More,
}

/// What is known beyond that.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct More {
    /// Hours to the deadline, rounded up.
    #[serde(skip_serializing_if = "Option::is_none")]
    eta_hours: Option<i64>,
    /// When it became final.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Time>,
    /// The reviewers' words.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    /// A code of the policy's list.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<String>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewers: Option<Vec<Reviewer>>,
    /// The whole input that was approved, where reviewers edited the call: it is to run with this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Map<String, Value>>")]
    edited_input: Option<Value>,
    /// Where it was about several calls: what was decided about each. Those that are `reject` are not to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Item>>,
    /// What a reviewer wants to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    /// Who wants to know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_by: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_at: Option<Time>,
    /// The revision with that question: hand it back as `seen` to wait for what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
    /// The state that was handed over with the request, for the key that gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state_blob: Option<String>,
}

impl More {
    /// Hours to the deadline, and nothing else yet.
    pub(super) fn hours(eta_hours: Option<i64>) -> Self {
        Self { eta_hours, ..Self::default() }
    }
}

/// What was decided about one of several calls.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DecidedItem")]
struct Item {
    /// The call.
    tool_use_id: String,
    /// Its tool.
    tool: String,
    /// `approve` or `reject`.
    verdict: Verdict,
    /// The reviewers' words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Reviewer {
    /// Their name.
    name: String,
    /// The name of the person in whose place they decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
    /// The group they decided for.
    group: String,
    /// When.
    decided_at: Time,
}

/// An outcome as the use case tells it.
#[derive(Deserialize)]
struct Outcome {
    approval_id: ApprovalId,
    status: Status,
    #[serde(flatten)]
    more: More,
}

impl Toolbox {
    pub(super) async fn get_decision(&self, arguments: Map<String, Value>) -> Result<Said> {
        let GetDecision { approval_id, wait_s, seen } = read(arguments)?;
        self.desk.must_see_outcome(&self.caller, approval_id).await?;
        Said::done(&self.decision(approval_id, patience(wait_s)?, seen).await?)
    }

    /// How an approval stands, read from what is stored and from nothing else.
    pub(super) async fn decision(&self, id: ApprovalId, wait: Duration, seen: Option<u32>) -> Result<Decision> {
        let outcome = self.desk.await_outcome(&self.caller, id, wait, seen).await?;
        let outcome: Outcome =
            serde_json::from_value(outcome).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        Ok(self.standing(outcome.approval_id, outcome.status, outcome.more))
    }

    pub(super) fn standing(&self, id: ApprovalId, status: Status, more: More) -> Decision {
        let is_final = !matches!(status, Status::Awaiting | Status::InformationRequested);
        Decision {
            approval_id: id,
            status,
            is_final,
            message: next(status).to_owned(),
            url: format!("{}/approvals/{id}", self.console),
            poll_after_ms: (!is_final).then_some(AGAIN_MS),
            more,
        }
    }
}

/// How long somebody may wait.
pub(super) fn patience(seconds: u32) -> Result<Duration> {
    let wait = Duration::from_secs(seconds.into());
    if wait > LONGEST_POLL {
        let message = format!("expected at most {} seconds; call again to wait on", LONGEST_POLL.as_secs());
        return Err(Refusal::invalid("/wait_s", message).into());
    }
    Ok(wait)
}

const fn next(status: Status) -> &'static str {
    match status {
        Status::Awaiting => {
            "Nobody has decided yet. Do not do it. Call get_decision with this approval_id (wait_s holds the call up to 60 \
             seconds), or stop here if your harness wakes you."
        }
        Status::InformationRequested => {
            "A reviewer asks something first. Do not do it. Tell your user the question: the answer is given in the console or \
             by your harness. Then call get_decision with `seen` set to this revision."
        }
        Status::Approved => {
            "Approved. If it was about a call, make exactly that call now: it is checked again, and allowed once. If it was \
             about several, make those that `items` says `approve` of. If you asked without a call, go on as you said; it \
             opens no gate."
        }
        Status::Rejected => "Rejected. Do not do it, and not by another way. Go by `notes`, or ask your user.",
        Status::Expired => "Nobody decided in time, which is no yes. Do not do it. Ask again if it is still needed.",
        Status::Superseded => {
            "The call it was for is gone, which is no yes. Do not do it. Ask again if it is still needed."
        }
        Status::Revoked => {
            "It was approved, and taken back, which is no yes. Do not do it. Go by `notes`, or ask your user."
        }
        Status::Cancelled => "It was taken back before anybody decided, which is no yes. Do not do it.",
    }
}
