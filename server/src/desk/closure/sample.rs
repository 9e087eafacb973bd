//! The end of a closure, and the sample: whether people look at it though nobody was needed, and who had a part in it.

use std::collections::{BTreeMap, HashMap};

use domain::{
    Actor, Digest,
    closure::{
        ClosureStatus,
        review::{ClosureReview, Involved},
        sample::{ALWAYS, Sampling},
        trigger::Trigger,
    },
    event::Event,
    id::{ApprovalId, ClosureId, PersonId, RunId},
};
use futures::FutureExt as _;

use super::{Held, keep};
use crate::{
    desk::Desk,
    error::Result,
    store::{self, Tx, closure::Stored, closure::review, decision::Decider},
};

impl Desk {
    /// Says what became of a closure. Whether it is in the sample is found out in the same transaction, so that none that
    /// ended was not drawn for.
    pub(super) async fn settle_closure(&self, held: Held) -> Result<()> {
        let compiled = self.compiled(&held.0.workflow, held.0.version).await?;
        let rule = compiled.workflow().closure.iter().find(|rule| rule.id == held.0.rule);
        let sampling = rule.and_then(|rule| rule.sample.clone());
        let digest = compiled.version().digest;
        self.database
            .write(move |tx| {
                async move {
                    let steps = store::closure::step::list(tx, held.id()).await?;
                    let steps: Vec<_> = steps.into_iter().map(|step| step.state).collect();
                    let now = tx.now();
                    let (state, event) = held.0.state.clone().settle(held.id(), &steps, now)?;
                    keep::moved(tx, &held.0, &state).await?;
                    keep::record(tx, &held.0, event);
                    let is_unaided =
                        matches!(state.status(), ClosureStatus::Completed | ClosureStatus::SkippedIdempotent);
                    match sampling {
                        Some(sampling) if is_unaided => draw(tx, &held.0, sampling, &digest).await,
                        _ => Ok(()),
                    }
                }
                .boxed()
            })
            .await
    }
}

/// Puts a closure that needs nobody into the sample, if it is drawn. Of two that end at the same moment both may be the
/// last of the first ones: then one more is looked at than must be, and never one less.
async fn draw(tx: &mut Tx, stored: &Stored, sampling: Sampling, workflow: &Digest) -> Result<()> {
    let drawn_before = review::count(tx, stored, ALWAYS).await?;
    let Some(drawn) = sampling.draw(stored.id, workflow, &stored.rule, drawn_before) else { return Ok(()) };
    let Sampling { one_in, by: group } = sampling;
    let new = review::Stored {
        closure: stored.id,
        workflow: stored.workflow.clone(),
        version: stored.version,
        rule: stored.rule.clone(),
        group: group.clone(),
        drawn,
        one_in,
        state: ClosureReview::Waiting { at: tx.now() },
    };
    review::insert(tx, &new).await?;
    keep::record(tx, stored, Event::ClosureSampled { closure: stored.id, group, drawn, one_in });
    Ok(())
}

/// The people who had a part in each of these closures: themselves, by a key of theirs, or by a delegate.
pub(in crate::desk) async fn involved(tx: &mut Tx, ids: &[ClosureId]) -> Result<HashMap<ClosureId, Involved>> {
    let mut found: HashMap<ClosureId, Involved> = ids.iter().map(|id| (*id, Involved::default())).collect();
    if ids.is_empty() {
        return Ok(found);
    }
    let followed = review::list_triggers(tx, ids).await?;
    let approvals: Vec<ApprovalId> = followed.iter().filter_map(|(_, trigger)| trigger.approval).collect();
    // What follows a run as a whole rests on all that was decided in it.
    let runs: Vec<RunId> = followed
        .iter()
        .filter(|(_, trigger)| trigger.approval.is_none())
        .filter_map(|(_, trigger)| trigger.run)
        .collect();
    let mut decided = store::decision::list_deciders(tx, &approvals).await?;
    decided.extend(store::decision::list_deciders_of_runs(tx, &runs).await?);
    for Decider { approval, run, person, principal } in decided {
        let rests = |trigger: &Trigger| trigger.approval.map_or(trigger.run == Some(run), |own| own == approval);
        for (closure, _) in followed.iter().filter(|(_, trigger)| rests(trigger)) {
            let involved = found.entry(*closure).or_default();
            involved.decided.extend([person].into_iter().chain(principal));
        }
    }
    let mut people = People::default();
    for (closure, actor) in review::list_settlers(tx, ids).await? {
        let person = people.behind(tx, actor).await?;
        found.entry(closure).or_default().settled.extend(person);
    }
    for (closure, actor) in review::list_replayers(tx, ids).await? {
        let person = people.behind(tx, actor).await?;
        found.entry(closure).or_default().replayed.extend(person);
    }
    Ok(found)
}

/// The people behind actors, each key looked up once.
#[derive(Default)]
struct People(BTreeMap<String, Option<PersonId>>);

impl People {
    async fn behind(&mut self, tx: &mut Tx, actor: Actor) -> Result<Option<PersonId>> {
        Ok(match actor {
            Actor::Person(person) => Some(person),
            Actor::System(_) => None,
            Actor::Key(key) => {
                let name = key.to_string();
                if let Some(known) = self.0.get(&name) {
                    return Ok(*known);
                }
                let owner = store::key::find(tx, key).await?.and_then(|key| key.owner);
                self.0.insert(name, owner);
                owner
            }
        })
    }
}
