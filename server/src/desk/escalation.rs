//! Escalations: a case is handed over to people, who take it up and settle it. They may be opened after their run has
//! ended, too: a run that was given up is when people are needed.

mod overdue;
pub(super) mod page;
mod work;

use domain::{
    Actor, FieldError, Refusal,
    escalation::{
        EscalatedConcern, Escalation, MAX_CONCERNS, MAX_UNRESOLVED, Money, Summary,
        sla::{Deadlines, Limits},
    },
    id::{EscalationId, KeyId, RunId},
    page::Page,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{
    Caller, Desk, KeyCaller,
    idempotency::{Idempotency, keep_answer},
};
use crate::{
    error::{Error, Result},
    store::{
        self, Tx,
        escalation::{EscalationFilter, NewEscalation, Stored},
    },
};

pub use work::{Assign, Resolve, Step};

/// What `POST /runs/{id}/escalations` takes. Every field but `concerns` and `told` must be there; one that is not
/// is named.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenEscalation {
    /// Whom it is about.
    #[schemars(required)]
    pub customer_id: Option<String>,
    /// What went wrong, and why: people read this instead of the transcript.
    #[schemars(required)]
    pub root_cause_analysis: Option<String>,
    /// What should be paid back; null when no amount is stated.
    #[serde(default, deserialize_with = "said")]
    #[schemars(required, with = "Nullable")]
    pub refund_amount: Option<Option<Money>>,
    /// What a person should do.
    #[schemars(required)]
    pub recommended_action: Option<String>,
    /// The single concerns, where there are several. Left out, those of the run are taken.
    #[serde(default)]
    pub concerns: Option<Vec<EscalatedConcern>>,
    /// What the customer was told so far, in the words they were told it in.
    #[serde(default)]
    pub told: Option<String>,
}

/// Money, or null: nothing of both is not the same.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum Nullable {
    Some(Money),
    Null(()),
}

#[expect(clippy::option_option, reason = "not said is not the same as null")]
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Money>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl OpenEscalation {
    /// The summary, when nothing is missing or wrong.
    ///
    /// # Errors
    /// `invalid_field`, with every field that is missing or wrong and what to do about it.
    fn read(self) -> Result<Summary, Refusal> {
        // What is not there is told apart from what is empty only by its words.
        let missing: Vec<FieldError> = [
            ("/customer_id", self.customer_id.is_none(), "it is missing: say the id of the customer"),
            ("/root_cause_analysis", self.root_cause_analysis.is_none(), "it is missing: say what went wrong and why"),
            (
                "/refund_amount",
                self.refund_amount.is_none(),
                "it is missing: give {amount, currency}, or null when no amount is stated",
            ),
            ("/recommended_action", self.recommended_action.is_none(), "it is missing: say what a person should do"),
        ]
        .into_iter()
        .filter(|(_, is_missing, _)| *is_missing)
        .map(|(path, _, what)| FieldError::new(path, what))
        .collect();
        let summary = Summary {
            customer_id: self.customer_id.unwrap_or_default(),
            root_cause_analysis: self.root_cause_analysis.unwrap_or_default(),
            refund_amount: self.refund_amount.flatten(),
            recommended_action: self.recommended_action.unwrap_or_default(),
            concerns: self.concerns.unwrap_or_default(),
            told: self.told,
        };
        let is_there = |fault: &FieldError| missing.iter().all(|other| other.path != fault.path);
        let wrong: Vec<FieldError> = summary.faults().into_iter().filter(is_there).collect();
        let errors = [missing, wrong].concat();
        if errors.is_empty() {
            return Ok(summary);
        }
        let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        let message = format!("Nothing was stored. Missing or wrong: {}. See errors for what to do.", paths.join(", "));
        Err(Refusal::new(Code::InvalidField, message).with_errors(errors))
    }
}

impl Desk {
    /// Hands a case over to people.
    ///
    /// # Errors
    /// `not_found` for a run this key may not see; `invalid_field` with everything that is missing or wrong; `too_many`
    /// beyond [`MAX_UNRESOLVED`] of one run.
    pub async fn open_escalation(
        &self,
        caller: &Caller,
        run: RunId,
        body: OpenEscalation,
        idempotency: Option<Idempotency>,
    ) -> Result<Value> {
        let key = caller.key(Action::OpenEscalation)?.id;
        let seen = self.visible_run(caller, run).await?;
        let takes_all = body.concerns.is_none();
        let mut summary = body.read()?;
        let limits = self.compiled(&seen.workflow, seen.version).await?.workflow().escalations;
        self.database
            .write(move |tx| {
                async move {
                    name_concerns(tx, run, &mut summary, takes_all).await?;
                    let answer = insert(tx, run, key, &summary, limits).await?;
                    keep_answer(tx, key, idempotency.as_ref(), 201, &answer).await?;
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }

    /// An escalation.
    pub async fn read_escalation(&self, caller: &Caller, id: EscalationId) -> Result<Stored> {
        caller.authorize(Action::ReadEscalations)?;
        self.visible_escalation(caller, id).await
    }

    /// Escalations, newest first; a key minted for a run sees those of that run only.
    pub async fn list_escalations(
        &self,
        caller: &Caller,
        mut filter: EscalationFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Stored>> {
        caller.authorize(Action::ReadEscalations)?;
        if let Caller::Key(KeyCaller { run: Some(run), .. }) = caller {
            filter.run = Some(*run);
        }
        let before = cursor.map(read_cursor).transpose()?;
        let mut tx = self.database.read().await?;
        let mut items = store::escalation::list(&mut tx, filter, before, i64::from(limit) + 1).await?;
        let has_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| has_more).map(|row| row.id.to_string());
        Ok(Page { items, next_cursor })
    }

    /// Refuses what the caller may not see, before anything is said about the body.
    pub async fn must_see_escalation(&self, caller: &Caller, id: EscalationId) -> Result<()> {
        self.visible_escalation(caller, id).await.map(drop)
    }

    async fn visible_escalation(&self, caller: &Caller, id: EscalationId) -> Result<Stored> {
        let mut tx = self.database.read().await?;
        let stored = store::escalation::find(&mut tx, id).await?.filter(|stored| caller.sees(stored.run));
        stored.ok_or_else(|| Refusal::not_found("escalation").into())
    }
}

/// Holds the concerns an escalation names against those of the run; one that names none takes all of them.
async fn name_concerns(tx: &mut Tx, run: RunId, summary: &mut Summary, takes_all: bool) -> Result<()> {
    let known = store::concern::list_of_run(tx, run).await?;
    for (place, named) in summary.concerns.iter().enumerate() {
        if named.concern_id.is_some_and(|id| known.iter().all(|concern| concern.id != id)) {
            let message = "expected the id of a concern of this run, or nothing";
            return Err(Refusal::invalid(format!("/concerns/{place}/concern_id"), message).into());
        }
    }
    if takes_all {
        // The newest are what it is about, should there be more than an escalation names.
        let newest = known.into_iter().rev().take(MAX_CONCERNS);
        summary.concerns = newest.map(store::concern::Stored::escalated).collect();
        summary.concerns.reverse();
    }
    Ok(())
}

/// Stores a new escalation with its event.
async fn insert(tx: &mut Tx, run: RunId, key: KeyId, summary: &Summary, limits: Limits) -> Result<Value> {
    // No gate reads escalations, so they do not count as a move.
    let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
    let unresolved = store::escalation::count_unresolved(tx, run.id).await?;
    if usize::try_from(unresolved).unwrap_or(usize::MAX) >= MAX_UNRESOLVED {
        let message = format!("{MAX_UNRESOLVED} escalations of this run are not resolved yet. Nothing was stored.");
        return Err(Refusal::new(Code::TooMany, message).into());
    }
    let (id, now) = (EscalationId::from_uuid(tx.uuid()), tx.now());
    let (state, event) = Escalation::open(id, summary, now);
    let deadlines = Deadlines::new(limits, now);
    store::escalation::insert(tx, &NewEscalation { id, run: run.id, key, summary, state: &state, deadlines }).await?;
    tx.record_in(run.id, &run.subject, None, Actor::Key(key), event);
    Ok(json!({"escalation_id": id, "run_id": run.id, "status": state.status(), "opened_at": now}))
}

fn read_cursor(text: &str) -> Result<EscalationId, Refusal> {
    let message = "The cursor is not one that a page gave; begin without one.";
    text.parse().map_err(|_| Refusal::new(Code::MalformedRequest, message))
}
