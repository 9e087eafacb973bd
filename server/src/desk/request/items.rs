//! Several calls that an agent asks about together. The gates look at each: what needs nobody, or may not run, is said at
//! once, and what people must agree to becomes one approval with an item each.

mod before;

use domain::{
    FieldError, Refusal, Time,
    approval::{Approval, Call},
    gate::Outcome,
    id::{ApprovalId, RunId},
    item::MAX_ITEMS,
    judge::{Judgement, MAX_PENDING},
    policy::Circumstances,
    refusal::Code,
    workflow::Risk,
};
use futures::FutureExt as _;
use serde_json::{Map, Value, json};

use self::before::Before;
use super::{AskedAction, Request, awaiting, shown};
use crate::{
    desk::{
        Caller, Desk,
        approval::{Opened, eta_hours, open},
        deadline::counting,
        gate_check::{Asked, CheckCall, Evaluated, check_shape, evaluate},
        idempotency::keep_answer,
        snapshot::{Attempts, Snapshot, lock},
    },
    error::{Error, Result, StoreError},
    store::{self, CheckRow, approval::Stored, session::Attached},
};

/// The calls of one request, as the gates found them.
#[derive(Default)]
struct Looked {
    /// What each is told, in the order they were asked about.
    said: Vec<Said>,
    /// What people must agree to.
    held: Vec<Held>,
}

/// What is said of one call.
struct Said {
    tool_use_id: String,
    outcome: Outcome,
    gate_id: String,
    error: Option<String>,
    approval: Option<ApprovalId>,
}

/// A call that waits for people.
pub(super) struct Held {
    pub(super) asked: Asked,
    pub(super) seen: Evaluated,
    policy: String,
    pub(super) title: String,
    pub(super) risk: Risk,
}

impl Desk {
    /// Asks for approvals of several calls at once. Answers whether one was opened, and what the agent reads.
    ///
    /// # Errors
    /// As [`Desk::request_approval`]; `invalid_field` for too many calls, one named twice or checked before, and calls
    /// that different policies decide.
    pub(super) async fn request_items(
        &self,
        caller: &Caller,
        run: RunId,
        asked: (Option<AskedAction>, Vec<AskedAction>),
        request: Request<'_>,
    ) -> Result<(bool, Value)> {
        let calls = calls(asked, &request.session)?;
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.request_items_once(caller, run, &calls, &request).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    async fn request_items_once(
        &self,
        caller: &Caller,
        run: RunId,
        calls: &[CheckCall],
        request: &Request<'_>,
    ) -> Result<(bool, Value)> {
        let mut tx = self.database.read().await?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        let session = store::session::find(&mut tx, run, &request.session).await?;
        let session = session.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?;
        let before = Before::find(&mut tx, session.id, calls).await?;
        drop(tx);
        snapshot.run.state.must_be_active()?;
        let mut looked = Looked::default();
        for (call, phase) in calls.iter().zip(&before.phases) {
            let asked = Asked::new(request.key, call.clone(), None);
            let seen = evaluate(&asked, snapshot.clone(), session.clone(), phase.unwrap_or_default(), None);
            if self.moved_on(&seen).await? {
                return Err(Error::Moved);
            }
            looked.add(asked, seen);
        }
        if looked.held.is_empty() {
            let waiting = before.approval.filter(|stored| matches!(stored.state, Approval::Pending { .. }));
            let answer = repeated(&looked, waiting.as_ref(), request.console, snapshot.roots.now);
            self.keep_along(request, waiting.as_ref().map(|stored| stored.id), &answer).await?;
            return Ok((waiting.is_some(), answer));
        }
        before.must_be_new(&looked)?;
        let answer = self.open_items(&snapshot, &session, &looked, request).await?;
        Ok((true, answer))
    }

    async fn open_items(
        &self,
        snapshot: &Snapshot,
        session: &Attached,
        looked: &Looked,
        request: &Request<'_>,
    ) -> Result<Value> {
        let stored = self.stored_items(snapshot, session, looked, request)?;
        let (id, expires_at) = (stored.id, stored.state.expires_at());
        let row = |held: &Held| self.suspended_row(&held.asked, &held.seen, id, expires_at);
        let rows: Vec<CheckRow> = looked.held.iter().map(row).collect();
        let mut answer = awaiting(&opened(&stored, snapshot.roots.now), request.console);
        answer["items"] = looked.told(Some(id));
        let blob = request.along.blob.as_deref().map(|blob| self.seal_blob(id, blob)).transpose()?;
        let transcript = request.along.transcript.clone();
        let opened = Opened { stored, session: session.state.clone(), transcript, blob, rows };
        let (key, idempotency) = (request.key.id, request.idempotency.clone());
        let (run, kept) = (snapshot.run.clone(), answer.clone());
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

    fn stored_items(
        &self,
        seen: &Snapshot,
        session: &Attached,
        looked: &Looked,
        request: &Request<'_>,
    ) -> Result<Stored> {
        if seen.pending() >= MAX_PENDING {
            let message = format!("{MAX_PENDING} approvals of this run wait already. Nothing was stored.");
            return Err(Refusal::new(Code::TooMany, message).into());
        }
        let name = looked.policy()?;
        let policy = seen.compiled.workflow().policies.get(name).cloned();
        let policy = policy.ok_or_else(|| StoreError::Unexpected(format!("policy {name} is missing")))?;
        let id = ApprovalId::from_uuid(self.database.ids().uuid());
        let now = self.database.clock().now();
        let state = Approval::begin(&policy, &*counting(&policy)?, now);
        let package = shown::items(seen, session, request, &looked.held, (name, policy));
        let requester = seen.run.requested_by;
        Ok(Stored {
            id,
            run: seen.run.id,
            // Its calls have ids of their own, each with its item.
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

impl Looked {
    fn add(&mut self, asked: Asked, mut seen: Evaluated) {
        let priors = seen.snapshot.priors(seen.action);
        let judgement = seen.judged_as_edited(&asked.call, &priors);
        let (outcome, error, approval) = match &judgement {
            Judgement::Allow | Judgement::Consume(_) => (Outcome::Allow, None, None),
            Judgement::Block { error, approval } => (Outcome::Block, Some(error.clone()), *approval),
            Judgement::Void { approval, error } => (Outcome::Block, Some(error.clone()), Some(*approval)),
            Judgement::Await(approval) => (Outcome::Suspend, None, Some(*approval)),
            Judgement::Open { .. } => (Outcome::Suspend, None, None),
        };
        let (tool_use_id, gate_id) = (asked.call.tool_use_id.clone(), seen.finding.gate_id.clone());
        self.said.push(Said { tool_use_id, outcome, gate_id, error, approval });
        if let Judgement::Open { policy, title, risk } = judgement {
            self.held.push(Held { asked, seen, policy, title, risk });
        }
    }

    /// The policy that decides all of them.
    fn policy(&self) -> Result<&str, Refusal> {
        let first = self.held.first().map_or("", |held| held.policy.as_str());
        let Some(apart) = self.held.iter().find(|held| held.policy != first) else { return Ok(first) };
        let id = &apart.asked.call.tool_use_id;
        let place = self.said.iter().position(|said| said.tool_use_id == *id).unwrap_or_default();
        let other = &apart.policy;
        let message = format!("the policy {other} decides this call, and {first} those before it: ask for it apart");
        Err(Refusal::invalid(format!("/items/{place}"), message))
    }

    /// What the agent reads about each call. Whatever needs nobody is checked again when it comes.
    fn told(&self, opened: Option<ApprovalId>) -> Value {
        let one = |said: &Said| {
            let approval = said.approval.or(opened.filter(|_| said.outcome == Outcome::Suspend));
            json!({
                "tool_use_id": said.tool_use_id, "outcome": said.outcome, "gate_id": said.gate_id,
                "error": said.error, "approval_id": approval,
            })
        };
        self.said.iter().map(one).collect()
    }
}

/// What a request reads that opens nothing: nobody needs to agree, or they were asked before.
fn repeated(looked: &Looked, waiting: Option<&Stored>, console: &str, now: Time) -> Value {
    let mut answer = waiting.map_or_else(|| json!({}), |stored| awaiting(&opened(stored, now), console));
    answer["items"] = looked.told(None);
    answer
}

fn opened(stored: &Stored, now: Time) -> Value {
    json!({
        "approval_id": stored.id, "eta_hours": eta_hours(stored.state.expires_at(), now),
        "message": "A person must decide on each item. The session is suspended; wait for the decision.",
    })
}

/// The calls of a request, each under an id of its own.
fn calls((action, items): (Option<AskedAction>, Vec<AskedAction>), session: &str) -> Result<Vec<CheckCall>, Refusal> {
    if action.is_some() {
        let message = "say what it is about once: `action` for one call, `items` for several";
        return Err(Refusal::invalid("/items", message));
    }
    if items.is_empty() || items.len() > MAX_ITEMS {
        let message = format!("expected 1 to {MAX_ITEMS} calls: ask about others apart");
        return Err(Refusal::invalid("/items", message));
    }
    let mut calls: Vec<CheckCall> = Vec::with_capacity(items.len());
    for (place, item) in items.into_iter().enumerate() {
        let call = CheckCall {
            session_id: session.to_owned(),
            tool: item.tool,
            input: item.input,
            tool_use_id: item.tool_use_id,
            assertions: Map::new(),
            concern_id: None,
        };
        check_shape(&call).map_err(|refusal| within(refusal, place))?;
        if calls.iter().any(|other| other.tool_use_id == call.tool_use_id) {
            return Err(Refusal::invalid(format!("/items/{place}/tool_use_id"), "another item has this id"));
        }
        calls.push(call);
    }
    Ok(calls)
}

/// The refusal of one item's fields, as the whole request has them.
fn within(mut refusal: Refusal, place: usize) -> Refusal {
    let inside = |error: FieldError| FieldError::new(format!("/items/{place}{}", error.path), error.message);
    refusal.errors = refusal.errors.into_iter().map(inside).collect();
    refusal
}
