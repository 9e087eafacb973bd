//! Follow-ups: what a closure handed over is given to a person, and a person says how it was settled.

use domain::{
    Actor, Refusal, Role,
    closure::page::FollowUpRow,
    follow_up::{MAX_REASON, Owner, Settlement, check_resolution},
    id::{ClosureId, FollowUpId},
    permission::Action,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Caller, Desk,
    closure::keep::record_by,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, follow_up::Stored},
};

/// People offered to give a follow-up to, at the most.
const MOST_OWNERS: i64 = 500;

/// What `POST /follow-ups/{id}/resolve` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveFollowUp {
    /// How it was settled, in words.
    pub resolution: String,
    /// What is to become of the step when the closure is replayed: it counts as done, is tried again, or stays undone.
    pub outcome: Settlement,
}

/// What `POST /follow-ups/{id}/assign` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignFollowUp {
    /// The email or `usr_…` id of a reviewer who may sign in.
    pub to: String,
    /// Why them; they read it.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Desk {
    /// Gives a follow-up to somebody who may resolve it; nobody else is kept from that. The same again changes nothing.
    ///
    /// # Errors
    /// `not_found`; `illegal_move` when it is resolved already; `invalid_field` of `/to` and `/reason`.
    pub async fn assign_follow_up(&self, caller: &Caller, id: FollowUpId, body: AssignFollowUp) -> Result<FollowUpRow> {
        caller.authorize(Action::AssignFollowUp)?;
        self.visible_follow_up(caller, id).await?;
        let actor = caller.actor();
        self.database.write(move |tx| async move { assign(tx, actor, id, &body).await }.boxed()).await
    }

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
                    record_by(tx, &closure, actor, event);
                    let resolved = Stored { state, ..stored };
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

    /// Refuses one that the caller may not see, or that this closure has not handed over.
    pub async fn must_be_of_closure(&self, caller: &Caller, id: FollowUpId, closure: ClosureId) -> Result<()> {
        let stored = self.visible_follow_up(caller, id).await?;
        if stored.closure == closure { Ok(()) } else { Err(Refusal::not_found("follow-up").into()) }
    }

    async fn visible_follow_up(&self, caller: &Caller, id: FollowUpId) -> Result<Stored> {
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

/// Gives it to whom the body names.
async fn assign(tx: &mut Tx, actor: Actor, id: FollowUpId, body: &AssignFollowUp) -> Result<FollowUpRow> {
    let stored = store::follow_up::find(tx, id).await?.ok_or(Error::Moved)?;
    let closure = store::closure::find(tx, stored.closure).await?.ok_or(Error::Moved)?;
    let reason = body.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    // What is settled is refused before anything is said of the fields.
    stored.state.must_be_open()?;
    text::required("/to", &body.to, NAME)?;
    text::optional("/reason", body.reason.as_deref(), MAX_REASON)?;
    let to = find_owner(tx, body.to.trim()).await?;
    let event = stored.state.assign(id, stored.closure, to.person_id, reason.map(str::to_owned))?;
    if stored.assigned_to.as_ref().is_none_or(|own| own.person_id != to.person_id) {
        if !store::follow_up::assign(tx, id, to.person_id).await? {
            return Err(Error::Moved);
        }
        record_by(tx, &closure, actor, event);
    }
    Ok(FollowUpRow::from(Stored { assigned_to: Some(to), ..stored }))
}

/// Somebody who may sign in, and resolve follow-ups.
async fn find_owner(tx: &mut Tx, named: &str) -> Result<Owner> {
    let refuse = |why| Error::from(Refusal::invalid("/to", why));
    let unknown = "expected the email or usr_… id of a reviewer who may sign in";
    let id = store::entitlement::find_person(tx, named).await?.ok_or_else(|| refuse(unknown))?;
    let person = store::person::find(tx, id).await?.ok_or_else(|| refuse(unknown))?;
    if Action::ResolveFollowUp.roles().iter().any(|role| person.roles.contains(role)) {
        Ok(Owner { person_id: id, name: person.name })
    } else {
        Err(refuse("this person is no reviewer, and could not resolve it"))
    }
}

/// Everybody a follow-up may be given to.
pub(super) async fn owners(tx: &mut Tx) -> Result<Vec<Owner>> {
    let people = store::person::list_with_role(tx, Role::Reviewer, MOST_OWNERS).await?;
    Ok(people.into_iter().map(|(person_id, name)| Owner { person_id, name }).collect())
}

/// What somebody is called.
pub(super) async fn name_of(tx: &mut Tx, actor: Actor) -> Result<String> {
    Ok(match actor {
        Actor::Person(id) => store::person::find(tx, id).await?.map_or_else(|| id.to_string(), |person| person.name),
        Actor::Key(id) => store::key::find(tx, id).await?.map_or_else(|| id.to_string(), |key| key.name),
        Actor::System(part) => part.to_string(),
    })
}
