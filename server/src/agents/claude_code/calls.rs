//! Tool calls: asked about before they run, and what they returned.

use std::time::Duration;

use axum::http::HeaderMap;
use chrono::TimeDelta;
use domain::{
    gate::Outcome,
    id::{ApprovalId, CheckId, RunId},
    judge::AWAITING,
    permission::Action,
};
use serde_json::{Map, Value, json};

use super::{
    input::Input,
    said::{Event, Said},
};
use crate::{
    desk::{Caller, Desk, gate_check::CheckCall, hooked::is_unguarded, tool_result::ReportResult},
    error::{Result, StoreError},
    store::session::Attached,
};

/// How long a call of a session before which somebody sits is held open. The client's own patience is 600 s.
const HOLD: Duration = Duration::from_secs(570);
/// What an unknown session is told.
pub(super) const UNKNOWN: &str = "Countersign does not know this session, so its tools may not run. Begin it with COUNTERSIGN_RUN set to a \
                       run, or, with a key made with --begins-runs, with COUNTERSIGN_SUBJECT set to what a new run is about.";

/// A call, and what `countersign hook` says of the client that makes it.
struct Call<'a> {
    desk: &'a Desk,
    session: &'a Attached,
    input: &'a Input,
    /// The run its environment names.
    run: Option<&'a str>,
    /// The client's process. Over HTTP alone nobody knows.
    process: Option<&'a str>,
    /// How long that process has run.
    age: Option<TimeDelta>,
    /// Whether somebody sits before it.
    is_interactive: bool,
}

/// May the call run? The hook and its guard ask the same; the same call gets the same answer, however often it is asked.
pub(super) async fn before(
    desk: &Desk,
    caller: &Caller,
    event: Event,
    headers: &HeaderMap,
    input: Input,
) -> Result<Said> {
    let Some(session) = desk.find_hooked(caller, &input.session_id).await? else {
        return Ok(Said::Deny(UNKNOWN.to_owned()));
    };
    let call = Call::new(desk, &session, &input, headers);
    if let Some(why) = call.elsewhere() {
        return Ok(Said::Deny(why));
    }
    let first = call.check(caller).await?;
    let (Ruled::Waits(approval, why), true) = (&first, call.is_interactive) else {
        return Ok(first.said(event));
    };
    // Somebody waits before this session: its client cannot be woken later, so the call is held until people decide.
    let Some(held) = desk.holds.take(caller.key(Action::AwaitDecision)?.id) else {
        return Ok(Said::Deny(format!("{why} Too many calls are held open already. Call again to wait on.")));
    };
    let is_decided = desk.await_end(caller, *approval, HOLD).await?;
    drop(held);
    if !is_decided {
        return Ok(Said::Deny(format!("{why} Nobody has decided yet. Call again to wait on.")));
    }
    // Its key may have been revoked meanwhile: then nothing is used up.
    let caller = desk.reconfirmed(caller).await?;
    Ok(match call.check(&caller).await? {
        Ruled::Waits(_, why) => Said::Deny(why),
        ruled => ruled.said(event),
    })
}

/// What the gates say about a call.
enum Ruled {
    Allowed(Option<Value>),
    Unguarded,
    Blocked(String),
    Waits(ApprovalId, String),
}

impl Ruled {
    fn said(self, event: Event) -> Said {
        match self {
            Self::Allowed(updated_input) => Said::Allow { updated_input },
            Self::Unguarded => Said::NoObjection,
            Self::Blocked(why) => Said::Deny(why),
            // To deny would overrule the hook that defers. Where its answer is lost, or cannot be followed, this one
            // keeps the tool from running.
            Self::Waits(_, why) if event == Event::Guard => Said::Ask(why),
            Self::Waits(_, why) => Said::Defer(why),
        }
    }
}

impl<'a> Call<'a> {
    fn new(desk: &'a Desk, session: &'a Attached, input: &'a Input, headers: &'a HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let is_interactive = session.is_interactive || text("countersign-interactive") == Some("true");
        let named = |name| text(name).filter(|value| !value.is_empty());
        let (run, process) = (named("countersign-run"), named("countersign-client"));
        let age =
            named("countersign-client-age").and_then(|age| age.parse().ok()).and_then(TimeDelta::try_milliseconds);
        Self { desk, session, input, run, process, age, is_interactive }
    }

    /// Why the session is not the one its client means.
    fn elsewhere(&self) -> Option<String> {
        let named = self.run?;
        let own = self.session.run;
        (named.parse::<RunId>().ok() != Some(own)).then(|| {
            format!(
                "This session belongs to {own}, and COUNTERSIGN_RUN names {named}. Begin a new session for that run."
            )
        })
    }

    async fn check(&self, caller: &Caller) -> Result<Ruled> {
        if let Some(ruled) = self.told_to_wait(caller).await? {
            return Ok(ruled);
        }
        let call = CheckCall {
            session_id: self.session.id.to_string(),
            tool: self.input.tool_name.clone(),
            input: self.input.tool_input.clone(),
            tool_use_id: self.input.tool_use_id.clone(),
            assertions: Map::new(),
            concern_id: None,
        };
        let answer = self.desk.check_gate(caller, self.session.run, call).await?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        let approval: Option<ApprovalId> = answer["approval_id"].as_str().and_then(|id| id.parse().ok());
        let ruled = match (answer["outcome"].as_str(), approval) {
            (Some("allow"), _) => self.allowed(caller, &answer, approval).await?,
            (Some("suspend"), Some(approval)) => {
                Ruled::Waits(approval, format!("A person must agree to this call: {approval} waits for a decision."))
            }
            _ => Ruled::Blocked(answer["error"].as_str().unwrap_or("The call may not run.").to_owned()),
        };
        let is_read = match &ruled {
            Ruled::Allowed(_) => true,
            // What only rests for another call has read nothing of that one's outcome.
            Ruled::Blocked(why) => !why.starts_with(AWAITING),
            Ruled::Unguarded | Ruled::Waits(..) => false,
        };
        if let (true, Some(approval)) = (is_read, approval) {
            // The session reads the outcome with this answer. Noting that changes nothing about the answer.
            if let Err(error) = self.desk.note_read(self.session, approval).await {
                tracing::warn!(%error, %approval, "that a session has read an outcome could not be noted");
            }
        }
        Ok(ruled)
    }

    /// A call that is allowed runs once: not again when its result is known, and not in a second process of the client
    /// when people approved it.
    async fn allowed(&self, caller: &Caller, answer: &Value, approval: Option<ApprovalId>) -> Result<Ruled> {
        let check: Option<CheckId> = answer["check_id"].as_str().and_then(|id| id.parse().ok());
        let check = check.ok_or_else(|| StoreError::Unexpected("an answer without its check".to_owned()))?;
        if self.desk.has_run(caller, check).await? {
            let why = "already_ran: the result of this call is recorded. Make a new call, under a new id.";
            return Ok(Ruled::Blocked(why.to_owned()));
        }
        // People may have decided between the first look and the check: then the next client is the one to run it.
        if approval.is_some()
            && let Some(waits) = self.told_to_wait(caller).await?
        {
            return Ok(waits);
        }
        if let (Some(process), Some(_)) = (self.process, approval)
            && !self.desk.is_first_to_run(caller, self.session, check, process).await?
        {
            let why = "allowed_elsewhere: another process of this session was allowed the approved call. Make a new call, \
                       under a new id.";
            return Ok(Ruled::Blocked(why.to_owned()));
        }
        let updated = answer.get("updated_input").cloned();
        // What no gate or stage names was not looked at: to allow it would overrule the client's own permissions.
        let is_unguarded = is_unguarded(answer) && approval.is_none() && updated.is_none();
        Ok(if is_unguarded { Ruled::Unguarded } else { Ruled::Allowed(updated) })
    }
}

impl Call<'_> {
    /// The client that asks ran already when people decided about this very call: it has been told to wait, and ends, so
    /// that nothing is used up for it. A client that somebody sits before was held meanwhile.
    async fn told_to_wait(&self, caller: &Caller) -> Result<Option<Ruled>> {
        let Some(age) = self.age.filter(|_| !self.is_interactive) else { return Ok(None) };
        let waited = self.desk.waited_for(caller, self.session, &self.input.tool_use_id, age).await?;
        Ok(waited.map(|approval| {
            Ruled::Waits(approval, format!("{approval} was decided. Resume the session to have the call run."))
        }))
    }
}

/// Records what a tool returned; facts are taken from it where the workflow says so.
pub(super) async fn after(desk: &Desk, caller: &Caller, event: Event, input: Input) -> Result<Said> {
    let Some(session) = desk.find_hooked(caller, &input.session_id).await? else {
        return Ok(Said::Warn(UNKNOWN.to_owned()));
    };
    let is_error = event == Event::PostToolUseFailure || input.error.is_some();
    let output = input.error.map_or(input.tool_response, |error| json!({"error": error}));
    let report = ReportResult {
        session_id: session.id.to_string(),
        tool: input.tool_name,
        tool_use_id: input.tool_use_id,
        output,
        is_error,
    };
    let written = desk.report_ran(caller, session.run, report, Some(input.tool_input)).await?;
    let names: Vec<&str> =
        written["facts_written"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() {
        return Ok(Said::Nothing);
    }
    let standing = desk.standing(caller, session.run).await?;
    Ok(Said::Tell(format!("Recorded from this result: {}. {}", names.join(", "), standing.about)))
}

/// The client would ask somebody to permit a call that has no id. Whom it asks decides nothing for a gate: only what
/// the gate has allowed is left to them.
pub(super) async fn permitted(desk: &Desk, caller: &Caller, input: &Input) -> Result<Said> {
    let Some(session) = desk.find_hooked(caller, &input.session_id).await? else {
        return Ok(Said::Deny(UNKNOWN.to_owned()));
    };
    Ok(match desk.last_outcome(caller, &session, &input.tool_name, &input.tool_input).await? {
        Some(Outcome::Allow) => Said::Nothing,
        Some(Outcome::Suspend) => Said::Deny("This call waits for a decision in Countersign.".to_owned()),
        Some(Outcome::Block) | None => Said::Deny("Countersign has not allowed this call.".to_owned()),
    })
}
