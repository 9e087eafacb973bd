//! What a harness, or a person, says of the undoing of an effect.

use domain::{
    Actor, Refusal,
    alert::AlertKind,
    compensation::{Compensation, MAX_DETAIL, Outcome},
    event::Event,
    id::{CompensationId, RunId},
    permission::Action,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ENGINE, effects::raise, fail::status, undo::roll_back};
use crate::{
    desk::{Caller, Desk, text},
    error::{Error, Result},
    store::{self, Tx, compensation::Stored, run::Run},
};

/// What `POST /runs/{id}/compensations/{cid}` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportCompensation {
    /// Whether the effect is undone.
    pub outcome: Outcome,
    /// What there is to say about it.
    #[serde(default)]
    pub detail: Option<String>,
}

impl Desk {
    /// Records how a compensation went. With the last one done the failed stages may be entered again. The same report
    /// again changes nothing.
    ///
    /// # Errors
    /// `not_found`; `illegal_move` for a report that takes back one that it is done; `invalid_field`.
    pub async fn report_compensation(
        &self,
        caller: &Caller,
        run: RunId,
        id: CompensationId,
        body: ReportCompensation,
    ) -> Result<Value> {
        caller.authorize(Action::ReportCompensation)?;
        let seen = self.visible_run(caller, run).await?;
        self.must_know_compensation(caller, run, id).await?;
        text::optional("/detail", body.detail.as_deref(), MAX_DETAIL)?;
        let compiled = self.compiled(&seen.workflow, seen.version).await?;
        let actor = caller.actor();
        let reported = self.database.write(move |tx| {
            async move {
                let run = store::run::lock(tx, run).await?.ok_or(Error::Moved)?;
                let mut stored = store::compensation::find(tx, id).await?.ok_or(Error::Moved)?;
                report(tx, &run, &mut stored, body, actor).await?;
                let retry_allowed = roll_back(tx, &run, compiled.workflow()).await?;
                let outstanding = store::compensation::list_outstanding(tx, run.id).await?.len();
                Ok(json!({
                    "compensation_id": id, "status": status(&stored.state), "retry_allowed": retry_allowed,
                    "outstanding": outstanding,
                }))
            }
            .boxed()
        });
        let answer = reported.await?;
        self.advance(run).await;
        Ok(answer)
    }

    /// Refuses what is not of this run, before anything is said about the body.
    pub async fn must_know_compensation(&self, caller: &Caller, run: RunId, id: CompensationId) -> Result<()> {
        self.visible_run(caller, run).await?;
        let mut tx = self.database.read().await?;
        let found = store::compensation::find(&mut tx, id).await?.filter(|stored| stored.run == run);
        found.map(drop).ok_or_else(|| Refusal::not_found("compensation of this run").into())
    }
}

/// Stores a report; the same one again changes nothing. The run is locked.
async fn report(tx: &mut Tx, run: &Run, stored: &mut Stored, body: ReportCompensation, actor: Actor) -> Result<()> {
    let is_repeat = matches!(
        (&stored.state, body.outcome),
        (Compensation::Done { .. }, Outcome::Done) | (Compensation::Failed { .. }, Outcome::Failed)
    );
    if is_repeat {
        return Ok(());
    }
    let detail = body.detail.map(|detail| detail.trim().to_owned()).filter(|detail| !detail.is_empty());
    let (state, event) = stored.state.clone().report(stored.id, body.outcome, detail, tx.now())?;
    store::compensation::update(tx, stored.id, &state).await?;
    tx.record_in(run.id, &run.subject, None, actor, event);
    stored.state = state;
    match body.outcome {
        Outcome::Failed => raise(tx, run, stored.id).await,
        Outcome::Done => {
            let (kind, about) = (AlertKind::CompensationFailed, stored.id.to_string());
            if store::alert::delete(tx, kind, &about).await? {
                tx.record_in(run.id, &run.subject, None, ENGINE, Event::AlertSettled { alert: kind, about });
            }
            Ok(())
        }
    }
}
