//! `escalate`: hands a case over to people who have not read the conversation.

use domain::{Digest, Time, canonical, escalation::EscalationStatus, id::EscalationId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    reply::Said,
    request::once,
    tools::{Told, Toolbox, given, read, taken},
};
use crate::{
    desk::escalation::OpenEscalation,
    error::{Result, StoreError},
};

/// Its name.
pub(super) const NAME: &str = "escalate";
const MESSAGE: &str = "People have the case now. Tell your user so, and do not try the refund or the like yourself: this \
    opens no gate.";

pub(super) fn told() -> Told {
    let mut input = taken::<OpenEscalation>(true).as_ref().clone();
    if let Some(properties) = input.get_mut("properties").and_then(Value::as_object_mut) {
        let told = "A name for this escalation: the same one with the same arguments opens no second.";
        let name = json!({"type": "string", "minLength": 1, "maxLength": 255, "description": told});
        properties.insert("idempotency_key".to_owned(), name);
    }
    Told {
        name: NAME,
        title: "Escalate to people",
        description: "Hands the case over to people, who read this instead of the conversation: whom it is about, what went \
            wrong and why, what should be paid back (null when you state no amount), and what a person should do. All four are \
            needed. It asks for no decision and opens no gate; to be allowed a call, use request_approval. Give an \
            `idempotency_key` so that a repeat opens no second one.",
        input: input.into(),
        output: given::<Escalated>(),
        is_read_only: false,
        is_idempotent: false,
    }
}

/// An escalation that was opened.
#[derive(Serialize, JsonSchema)]
struct Escalated {
    /// The escalation.
    escalation_id: EscalationId,
    /// Its status when it was opened.
    status: EscalationStatus,
    /// When it was opened.
    opened_at: Time,
    /// What to do next.
    message: &'static str,
}

/// What the use case answers.
#[derive(Deserialize)]
struct Answer {
    escalation_id: EscalationId,
    status: EscalationStatus,
    opened_at: Time,
}

impl Toolbox {
    pub(super) async fn escalate(&self, mut arguments: Map<String, Value>) -> Result<Said> {
        let digest = Digest::of("mcp-escalate/v1", canonical::to_string(&Value::Object(arguments.clone())).as_bytes());
        let run = self.run(&mut arguments).await?;
        let name = arguments.remove("idempotency_key").filter(|name| !name.is_null());
        let once = name.map(|name| once(NAME, name.as_str().unwrap_or_default(), run, digest)).transpose()?;
        let kept = async || self.desk.replay(&self.caller, once.as_ref()).await;
        let answer = match kept().await? {
            Some((_, kept)) => kept,
            None => match self.desk.open_escalation(&self.caller, run, read(arguments)?, once.clone()).await {
                Ok(answer) => answer.to_string(),
                // Whoever was first with this name has stored the answer meanwhile.
                Err(error) => kept().await?.map(|(_, kept)| kept).ok_or(error)?,
            },
        };
        let answer: Answer =
            serde_json::from_str(&answer).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        let Answer { escalation_id, status, opened_at } = answer;
        Said::done(&Escalated { escalation_id, status, opened_at, message: MESSAGE })
    }
}
