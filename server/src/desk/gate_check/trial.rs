//! What a gate would say about a call, for whoever plans ahead. Nothing is recorded, nothing is opened, and nothing it
//! says lets anything run: only the check of the call itself does.

use domain::{
    Refusal,
    approval::Call,
    gate::{ConditionResult, action_digest},
    id::{ApprovalId, RunId, SessionId},
    judge::{self, Finding, Judgement, Threshold},
    permission::Action,
    session::Session,
    workflow::Risk,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    desk::{
        Caller, Desk,
        snapshot::Snapshot,
        text::{self, NAME},
    },
    error::{Error, Result},
    store::{self, Tx, session::Attached},
};

/// A call somebody thinks of making.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TryCall {
    /// The tool.
    pub tool: String,
    /// The input it would be called with.
    pub input: Value,
    /// The session that would call it, ours or the framework's; may be left out where the run has one.
    #[serde(default)]
    pub session_id: Option<String>,
}

/// What would happen, as things are recorded now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Would {
    /// It would run.
    Allow,
    /// It would not.
    Block {
        /// What would be answered.
        error: String,
        /// The approval it is about.
        approval: Option<ApprovalId>,
    },
    /// People would be asked.
    Review {
        /// The policy that says who.
        policy: String,
        /// The risk they would be shown.
        risk: Risk,
    },
    /// It would wait with an approval that is pending.
    Await(ApprovalId),
    /// It would run, and use up an approval that was given.
    Use(ApprovalId),
}

/// What a trial found.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The gate that names the call, or `default`.
    pub gate_id: String,
    /// When it was looked at.
    pub at: domain::Time,
    /// The conditions, in file order.
    pub conditions: Vec<ConditionResult>,
    /// The stage that the call would enter first.
    pub enters: Option<String>,
    /// What would happen.
    pub would: Would,
}

impl Desk {
    /// What the gates would say about a call.
    ///
    /// # Errors
    /// `not_found` for an unknown run or session; `run_ended`; `invalid_field`.
    pub async fn try_gate(&self, caller: &Caller, run: RunId, call: TryCall) -> Result<Tried> {
        caller.key(Action::TryGate)?;
        let mut tx = self.database.read().await?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        text::required("/tool", &call.tool, NAME)?;
        text::optional("/session_id", call.session_id.as_deref(), NAME)?;
        if !call.input.is_object() {
            return Err(Refusal::invalid("/input", "expected an object").into());
        }
        let session = find_session(&mut tx, run, call.session_id.as_deref()).await?;
        drop(tx);
        snapshot.run.state.must_be_active()?;
        Ok(tried(&snapshot, session, &call))
    }
}

/// The session named, or the run's only one; a run without any is looked at as if one began.
async fn find_session(tx: &mut Tx, run: RunId, named: Option<&str>) -> Result<Option<Attached>> {
    if let Some(named) = named {
        let session = store::session::find(tx, run, named).await?;
        return Ok(Some(session.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?));
    }
    let mut sessions = store::session::list_of_run(tx, run).await?;
    if sessions.len() > 1 {
        let message = format!("the run has {} sessions: say which one would call", sessions.len());
        return Err(Refusal::invalid("/session_id", message).into());
    }
    Ok(sessions.pop())
}

fn tried(seen: &Snapshot, session: Option<Attached>, call: &TryCall) -> Tried {
    let mut finding = seen.compiled.check_call(&seen.roots, &call.tool, &call.input);
    let mut enters = None;
    if let Threshold::Enter(position) = finding.threshold {
        enters = Some(seen.compiled.workflow().stages[position].id.clone());
        finding = seen.compiled.check_past_threshold(&seen.roots, &call.tool, &call.input);
    }
    let would = judged(seen, session, call, &finding);
    Tried { gate_id: finding.gate_id, at: seen.roots.now, conditions: finding.evidence.conditions, enters, would }
}

fn judged(seen: &Snapshot, session: Option<Attached>, call: &TryCall, finding: &Finding) -> Would {
    let action = action_digest(&call.tool, &call.input, seen.run.id, &finding.gate_id);
    let (id, state) = session
        .map_or((SessionId::from_uuid(uuid::Uuid::nil()), Session::Active), |session| (session.id, session.state));
    // No call has this id, so that what is said is what a new call would be told.
    let new = Call { session: id, tool_use_id: String::new() };
    let (priors, pending, now) = (seen.priors(action), seen.pending(), seen.roots.now);
    match judge::judge(&new, None, &state, &priors, pending, finding, now) {
        Judgement::Allow => Would::Allow,
        Judgement::Block { error, approval } => Would::Block { error, approval },
        Judgement::Void { approval, error } => Would::Block { error, approval: Some(approval) },
        Judgement::Open { policy, risk, .. } => Would::Review { policy, risk },
        Judgement::Await(approval) => Would::Await(approval),
        Judgement::Consume(approval) => Would::Use(approval),
    }
}

impl Would {
    /// The outcome a check of the call would have.
    pub const fn outcome(&self) -> domain::gate::Outcome {
        match self {
            Self::Allow | Self::Use(_) => domain::gate::Outcome::Allow,
            Self::Block { .. } => domain::gate::Outcome::Block,
            Self::Review { .. } | Self::Await(_) => domain::gate::Outcome::Suspend,
        }
    }
}
