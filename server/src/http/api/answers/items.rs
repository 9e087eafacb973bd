//! What is said of calls that were asked about together.

use domain::{decision::Verdict, gate::Outcome, id::ApprovalId};
use schemars::JsonSchema;

use super::runs::GateChecked;

/// What the gates found about one of several calls.
#[derive(Debug, Clone, JsonSchema)]
pub struct ItemChecked {
    /// The call.
    pub tool_use_id: String,
    /// `suspend`: people decide. What is allowed is checked again when the call comes.
    pub outcome: Outcome,
    /// The gate that answered.
    pub gate_id: String,
    /// What to do instead, when blocked.
    pub error: Option<String>,
    /// The approval it waits for, or that blocks it.
    pub approval_id: Option<ApprovalId>,
}

/// What was decided about one of several calls.
#[derive(Debug, Clone, JsonSchema)]
pub struct ItemDecided {
    /// The call.
    pub tool_use_id: String,
    /// Its tool.
    pub tool: String,
    /// `approve`: the call may run, once. `reject`: it may not.
    pub verdict: Verdict,
    /// The reviewer's words.
    pub notes: Option<String>,
}

/// What a request is answered that opens nothing.
#[derive(Debug, Clone, JsonSchema)]
#[serde(untagged)]
pub enum RequestChecked {
    /// With `action`.
    Call(Box<GateChecked>),
    /// With `items`.
    Items {
        /// What the gates found, in the order of the calls.
        items: Vec<ItemChecked>,
    },
}
