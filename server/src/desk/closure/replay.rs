//! Finishing what was left: by an administrator, or to see what that would do.

use domain::{
    Actor, Refusal,
    closure::{
        Reason,
        page::{Mark, Receipt},
        replay::{DryRun, DryStep, Next, Would},
    },
    follow_up::FollowUp,
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

/// Follow-ups of a closure that are looked through, the latest first.
const MOST_ASKED: i64 = 200;

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
                    replay(tx, id, (by, actor)).await
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
        let filter = FollowUpFilter { closure: Some(id), ..FollowUpFilter::default() };
        let asked = store::follow_up::list(&mut tx, &filter, None, MOST_ASKED).await?;
        drop(tx);
        let mut steps = Vec::with_capacity(known.len());
        for step in known {
            let (would, detail) = match Next::of(&step.state, asked_of(&step, &asked)) {
                _ if step.state.is_finished() => (Would::Nothing, None),
                Next::Vouched(said) => (Would::Nothing, Some(format!("A person: {said}"))),
                Next::Stay => (Would::Ask, Some("Somebody is asked about it, or has left it undone.".to_owned())),
                Next::Try => self.would_do(&stored, &step).await?,
            };
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
        let mut tx = self.database.read().await?;
        let place = self.place_of(&mut tx, &step.plan).await?;
        drop(tx);
        let place = match place {
            Ok(place) => place,
            Err((_, detail)) => return Ok((Would::Ask, Some(detail))),
        };
        // A person has said of what was ambiguous that it is to be tried again.
        let as_replayed = step.state.clone().reset(step.state.at());
        let is_uncertain = as_replayed.as_ref().unwrap_or(&step.state).is_uncertain();
        Ok(match self.see(&place, step, stored).await? {
            Seen::AsWanted(confirmed) => (Would::Nothing, Some(confirmed)),
            Seen::Stop(_, detail) => (Would::Ask, Some(detail)),
            Seen::Later { cause, .. } => (Would::Wait, Some(cause)),
            Seen::NotYet(_) if is_uncertain && !place.honours_keys() => {
                (Would::Ask, Some(Reason::OutcomeAmbiguous.title().to_owned()))
            }
            Seen::NotYet(_) => (Would::Write, None),
        })
    }
}

/// The last that was asked about a step.
fn asked_of<'a>(step: &StepStored, asked: &'a [store::follow_up::Stored]) -> Option<&'a FollowUp> {
    let last = asked.iter().find(|known| known.packet.step.as_deref() == Some(step.plan.step.as_str()));
    last.map(|known| &known.state)
}

/// Why nothing can be set going.
fn held_up(asked: &[store::follow_up::Stored]) -> Refusal {
    let open = asked.iter().filter(|known| matches!(known.state, FollowUp::Open { .. }));
    let ids: Vec<String> = open.map(|known| known.id.to_string()).collect();
    let message = if ids.is_empty() {
        "What is left was left undone by whoever looked at it.".to_owned()
    } else {
        format!("What is left waits for a person: resolve {} first.", ids.join(", "))
    };
    Refusal::new(Code::IllegalMove, message)
}

async fn set_going(tx: &mut Tx, stored: &store::closure::Stored, step: &StepStored, next: Next) -> Result<()> {
    let state = match next {
        Next::Stay => return Ok(()),
        Next::Vouched(said) => {
            let (state, event) = step.state.clone().vouch(step.named(), &said, tx.now())?;
            keep::record(tx, stored, event);
            state
        }
        // What was planned or is being written goes on as it is.
        Next::Try => match step.state.clone().reset(tx.now()) {
            Ok(state) => state,
            Err(_) => return Ok(()),
        },
    };
    store::closure::step::put(tx, &StepStored { state, ..step.clone() }).await?;
    Ok(())
}

async fn replay(tx: &mut Tx, id: ClosureId, (by, who): (String, Actor)) -> Result<()> {
    let stored = store::closure::find(tx, id).await?.ok_or(Error::Moved)?;
    let filter = FollowUpFilter { closure: Some(id), ..FollowUpFilter::default() };
    let asked = store::follow_up::list(tx, &filter, None, MOST_ASKED).await?;
    let steps = store::closure::step::list(tx, id).await?;
    let next = |step: &StepStored| Next::of(&step.state, asked_of(step, &asked));
    let unfinished: Vec<(&StepStored, Next)> =
        steps.iter().filter(|step| !step.state.is_finished()).map(|step| (step, next(step))).collect();
    let moving = unfinished.iter().filter(|(_, next)| matches!(next, Next::Try | Next::Vouched(_)));
    let names: Vec<String> = moving.map(|(step, _)| step.plan.step.clone()).collect();
    let (state, event) = stored.state.clone().replay(id, names.clone(), tx.now())?;
    if names.is_empty() && !unfinished.is_empty() {
        return Err(held_up(&asked).into());
    }
    keep::moved(tx, &stored, &state).await?;
    for (step, next) in unfinished {
        set_going(tx, &stored, step, next).await?;
    }
    let at = tx.now();
    store::closure::mark(tx, id, &Mark::Replayed { at, by, who: Some(who), steps: names }).await?;
    keep::record(tx, &stored, event);
    Ok(())
}
