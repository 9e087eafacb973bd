//! People: adding, changing and disabling them, their passwords. Changes to access happen one after another.

mod page;

use domain::{Actor, Digest, Refusal, Role, event::Event, id::PersonId, permission::Action, refusal::Code};
use futures::FutureExt as _;

use super::{
    Caller, Desk,
    group::{check_group, join},
    sign_in,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    password::Password,
    store::{self, Tx, person::Person},
};

/// The longest email address there is.
const EMAIL: usize = 254;

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

/// What is to change of a person; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    /// Their name.
    pub name: Option<String>,
    /// Their roles, all of them.
    pub roles: Option<Vec<Role>>,
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
        check_roles(&new.roles)?;
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
                    let (roles, groups) = (person.roles, person.groups);
                    tx.record(actor, Event::PersonAdded { person: id, roles, groups: groups.clone() });
                    let mut created_groups = Vec::new();
                    for group in groups {
                        if join(tx, actor, id, &group).await? {
                            created_groups.push(group);
                        }
                    }
                    Ok(AddedPerson { id, created_groups })
                }
                .boxed()
            })
            .await
    }

    /// Changes a person's name or roles. Whoever loses a role has to sign in again.
    ///
    /// # Errors
    /// `not_found`; `invalid_field`; `last_administrator`. Nothing is recorded when nothing differs.
    pub async fn change_person(&self, caller: &Caller, named: &str, change: PersonChange) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        if let Some(name) = &change.name {
            text::required("name", name, NAME)?;
        }
        if let Some(roles) = &change.roles {
            check_roles(roles)?;
        }
        let (named, actor) = (named.to_owned(), caller.actor());
        self.database.write(move |tx| async move { apply(tx, actor, &named, change).await }.boxed()).await
    }

    /// Bars a person from signing in and ends their sessions. Keys that stand for them end with them.
    ///
    /// # Errors
    /// `not_found`; `conflict` when they are barred already; `own_access`, `last_administrator`.
    pub async fn disable_person(&self, caller: &Caller, named: &str) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let (named, actor) = (named.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    store::person::lock_access(tx).await?;
                    let person = found(tx, &named).await?;
                    if actor == Actor::Person(person.id) {
                        let message =
                            "Nothing was changed: nobody disables their own account. Ask another administrator.";
                        return Err(Refusal::new(Code::OwnAccess, message).into());
                    }
                    keep_an_administrator(tx, &person).await?;
                    if !store::person::disable(tx, person.id).await? {
                        return Err(
                            Refusal::new(Code::Conflict, format!("{} is disabled already.", person.email)).into()
                        );
                    }
                    store::web_session::delete_of_person(tx, person.id).await?;
                    tx.record(actor, Event::PersonDisabled { person: person.id });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Lets a disabled person sign in again.
    ///
    /// # Errors
    /// `not_found`; `conflict` when they are not disabled.
    pub async fn enable_person(&self, caller: &Caller, named: &str) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let (named, actor) = (named.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    store::person::lock_access(tx).await?;
                    let person = found(tx, &named).await?;
                    if !store::person::enable(tx, person.id).await? {
                        return Err(Refusal::new(Code::Conflict, format!("{} is not disabled.", person.email)).into());
                    }
                    // A session that began at the instant of disabling does not come back to life.
                    store::web_session::delete_of_person(tx, person.id).await?;
                    tx.record(actor, Event::PersonEnabled { person: person.id });
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
    pub async fn change_password(&self, caller: &Caller, named: &str, password: Password) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let person = found(&mut tx, named).await?;
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

/// A person by email or `usr_…` id, disabled or not.
pub(super) async fn found(tx: &mut Tx, named: &str) -> Result<Person> {
    let person = match named.parse::<PersonId>() {
        Ok(id) => store::person::find(tx, id).await?,
        Err(_) => store::person::find_by_email(tx, named).await?,
    };
    let unknown = || Error::from(Refusal::new(Code::NotFound, format!("There is nobody with the email {named}.")));
    person.ok_or_else(unknown)
}

async fn apply(tx: &mut Tx, actor: Actor, named: &str, change: PersonChange) -> Result<()> {
    store::person::lock_access(tx).await?;
    let person = found(tx, named).await?;
    let name = change.name.map_or_else(|| person.name.clone(), |name| name.trim().to_owned());
    let mut roles = change.roles.unwrap_or_else(|| person.roles.clone());
    roles.sort_unstable();
    roles.dedup();
    if !roles.contains(&Role::Admin) {
        keep_an_administrator(tx, &person).await?;
    }
    let (is_renamed, is_recast) = (name != person.name, roles != person.roles);
    if !(is_renamed || is_recast) {
        return Ok(());
    }
    store::person::update(tx, person.id, &name, &roles).await?;
    if person.roles.iter().any(|role| !roles.contains(role)) {
        store::web_session::delete_of_person(tx, person.id).await?;
    }
    let event = Event::PersonChanged {
        person: person.id,
        name,
        previous_name: is_renamed.then_some(person.name),
        roles,
        previous_roles: is_recast.then_some(person.roles),
    };
    tx.record(actor, event);
    Ok(())
}

/// Refuses what would leave nobody to administer; access is locked, so that two administrators cannot bar each other.
async fn keep_an_administrator(tx: &mut Tx, person: &Person) -> Result<()> {
    if person.disabled_at.is_some() || !person.roles.contains(&Role::Admin) {
        return Ok(());
    }
    if store::person::list_with_role(tx, Role::Admin, 2).await?.len() > 1 {
        return Ok(());
    }
    let message =
        format!("Nothing was changed: {} is the last administrator. Give somebody else the role first.", person.name);
    Err(Refusal::new(Code::LastAdministrator, message).into())
}

fn check_roles(roles: &[Role]) -> Result<(), Refusal> {
    if roles.is_empty() { Err(Refusal::invalid("roles", "expected at least one role")) } else { Ok(()) }
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
