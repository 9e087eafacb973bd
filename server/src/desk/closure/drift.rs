//! Drift: the records of closures that have ended are looked at again, and what became of them is noted. Whoever looks
//! holds a lease and no transaction; nothing is ever written to a target.

pub(super) mod page;
mod read;
mod weigh;

use chrono::TimeDelta;
use domain::{
    Refusal, Time,
    closure::{
        drift::{DAYS, Drift, Noted, check_reason, first_look, next_look},
        page::Receipt,
    },
    id::ClosureId,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use self::read::Read;
use super::keep;
use crate::{
    desk::{Caller, Desk},
    error::{Error, Result},
    store::{
        self, Tx,
        closure::{Stored, drift::Stored as Drifting},
    },
    vault::Vault,
};

/// How long a look may take: longer than every target of a closure together may keep somebody waiting.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// Closures looked at together. Each reads its records one after the other.
const MOST: i64 = 8;
/// Later than any look is due, unless a clock was wrong.
const LATEST: TimeDelta = TimeDelta::days(2);

/// What `POST /closures/{id}/drift/accept` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptDrift {
    /// Why the records may be as they are.
    pub reason: String,
    /// `drift.state.since` of what was read: where something else was found meanwhile, nothing is accepted.
    #[serde(default)]
    pub since: Option<Time>,
}

impl Desk {
    /// Looks at the records of some closures for which it is time; says of how many.
    pub async fn look_for_drift(&self) -> Result<usize> {
        let leased = self.database.write(|tx| lease_due(tx).boxed()).await?;
        let count = leased.len();
        let look = |(closure, drifting): (Stored, Drifting)| async move {
            let id = closure.id;
            match self.look_at(closure, drifting).await {
                // Somebody else has looked, or the closure goes on.
                Ok(()) | Err(Error::Moved) => {}
                Err(error) => {
                    tracing::warn!(%error, closure = %id, "records could not be looked at; trying again later");
                }
            }
        };
        futures::future::join_all(leased.into_iter().map(look)).await;
        Ok(count)
    }

    /// When the next look is due.
    pub async fn next_drift_look(&self) -> Result<Option<Time>> {
        let mut tx = self.database.read().await?;
        Ok(store::closure::drift::next_due(&mut tx).await?)
    }

    /// Looks at the records of a closure now.
    ///
    /// # Errors
    /// `not_found`; `illegal_move` when it runs, or nothing was done by it.
    pub async fn look_now(&self, caller: &Caller, id: ClosureId) -> Result<Receipt> {
        caller.authorize(Action::SettleDrift)?;
        self.visible_closure(caller, id).await?;
        let (closure, drifting) = self.database.write(move |tx| lease_now(tx, id).boxed()).await?;
        self.look_at(closure, drifting).await?;
        self.read_closure(caller, id).await
    }

    /// Accepts that the records of a closure are not as it left them, until something else is found.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` of `/reason`; `illegal_move` when nothing is otherwise, or it is accepted already;
    /// `conflict` when it is otherwise than it was.
    pub async fn accept_drift(&self, caller: &Caller, id: ClosureId, body: AcceptDrift) -> Result<Receipt> {
        caller.authorize(Action::SettleDrift)?;
        let closure = self.visible_closure(caller, id).await?;
        check_reason(&body.reason)?;
        let (actor, reason, seen) = (caller.actor(), body.reason.trim().to_owned(), body.since);
        self.database
            .write(move |tx| {
                async move {
                    let Some(read) = store::closure::drift::find(tx, id).await? else { return Err(nothing_done()) };
                    if let (Drift::Drifted { since }, Some(seen)) = (&read.state, seen)
                        && *since != seen
                    {
                        let message = "Something else was found since; look at it first.";
                        return Err(Refusal::new(Code::Conflict, message).into());
                    }
                    let (state, event) = read.state.clone().accept(id, actor, reason, tx.now())?;
                    if !store::closure::drift::update(tx, &Drifting { state, ..read }).await? {
                        return Err(Error::Moved);
                    }
                    keep::record_by(tx, &closure, actor, event);
                    Ok(())
                }
                .boxed()
            })
            .await?;
        self.read_closure(caller, id).await
    }

    /// Looks at the records of a closure that this process has leased, and notes what became of them.
    async fn look_at(&self, closure: Stored, drifting: Drifting) -> Result<()> {
        let read = self.read_records(&closure).await?;
        let vault = self.vault.clone();
        self.database.write(move |tx| async move { note(tx, &closure, drifting, read, &vault).await }.boxed()).await
    }
}

/// Takes what is due. What cannot be looked at yet, or any more, is put where it belongs.
async fn lease_due(tx: &mut Tx) -> Result<Vec<(Stored, Drifting)>> {
    let now = tx.now();
    let mut leased = Vec::new();
    for drifting in store::closure::drift::list_due(tx, now + LATEST, MOST).await? {
        let Some(closure) = store::closure::find(tx, drifting.closure).await? else { continue };
        let until = match closure.state.ended_at() {
            None => None,
            Some(ended) if now > ended + TimeDelta::days(DAYS) => None,
            Some(ended) if now < first_look(ended) => Some(first_look(ended)),
            Some(_) => {
                if store::closure::drift::lease(tx, &drifting, Some(now + LEASE)).await? {
                    let moves = drifting.moves + 1;
                    leased.push((closure, Drifting { moves, ..drifting }));
                }
                continue;
            }
        };
        store::closure::drift::lease(tx, &drifting, until).await?;
    }
    Ok(leased)
}

/// Takes one, whoever looks at it: what the other finds is not noted then.
async fn lease_now(tx: &mut Tx, id: ClosureId) -> Result<(Stored, Drifting)> {
    let closure = store::closure::find(tx, id).await?.ok_or(Error::Moved)?;
    if closure.state.ended_at().is_none() {
        return Err(nothing_done());
    }
    let drifting = store::closure::drift::find(tx, id).await?.ok_or_else(nothing_done)?;
    if !store::closure::drift::lease(tx, &drifting, Some(tx.now() + LEASE)).await? {
        return Err(Error::Moved);
    }
    let moves = drifting.moves + 1;
    Ok((closure, Drifting { moves, ..drifting }))
}

/// Notes what became of the records, unless the closure or somebody who looks has moved meanwhile.
async fn note(tx: &mut Tx, closure: &Stored, drifting: Drifting, read: Vec<Read>, vault: &Vault) -> Result<()> {
    let current = store::closure::find(tx, closure.id).await?.filter(|current| current.moves == closure.moves);
    let closure = current.ok_or(Error::Moved)?;
    let now = tx.now();
    let mut noted = Vec::with_capacity(read.len());
    for one in read {
        let glance = weigh::weigh(tx, &closure, one, vault).await?;
        let before = drifting.noted.iter().find(|known| known.looked.step == glance.step);
        noted.push(Noted::after(before, glance, now));
    }
    let (state, event) = drifting.state.look(closure.id, &drifting.noted, &noted, now);
    let due = closure.state.ended_at().and_then(|ended| next_look(ended, now));
    let new = Drifting { state, noted, looked_at: Some(now), due, ..drifting };
    if !store::closure::drift::update(tx, &new).await? {
        return Err(Error::Moved);
    }
    if let Some(event) = event {
        keep::record(tx, &closure, event);
    }
    Ok(())
}

fn nothing_done() -> Error {
    Refusal::new(Code::IllegalMove, "The closure has not ended with anything done that could be looked at.").into()
}
