//! `check_gate`: what a gate would say. It leaves no trace and gives no permission, also where somebody mistakes it for
//! the hook that does.

use domain::{
    Time,
    gate::{ConditionResult, Outcome},
    id::ApprovalId,
    workflow::Risk,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    reply::Said,
    tools::{Told, Toolbox, given, read, taken},
};
use crate::{
    desk::gate_check::trial::{TryCall, Would},
    error::Result,
};

/// Its name.
pub(super) const NAME: &str = "check_gate";
const NOTICE: &str = "This is a dry run. It is no permission, nothing was recorded and nobody was asked. The call itself is \
    checked when it is made, and only that check lets it run.";

pub(super) fn told() -> Told {
    Told {
        name: NAME,
        title: "Look ahead at a gate",
        description: "A dry run: what would be said to a tool call as things are recorded now, and which conditions hold. Use \
            it to plan, before you have everything together. It is never a permission: nothing is recorded, nobody is asked, \
            and the call is checked anew when it is made. `would: block`: do what `message` says first. `would: suspend`: \
            people will be asked when you make the call; request_approval asks them beforehand. `would: allow`: make the call.",
        input: taken::<TryCall>(true),
        output: given::<Trial>(),
        is_read_only: true,
        is_idempotent: true,
    }
}

/// What would happen.
#[derive(Serialize, JsonSchema)]
struct Trial {
    /// That this is no permission.
    is_permission: No,
    /// The same in a sentence.
    notice: &'static str,
    /// What the call would be answered.
    would: Outcome,
    /// What to do next.
    message: String,
    /// The gate that names the call, or `default`.
    gate_id: String,
    /// When it was looked at.
    looked_at: Time,
    /// The conditions, in the order of the workflow.
    conditions: Vec<Condition>,
    /// The stage that the call would enter first.
    #[serde(skip_serializing_if = "Option::is_none")]
    enters_stage: Option<String>,
    /// The policy that says who must agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    /// The risk people would be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<Risk>,
    /// The approval it would wait for or use, or by which it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_id: Option<ApprovalId>,
    /// For clients that ask here as a hook, which this is not: the call is denied.
    #[serde(rename = "hookSpecificOutput")]
    hook: Denied,
}

/// Always false.
#[derive(Serialize)]
struct No(bool);

impl JsonSchema for No {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "No".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"const": false})
    }
}

/// How Claude Code reads the text of a tool that is registered as a hook.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Denied {
    hook_event_name: &'static str,
    permission_decision: &'static str,
    permission_decision_reason: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Condition {
    /// Its name.
    name: String,
    /// Whether it holds.
    met: bool,
    /// Its expression.
    when: String,
    /// What it compares with.
    expected: String,
    /// What is recorded: one value, several by name, or null for nothing.
    recorded: Value,
    /// What to do about it, where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<String>,
}

impl From<ConditionResult> for Condition {
    fn from(seen: ConditionResult) -> Self {
        let ConditionResult { name, when, expected, recorded, passed, message, .. } = seen;
        Self { name, met: passed, when, expected, recorded, otherwise: message }
    }
}

impl Toolbox {
    pub(super) async fn check_gate(&self, mut arguments: Map<String, Value>) -> Result<Said> {
        let run = self.run(&mut arguments).await?;
        let tried = self.desk.try_gate(&self.caller, run, read::<TryCall>(arguments)?).await?;
        let (policy, risk) = match &tried.would {
            Would::Review { policy, risk } => (Some(policy.clone()), Some(*risk)),
            Would::Allow | Would::Block { .. } | Would::Await(_) | Would::Use(_) => (None, None),
        };
        let approval_id = match &tried.would {
            Would::Await(approval) | Would::Use(approval) => Some(*approval),
            Would::Block { approval, .. } => *approval,
            Would::Allow | Would::Review { .. } => None,
        };
        Said::done(&Trial {
            is_permission: No(false),
            notice: NOTICE,
            would: tried.would.outcome(),
            message: message(&tried.would),
            gate_id: tried.gate_id,
            looked_at: tried.at,
            conditions: tried.conditions.into_iter().map(Condition::from).collect(),
            enters_stage: tried.enters,
            policy,
            risk,
            approval_id,
            hook: Denied {
                hook_event_name: "PreToolUse",
                permission_decision: "deny",
                permission_decision_reason: NOTICE,
            },
        })
    }
}

fn message(would: &Would) -> String {
    match would {
        Would::Allow => "As things are recorded now, the call would run. Make it, and it is checked.".to_owned(),
        Would::Block { error, .. } => error.clone(),
        Would::Review { .. } => {
            "Every condition holds, and people must agree. They are asked when the call is made; request_approval with this \
             `action` asks them now."
                .to_owned()
        }
        Would::Await(approval) => format!("{approval} is pending for this very call. Wait with get_decision."),
        Would::Use(approval) => {
            format!("{approval} was given for this very call. Make it with exactly this input; it is used up by that.")
        }
    }
}
