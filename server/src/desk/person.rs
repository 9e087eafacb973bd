//! People: adding and disabling them, their passwords.

use domain::{Actor, Digest, Refusal, Role, event::Event, id::PersonId, permission::Action, refusal::Code};
use futures::FutureExt as _;

use super::{
    Caller, Desk, sign_in,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    password::Password,
    store::{self, Tx, person::Person},
};

/// The longest email address there is.
const EMAIL: usize = 254;
/// The longest name of a group.
const GROUP: usize = 64;

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Their email.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their first password.
    pub password: Password,
    /// Their roles.
    pub roles: Vec<Role>,
    /// The names of their groups; missing groups are created.
    pub groups: Vec<String>,
}

/// Somebody who was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedPerson {
    /// Their id.
    pub id: PersonId,
    /// Groups that were missing and are there now.
    pub created_groups: Vec<String>,
}

impl Desk {
    /// Adds a person.
    ///
    /// # Errors
    /// `invalid_field` for what cannot be an email, a name, a group or a good password; `conflict` when the email is
    /// taken.
    pub async fn add_person(&self, caller: &Caller, new: NewPerson) -> Result<AddedPerson> {
        caller.authorize(Action::ManageAccess)?;
        self.admit_person(caller.actor(), new, None).await
    }

    /// The same for whoever was authorised otherwise: by the token of the set-up, which is used up with it.
    pub(super) async fn admit_person(
        &self,
        actor: Actor,
        new: NewPerson,
        token: Option<Digest>,
    ) -> Result<AddedPerson> {
        check_email(&new.email)?;
        text::required("name", &new.name, NAME)?;
        if new.roles.is_empty() {
            return Err(Refusal::invalid("roles", "expected at least one role").into());
        }
        new.groups.iter().try_for_each(|group| check_group(group))?;
        new.password.check(&new.email, &new.name)?;
        let password = self.passwords.hash(new.password, self.database.ids().bytes()).await?;
        let (email, mut roles, mut groups) = (new.email.to_lowercase(), new.roles, new.groups);
        roles.sort_unstable();
        roles.dedup();
        groups.sort_unstable();
        groups.dedup();
        self.database
            .write(move |tx| {
                async move {
                    Self::pass_door(tx, token).await?;
                    let id = PersonId::from_uuid(tx.uuid());
                    let created_at = tx.now();
                    let person =
                        Person { id, email, name: new.name, password, roles, groups, created_at, disabled_at: None };
                    if !store::person::insert(tx, &person).await? {
                        let message = format!("{} is the email of somebody else already.", person.email);
                        return Err(Refusal::new(Code::Conflict, message).into());
                    }
                    let created_groups = join_groups(tx, &person).await?;
                    tx.record(actor, Event::PersonAdded { person: id, roles: person.roles, groups: person.groups });
                    Ok(AddedPerson { id, created_groups })
                }
                .boxed()
            })
            .await
    }

    /// Bars a person from signing in and ends their sessions.
    ///
    /// # Errors
    /// `not_found`; `conflict` when they are barred already.
    pub async fn disable_person(&self, caller: &Caller, email: &str) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let (email, actor) = (email.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    let person = found(tx, &email).await?.id;
                    if !store::person::disable(tx, person).await? {
                        return Err(Refusal::new(Code::Conflict, format!("{email} is disabled already.")).into());
                    }
                    store::web_session::delete_of_person(tx, person).await?;
                    tx.record(actor, Event::PersonDisabled { person });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Gives a person another password, ends their sessions and lets them sign in at once.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` for a password that is not good.
    pub async fn change_password(&self, caller: &Caller, email: &str, password: Password) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let person = found(&mut tx, email).await?;
        drop(tx);
        password.check(&person.email, &person.name)?;
        let password = self.passwords.hash(password, self.database.ids().bytes()).await?;
        let actor = caller.actor();
        self.database
            .write(move |tx| {
                async move {
                    store::person::set_password(tx, person.id, &password).await?;
                    store::web_session::delete_of_person(tx, person.id).await?;
                    store::backoff::delete(tx, sign_in::account(&person.email)).await?;
                    tx.record(actor, Event::PasswordChanged { person: person.id });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Everybody, by email.
    pub async fn list_people(&self, caller: &Caller) -> Result<Vec<Person>> {
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        Ok(store::person::list(&mut tx).await?)
    }
}

async fn found(tx: &mut Tx, email: &str) -> Result<Person> {
    let unknown = || Error::from(Refusal::new(Code::NotFound, format!("There is nobody with the email {email}.")));
    store::person::find_by_email(tx, email).await?.ok_or_else(unknown)
}

async fn join_groups(tx: &mut Tx, person: &Person) -> Result<Vec<String>> {
    let mut created = Vec::new();
    for name in &person.groups {
        let (group, is_new) = store::person::find_or_insert_group(tx, name).await?;
        store::person::insert_membership(tx, person.id, group).await?;
        if is_new {
            created.push(name.clone());
        }
    }
    Ok(created)
}

fn check_email(email: &str) -> Result<(), Refusal> {
    let is_one_word = email.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let has_two_parts =
        email.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if is_one_word && has_two_parts && email.chars().count() <= EMAIL {
        return Ok(());
    }
    Err(Refusal::invalid("email", format!("{email:?} is not an email address")))
}

fn check_group(name: &str) -> Result<(), Refusal> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if (1..=GROUP).contains(&name.len()) && name.chars().all(is_word) {
        return Ok(());
    }
    let message = format!("{name:?}: a group is named with lower-case letters, digits, '-' and '_'");
    Err(Refusal::invalid("groups", message))
}
