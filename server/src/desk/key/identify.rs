//! Recognising whoever presents a key.

use std::borrow::Cow;

use domain::{Digest, Refusal, Scope, id::KeyId, refusal::Code};

use super::{KeySecret, minted, role_behind};
use crate::{
    desk::{Caller, Desk, KeyCaller},
    error::{Error, Result},
    store::{self, Tx, key::Key},
};

impl Desk {
    /// Recognises whoever presents a secret.
    ///
    /// # Errors
    /// `not_signed_in` when there is no such key, or it is expired or revoked, or stands for a disabled person.
    pub async fn identify_key(&self, presented: &str) -> Result<KeyCaller> {
        self.find_key(secret_of(presented)?.digest()).await
    }

    /// Recognises whoever presents a secret, from memory if it was recognised lately.
    ///
    /// # Errors
    /// Those of [`Desk::identify_key`].
    pub async fn recall_key(&self, presented: &str) -> Result<Caller> {
        let secret = secret_of(presented)?.digest();
        if let Some(key) = self.recent.key(secret, self.database.clock().now()) {
            self.note_use(key.id, None);
            return Ok(Caller::Remembered(key));
        }
        self.find_key(secret).await.map(Caller::Key)
    }

    async fn find_key(&self, secret: Digest) -> Result<KeyCaller> {
        let mut tx = self.database.read_plainly().await?;
        let key = store::key::find_by_secret(&mut tx, secret).await?;
        let key = key.ok_or_else(|| not_usable("There is no such key."))?;
        let (expires_at, of_machine) = (key.expires_at, key.scopes.iter().all(|scope| role_behind(*scope).is_none()));
        let last_used_at = key.last_used_at;
        let caller = usable(&mut tx, key).await?;
        self.note_use(caller.id, last_used_at);
        // What a person's roles grant is asked anew each time.
        if of_machine {
            self.recent.remember_key(secret, &caller, expires_at);
        }
        Ok(caller)
    }

    /// A caller whose key is known to be usable now.
    ///
    /// # Errors
    /// Those of [`Desk::identify_key`].
    pub async fn confirmed<'c>(&self, caller: &'c Caller) -> Result<Cow<'c, Caller>> {
        let Caller::Remembered(key) = caller else { return Ok(Cow::Borrowed(caller)) };
        self.confirm_key(key.id).await.map(|key| Cow::Owned(Caller::Key(key)))
    }

    pub(in crate::desk) async fn confirm_key(&self, id: KeyId) -> Result<KeyCaller> {
        let mut tx = self.database.read_plainly().await?;
        let key = store::key::find(&mut tx, id).await?.ok_or_else(|| not_usable("There is no such key."))?;
        usable(&mut tx, key).await
    }
}

fn not_usable(why: &str) -> Error {
    Refusal::new(Code::NotSignedIn, why).into()
}

fn secret_of(presented: &str) -> Result<KeySecret> {
    KeySecret::presented(presented).ok_or_else(|| not_usable("This is not a key of Countersign."))
}

/// A stored key as a caller, if it may be used now.
async fn usable(tx: &mut Tx, key: Key) -> Result<KeyCaller> {
    if key.revoked_at.is_some() {
        return Err(not_usable("This key is revoked."));
    }
    if key.expires_at.is_some_and(|end| end <= tx.now()) {
        return Err(not_usable("This key has expired."));
    }
    if minted::ends_at(&key).is_some_and(|end| end <= tx.now()) {
        return Err(not_usable("The run this key was minted for has ended."));
    }
    if key.run.is_some() && key.is_minter_revoked {
        return Err(not_usable("The key that minted this one is revoked."));
    }
    if key.is_owner_disabled && key.scopes.iter().any(|scope| role_behind(*scope).is_some()) {
        return Err(not_usable("This key stands for a person who may not sign in any more."));
    }
    let scopes = standing(tx, &key).await?;
    if scopes.is_empty() {
        return Err(not_usable("This key stands for a role that its owner does not have any more."));
    }
    let Key { id, name, owner, source, run, begins, .. } = key;
    Ok(KeyCaller { id, name, scopes, owner, source, run, begins })
}

/// The scopes of a key that still stand: those of a role end when its owner loses the role.
async fn standing(tx: &mut Tx, key: &Key) -> Result<Vec<Scope>> {
    let stands_for_roles = key.scopes.iter().any(|scope| role_behind(*scope).is_some());
    let Some(owner) = key.owner.filter(|_| stands_for_roles) else { return Ok(key.scopes.clone()) };
    let roles = store::person::find(tx, owner).await?.map(|person| person.roles).unwrap_or_default();
    let still = |scope: &Scope| role_behind(*scope).is_none_or(|role| roles.contains(&role));
    Ok(key.scopes.iter().copied().filter(still).collect())
}
