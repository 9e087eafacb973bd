//! Results of tools, reported by the harness: facts are taken from them where the workflow says so.

use domain::{
    Refusal,
    event::Event,
    gate::Outcome,
    id::{CheckId, RunId},
    permission::Action,
    refusal::Code,
    workflow::{FactSource, Workflow},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Caller, Desk,
    fact::{Writing, write_facts},
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    store::{self, gate_check::ToolResult},
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

impl Desk {
    /// Records a tool's result. Only the first result of an allowed call of the same tool counts; a repeat answers
    /// what the first one wrote.
    ///
    /// # Errors
    /// `illegal_move` when no check allowed the call.
    pub async fn report_result(&self, caller: &Caller, run: RunId, body: ReportResult) -> Result<Value> {
        caller.key(Action::ReportToolResult)?;
        let actor = caller.actor();
        text::required("/session_id", &body.session_id, NAME)?;
        text::required("/tool", &body.tool, NAME)?;
        text::required("/tool_use_id", &body.tool_use_id, NAME)?;
        let run = self.visible_run(caller, run).await?;
        let compiled = self.compiled(&run.workflow, run.version).await?;
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
            return Ok(json!({"facts_written": first.facts}));
        }
        drop(tx);
        let facts = if body.is_error { Vec::new() } else { captured(compiled.workflow(), &body.tool, &body.output) };
        let names: Vec<String> = facts.iter().map(|(name, _)| name.clone()).collect();
        let reference = Some(body.tool_use_id);
        let writing = Writing { facts, source: body.tool.clone(), reference, actor };
        let result = ToolResult { output: body.output, is_error: body.is_error, facts: names };
        self.store_result(run.id, check.id, body.tool, check.approval, writing, result).await
    }

    async fn store_result(
        &self,
        run: RunId,
        check: CheckId,
        tool: String,
        approval: Option<domain::id::ApprovalId>,
        writing: Writing,
        result: ToolResult,
    ) -> Result<Value> {
        self.database
            .write(move |tx| {
                async move {
                    let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
                    if !store::gate_check::insert_result(tx, check, &result).await? {
                        let first = store::gate_check::find_result(tx, check).await?;
                        return Ok(json!({"facts_written": first.map(|first| first.facts)}));
                    }
                    let event =
                        Event::ToolExecuted { check, tool, is_error: result.is_error, facts: result.facts.clone() };
                    tx.record_in(run.id, &run.subject, approval, writing.actor, event);
                    write_facts(tx, &run, &writing).await?;
                    Ok(json!({"facts_written": result.facts}))
                }
                .boxed()
            })
            .await
    }
}

/// The facts a tool's output writes: present at the declared place, of the declared type, not null.
fn captured(workflow: &Workflow, tool: &str, output: &Value) -> Vec<(String, Value)> {
    let taken = |(name, rule): (&String, &domain::workflow::FactRule)| match &rule.from {
        FactSource::Tool { tool: writer, path } if writer == tool => {
            let value = output.pointer(path)?;
            (!value.is_null() && rule.field.fault(value).is_none()).then(|| (name.clone(), value.clone()))
        }
        FactSource::Tool { .. } | FactSource::System => None,
    };
    workflow.facts.iter().filter_map(taken).collect()
}
