//! Facts, written by systems of record; assertions, said by the model.

use domain::{
    Actor, FieldError, Refusal,
    event::Event,
    id::RunId,
    permission::Action,
    refusal::Code,
    workflow::{FactSource, Workflow},
};
use futures::{FutureExt as _, future::BoxFuture};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Caller, Desk,
    idempotency::{Idempotency, keep_answer},
    text::{self, NAME, STATEMENT},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, fact::NewFact, run::Run},
};

/// Facts or assertions of one call at the most.
const MOST: usize = 200;
/// Distinct names a run may assert at the most.
const MOST_ASSERTED: i64 = 100;
/// The longest assertion, in bytes of canonical JSON: evidence shows them all.
const LONGEST_ASSERTION: usize = 8 << 10;

/// What `POST /runs/{id}/facts` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteFacts {
    /// The source's own reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// The facts by name.
    pub facts: Map<String, Value>,
}

/// What `POST /runs/{id}/assertions` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordAssertions {
    /// What the model says, by fact name.
    pub assertions: Map<String, Value>,
    /// Its words.
    #[serde(default)]
    pub statement: Option<String>,
}

/// Facts to be written in one transaction.
pub(super) struct Writing {
    pub(super) facts: Vec<(String, Value)>,
    pub(super) source: String,
    pub(super) reference: Option<String>,
    pub(super) actor: Actor,
}

/// Writes facts and records each with the value before; the run is locked by the caller.
pub(super) async fn write_facts(tx: &mut Tx, run: &Run, writing: &Writing) -> Result<Vec<Value>> {
    let mut written = Vec::with_capacity(writing.facts.len());
    for (name, value) in &writing.facts {
        let fact = NewFact {
            name,
            value,
            source: &writing.source,
            reference: writing.reference.as_deref(),
            writer: writing.actor,
        };
        let (version, previous) = store::fact::write(tx, run.id, &fact).await?;
        written.push(json!({"name": name, "version": version}));
        let event = Event::FactWritten {
            name: name.clone(),
            value: value.clone(),
            version,
            previous,
            source: writing.source.clone(),
            reference: writing.reference.clone(),
        };
        tx.record_in(run.id, &run.subject, None, writing.actor, event);
    }
    Ok(written)
}

impl Desk {
    /// Writes facts of a system of record.
    ///
    /// # Errors
    /// `facts_need_system_scope`; `invalid_field` for undeclared, ill-typed and null facts, and for facts another
    /// writer owns. Nothing is written unless everything is right.
    pub async fn write_facts(
        &self,
        caller: &Caller,
        run: RunId,
        body: WriteFacts,
        idempotency: Option<Idempotency>,
    ) -> Result<Value> {
        let key = caller.key(Action::WriteFacts)?;
        let run = self.visible_run(caller, run).await?;
        let compiled = self.compiled(&run.workflow, run.version).await?;
        check_facts(compiled.workflow(), &body)?;
        text::optional("/reference", body.reference.as_deref(), NAME)?;
        let key_id = key.id;
        let writing = Writing {
            facts: body.facts.into_iter().collect(),
            source: key.source.clone().unwrap_or_else(|| key.name.clone()),
            reference: body.reference,
            actor: caller.actor(),
        };
        let run = run.id;
        let written = self.database.write(move |tx| {
            async move {
                let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
                let answer = json!({"written": write_facts(tx, &run, &writing).await?});
                keep_answer(tx, key_id, idempotency.as_ref(), 200, &answer).await?;
                Ok(answer)
            }
            .boxed()
        });
        let answer = written.await?;
        if !compiled.workflow().stages.is_empty() {
            self.advance(run).await;
        }
        Ok(answer)
    }

    /// Records what the model says. No gate reads it.
    pub async fn record_assertions(
        &self,
        caller: &Caller,
        run: RunId,
        body: RecordAssertions,
        idempotency: Option<Idempotency>,
    ) -> Result<Value> {
        let key = caller.key(Action::RecordAssertions)?.id;
        let run = self.visible_run(caller, run).await?.id;
        check_assertions(&body)?;
        let names: Vec<String> = body.assertions.keys().cloned().collect();
        self.database
            .write(move |tx| {
                async move {
                    assert_boxed(tx, run, key, body).await?;
                    let answer = json!({"recorded": names});
                    keep_answer(tx, key, idempotency.as_ref(), 200, &answer).await?;
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }
}

/// Stores assertions with their event.
pub(super) fn assert_boxed(
    tx: &mut Tx,
    run: RunId,
    key: domain::id::KeyId,
    body: RecordAssertions,
) -> BoxFuture<'_, Result<()>> {
    async move {
        // No gate reads assertions, so they do not count as a move.
        let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
        for (name, value) in &body.assertions {
            store::fact::assert(tx, run.id, key, name, value, body.statement.as_deref()).await?;
        }
        let distinct = store::fact::count_assertions(tx, run.id).await?;
        if distinct > MOST_ASSERTED {
            return Err(Refusal::invalid("/assertions", format!("a run holds at most {MOST_ASSERTED} names")).into());
        }
        store::run::count(tx, run.id, 0, distinct - run.assertions).await?;
        let event = Event::AssertionRecorded { assertions: Value::Object(body.assertions), statement: body.statement };
        tx.record_in(run.id, &run.subject, None, Actor::Key(key), event);
        Ok(())
    }
    .boxed()
}

/// Checks assertions as they come from outside.
pub(super) fn check_assertions(body: &RecordAssertions) -> Result<(), Refusal> {
    text::optional("/statement", body.statement.as_deref(), STATEMENT)?;
    if body.assertions.is_empty() || body.assertions.len() > MOST {
        return Err(Refusal::invalid("/assertions", format!("expected 1 to {MOST} names")));
    }
    for (name, value) in &body.assertions {
        text::required(&format!("/assertions/{name}"), name, NAME)?;
        if domain::canonical::to_string(value).len() > LONGEST_ASSERTION {
            let message = format!("expected at most {LONGEST_ASSERTION} bytes");
            return Err(Refusal::invalid(format!("/assertions/{name}"), message));
        }
    }
    Ok(())
}

fn check_facts(workflow: &Workflow, body: &WriteFacts) -> Result<(), Refusal> {
    if body.facts.is_empty() || body.facts.len() > MOST {
        return Err(Refusal::invalid("/facts", format!("expected 1 to {MOST} facts")));
    }
    let errors: Vec<FieldError> =
        body.facts.iter().filter_map(|(name, value)| fact_fault(workflow, name, value)).collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(Code::InvalidField, "Nothing was written: some facts are wrong.").with_errors(errors))
}

fn fact_fault(workflow: &Workflow, name: &str, value: &Value) -> Option<FieldError> {
    let fault = match workflow.facts.get(name) {
        None => Some("the workflow declares no such fact".to_owned()),
        Some(_) if value.is_null() => Some("null is not a fact; leave it out".to_owned()),
        Some(rule) => match &rule.from {
            FactSource::System => rule.field.fault(value),
            FactSource::Tool { tool, .. } => Some(format!("only the result of {tool} writes this fact")),
        },
    };
    fault.map(|fault| FieldError::new(format!("/facts/{name}"), fault))
}
