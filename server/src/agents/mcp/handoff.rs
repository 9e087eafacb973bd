//! `submit_handoff`: what a stage has produced, in the model's words.

use domain::{
    gate::ConditionResult,
    id::{ApprovalId, HandoffId},
    stage::AttemptStatus,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    reply::Said,
    tools::{Told, Toolbox, given, read, taken},
};
use crate::{
    desk::stage::{HandoffSubmitted, SubmitHandoff},
    error::Result,
};

/// Its name.
pub(super) const NAME: &str = "submit_handoff";

pub(super) fn told() -> Told {
    Told {
        name: NAME,
        title: "Submit a handoff",
        description: "Says what a stage has produced. It is kept as what you say and shown to people beside what is recorded; \
            it completes nothing. A stage is complete once its exit criteria are recorded by tools and systems of record: \
            `unmet` lists those that are not, each with what to do. `complete`: go on with the next stage. `awaiting`: people \
            review the stage; wait with get_decision.",
        input: taken::<SubmitHandoff>(true),
        output: given::<Handed>(),
        is_read_only: false,
        is_idempotent: true,
    }
}

/// How the stage stands.
#[derive(Serialize, JsonSchema)]
struct Handed {
    /// The names that are kept, as what you said.
    recorded: Vec<String>,
    /// The stage.
    stage: String,
    /// The attempt that counts, from 1.
    attempt: u32,
    /// Its state.
    status: AttemptStatus,
    /// Whether it is complete.
    is_complete: bool,
    /// What to do next.
    message: String,
    /// The exit criteria that are not recorded.
    unmet: Vec<Unmet>,
    /// The review it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_id: Option<ApprovalId>,
    /// What it handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    handoff_id: Option<HandoffId>,
}

#[derive(Serialize, JsonSchema)]
struct Unmet {
    /// The criterion's name.
    name: String,
    /// Its expression.
    when: String,
    /// What it compares with.
    expected: String,
    /// What is recorded.
    recorded: Value,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<String>,
}

impl From<ConditionResult> for Unmet {
    fn from(seen: ConditionResult) -> Self {
        let ConditionResult { name, when, expected, recorded, message, .. } = seen;
        Self { name, when, expected, recorded, otherwise: message }
    }
}

impl Toolbox {
    pub(super) async fn submit_handoff(&self, mut arguments: Map<String, Value>) -> Result<Said> {
        let run = self.run(&mut arguments).await?;
        let submitted = self.desk.submit_handoff(&self.caller, run, read::<SubmitHandoff>(arguments)?).await?;
        let message = message(&submitted);
        Said::done(&Handed {
            recorded: submitted.recorded,
            stage: submitted.stage,
            attempt: submitted.attempt,
            status: submitted.status,
            is_complete: submitted.status == AttemptStatus::Complete,
            message,
            unmet: submitted.unmet.into_iter().map(Unmet::from).collect(),
            approval_id: submitted.awaiting,
            handoff_id: submitted.handoff,
        })
    }
}

fn message(submitted: &HandoffSubmitted) -> String {
    let stage = &submitted.stage;
    match (submitted.status, submitted.awaiting) {
        (AttemptStatus::Complete, _) => format!("The stage {stage} is complete. Go on with the next one."),
        (AttemptStatus::Active, Some(approval)) => {
            format!(
                "People must agree to the stage {stage}: {approval}. Wait with get_decision; its tools rest meanwhile."
            )
        }
        (AttemptStatus::Failed | AttemptStatus::RolledBack, _) => {
            format!("The stage {stage} was given up. What you said is kept; it is to be done again.")
        }
        (AttemptStatus::Pending | AttemptStatus::Active, _) if !submitted.unmet.is_empty() => {
            let ways = submitted.unmet.iter().filter_map(|condition| condition.message.as_deref());
            format!(
                "The stage {stage} is not complete: what you said is kept, and opens nothing. {}",
                ways.collect::<Vec<_>>().join(" ")
            )
        }
        (AttemptStatus::Pending, _) => format!("The stage {stage} has not been entered yet. What you said is kept."),
        (AttemptStatus::Active, None) if submitted.is_automatic => {
            format!(
                "Everything the stage {stage} needs is recorded; it is completed with the next thing that is recorded."
            )
        }
        (AttemptStatus::Active, None) => {
            format!("Everything the stage {stage} needs is recorded. Your harness completes it.")
        }
    }
}
