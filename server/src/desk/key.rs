//! API keys: creating, revoking and recognising them.

mod identify;
pub(super) mod minted;
pub mod page;
pub mod used;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{
    Digest, Refusal, Role, Scope,
    event::Event,
    id::{KeyId, PersonId},
    key::Begins,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;

use super::{
    Caller, Desk,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    ids::Ids,
    store::{self, Tx, key::Key},
};

/// What every secret begins with, so that scanners of leaked secrets find it.
const PREFIX: &str = "csk_";
/// Characters after it that are kept, so that a key can be recognised: too few to help anybody guess the rest.
const HINT: usize = 4;
/// Workflows that a key is limited to, at the most.
const MOST_WORKFLOWS: usize = 50;

/// A key's secret: shown once, kept nowhere.
#[derive(Clone)]
pub struct KeySecret(String);

impl KeySecret {
    /// 256 bits nobody can guess.
    pub fn generate(ids: &Ids) -> Self {
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(ids.bytes::<32>())))
    }

    /// The secret a caller presents, if it has the shape of one.
    pub fn presented(text: &str) -> Option<Self> {
        text.starts_with(PREFIX).then(|| Self(text.to_owned()))
    }

    /// What is stored and looked up. The secret has so much entropy that a plain hash suffices, and looking a hash up
    /// tells nothing by its timing.
    pub fn digest(&self) -> Digest {
        Digest::of("api-key/v1", self.0.as_bytes())
    }

    /// How it begins, to recognise it by.
    fn hint(&self) -> String {
        self.0.chars().take(PREFIX.len() + HINT).collect()
    }

    /// The secret itself, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

/// A key to be created.
#[derive(Debug, Clone, Default)]
pub struct NewKey {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Who answers for it: an email or a `usr_…` id.
    pub owner: Option<String>,
    /// The system of record it speaks for.
    pub source: Option<String>,
    /// How long it lives.
    pub lives: Option<TimeDelta>,
    /// What it may begin, for the scope `hook`.
    pub begins: Begins,
}

/// A key that was created.
#[derive(Debug, Clone)]
pub struct CreatedKey {
    /// Its id.
    pub id: KeyId,
    /// Its secret.
    pub secret: KeySecret,
}

impl Desk {
    /// Creates a key.
    ///
    /// # Errors
    /// `invalid_field` for what does not fit together: the scope `system` needs a source and only it has one; a
    /// person's scopes need an owner with that role; only `hook` begins anything.
    pub async fn create_key(&self, caller: &Caller, new: NewKey) -> Result<CreatedKey> {
        caller.authorize(Action::ManageAccess)?;
        check(&new)?;
        let secret = KeySecret::generate(self.database.ids());
        let (digest, hint, actor) = (secret.digest(), secret.hint(), caller.actor());
        let id = self
            .database
            .write(move |tx| {
                async move {
                    let owner = match &new.owner {
                        Some(named) => Some(find_owner(tx, named, &new.scopes).await?),
                        None => None,
                    };
                    let created_at = tx.now();
                    let key = Key {
                        id: KeyId::from_uuid(tx.uuid()),
                        name: new.name,
                        scopes: new.scopes,
                        owner,
                        owner_name: None,
                        is_owner_disabled: false,
                        hint: Some(hint),
                        source: new.source,
                        run: None,
                        run_ended_at: None,
                        is_minter_revoked: false,
                        begins: new.begins,
                        created_at,
                        expires_at: new.lives.and_then(|lives| created_at.checked_add_signed(lives)),
                        revoked_at: None,
                        last_used_at: None,
                    };
                    store::key::insert(tx, &key, digest, actor).await?;
                    tx.record(actor, Event::KeyCreated { key: key.id, name: key.name, scopes: key.scopes, owner });
                    Ok(key.id)
                }
                .boxed()
            })
            .await?;
        Ok(CreatedKey { id, secret })
    }

    /// Revokes a key, named by its id or, if no other usable key has it, by its name.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it is revoked already or several have the name.
    pub async fn revoke_key(&self, caller: &Caller, named: &str) -> Result<KeyId> {
        caller.authorize(Action::ManageAccess)?;
        let (named, actor) = (named.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    let key = find_named(tx, &named).await?;
                    if !store::key::revoke(tx, key).await? {
                        return Err(Refusal::new(Code::Conflict, format!("{named} is revoked already.")).into());
                    }
                    tx.record(actor, Event::KeyRevoked { key });
                    Ok(key)
                }
                .boxed()
            })
            .await
    }

    /// Every key, oldest first.
    pub async fn list_keys(&self, caller: &Caller) -> Result<Vec<Key>> {
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        Ok(store::key::list(&mut tx).await?)
    }
}

/// The role a person's token stands for; `None` for a machine's scopes.
pub(super) const fn role_behind(scope: Scope) -> Option<Role> {
    match scope {
        Scope::Hook | Scope::Agent | Scope::System | Scope::Runner => None,
        Scope::Reviewer => Some(Role::Reviewer),
        Scope::SupportLead => Some(Role::SupportLead),
        Scope::Auditor => Some(Role::Auditor),
        Scope::Admin => Some(Role::Admin),
    }
}

fn check(new: &NewKey) -> Result<(), Refusal> {
    text::required("name", &new.name, NAME)?;
    if new.scopes.is_empty() {
        return Err(Refusal::invalid("scopes", "expected at least one scope"));
    }
    match (new.scopes.contains(&Scope::System), new.source.as_deref()) {
        (true, Some(source)) => text::required("source", source, NAME)?,
        (true, None) => {
            return Err(Refusal::invalid("source", "the scope system needs a source: name the system of record"));
        }
        (false, Some(_)) => return Err(Refusal::invalid("source", "only the scope system has a source")),
        (false, None) => {}
    }
    begins(new)?;
    let persons = new.scopes.iter().find(|scope| matches!(scope, Scope::Reviewer | Scope::SupportLead));
    match persons {
        Some(scope) if new.owner.is_none() => {
            Err(Refusal::invalid("owner", format!("the scope {scope} is a person's: name its owner")))
        }
        _ if new.lives.is_some_and(|lives| lives <= TimeDelta::zero()) => {
            Err(Refusal::invalid("expires", "expected a time to come"))
        }
        _ => Ok(()),
    }
}

/// Only a harness begins anything. A workflow need not be published yet: its name is all that is compared.
fn begins(new: &NewKey) -> Result<(), Refusal> {
    let Begins { unregistered, workflows } = &new.begins;
    let is_hook = new.scopes.contains(&Scope::Hook);
    if *unregistered && !is_hook {
        return Err(Refusal::invalid("begins_runs", "only the scope hook begins runs"));
    }
    if !workflows.is_empty() && !is_hook {
        return Err(Refusal::invalid("workflows", "only the scope hook is limited to workflows"));
    }
    if workflows.len() > MOST_WORKFLOWS {
        return Err(Refusal::invalid("workflows", format!("expected at most {MOST_WORKFLOWS} names")));
    }
    workflows.iter().try_for_each(|name| text::required("workflows", name, NAME))
}

/// The owner, who must have the roles that the scopes stand for.
async fn find_owner(tx: &mut Tx, named: &str, scopes: &[Scope]) -> Result<PersonId> {
    let person = match named.parse::<PersonId>() {
        Ok(id) => store::person::find(tx, id).await?,
        Err(_) => store::person::find_by_email(tx, named).await?,
    };
    let person = person
        .filter(|person| person.disabled_at.is_none())
        .ok_or_else(|| Refusal::invalid("owner", format!("there is nobody named {named:?} who may sign in")))?;
    let mut roles = scopes.iter().filter_map(|scope| role_behind(*scope));
    match roles.find(|role| !person.roles.contains(role)) {
        Some(role) => Err(Refusal::invalid("owner", format!("{named} does not have the role {role}")).into()),
        None => Ok(person.id),
    }
}

async fn find_named(tx: &mut Tx, named: &str) -> Result<KeyId> {
    let unknown = || Error::from(Refusal::new(Code::NotFound, format!("There is no usable key named {named}.")));
    if let Ok(id) = named.parse::<KeyId>() {
        return store::key::find(tx, id).await?.map(|key| key.id).ok_or_else(unknown);
    }
    let keys = store::key::list(tx).await?;
    let mut named_so = keys.iter().filter(|key| key.name == named && key.revoked_at.is_none());
    match (named_so.next(), named_so.next()) {
        (Some(only), None) => Ok(only.id),
        (None, _) => Err(unknown()),
        _ => Err(Refusal::new(Code::Conflict, format!("Several keys are named {named}: revoke by key_… id.")).into()),
    }
}
