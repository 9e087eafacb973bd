//! The gate check: may this call run, given what is recorded and what was decided before?

mod answer;
mod remembered;
pub(super) mod settled;
mod staged;
pub mod trial;

use domain::{
    Digest, Refusal,
    approval::Call,
    canonical,
    gate::{Outcome, action_digest_of},
    id::{ApprovalId, ConcernId, KeyId, RunId},
    judge::{self, Finding, Judgement, Prior},
    permission::Action,
    refusal::Code,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use self::{
    settled::is_settled,
    staged::{claimed_by_another, settled_compensation, undone},
};
use super::{
    Caller, Desk, KeyCaller,
    fact::{RecordAssertions, assert_boxed, check_assertions},
    request::Along,
    snapshot::{Attempts, Snapshot},
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    rules::evaluate::COMPENSATION_GATE,
    store::{self, Appended, CheckRow, session::Attached},
};

/// What `POST /runs/{id}/gate-checks` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckCall {
    /// The session, ours or the framework's.
    pub session_id: String,
    /// The tool about to be called.
    pub tool: String,
    /// Its input.
    pub input: Value,
    /// The client's id of the call.
    pub tool_use_id: String,
    /// What the model says along with the call.
    #[serde(default)]
    pub assertions: Map<String, Value>,
    /// The concern of the run that the call works on. No gate reads it; the log has it.
    #[serde(default)]
    pub concern_id: Option<ConcernId>,
}

/// A call on its way through the gates.
pub(super) struct Asked {
    pub(super) call: CheckCall,
    /// Its input as canonical text.
    input: String,
    pub(super) call_digest: Digest,
    pub(super) key: KeyId,
    pub(super) agent: String,
    /// What comes along when an agent asks itself.
    pub(super) along: Option<Along>,
}

impl Asked {
    pub(super) fn new(key: &KeyCaller, call: CheckCall, along: Option<Along>) -> Self {
        let input = canonical::to_string(&call.input);
        let call_digest = call_digest(&call.tool, &input);
        Self { call, input, call_digest, key: key.id, agent: key.name.clone(), along }
    }
}

/// What a call is known by besides its id: the tool, and its input as canonical text.
pub(super) fn call_digest(tool: &str, input: &str) -> Digest {
    Digest::of_parts("call/v1", &[tool.as_bytes(), input.as_bytes()])
}

/// A call evaluated against a snapshot.
pub(super) struct Evaluated {
    pub(super) snapshot: Snapshot,
    pub(super) session: Attached,
    pub(super) finding: Finding,
    pub(super) action: Digest,
    /// 0 for the first answer to a call, one more for each after what it waited for had ended.
    pub(super) phase: i64,
    /// The approval the call waited for, if its first answer suspended it.
    pub(super) waited_for: Option<ApprovalId>,
    /// What runs instead of what was asked for.
    pub(super) updated_input: Option<Value>,
}

impl Desk {
    /// Checks a call, and gives the answer as JSON. The same call again gets the same answer; whatever fails here never
    /// allows.
    ///
    /// # Errors
    /// `not_found` for an unknown run or session, `invalid_field`, `unavailable`.
    pub async fn check_gate(&self, caller: &Caller, run: RunId, call: CheckCall) -> Result<String> {
        caller.authorize(Action::CheckGate)?;
        let (Caller::Key(key) | Caller::Remembered(key)) = caller else {
            return caller.key(Action::CheckGate).map(|_| String::new());
        };
        let asked = Asked::new(key, call, None);
        if let Some(answer) = self.check_remembered(caller, run, &asked).await? {
            return Ok(answer);
        }
        let caller = self.confirmed(caller).await?;
        self.check_asked(&caller, run, asked).await
    }

    /// Checks a call for a key that may; what comes along is kept with the approval, if one is opened.
    pub(super) async fn check_as(
        &self,
        caller: &Caller,
        key: &KeyCaller,
        run: RunId,
        call: CheckCall,
        along: Option<Along>,
    ) -> Result<Value> {
        let answer = self.check_asked(caller, run, Asked::new(key, call, along)).await?;
        Ok(store::from_text(&answer, "gate_check", "answer", run)?)
    }

    async fn check_asked(&self, caller: &Caller, run: RunId, asked: Asked) -> Result<String> {
        let shape = check_shape(&asked.call);
        if shape.is_err() || !asked.call.assertions.is_empty() || asked.call.concern_id.is_some() {
            // Nothing is said or recorded about a run before it is known that the caller may see it. Every other call
            // learns that from its snapshot.
            self.visible_run(caller, run).await?;
        }
        shape?;
        self.concern_of(run, asked.call.concern_id).await?;
        self.record_along(run, asked.key, &asked.call).await?;
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.check_once(caller, run, &asked).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    async fn record_along(&self, run: RunId, key: KeyId, call: &CheckCall) -> Result<()> {
        if call.assertions.is_empty() {
            return Ok(());
        }
        let said = RecordAssertions { assertions: call.assertions.clone(), statement: None };
        check_assertions(&said)?;
        self.database.write(move |tx| assert_boxed(tx, run, key, said)).await
    }

    async fn check_once(&self, caller: &Caller, run: RunId, asked: &Asked) -> Result<String> {
        let mut tx = self.database.read_unsorted().await?;
        let snapshot = self.snapshot(&mut tx, caller, run).await?;
        let session = store::session::find(&mut tx, run, &asked.call.session_id).await?;
        let session = session.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?;
        let earlier = store::gate_check::find_of_call(&mut tx, session.id, &asked.call.tool_use_id).await?;
        let is_staged = !snapshot.compiled.workflow().stages.is_empty();
        let undone = if is_staged { undone(&mut tx, earlier.as_ref()).await? } else { None };
        drop(tx);
        self.recent.remember_run(&snapshot, &asked.call.session_id, &session);
        if let Err(ended) = snapshot.run.state.must_be_active() {
            // Also a call that was allowed before: whoever asks again has not run it yet.
            let why = snapshot.run.state.why().unwrap_or_default();
            let error = format!("run_ended: {} {why}", ended.message);
            return self.refuse_aside(&snapshot, &session, asked, error).await;
        }
        let (phase, waited_for) = match earlier {
            None => (0, None),
            Some(earlier) if earlier.call_digest != asked.call_digest => {
                // The same call id with another input is another call wearing its name.
                let error = "input_changed: this tool_use_id was checked with another tool or input. Use a new id.";
                return self.refuse_aside(&snapshot, &session, asked, error.to_owned()).await;
            }
            Some(earlier) if is_settled(&earlier, &snapshot) => {
                let settled = settled_compensation(asked, &earlier, &snapshot);
                if let Some(undone) = undone.or(settled) {
                    return self.refuse_aside(&snapshot, &session, asked, undone).await;
                }
                return Ok(earlier.answer);
            }
            Some(earlier) => {
                // What it rested for was never its own.
                let own = earlier.approval.filter(|_| earlier.outcome == Outcome::Suspend);
                (earlier.phase + 1, own)
            }
        };
        if let Some(claimed) = claimed_by_another(asked, &snapshot, session.id) {
            return self.refuse_aside(&snapshot, &session, asked, claimed).await;
        }
        let seen = evaluate(asked, snapshot, session, phase, waited_for);
        if self.moved_on(&seen).await? {
            return Err(Error::Moved);
        }
        self.answer(asked, seen).await
    }

    async fn answer(&self, asked: &Asked, mut seen: Evaluated) -> Result<String> {
        let priors = seen.snapshot.priors(seen.action);
        let judgement = seen.judged_as_edited(&asked.call, &priors);
        match judgement {
            Judgement::Allow => {
                let row = self.row(asked, &seen, Outcome::Allow, None, None);
                match row.tool_use_id.parse() {
                    Ok(id) if row.gate_id == COMPENSATION_GATE => self.allow_undoing(row, id).await,
                    _ if row.in_stage.is_some() => self.allow_in_stage(row).await,
                    _ => self.append(row).await,
                }
            }
            Judgement::Block { error, approval } => {
                self.append(self.row(asked, &seen, Outcome::Block, Some(error), approval)).await
            }
            Judgement::Await(approval) => {
                let expires_at =
                    priors.iter().find(|prior| prior.id == approval).and_then(|prior| prior.state.expires_at());
                let row = self.suspended_row(asked, &seen, approval, expires_at);
                self.append(row).await
            }
            Judgement::Open { policy, title, risk } => self.open_approval(asked, seen, policy, title, risk).await,
            Judgement::Consume(approval) => {
                let call = seen.call(&asked.call.tool_use_id);
                self.consume_approval(asked, seen, call, approval).await
            }
            Judgement::Void { approval, error } => self.void_approval(asked, seen, approval, error).await,
        }
    }

    async fn append(&self, row: CheckRow) -> Result<String> {
        let (answer, key) = (row.answer.clone(), row.key);
        match self.database.append_check(row).await? {
            Appended::Stored => Ok(answer),
            Appended::Overtaken => {
                self.confirm_key(key).await?;
                // Somebody moved the run or answered the same call: look again.
                Err(Error::Moved)
            }
        }
    }
}

impl Evaluated {
    fn call(&self, tool_use_id: &str) -> Call {
        Call { session: self.session.id, tool_use_id: tool_use_id.to_owned() }
    }

    /// The judgement on what would run: where reviewers edited the call, that is what they wrote.
    pub(super) fn judged_as_edited(&mut self, call: &CheckCall, priors: &[Prior]) -> Judgement {
        let judgement = self.judged(&call.tool_use_id, priors);
        let used = match &judgement {
            Judgement::Consume(id) | Judgement::Void { approval: id, .. } => Some(*id),
            Judgement::Allow => {
                let this = self.call(&call.tool_use_id);
                priors.iter().find(|prior| prior.state.is_consumed_by(&this)).map(|prior| prior.id)
            }
            Judgement::Block { .. } | Judgement::Open { .. } | Judgement::Await(_) => None,
        };
        let edited = self.snapshot.approvals.iter().find(|known| Some(known.prior.id) == used);
        let Some(input) = edited.and_then(|known| known.edited_input.clone()) else { return judgement };
        self.finding = self.snapshot.compiled.check_named(&self.snapshot.roots, &call.tool, &input, &call.tool_use_id);
        self.updated_input = Some(input);
        self.judged(&call.tool_use_id, priors)
    }

    fn judged(&self, tool_use_id: &str, priors: &[Prior]) -> Judgement {
        let (pending, now) = (self.snapshot.pending(), self.snapshot.roots.now);
        let (waited_for, state) = (self.waited_for, &self.session.state);
        judge::judge(&self.call(tool_use_id), waited_for, state, priors, pending, &self.finding, now)
    }
}

pub(super) fn evaluate(
    asked: &Asked,
    snapshot: Snapshot,
    session: Attached,
    phase: i64,
    waited_for: Option<ApprovalId>,
) -> Evaluated {
    let CheckCall { tool, input, tool_use_id, .. } = &asked.call;
    let finding = snapshot.compiled.check_named(&snapshot.roots, tool, input, tool_use_id);
    let action = action_digest_of(&asked.call.tool, &asked.input, snapshot.run.id, &finding.gate_id);
    Evaluated { snapshot, session, finding, action, phase, waited_for, updated_input: None }
}

pub(super) fn check_shape(call: &CheckCall) -> Result<(), Refusal> {
    text::required("/session_id", &call.session_id, NAME)?;
    text::required("/tool", &call.tool, NAME)?;
    text::required("/tool_use_id", &call.tool_use_id, NAME)?;
    if call.input.is_object() {
        return Ok(());
    }
    let error = domain::FieldError::new("/input", "expected an object");
    Err(Refusal::new(Code::InvalidField, "A tool's input is an object.").with_errors(vec![error]))
}
