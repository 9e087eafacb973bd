//! Out of office: a reviewer, or somebody for them, names who decides in their place, and either ends it early.

mod page;

use domain::{
    Refusal, Role,
    delegation::{Delegation, Party, Terms, end_moment, first_moment},
    id::{DelegationId, PersonId},
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;

use super::{Caller, Desk, PersonCaller, person::found};
use crate::{
    error::{Error, Result},
    store::{self, Tx, delegation::Stored, person::Person},
};

/// The most groups a delegation names.
const MOST_GROUPS: usize = 50;

/// A delegation to be set.
#[derive(Debug, Clone, Default)]
pub struct NewDelegation {
    /// The email or id of who is away; `None` for the caller.
    pub principal: Option<String>,
    /// The email or id of who decides in their place.
    pub delegate: String,
    /// The first day, as `2026-11-23`, in UTC.
    pub start: String,
    /// The last day.
    pub until: String,
    /// The groups it is for; empty for all of the principal's.
    pub groups: Vec<String>,
}

impl Desk {
    /// Sets a delegation. It counts for approvals that wait already, too.
    ///
    /// # Errors
    /// `wrong_scope`; `own_access` for somebody who would name themselves in another's place; `invalid_field` at
    /// `from`, `to`, `start`, `until` or `groups`; `conflict` where the principal has a delegate then.
    pub async fn add_delegation(&self, caller: &Caller, new: NewDelegation) -> Result<DelegationId> {
        let named = principal_of(caller, &new)?;
        let (from, until) = (first_moment("start", &new.start)?, end_moment("until", &new.until)?);
        if new.groups.len() > MOST_GROUPS {
            return Err(Refusal::invalid("groups", format!("expected at most {MOST_GROUPS} groups")).into());
        }
        let caller = caller.clone();
        self.database
            .write(move |tx| {
                async move {
                    // One after another, so that two delegations cannot be set over each other.
                    store::person::lock_access(tx).await?;
                    let principal = reviewer(tx, "from", &named).await?;
                    let delegate = reviewer(tx, "to", &new.delegate).await?;
                    may_set(&caller, principal.id, delegate.id)?;
                    let groups = own_groups(&principal, new.groups)?;
                    let terms = Terms { principal: party(principal), delegate: party(delegate), groups, from, until };
                    let open = store::delegation::list_open(tx).await?;
                    let others: Vec<(DelegationId, Delegation)> =
                        open.into_iter().map(|other| (other.id, other.state)).collect();
                    let id = DelegationId::from_uuid(tx.uuid());
                    let (state, event) = Delegation::set(id, terms, &others, tx.now())?;
                    store::delegation::insert(tx, id, state.terms(), person_behind(&caller)).await?;
                    tx.record(caller.actor(), event);
                    Ok(id)
                }
                .boxed()
            })
            .await
    }

    /// Ends a delegation before its time: by the principal, by the delegate, or by whoever may set one for others.
    ///
    /// # Errors
    /// `not_found`, also for people whom it does not concern; `illegal_move` once it is over.
    pub async fn end_delegation(&self, caller: &Caller, id: DelegationId) -> Result<()> {
        let caller = caller.clone();
        self.database
            .write(move |tx| {
                async move {
                    store::person::lock_access(tx).await?;
                    let stored = store::delegation::find(tx, id).await?;
                    let stored = stored.filter(|stored| concerns(&caller, stored)).ok_or_else(unknown)?;
                    let now = tx.now();
                    let (_, event) = stored.state.end(id, now)?;
                    store::delegation::end(tx, id, now).await?;
                    tx.record(caller.actor(), event);
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

fn unknown() -> Error {
    Refusal::not_found("delegation").into()
}

/// Who is away: the person who is named, else the caller.
fn principal_of(caller: &Caller, new: &NewDelegation) -> Result<String> {
    match (caller, &new.principal) {
        (Caller::Person(person), None) => Ok(person.id.to_string()),
        (_, Some(named)) => {
            let is_own = |person: &PersonCaller| *named == person.id.to_string() || *named == person.email;
            match caller {
                Caller::Person(person) if is_own(person) => {}
                _ => caller.authorize(Action::SetAbsence)?,
            }
            Ok(named.clone())
        }
        (Caller::Key(_) | Caller::Remembered(_) | Caller::CommandLine, None) => {
            Err(Refusal::invalid("from", "Say who is away.").into())
        }
    }
}

/// Whether the caller may name this delegate for this principal. Nobody gives themselves another's seat.
fn may_set(caller: &Caller, principal: PersonId, delegate: PersonId) -> Result<()> {
    let own = person_behind(caller);
    if own == Some(principal) {
        return caller.authorize(Action::SetOwnAbsence);
    }
    caller.authorize(Action::SetAbsence)?;
    if own == Some(delegate) {
        let message = "Nothing was stored: nobody names themselves in another’s place. Ask them, or somebody else.";
        return Err(Refusal::new(Code::OwnAccess, message).into());
    }
    Ok(())
}

/// Whether the caller may see and end a delegation.
fn concerns(caller: &Caller, stored: &Stored) -> bool {
    let terms = stored.state.terms();
    let is_party = person_behind(caller).is_some_and(|id| id == terms.principal.id || id == terms.delegate.id);
    is_party || caller.authorize(Action::SetAbsence).is_ok()
}

const fn person_behind(caller: &Caller) -> Option<PersonId> {
    match caller {
        Caller::Person(person) => Some(person.id),
        Caller::Key(_) | Caller::Remembered(_) | Caller::CommandLine => None,
    }
}

/// Somebody who may sign in and decide.
async fn reviewer(tx: &mut Tx, field: &str, named: &str) -> Result<Person> {
    let named = named.trim();
    if named.is_empty() {
        return Err(Refusal::invalid(field, "Name somebody by their email.").into());
    }
    let person = match found(tx, named).await {
        Ok(person) => person,
        Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => {
            return Err(Refusal::invalid(field, refusal.message).into());
        }
        Err(error) => return Err(error),
    };
    if person.disabled_at.is_some() || !person.roles.contains(&Role::Reviewer) {
        return Err(Refusal::invalid(field, format!("{} decides nothing: choose a reviewer.", person.name)).into());
    }
    Ok(person)
}

/// The groups that were named, each once, if the principal belongs to them all.
fn own_groups(principal: &Person, mut groups: Vec<String>) -> Result<Vec<String>, Refusal> {
    groups.sort_unstable();
    groups.dedup();
    if principal.groups.is_empty() {
        let message = format!("{} belongs to no group, so there is nothing to delegate.", principal.name);
        return Err(Refusal::invalid("from", message));
    }
    match groups.iter().find(|group| !principal.groups.contains(group)) {
        Some(other) => {
            let (name, own) = (&principal.name, principal.groups.join(", "));
            Err(Refusal::invalid("groups", format!("{name} does not belong to {other}, but to {own}.")))
        }
        None => Ok(groups),
    }
}

fn party(person: Person) -> Party {
    Party { id: person.id, name: person.name }
}
