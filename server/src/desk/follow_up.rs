//! Follow-ups: a person says how what a closure handed over was settled.

use domain::{
    Actor, Refusal,
    closure::page::FollowUpRow,
    follow_up::{Settlement, check_resolution},
    id::FollowUpId,
    permission::Action,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Caller, Desk};
use crate::{
    error::{Error, Result},
    store::{self, Tx},
};

/// What `POST /follow-ups/{id}/resolve` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveFollowUp {
    /// How it was settled, in words.
    pub resolution: String,
    /// What is to become of the step when the closure is replayed: it counts as done, is tried again, or stays undone.
    pub outcome: Settlement,
}

impl Desk {
    /// Says how a follow-up was settled. Its closure does nothing by itself because of it: an administrator replays it.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` of `/resolution`; `illegal_move` when it is resolved already.
    pub async fn resolve_follow_up(
        &self,
        caller: &Caller,
        id: FollowUpId,
        body: ResolveFollowUp,
    ) -> Result<FollowUpRow> {
        caller.authorize(Action::ResolveFollowUp)?;
        self.visible_follow_up(caller, id).await?;
        check_resolution(&body.resolution)?;
        let (actor, settled) = (caller.actor(), (body.outcome, body.resolution.trim().to_owned()));
        self.database
            .write(move |tx| {
                async move {
                    let stored = store::follow_up::find(tx, id).await?.ok_or(Error::Moved)?;
                    let closure = store::closure::find(tx, stored.closure).await?.ok_or(Error::Moved)?;
                    let (state, event) = stored.state.clone().resolve(id, stored.closure, actor, settled, tx.now())?;
                    if !store::follow_up::settle(tx, id, &state).await? {
                        return Err(Error::Moved);
                    }
                    match closure.run {
                        Some(run) => tx.record_in(run, &closure.title, closure.trigger.approval, actor, event),
                        None => tx.record(actor, event),
                    }
                    let resolved = store::follow_up::Stored { state, ..stored };
                    let mut row = FollowUpRow::from(resolved);
                    row.resolved_by = Some(name_of(tx, actor).await?);
                    Ok(row)
                }
                .boxed()
            })
            .await
    }

    /// Refuses what the caller may not see, before anything is said about the body.
    pub async fn must_see_follow_up(&self, caller: &Caller, id: FollowUpId) -> Result<()> {
        self.visible_follow_up(caller, id).await.map(drop)
    }

    async fn visible_follow_up(&self, caller: &Caller, id: FollowUpId) -> Result<store::follow_up::Stored> {
        let mut tx = self.database.read().await?;
        let stored = store::follow_up::find(&mut tx, id).await?;
        drop(tx);
        let missing = || Error::from(Refusal::not_found("follow-up"));
        let stored = stored.ok_or_else(missing)?;
        match self.visible_closure(caller, stored.closure).await {
            Ok(_) => Ok(stored),
            Err(Error::Refused(_)) => Err(missing()),
            Err(other) => Err(other),
        }
    }
}

/// What somebody is called.
pub(super) async fn name_of(tx: &mut Tx, actor: Actor) -> Result<String> {
    Ok(match actor {
        Actor::Person(id) => store::person::find(tx, id).await?.map_or_else(|| id.to_string(), |person| person.name),
        Actor::Key(id) => store::key::find(tx, id).await?.map_or_else(|| id.to_string(), |key| key.name),
        Actor::System(part) => part.to_string(),
    })
}
