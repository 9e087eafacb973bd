//! Results of tools, reported by the harness: facts are taken from them where the workflow says so.

use domain::{
    Actor, Refusal, SystemActor,
    alert::{Alert, AlertKind},
    canonical,
    event::Event,
    gate::Outcome,
    id::RunId,
    permission::Action,
    refusal::Code,
    stage::AttemptStatus,
    workflow::{FactSource, Workflow},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Caller, Desk,
    fact::{Writing, write_facts},
    gate_check::call_digest,
    snapshot::Attempts,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    store::{
        self, Tx,
        gate_check::{Check, ToolResult},
    },
};

/// What `POST /runs/{id}/tool-results` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportResult {
    /// The session, ours or the framework's.
    pub session_id: String,
    /// The tool that ran.
    pub tool: String,
    /// The client's id of the call.
    pub tool_use_id: String,
    /// What it returned.
    pub output: Value,
    /// Whether it failed.
    #[serde(default)]
    pub is_error: bool,
}

/// Who says that a call was another than it allowed.
const GATE: Actor = Actor::System(SystemActor::Gate);

impl Desk {
    /// Records a tool's result. Only the first result of an allowed call of the same tool counts; a repeat answers
    /// what the first one wrote.
    ///
    /// # Errors
    /// `illegal_move` when no check allowed the call.
    pub async fn report_result(&self, caller: &Caller, run: RunId, body: ReportResult) -> Result<Value> {
        self.report_ran(caller, run, body, None).await
    }

    /// The same, with the input the tool ran with, from a client that tells. Where that is another than was allowed,
    /// nothing is taken from the result, and an alert is raised.
    ///
    /// # Errors
    /// Those of [`Desk::report_result`].
    pub async fn report_ran(
        &self,
        caller: &Caller,
        run: RunId,
        body: ReportResult,
        ran: Option<Value>,
    ) -> Result<Value> {
        caller.key(Action::ReportToolResult)?;
        text::required("/session_id", &body.session_id, NAME)?;
        text::required("/tool", &body.tool, NAME)?;
        text::required("/tool_use_id", &body.tool_use_id, NAME)?;
        let mut attempts = Attempts::default();
        let (answer, is_staged) = loop {
            let attempt = self.report_once(caller, run, &body, ran.as_ref()).await;
            if let Some(settled) = attempts.settled(attempt) {
                break settled?;
            }
        };
        if is_staged {
            self.advance(run).await;
        }
        Ok(answer)
    }

    /// Records a result; says whether the workflow has stages that may move now.
    async fn report_once(
        &self,
        caller: &Caller,
        run: RunId,
        body: &ReportResult,
        ran: Option<&Value>,
    ) -> Result<(Value, bool)> {
        let run = self.visible_run(caller, run).await?;
        let compiled = self.compiled(&run.workflow, run.version).await?;
        let is_staged = !compiled.workflow().stages.is_empty();
        let mut tx = self.database.read().await?;
        let session = store::session::find(&mut tx, run.id, &body.session_id).await?;
        let session = session.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?;
        let check = store::gate_check::find_of_call(&mut tx, session.id, &body.tool_use_id).await?;
        let check = check.filter(|check| check.outcome == Outcome::Allow && check.tool == body.tool);
        let Some(check) = check else {
            let message = "No check allowed this call of this tool, so its result writes nothing.";
            return Err(Refusal::new(Code::IllegalMove, message).into());
        };
        if let Some(first) = store::gate_check::find_result(&mut tx, check.id).await? {
            return Ok((json!({"facts_written": first.facts}), is_staged));
        }
        let is_as_allowed = ran.is_none_or(|input| was_allowed(&check, input));
        let takes = is_as_allowed && !body.is_error && (!is_staged || attempt_stands(&mut tx, &check).await?);
        drop(tx);
        let facts = if takes { captured(compiled.workflow(), &body.tool, &body.output) } else { Vec::new() };
        let names: Vec<String> = facts.iter().map(|(name, _)| name.clone()).collect();
        let reference = Some(body.tool_use_id.clone());
        let writing = Writing { facts, source: body.tool.clone(), reference, actor: caller.actor() };
        let result = ToolResult { output: body.output.clone(), is_error: body.is_error, facts: names };
        // Only a stage that is undone meanwhile changes what a result may record.
        let moves = is_staged.then_some(run.moves);
        let raised = (!is_as_allowed).then(|| self.differs(run.id, &check));
        Ok((self.store_result((run.id, moves), check, writing, result, raised).await?, is_staged))
    }

    fn differs(&self, run: RunId, check: &Check) -> Alert {
        tracing::error!(check = %check.id, tool = check.tool, "a tool ran with another input than was allowed");
        let (kind, about) = (AlertKind::InputDiffers, check.id.to_string());
        Alert { kind, about, run, approval: check.approval, raised_at: self.database.clock().now() }
    }

    async fn store_result(
        &self,
        (run, moves): (RunId, Option<i64>),
        check: Check,
        writing: Writing,
        result: ToolResult,
        raised: Option<Alert>,
    ) -> Result<Value> {
        self.database
            .write(move |tx| {
                async move {
                    let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
                    if moves.is_some_and(|moves| run.moves != moves + 1) {
                        return Err(Error::Moved);
                    }
                    let Check { id: check, tool, approval, .. } = check;
                    if !store::gate_check::insert_result(tx, check, &result).await? {
                        let first = store::gate_check::find_result(tx, check).await?;
                        return Ok(json!({"facts_written": first.map(|first| first.facts)}));
                    }
                    let event =
                        Event::ToolExecuted { check, tool, is_error: result.is_error, facts: result.facts.clone() };
                    tx.record_in(run.id, &run.subject, approval, writing.actor, event);
                    if let Some(alert) = raised {
                        store::alert::insert(tx, &alert).await?;
                        let event = Event::AlertRaised { alert: alert.kind, about: alert.about };
                        tx.record_in(run.id, &run.subject, alert.approval, GATE, event);
                    }
                    write_facts(tx, &run, &writing).await?;
                    Ok(json!({"facts_written": result.facts}))
                }
                .boxed()
            })
            .await
    }
}

/// Whether a tool ran with the very input that was allowed: the one that was asked about, or what a reviewer made of it.
fn was_allowed(check: &Check, ran: &Value) -> bool {
    let answer: Value = serde_json::from_str(&check.answer).unwrap_or_default();
    let ran = canonical::to_string(ran);
    match answer.get("updated_input") {
        Some(edited) => canonical::to_string(edited) == ran,
        None => call_digest(&check.tool, &ran) == check.call_digest,
    }
}

/// Whether the attempt in which a call was allowed still stands. What was undone records nothing any more, however late
/// its result comes.
async fn attempt_stands(tx: &mut Tx, check: &Check) -> Result<bool> {
    let attempt = store::stage::find_of_call(tx, check.id).await?;
    Ok(attempt.is_none_or(|attempt| is_standing(&attempt)))
}

/// Whether an attempt is neither failed nor undone.
pub(super) const fn is_standing(attempt: &store::stage::Stored) -> bool {
    matches!(attempt.state.status(), AttemptStatus::Active | AttemptStatus::Complete)
}

/// The facts a tool's output writes: present at the declared place, of the declared type, not null.
pub(super) fn captured(workflow: &Workflow, tool: &str, output: &Value) -> Vec<(String, Value)> {
    let taken = |(name, rule): (&String, &domain::workflow::FactRule)| match &rule.from {
        FactSource::Tool { tool: writer, path } if writer == tool => {
            let value = output.pointer(path)?;
            (!value.is_null() && rule.field.fault(value).is_none()).then(|| (name.clone(), value.clone()))
        }
        FactSource::Tool { .. } | FactSource::System => None,
    };
    workflow.facts.iter().filter_map(taken).collect()
}
