//! Groups: creating them, and who belongs to them. Joining counts for approvals that open later, leaving at once.

mod page;

use domain::{
    Actor, Refusal,
    event::Event,
    id::{GroupId, PersonId},
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;

use super::{Caller, Desk, person::found};
use crate::{
    error::{Error, Result, StoreError},
    store::{self, Tx},
};

/// The longest name of a group.
const GROUP: usize = 64;

impl Desk {
    /// Creates a group.
    ///
    /// # Errors
    /// `invalid_field` for what cannot be a group's name; `conflict` when there is one.
    pub async fn create_group(&self, caller: &Caller, name: &str) -> Result<GroupId> {
        caller.authorize(Action::ManageAccess)?;
        check_group(name).map_err(|refusal| Refusal::invalid("name", refusal.message))?;
        let (name, actor) = (name.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    let group = store::group::insert(tx, &name).await?.ok_or_else(|| {
                        Refusal::new(Code::Conflict, format!("There is a group named {name} already."))
                    })?;
                    tx.record(actor, Event::GroupCreated { group, name });
                    Ok(group)
                }
                .boxed()
            })
            .await
    }

    /// Puts a person into groups and takes them out of others. Answers which groups were missing and are there now.
    ///
    /// # Errors
    /// `not_found` for the person, and for a group to leave that there is not; `invalid_field` for what cannot be a
    /// group's name.
    pub async fn change_groups(
        &self,
        caller: &Caller,
        person: &str,
        add: Vec<String>,
        remove: Vec<String>,
    ) -> Result<Vec<String>> {
        caller.authorize(Action::ManageAccess)?;
        add.iter().try_for_each(|group| check_group(group))?;
        let (person, actor) = (person.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    store::person::lock_access(tx).await?;
                    let person = found(tx, &person).await?.id;
                    let mut created = Vec::new();
                    for group in add {
                        if join(tx, actor, person, &group).await? {
                            created.push(group);
                        }
                    }
                    for group in remove {
                        leave(tx, actor, person, group).await?;
                    }
                    Ok(created)
                }
                .boxed()
            })
            .await
    }

    /// The names of all groups.
    pub async fn group_names(&self, caller: &Caller) -> Result<Vec<String>> {
        self.must_administer(caller).await?;
        let mut tx = self.database.read().await?;
        Ok(store::group::list_names(&mut tx).await?)
    }
}

/// Puts a person into a group that is created if it is missing; answers whether it was. Who belongs already stays.
pub(super) async fn join(tx: &mut Tx, actor: Actor, person: PersonId, name: &str) -> Result<bool> {
    let created = store::group::insert(tx, name).await?;
    if let Some(group) = created {
        tx.record(actor, Event::GroupCreated { group, name: name.to_owned() });
    }
    let group = match created {
        Some(group) => group,
        None => store::group::find(tx, name).await?.ok_or_else(|| StoreError::Unexpected(format!("group {name}")))?,
    };
    if store::group::insert_membership(tx, person, group).await? {
        tx.record(actor, Event::GroupJoined { group, name: name.to_owned(), person });
    }
    Ok(created.is_some())
}

async fn leave(tx: &mut Tx, actor: Actor, person: PersonId, name: String) -> Result<()> {
    let group = store::group::find(tx, &name).await?;
    let group = group.ok_or_else(|| Error::from(Refusal::new(Code::NotFound, format!("There is no group {name}."))))?;
    if store::group::delete_membership(tx, person, group).await? {
        tx.record(actor, Event::GroupLeft { group, name, person });
    }
    Ok(())
}

/// Refuses what cannot be a group's name.
pub(super) fn check_group(name: &str) -> Result<(), Refusal> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if (1..=GROUP).contains(&name.len()) && name.chars().all(is_word) {
        return Ok(());
    }
    let message = format!("{name:?}: a group is named with lower-case letters, digits, '-' and '_'");
    Err(Refusal::invalid("groups", message))
}
