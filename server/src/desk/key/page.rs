//! The keys page: what each may do, whose it is, and whether it is still used.

use domain::{
    Refusal, Time,
    id::KeyId,
    key::{KeyRow, KeyState, KeysPage, Owner},
    page::DEFAULT_LIMIT,
    refusal::Code,
};

use super::{Caller, Desk, minted, role_behind};
use crate::{
    error::Result,
    store::{self, key::Key},
};

impl Desk {
    /// A page of keys, newest first.
    pub async fn keys_page(&self, caller: &Caller, cursor: Option<&str>) -> Result<KeysPage> {
        self.must_administer(caller).await?;
        let before = cursor.map(str::parse::<KeyId>).transpose();
        let before =
            before.map_err(|_| Refusal::new(Code::MalformedRequest, "The cursor is not one that a page gave."))?;
        let now = self.database.clock().now();
        let mut tx = self.database.read().await?;
        let mut keys = store::key::list_before(&mut tx, before, i64::from(DEFAULT_LIMIT) + 1).await?;
        let has_more = keys.len() > DEFAULT_LIMIT as usize;
        keys.truncate(DEFAULT_LIMIT as usize);
        let next_cursor = keys.last().filter(|_| has_more).map(|key| key.id.to_string());
        Ok(KeysPage { now, rows: keys.into_iter().map(|key| row(key, now)).collect(), next_cursor })
    }
}

/// Whether a key works at this time.
pub fn state(key: &Key, now: Time) -> KeyState {
    let over = |end: Option<Time>| end.is_some_and(|end| end <= now);
    if key.revoked_at.is_some() || (key.run.is_some() && key.is_minter_revoked) {
        KeyState::Revoked
    } else if over(key.expires_at) || over(minted::ends_at(key)) {
        KeyState::Expired
    } else if key.is_owner_disabled && key.scopes.iter().any(|scope| role_behind(*scope).is_some()) {
        KeyState::OwnerDisabled
    } else {
        KeyState::Active
    }
}

fn row(key: Key, now: Time) -> KeyRow {
    let state = state(&key, now);
    let owner = key.owner.zip(key.owner_name).map(|(id, name)| Owner { id, name });
    KeyRow {
        id: key.id,
        name: key.name,
        hint: key.hint,
        scopes: key.scopes,
        owner,
        source: key.source,
        run: key.run,
        begins: key.begins,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        state,
    }
}
