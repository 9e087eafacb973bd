//! Finishing what was left: by an administrator, or to see what that would do.

use domain::{
    Actor, Refusal,
    closure::{
        Reason,
        page::{Mark, Receipt},
        step::{Step, StepStatus},
    },
    follow_up::{FollowUp, Settlement},
    id::ClosureId,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// What a replay would do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DryRun {
    /// The closure.
    pub closure_id: ClosureId,
    /// Whether its source still stands.
    pub source_holds: bool,
    /// What the source said, where it does not.
    pub source_detail: Option<String>,
    /// What would be done, step by step.
    pub steps: Vec<DryStep>,
}

/// What a replay would do about a step.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DryStep {
    /// The step.
    pub step: String,
    /// The target.
    pub target: String,
    /// The record below it.
    pub record: String,
    /// Its idempotency key.
    pub idempotency_key: String,
    /// How it stands.
    pub status: StepStatus,
    /// What would be done: nothing, write, wait or ask a person.
    pub would: Would,
    /// What was seen.
    pub detail: Option<String>,
}

/// What would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Would {
    /// It is as it should be.
    Nothing,
    /// It would be written.
    Write,
    /// It cannot be read now, and would be tried later.
    Wait,
    /// A person is needed.
    Ask,
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

/// What becomes of a step that is not done.
enum Next {
    /// It is tried again.
    Try,
    /// Somebody says that it is done, in these words.
    Vouched(String),
    /// Somebody is asked about it still, or has left it undone.
    Stay,
}

impl Next {
    /// What was said last about the step decides.
    fn of(step: &StepStored, asked: &[store::follow_up::Stored]) -> Self {
        let asked = asked.iter().find(|known| known.packet.step.as_deref() == Some(step.plan.step.as_str()));
        match asked.map(|known| &known.state) {
            Some(FollowUp::Open { .. }) if matches!(step.state, Step::Blocked { .. }) => Self::Stay,
            Some(FollowUp::Resolved { outcome: Settlement::Left, by: Actor::Person(_) | Actor::Key(_), .. }) => {
                Self::Stay
            }
            Some(FollowUp::Resolved {
                outcome: Settlement::Done,
                by: Actor::Person(_) | Actor::Key(_),
                resolution,
                ..
            }) => Self::Vouched(resolution.clone()),
            Some(FollowUp::Open { .. } | FollowUp::Resolved { .. }) | None => Self::Try,
        }
    }
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

async fn replay(tx: &mut Tx, id: ClosureId, by: String) -> Result<()> {
    let stored = store::closure::find(tx, id).await?.ok_or(Error::Moved)?;
    let filter = FollowUpFilter { closure: Some(id), ..FollowUpFilter::default() };
    let asked = store::follow_up::list(tx, &filter, None, MOST_ASKED).await?;
    let steps = store::closure::step::list(tx, id).await?;
    let unfinished: Vec<(&StepStored, Next)> =
        steps.iter().filter(|step| !step.state.is_finished()).map(|step| (step, Next::of(step, &asked))).collect();
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
    store::closure::mark(tx, id, &Mark::Replayed { at, by, steps: names }).await?;
    keep::record(tx, &stored, event);
    Ok(())
}
