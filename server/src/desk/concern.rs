//! Concerns: the agent's side opens the single matters of a request, says what it found of each, settles each, and says
//! in the end how everything is settled together.

mod unify;

use domain::{
    Refusal,
    concern::{Change, Concern, ConcernStatus, Findings, MAX_OF_RUN, Matter},
    id::{ConcernId, KeyId, RunId},
    money::totals,
    permission::Action,
    refusal::Code,
    timeline::{ConcernRow, UnifiedRow},
};
use futures::FutureExt as _;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Value, json};

use super::{
    Caller, Desk,
    idempotency::{Idempotency, keep_answer},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, concern::Stored},
};

pub use unify::Unify;

/// What `PATCH /concerns/{id}` takes: at least one of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeConcern {
    /// `investigating` or `resolved`.
    #[serde(default)]
    pub status: Option<ConcernStatus>,
    /// What was found; it replaces what was found before. A text stands for findings with a text alone.
    #[serde(default)]
    pub findings: Option<Found>,
    /// How this concern is settled, which resolves it.
    #[serde(default)]
    pub resolution: Option<String>,
}

/// Findings, or words.
#[derive(Debug, Clone)]
pub struct Found(pub Findings);

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Found;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object or a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Found, E> {
                Ok(Found(Findings { text: Some(text.to_owned()), ..Findings::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Found, A::Error> {
                Findings::deserialize(MapAccessDeserializer::new(map)).map(Found)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Found {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Found".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let findings = generator.subschema_for::<Findings>();
        json_schema!({"anyOf": [findings, {"type": "string"}]})
    }
}

impl Desk {
    /// Refuses a concern that is none of this run's.
    pub(super) async fn concern_of(&self, run: RunId, id: Option<ConcernId>) -> Result<()> {
        let Some(id) = id else { return Ok(()) };
        let mut tx = self.database.read().await?;
        let known = store::concern::find(&mut tx, id).await?.filter(|known| known.run == run);
        let message = "the run has no such concern: leave it out, or open one first";
        known.map(drop).ok_or_else(|| Refusal::invalid("/concern_id", message).into())
    }

    /// Opens a concern of a run; also after the run has ended, as escalations may be.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` with everything that is wrong; `too_many` beyond [`MAX_OF_RUN`] of one run.
    pub async fn open_concern(
        &self,
        caller: &Caller,
        run: RunId,
        matter: Matter,
        idempotency: Option<Idempotency>,
    ) -> Result<Value> {
        let key = caller.key(Action::WorkConcerns)?.id;
        let run = self.visible_run(caller, run).await?.id;
        refuse(matter.faults())?;
        self.database
            .write(move |tx| {
                async move {
                    let answer = open(tx, run, key, matter).await?;
                    keep_answer(tx, key, idempotency.as_ref(), 201, &answer).await?;
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }

    /// Says that a concern is looked into, what was found, or how it is settled. The same again changes nothing.
    ///
    /// # Errors
    /// `not_found`; `invalid_field`; `illegal_move` for one that is resolved already.
    pub async fn change_concern(&self, caller: &Caller, id: ConcernId, body: ChangeConcern) -> Result<Stored> {
        let actor = caller.key(Action::WorkConcerns).map(|_| caller.actor())?;
        let run = self.visible_concern(caller, id).await?.run;
        let trimmed = |text: String| text.trim().to_owned();
        let findings = body.findings.map(|found| found.0);
        let change = Change { status: body.status, findings, resolution: body.resolution.map(trimmed) };
        refuse(change.faults())?;
        self.database
            .write(move |tx| {
                async move {
                    let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
                    let stored = store::concern::find(tx, id).await?.ok_or(Error::Moved)?;
                    if stored.state.is_as(&change) {
                        return Ok(stored);
                    }
                    let (state, now) = (stored.state.clone(), tx.now());
                    let (state, event) = match change.resolution {
                        Some(resolution) => state.resolve(id, change.findings, actor, resolution, now)?,
                        None => state.investigate(id, change.findings, now)?,
                    };
                    store::concern::update(tx, id, &state).await?;
                    tx.record_in(run.id, &run.subject, None, actor, event);
                    Ok(Stored { state, ..stored })
                }
                .boxed()
            })
            .await
    }

    /// The concerns of a run, oldest first, and the resolutions they have together.
    pub async fn list_concerns(&self, caller: &Caller, run: RunId) -> Result<(Vec<ConcernRow>, Vec<UnifiedRow>)> {
        caller.authorize(Action::ReadRun)?;
        let run = self.visible_run(caller, run).await?.id;
        let mut tx = self.database.read().await?;
        Ok((rows(&mut tx, run).await?, unified(&mut tx, run).await?))
    }

    /// Refuses what the caller may not see, before anything is said about the body.
    pub async fn must_see_concern(&self, caller: &Caller, id: ConcernId) -> Result<()> {
        self.visible_concern(caller, id).await.map(drop)
    }

    async fn visible_concern(&self, caller: &Caller, id: ConcernId) -> Result<Stored> {
        let mut tx = self.database.read().await?;
        let stored = store::concern::find(&mut tx, id).await?.filter(|stored| caller.sees(stored.run));
        stored.ok_or_else(|| Refusal::not_found("concern").into())
    }
}

/// Everything that is wrong, in one refusal.
fn refuse(faults: Vec<domain::FieldError>) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    let message = format!("Nothing was stored. Missing or wrong: {}. See errors for what to do.", paths.join(", "));
    Err(Refusal::new(Code::InvalidField, message).with_errors(faults))
}

async fn open(tx: &mut Tx, run: RunId, key: KeyId, matter: Matter) -> Result<Value> {
    // No gate reads concerns, so they do not count as a move.
    let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
    if store::concern::list_of_run(tx, run.id).await?.len() >= MAX_OF_RUN {
        let message = format!("This run has {MAX_OF_RUN} concerns already. Nothing was stored.");
        return Err(Refusal::new(Code::TooMany, message).into());
    }
    let round = round(tx, run.id).await?;
    let (id, now) = (ConcernId::from_uuid(tx.uuid()), tx.now());
    let (state, event) = Concern::open(id, &matter, now);
    let stored = Stored { id, run: run.id, key, round, matter, state, opened_at: now };
    store::concern::insert(tx, &stored).await?;
    tx.record_in(run.id, &run.subject, None, domain::Actor::Key(key), event);
    Ok(json!({"concern_id": id, "run_id": run.id, "status": stored.state.status(), "opened_at": now}))
}

/// The round that is open: as many resolutions as there are lie behind.
async fn round(tx: &mut Tx, run: RunId) -> Result<u32> {
    Ok(store::concern::list_unified(tx, run).await?.last().map_or(0, |last| last.round + 1))
}

/// The concerns of a run as pages show them.
pub(super) async fn rows(tx: &mut Tx, run: RunId) -> Result<Vec<ConcernRow>> {
    let round = round(tx, run).await?;
    let row = |stored: Stored| ConcernRow {
        id: stored.id,
        // The context is for whoever looks into it; no page shows it.
        matter: Matter { shared_context: serde_json::Map::new(), ..stored.matter },
        state: stored.state,
        opened_at: stored.opened_at,
        round: stored.round,
        is_unified: stored.round < round,
    };
    Ok(store::concern::list_of_run(tx, run).await?.into_iter().map(row).collect())
}

/// The resolutions of a run as pages show them, newest first.
pub(super) async fn unified(tx: &mut Tx, run: RunId) -> Result<Vec<UnifiedRow>> {
    let concerns = store::concern::list_of_run(tx, run).await?;
    let row = |unified: store::concern::Unified| UnifiedRow {
        refunds: refunds(concerns.iter().filter(|concern| concern.round == unified.round)),
        round: unified.round,
        resolution: unified.resolution,
        at: unified.at,
        by: unified.by,
    };
    Ok(store::concern::list_unified(tx, run).await?.into_iter().rev().map(row).collect())
}

/// What the refunds that were found come to.
fn refunds<'a>(concerns: impl Iterator<Item = &'a Stored>) -> Vec<domain::money::Money> {
    totals(concerns.filter_map(|concern| concern.state.findings()?.refund.as_ref()))
}
