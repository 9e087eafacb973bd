//! Finishing what was left: by an administrator, or to see what that would do.

use domain::{
    Refusal,
    closure::{
        Reason,
        page::{Mark, Receipt},
        replay::{DryRun, DryStep, Would},
        step::Step,
    },
    follow_up::FollowUpStatus,
    id::ClosureId,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{keep, revalidate::Stand, see::Seen};
use crate::{
    desk::{Caller, Desk, follow_up::name_of},
    error::{Error, Result},
    store::{self, Tx, closure::step::Stored as StepStored, follow_up::FollowUpFilter},
};

/// What `POST /closures/{id}/replay` takes.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Whether nothing is written: the source and the targets are read, and what would be done is answered.
    #[serde(default)]
    pub dry_run: bool,
}

impl Desk {
    /// Has a closure finish what it left undone: what failed, and what a person has settled. What is done stays done.
    ///
    /// # Errors
    /// `not_found`; `illegal_move` when it runs, everything is done, or what is left waits for a person.
    pub async fn replay_closure(&self, caller: &Caller, id: ClosureId) -> Result<Receipt> {
        caller.authorize(Action::ReplayClosure)?;
        self.visible_closure(caller, id).await?;
        let actor = caller.actor();
        self.database
            .write(move |tx| {
                async move {
                    let by = name_of(tx, actor).await?;
                    replay(tx, id, by).await
                }
                .boxed()
            })
            .await?;
        self.read_closure(caller, id).await
    }

    /// Reads the source and the targets, and says what a replay would do. Nothing is written, here or elsewhere.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn try_replay(&self, caller: &Caller, id: ClosureId) -> Result<DryRun> {
        caller.authorize(Action::ReplayClosure)?;
        let stored = self.visible_closure(caller, id).await?;
        let (source_holds, source_detail) = match self.look_at_source(&stored).await? {
            Stand::Holds(_) => (true, None),
            Stand::Gone(_, detail, _) | Stand::Silent(detail, _) => (false, Some(detail)),
        };
        let mut tx = self.database.read().await?;
        let known = store::closure::step::list(&mut tx, id).await?;
        drop(tx);
        let mut steps = Vec::with_capacity(known.len());
        for step in known {
            let (would, detail) = self.would_do(&stored, &step).await?;
            steps.push(DryStep {
                status: step.state.status(),
                step: step.plan.step,
                target: step.plan.target,
                record: step.plan.record,
                idempotency_key: step.key,
                would,
                detail,
            });
        }
        Ok(DryRun { closure_id: id, source_holds, source_detail, steps })
    }

    async fn would_do(&self, stored: &store::closure::Stored, step: &StepStored) -> Result<(Would, Option<String>)> {
        if step.state.is_finished() {
            return Ok((Would::Nothing, None));
        }
        let mut tx = self.database.read().await?;
        let place = self.place_of(&mut tx, &step.plan).await?;
        drop(tx);
        let place = match place {
            Ok(place) => place,
            Err((_, detail)) => return Ok((Would::Ask, Some(detail))),
        };
        Ok(match self.see(&place, step, stored).await? {
            Seen::AsWanted(confirmed) => (Would::Nothing, Some(confirmed)),
            Seen::Stop(_, detail) => (Would::Ask, Some(detail)),
            Seen::Later { cause, .. } => (Would::Wait, Some(cause)),
            Seen::NotYet(_) if step.state.is_uncertain() && !place.honours_keys() => {
                (Would::Ask, Some(Reason::OutcomeAmbiguous.title().to_owned()))
            }
            Seen::NotYet(_) => (Would::Write, None),
        })
    }
}

async fn replay(tx: &mut Tx, id: ClosureId, by: String) -> Result<()> {
    let stored = store::closure::find(tx, id).await?.ok_or(Error::Moved)?;
    let filter = FollowUpFilter { closure: Some(id), status: Some(FollowUpStatus::Open) };
    let open = store::follow_up::list(tx, filter, None, 100).await?;
    let waits = |step: &StepStored| {
        matches!(step.state, Step::Blocked { .. })
            && open.iter().any(|known| known.packet.step.as_deref() == Some(step.plan.step.as_str()))
    };
    let steps = store::closure::step::list(tx, id).await?;
    let unfinished: Vec<&StepStored> = steps.iter().filter(|step| !step.state.is_finished()).collect();
    let (held_up, free): (Vec<&StepStored>, Vec<&StepStored>) = unfinished.iter().partition(|step| waits(step));
    let names: Vec<String> = free.iter().map(|step| step.plan.step.clone()).collect();
    let (state, event) = stored.state.clone().replay(id, names.clone(), tx.now())?;
    if free.is_empty() && !held_up.is_empty() {
        let ids: Vec<String> = open.iter().map(|known| known.id.to_string()).collect();
        let message = format!("What is left waits for a person: resolve {} first.", ids.join(", "));
        return Err(Refusal::new(Code::IllegalMove, message).into());
    }
    keep::moved(tx, &stored, &state).await?;
    for step in free {
        // What was planned or is being written goes on as it is.
        if let Ok(state) = step.state.clone().reset(tx.now()) {
            store::closure::step::put(tx, &StepStored { state, ..step.clone() }).await?;
        }
    }
    let at = tx.now();
    store::closure::mark(tx, id, &Mark::Replayed { at, by, steps: names }).await?;
    keep::record(tx, &stored, event);
    Ok(())
}
