//! Approvals an agent asks for itself. With a call, or several, it is a gate check; without one it opens no gate.

mod items;
mod shown;

use domain::{
    Refusal,
    approval::{Approval, Call},
    id::{ApprovalId, RunId},
    judge::MAX_PENDING,
    permission::Action,
    policy::Circumstances,
    refusal::Code,
    transcript::{self, Message, Transcript},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Caller, Desk, KeyCaller,
    approval::{AWAITING, Opened, eta_hours, open},
    deadline::counting,
    gate_check::CheckCall,
    idempotency::{Idempotency, keep_answer},
    snapshot::{Attempts, Snapshot, lock},
    text::{self, NAME, STATEMENT},
};
use crate::{
    error::{Error, Result, StoreError},
    store::{self, approval::Stored, session::Attached},
};

/// The largest state blob, in bytes.
pub const MAX_BLOB: usize = 256 << 10;

/// What `POST /runs/{id}/approvals` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskApproval {
    /// Why, in the agent's words.
    pub summary: String,
    /// The call it is about, if it is about one.
    #[serde(default)]
    pub action: Option<AskedAction>,
    /// The calls it is about, if there are several: people decide on each.
    #[serde(default)]
    pub items: Option<Vec<AskedAction>>,
    /// The session, ours or the framework's; may be left out where the run has one.
    #[serde(default)]
    pub session_id: Option<String>,
    /// What was said before, as a list of messages.
    #[serde(default)]
    pub transcript: Option<Value>,
    /// Anything the agent needs back to go on.
    #[serde(default)]
    pub state_blob: Option<String>,
}

/// A call an agent asks about.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedAction {
    /// The tool.
    pub tool: String,
    /// Its input.
    pub input: Value,
    /// The client's id of the call.
    pub tool_use_id: String,
}

/// What comes along with an approval.
#[derive(Debug, Clone)]
pub(super) struct Along {
    pub(super) summary: String,
    pub(super) transcript: Vec<Message>,
    pub(super) blob: Option<String>,
}

impl Along {
    /// How the package names the transcript.
    pub(super) fn named(&self) -> Option<Transcript> {
        (!self.transcript.is_empty()).then(|| Transcript::of(&self.transcript))
    }
}

/// A request on its way.
struct Request<'a> {
    key: &'a KeyCaller,
    session: String,
    along: Along,
    idempotency: Option<Idempotency>,
    /// Where the console is.
    console: &'a str,
}

impl Desk {
    /// Asks for an approval. Answers whether one was opened or waits, and what the agent reads.
    ///
    /// # Errors
    /// `not_found`; `run_ended`, `requests_not_taken`, `illegal_move` for a session that has ended; `invalid_field`;
    /// `too_many` beyond [`MAX_PENDING`].
    pub async fn request_approval(
        &self,
        caller: &Caller,
        run: RunId,
        body: AskApproval,
        idempotency: Option<Idempotency>,
        console: &str,
    ) -> Result<(bool, Value)> {
        let key = caller.key(Action::RequestApproval)?;
        self.visible_run(caller, run).await?.state.must_be_active()?;
        let along = along(&body)?;
        let session = self.only_session(run, body.session_id.as_deref()).await?;
        let request = Request { key, session, along, idempotency, console };
        if let Some(items) = body.items {
            return self.request_items(caller, run, (body.action, items), request).await;
        }
        if let Some(action) = body.action {
            return self.request_call(caller, run, action, request).await;
        }
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.request_once(caller, run, &request).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled.map(|answer| (true, answer));
            }
        }
    }

    /// The session named, or the run's only one.
    pub(super) async fn only_session(&self, run: RunId, named: Option<&str>) -> Result<String> {
        if let Some(named) = named {
            return Ok(named.to_owned());
        }
        let mut tx = self.database.read().await?;
        match store::session::list_of_run(&mut tx, run).await?.as_slice() {
            [only] => Ok(only.id.to_string()),
            sessions => {
                let message = format!("the run has {} sessions: say which one asks", sessions.len());
                Err(Refusal::invalid("/session_id", message).into())
            }
        }
    }

    /// A request about a call is a gate check. Its answer is the gate's, unless people must agree.
    async fn request_call(
        &self,
        caller: &Caller,
        run: RunId,
        action: AskedAction,
        request: Request<'_>,
    ) -> Result<(bool, Value)> {
        let AskedAction { tool, input, tool_use_id } = action;
        let call = CheckCall {
            session_id: request.session.clone(),
            tool,
            input,
            tool_use_id,
            assertions: Map::new(),
            concern_id: None,
        };
        let answer = self.check_as(caller, request.key, run, call, Some(request.along.clone())).await?;
        let is_open = answer["outcome"] == "suspend";
        let waits_for = answer["approval_id"].as_str().and_then(|id| id.parse().ok()).filter(|_| is_open);
        let answer = if is_open { awaiting(&answer, request.console) } else { answer };
        self.keep_along(&request, waits_for, &answer).await?;
        Ok((is_open, answer))
    }

    /// Keeps what came along with a request that opened nothing by itself: the state for the approval that waits
    /// already, and the answer under the idempotency key. A repeat before this is stored finds the same answer by the
    /// calls' own ids.
    async fn keep_along(&self, request: &Request<'_>, waits_for: Option<ApprovalId>, answer: &Value) -> Result<()> {
        if let (Some(blob), Some(approval)) = (&request.along.blob, waits_for) {
            self.keep_blob(request.key.id, approval, blob).await?;
        }
        let Some(idempotency) = request.idempotency.clone() else { return Ok(()) };
        let (key, kept) = (request.key.id, answer.clone());
        let status = if waits_for.is_some() { 201 } else { 200 };
        let keep = self
            .database
            .write(move |tx| async move { keep_answer(tx, key, Some(&idempotency), status, &kept).await }.boxed());
        keep.await
    }

    async fn request_once(&self, caller: &Caller, run: RunId, request: &Request<'_>) -> Result<Value> {
        let mut tx = self.database.read().await?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        let session = store::session::find(&mut tx, run, &request.session).await?;
        let session = session.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?;
        drop(tx);
        snapshot.run.state.must_be_active()?;
        if snapshot.pending() >= MAX_PENDING {
            let message = format!("{MAX_PENDING} approvals of this run wait already. Nothing was stored.");
            return Err(Refusal::new(Code::TooMany, message).into());
        }
        let stored = self.requested(&snapshot, &session, request)?;
        let expires_at = stored.state.expires_at();
        let answer = awaiting(
            &json!({
                "approval_id": stored.id,
                "message": "A person must decide before you go on. The session is suspended; wait for the decision.",
                "eta_hours": eta_hours(expires_at, snapshot.roots.now),
            }),
            request.console,
        );
        let (key, idempotency) = (request.key.id, request.idempotency.clone());
        let blob = request.along.blob.as_deref().map(|blob| self.seal_blob(stored.id, blob)).transpose()?;
        let transcript = request.along.transcript.clone();
        let opened = Opened { stored, session: session.state, transcript, blob, rows: Vec::new() };
        let (run, kept) = (snapshot.run, answer.clone());
        let open = self.database.write(move |tx| {
            async move {
                let run = lock(tx, &run).await?;
                open(tx, &run, opened).await?;
                keep_answer(tx, key, idempotency.as_ref(), 201, &kept).await
            }
            .boxed()
        });
        open.await?;
        Ok(answer)
    }

    /// The approval of a request without a call.
    fn requested(&self, seen: &Snapshot, session: &Attached, request: &Request<'_>) -> Result<Stored> {
        let workflow = seen.compiled.workflow();
        let Some(policy_name) = &workflow.requests else {
            let message = "This workflow takes no approvals that an agent asks for itself: it has no `requests`.";
            return Err(Refusal::new(Code::RequestsNotTaken, message).into());
        };
        let policy = workflow.policies.get(policy_name).cloned();
        let policy = policy.ok_or_else(|| StoreError::Unexpected(format!("policy {policy_name} is missing")))?;
        let id = ApprovalId::from_uuid(self.database.ids().uuid());
        let now = self.database.clock().now();
        let state = Approval::begin(&policy, &*counting(&policy)?, now);
        let package = shown::question(id, seen, session, request, (policy_name, policy));
        let requester = seen.run.requested_by;
        Ok(Stored {
            id,
            run: seen.run.id,
            // No call waits for it: the id is its own, so that no call is ever taken for it.
            call: Call { session: session.id, tool_use_id: id.to_string() },
            key: request.key.id,
            state,
            revision: 1,
            package_digest: package.digest(1),
            package,
            circumstances: Circumstances { requester, agent_owner: None, previous_approvers: Vec::new() },
            notes: None,
            opened_at: now,
        })
    }
}

fn along(body: &AskApproval) -> Result<Along, Refusal> {
    text::required("/summary", &body.summary, STATEMENT)?;
    text::optional("/session_id", body.session_id.as_deref(), NAME)?;
    let transcript = body.transcript.as_ref().map(transcript::read).transpose()?.unwrap_or_default();
    if body.state_blob.as_ref().is_some_and(|blob| blob.len() > MAX_BLOB) {
        return Err(Refusal::invalid("/state_blob", format!("expected at most {MAX_BLOB} bytes")));
    }
    Ok(Along { summary: body.summary.trim().to_owned(), transcript, blob: body.state_blob.clone() })
}

/// What the agent reads while people decide.
fn awaiting(opened: &Value, console: &str) -> Value {
    let id = opened["approval_id"].as_str().unwrap_or_default();
    json!({
        "approval_id": id, "status": AWAITING, "message": opened["message"], "eta_hours": opened["eta_hours"],
        "url": format!("{console}/approvals/{id}"),
    })
}
