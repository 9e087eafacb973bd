//! One resolution for all concerns, once each of them is resolved.

use domain::{
    Actor, Refusal,
    concern::ConcernStatus,
    escalation::MAX_TEXT,
    event::Event,
    id::{ConcernId, KeyId, RunId},
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{refunds, round};
use crate::{
    desk::{Caller, Desk, text},
    error::{Error, Result},
    store::{
        self, Tx,
        concern::{Stored, Unified},
    },
};

/// What `POST /runs/{id}/concerns/unify` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unify {
    /// How everything is settled, in the words that the customer may be told.
    pub resolution: String,
}

impl Desk {
    /// Gives the concerns that have none one resolution together; what is opened afterwards begins anew. The same again
    /// changes nothing.
    ///
    /// # Errors
    /// `not_found`; `invalid_field`; `illegal_move` while one is not resolved, naming them, and when there is none.
    pub async fn unify_concerns(&self, caller: &Caller, run: RunId, body: Unify) -> Result<Value> {
        let key = caller.key(Action::WorkConcerns)?.id;
        let run = self.visible_run(caller, run).await?.id;
        text::required("/resolution", &body.resolution, MAX_TEXT)?;
        let resolution = body.resolution.trim().to_owned();
        self.database.write(move |tx| unify(tx, run, key, resolution).boxed()).await
    }
}

async fn unify(tx: &mut Tx, run: RunId, key: KeyId, resolution: String) -> Result<Value> {
    let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
    let round = round(tx, run.id).await?;
    let mut concerns = store::concern::list_of_run(tx, run.id).await?;
    if concerns.iter().all(|concern| concern.round < round) {
        return repeated(tx, run.id, &concerns, &resolution).await;
    }
    concerns.retain(|concern| concern.round == round);
    must_be_resolved(&concerns)?;
    let ids: Vec<ConcernId> = concerns.iter().map(|concern| concern.id).collect();
    let unified = Unified { round, resolution, key, by: String::new(), at: tx.now() };
    store::concern::insert_unified(tx, run.id, &unified).await?;
    let answer = answer(run.id, &concerns, &unified);
    let event =
        Event::ConcernsUnified { concerns: ids, refunds: refunds(concerns.iter()), resolution: unified.resolution };
    tx.record_in(run.id, &run.subject, None, Actor::Key(key), event);
    Ok(answer)
}

/// The answer to a repeat: nothing was opened since, and the same is said.
async fn repeated(tx: &mut Tx, run: RunId, concerns: &[Stored], resolution: &str) -> Result<Value> {
    match store::concern::list_unified(tx, run).await?.pop() {
        Some(last) if last.resolution == resolution => {
            let of_it: Vec<Stored> = concerns.iter().filter(|concern| concern.round == last.round).cloned().collect();
            Ok(answer(run, &of_it, &last))
        }
        Some(_) => Err(illegal("The concerns of this run have a resolution already.").into()),
        None => Err(illegal("This run has no concern yet.").into()),
    }
}

fn must_be_resolved(concerns: &[Stored]) -> Result<(), Refusal> {
    let unresolved: Vec<&Stored> =
        concerns.iter().filter(|concern| concern.state.status() != ConcernStatus::Resolved).collect();
    if unresolved.is_empty() {
        return Ok(());
    }
    let names: Vec<String> =
        unresolved.iter().map(|concern| format!("{} ({})", concern.matter.title, concern.state.status())).collect();
    let message = format!("Nothing was stored. Resolve every concern first: {}.", names.join("; "));
    let ids: Vec<ConcernId> = unresolved.iter().map(|concern| concern.id).collect();
    Err(illegal(&message).with("unresolved", json!(ids)))
}

fn answer(run: RunId, concerns: &[Stored], unified: &Unified) -> Value {
    let ids: Vec<ConcernId> = concerns.iter().map(|concern| concern.id).collect();
    json!({
        "run_id": run, "resolution": unified.resolution, "refunds": refunds(concerns.iter()), "concerns": ids,
        "unified_at": unified.at,
    })
}

fn illegal(why: &str) -> Refusal {
    Refusal::new(Code::IllegalMove, why)
}
