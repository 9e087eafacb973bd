//! Keys minted for one run: they belong to the model's side, see that run alone, and end with it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use domain::{
    Actor, Scope, Time,
    event::Event,
    id::{KeyId, RunId},
    key::Begins,
};
use serde_json::{Value, json};

use super::KeySecret;
use crate::{
    desk::{Desk, KeyCaller},
    error::{Result, StoreError},
    store::{self, Tx, key::Key, run::Run},
};

/// How long such a key may still read what became of its run.
pub(super) const OUTLIVES_RUN: TimeDelta = TimeDelta::hours(1);
/// Characters of the minting key's name that go into the new one's.
const OF_NAME: usize = 150;
/// Where the secret stands in an answer.
const SHOWN: &str = "agent_key";
/// Where it stands, sealed, in an answer that is kept for whoever repeats the call.
const SEALED: &str = "agent_key_sealed";

/// A key that is minted with its run.
pub(in crate::desk) struct Minted {
    id: KeyId,
    name: String,
    owner: Option<domain::id::PersonId>,
    secret: KeySecret,
    sealed: String,
}

/// Binds a sealed secret to its run.
fn context(run: RunId) -> String {
    format!("run/{run}/agent_key")
}

/// When a key ends with its run, if that has ended.
pub(in crate::desk) fn ends_at(key: &Key) -> Option<Time> {
    key.run_ended_at.and_then(|ended| ended.checked_add_signed(OUTLIVES_RUN))
}

impl Desk {
    /// Draws a key of the scope `agent` for a run that is about to begin.
    pub(in crate::desk) fn mint(&self, by: &KeyCaller, run: RunId) -> Result<Minted> {
        let ids = self.database.ids();
        let secret = KeySecret::generate(ids);
        let sealed = STANDARD.encode(self.vault.seal(ids, &context(run), secret.reveal().as_bytes())?);
        let of: String = by.name.chars().take(OF_NAME).collect();
        Ok(Minted { id: KeyId::from_uuid(ids.uuid()), name: format!("{of} of {run}"), owner: by.owner, secret, sealed })
    }

    /// A kept answer as it was first given: the secret of a key is kept sealed.
    pub(in crate::desk) fn unsealed(&self, answer: String) -> Result<String> {
        if !answer.contains(SEALED) {
            return Ok(answer);
        }
        let broken = || StoreError::Unexpected("a kept answer with a key does not open".to_owned());
        let mut told: Value = serde_json::from_str(&answer).map_err(|_| broken())?;
        let run = told["run_id"].as_str().and_then(|id| id.parse::<RunId>().ok());
        let sealed = told.get(SEALED).and_then(Value::as_str).map(str::to_owned);
        // The word may stand anywhere in what somebody else has said.
        let (Some(run), Some(sealed)) = (run, sealed) else { return Ok(answer) };
        let secret = self.vault.open(&context(run), &STANDARD.decode(sealed).map_err(|_| broken())?)?;
        if let Some(members) = told.as_object_mut() {
            members.remove(SEALED);
        }
        told[SHOWN] = json!(String::from_utf8(secret).map_err(|_| broken())?);
        Ok(told.to_string())
    }
}

impl Minted {
    /// Stores the key with its run. It never outlives the key that mints it. Gives the answer to the caller, and the
    /// one to be kept.
    pub(in crate::desk) async fn store(self, tx: &mut Tx, run: &Run, answer: &Value) -> Result<(Value, Value)> {
        let by = store::key::find(tx, run.key).await?;
        let key = Key {
            id: self.id,
            name: self.name,
            scopes: vec![Scope::Agent],
            owner: self.owner,
            owner_name: None,
            is_owner_disabled: false,
            hint: Some(self.secret.hint()),
            source: None,
            run: Some(run.id),
            run_ended_at: None,
            is_minter_revoked: false,
            begins: Begins::default(),
            created_at: tx.now(),
            expires_at: by.and_then(|by| by.expires_at),
            revoked_at: None,
            last_used_at: None,
        };
        store::key::insert(tx, &key, self.secret.digest(), Actor::Key(run.key)).await?;
        let event = Event::KeyCreated { key: key.id, name: key.name, scopes: key.scopes, owner: key.owner };
        tx.record_in(run.id, &run.subject, None, Actor::Key(run.key), event);
        let with = |name: &str, value: &str| {
            let mut told = answer.clone();
            told[name] = json!(value);
            told
        };
        Ok((with(SHOWN, self.secret.reveal()), with(SEALED, &self.sealed)))
    }
}
