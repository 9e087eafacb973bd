//! Tool calls: asked about before they run, and what they returned.

use std::time::Duration;

use domain::{gate::Outcome, id::ApprovalId};
use serde_json::{Map, Value, json};

use super::{
    input::Input,
    said::{Event, Said},
};
use crate::{
    desk::{Caller, Desk, gate_check::CheckCall, tool_result::ReportResult},
    error::{Result, StoreError},
    store::session::Attached,
};

/// How long a call of a session before which somebody sits is held open. The client's own patience is 600 s.
const HOLD: Duration = Duration::from_secs(570);
/// What an unknown session is told.
pub(super) const UNKNOWN: &str = "Countersign does not know this session, so its tools may not run. Begin it with COUNTERSIGN_RUN set to a \
                       run, or with COUNTERSIGN_SUBJECT set to what a new run is about.";

/// May the call run? The hook and its guard ask the same; the same call gets the same answer, however often it is asked.
pub(super) async fn before(desk: &Desk, caller: &Caller, event: Event, input: Input) -> Result<Said> {
    let Some(session) = desk.find_hooked(caller, &input.session_id).await? else {
        return Ok(Said::Deny(UNKNOWN.to_owned()));
    };
    let first = check(desk, caller, &session, &input).await?;
    let (Ruled::Waits(approval, why), true) = (&first, session.is_interactive) else {
        return Ok(first.said(event));
    };
    // Somebody waits before this session: its client cannot be woken later, so the call is held until people decide.
    if !desk.await_end(caller, *approval, HOLD).await? {
        return Ok(Said::Deny(format!("{why} Nobody has decided yet. Call again to wait on.")));
    }
    Ok(match check(desk, caller, &session, &input).await? {
        Ruled::Waits(_, why) => Said::Deny(why),
        ruled => ruled.said(event),
    })
}

/// What the gates say about a call.
enum Ruled {
    Allowed(Option<Value>),
    Blocked(String),
    Waits(ApprovalId, String),
}

impl Ruled {
    fn said(self, event: Event) -> Said {
        match self {
            Self::Allowed(updated_input) => Said::Allow { updated_input },
            Self::Blocked(why) => Said::Deny(why),
            // To deny would overrule the hook that defers. Where its answer is lost, or cannot be followed, this one
            // keeps the tool from running.
            Self::Waits(_, why) if event == Event::Guard => Said::Ask(why),
            Self::Waits(_, why) => Said::Defer(why),
        }
    }
}

async fn check(desk: &Desk, caller: &Caller, session: &Attached, input: &Input) -> Result<Ruled> {
    let call = CheckCall {
        session_id: session.id.to_string(),
        tool: input.tool_name.clone(),
        input: input.tool_input.clone(),
        tool_use_id: input.tool_use_id.clone(),
        assertions: Map::new(),
    };
    let answer = desk.check_gate(caller, session.run, call).await?;
    let answer: Value = serde_json::from_str(&answer).map_err(|error| StoreError::Unexpected(error.to_string()))?;
    let approval: Option<ApprovalId> = answer["approval_id"].as_str().and_then(|id| id.parse().ok());
    let ruled = match (answer["outcome"].as_str(), approval) {
        (Some("allow"), _) => Ruled::Allowed(answer.get("updated_input").cloned()),
        (Some("suspend"), Some(approval)) => {
            Ruled::Waits(approval, format!("A person must agree to this call: {approval} waits for a decision."))
        }
        _ => Ruled::Blocked(answer["error"].as_str().unwrap_or("The call may not run.").to_owned()),
    };
    if let (Ruled::Allowed(_) | Ruled::Blocked(_), Some(approval)) = (&ruled, approval) {
        // The session reads the outcome with this answer: nobody need wake it any more.
        desk.note_read(session, approval).await?;
    }
    Ok(ruled)
}

/// Records what a tool returned; facts are taken from it where the workflow says so.
pub(super) async fn after(desk: &Desk, caller: &Caller, input: Input) -> Result<Said> {
    let Some(session) = desk.find_hooked(caller, &input.session_id).await? else {
        return Ok(Said::Warn(UNKNOWN.to_owned()));
    };
    let is_error = input.error.is_some();
    let output = input.error.map_or(input.tool_response, |error| json!({"error": error}));
    let report = ReportResult {
        session_id: session.id.to_string(),
        tool: input.tool_name,
        tool_use_id: input.tool_use_id,
        output,
        is_error,
    };
    let written = desk.report_result(caller, session.run, report).await?;
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
