//! `request_approval`: asks people. A client that can is asked to open the console for its user; whatever it says about
//! that, the decision is read from what is stored.

use domain::{
    Digest, canonical,
    id::{ApprovalId, CheckId, RunId},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    decision::{Decision, More, Status, patience},
    protocol::Call,
    reply::{Fault, Said},
    tools::{Told, Toolbox, given, read, taken},
};
use crate::{
    desk::{
        idempotency::Idempotency,
        request::{AskApproval, AskedAction},
    },
    error::{Result, StoreError},
};

/// Its name.
pub(super) const NAME: &str = "request_approval";
/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 255;

pub(super) fn told() -> Told {
    Told {
        name: NAME,
        title: "Request an approval",
        description: "Asks people to decide, and returns at once with status AWAITING_HUMAN_REVIEW. That is no yes: wait with \
            get_decision. With `action` (a tool and its exact input) the gates look at that call first: they may say that \
            nobody needs to agree, or that it may not run and what to do instead. Without `action` it is a question of your \
            own, which opens no gate. Say in `summary` what you want to do and why, for somebody who has not seen this \
            conversation. Give an `idempotency_key` so that a repeat does not ask people twice. Your session counts as \
            suspended until they decide.",
        input: taken::<RequestApproval>(true),
        output: given::<Requested>(),
        is_read_only: false,
        is_idempotent: false,
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestApproval {
    /// What you want to do and why, for somebody who has not seen this conversation.
    #[schemars(length(min = 1, max = 4_000))]
    summary: String,
    /// The call it is about, if it is about one.
    #[serde(default)]
    pub(super) action: Option<Action>,
    /// Your session, as it was registered; may be left out where the run has one.
    #[serde(default)]
    session_id: Option<String>,
    /// What was said before: a list of `{role, text}`.
    #[serde(default)]
    #[schemars(with = "Option<Vec<Message>>")]
    transcript: Option<Value>,
    /// Anything you need back to go on, at most 256 KiB: `get_decision` gives it to you with the decision.
    #[serde(default)]
    state_blob: Option<String>,
    /// A name for this request: the same one with the same arguments gets the same approval.
    #[serde(default)]
    #[schemars(length(min = 1, max = 255))]
    pub(super) idempotency_key: Option<String>,
    /// Seconds to wait for a decision, at most 60.
    #[serde(default)]
    #[schemars(range(max = 60))]
    wait_s: u32,
}

/// A call that is asked about.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    /// The tool.
    tool: String,
    /// Its exact input.
    #[schemars(with = "Map<String, Value>")]
    input: Value,
    /// The id the call will have, if you know it.
    #[serde(default)]
    pub(super) tool_use_id: Option<String>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Message {
    /// `user`, `assistant` or another word for who spoke.
    role: String,
    /// What was said.
    text: String,
}

/// What became of a request.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Requested {
    /// People decide, or have decided.
    Asked(Box<Decision>),
    /// The gates answered, and nobody was asked.
    Checked(Checked),
}

#[derive(Serialize, JsonSchema)]
struct Checked {
    /// Whether the call may run.
    status: Ruled,
    /// That nobody was asked: nothing will change by waiting.
    is_final: bool,
    /// What to do next.
    message: String,
    /// The gate that answered.
    gate_id: String,
    /// The record of the check.
    check_id: CheckId,
    /// The id under which the call was looked at: its harness has to use it.
    tool_use_id: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Ruled {
    /// Nobody needs to agree.
    NotNeeded,
    /// It may not run.
    Blocked,
}

/// What the use case answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    outcome: Option<String>,
    #[serde(default)]
    approval_id: Option<ApprovalId>,
    #[serde(default)]
    eta_hours: Option<i64>,
    #[serde(default)]
    gate_id: String,
    #[serde(default)]
    check_id: Option<CheckId>,
    #[serde(default)]
    error: Option<String>,
}

impl Toolbox {
    pub(super) async fn request_approval(&self, call: Call) -> Result<Said, Fault> {
        let digest = Digest::of_parts(
            "mcp-call/v1",
            &[NAME.as_bytes(), canonical::to_string(&Value::Object(call.arguments.clone())).as_bytes()],
        );
        let invited = match &call.invitation {
            None => None,
            Some(invitation) => match self.desk.invited(&self.caller, invitation, digest) {
                Ok(approval) => Some(approval),
                Err(error) => return Err(Fault::ForeignState(error.to_string())),
            },
        };
        let said = match invited {
            Some(approval) => self.invited(approval, call.arguments).await,
            None => self.ask(call, digest).await,
        };
        Ok(self.said(said))
    }

    /// The user was asked to open the console, and did or did not: that decides nothing.
    async fn invited(&self, approval: ApprovalId, mut arguments: Map<String, Value>) -> Result<Said> {
        arguments.remove("run_id");
        let asked: RequestApproval = read(arguments)?;
        let decision = self.decision(approval, patience(asked.wait_s)?, None).await?;
        Said::done(&Requested::Asked(Box::new(decision)))
    }

    async fn ask(&self, call: Call, digest: Digest) -> Result<Said> {
        let mut arguments = call.arguments;
        let run = self.run(&mut arguments).await?;
        let asked: RequestApproval = read(arguments)?;
        let wait = patience(asked.wait_s)?;
        let once = asked.idempotency_key.as_deref().map(|name| once(NAME, name, run, digest)).transpose()?;
        let tool_use_id = self.tool_use_id(&asked, call.tool_use_id);
        let (is_new, answer) = self.open(run, asked, tool_use_id.clone(), once).await?;
        let Some(approval) = answer.approval_id.filter(|_| answer.outcome.is_none()) else {
            return Said::done(&Requested::Checked(checked(answer, tool_use_id)?));
        };
        if is_new && call.opens_urls {
            return self.invite(approval, digest);
        }
        let decision = if is_new && wait.is_zero() {
            let more = More::hours(answer.eta_hours);
            self.standing(approval, Status::Awaiting, more)
        } else {
            self.decision(approval, wait, None).await?
        };
        Said::done(&Requested::Asked(Box::new(decision)))
    }

    /// Opens the approval, unless this was asked before; says which.
    async fn open(
        &self,
        run: RunId,
        asked: RequestApproval,
        tool_use_id: String,
        once: Option<Idempotency>,
    ) -> Result<(bool, Answer)> {
        if let Some(kept) = self.kept(once.as_ref()).await? {
            return Ok((false, kept));
        }
        let action = asked.action.map(|action| AskedAction { tool: action.tool, input: action.input, tool_use_id });
        let body = AskApproval {
            summary: asked.summary,
            action,
            items: None,
            session_id: asked.session_id,
            transcript: asked.transcript,
            state_blob: asked.state_blob,
        };
        match self.desk.request_approval(&self.caller, run, body, once.clone(), &self.console).await {
            Ok((_, answer)) => Ok((true, understood(answer)?)),
            // Whoever was first with this key has stored the answer meanwhile.
            Err(error) => match self.kept(once.as_ref()).await? {
                Some(kept) => Ok((false, kept)),
                None => Err(error),
            },
        }
    }

    async fn kept(&self, once: Option<&Idempotency>) -> Result<Option<Answer>> {
        let kept = self.desk.replay(&self.caller, once).await?;
        let read = |(_, text): (u16, String)| serde_json::from_str::<Answer>(&text);
        Ok(kept.map(read).transpose().map_err(|error| broken(&error))?)
    }
}

fn understood(answer: Value) -> Result<Answer> {
    serde_json::from_value(answer).map_err(|error| broken(&error).into())
}

fn broken(error: &serde_json::Error) -> StoreError {
    StoreError::Unexpected(error.to_string())
}

/// What makes a repeat harmless, under a name that is the caller's.
pub(super) fn once(tool: &str, name: &str, run: RunId, request: Digest) -> Result<Idempotency> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_KEY {
        let message = format!("expected 1 to {LONGEST_KEY} characters");
        return Err(domain::Refusal::invalid("/idempotency_key", message).into());
    }
    let request = Digest::of_parts("request/v1", &[tool.as_bytes(), run.uuid().as_bytes(), request.bytes()]);
    Ok(Idempotency { name: name.to_owned(), request })
}

fn checked(answer: Answer, tool_use_id: String) -> Result<Checked> {
    let check_id = answer.check_id.ok_or_else(|| StoreError::Unexpected("a check without an id".to_owned()))?;
    let (status, message) = match answer.outcome.as_deref() {
        Some("allow") => (
            Ruled::NotNeeded,
            "Nobody needs to agree. Make exactly this call: your harness has it checked again when it runs.".to_owned(),
        ),
        _ => (Ruled::Blocked, answer.error.unwrap_or_else(|| "The call may not run.".to_owned())),
    };
    Ok(Checked { status, is_final: true, message, gate_id: answer.gate_id, check_id, tool_use_id })
}
