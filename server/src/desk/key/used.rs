//! When keys were last used: noted at most once a minute a key, beside the request and never within it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::TimeDelta;
use domain::{Time, id::KeyId};
use futures::FutureExt as _;

use super::Desk;
use crate::store;

/// Use within this of the last that was noted is not noted.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Keys remembered before old ones are forgotten.
const MOST_KEYS: usize = 4_096;

/// The uses that this process has noted lately.
#[derive(Debug, Default)]
pub struct KeyUses(Mutex<HashMap<KeyId, Time>>);

impl KeyUses {
    /// Whether a use is to be noted; whoever is told so notes it.
    fn is_due(&self, key: KeyId, now: Time) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&key).is_some_and(|at| now - *at < NOTED_EVERY) {
            return false;
        }
        if noted.len() >= MOST_KEYS {
            noted.retain(|_, at| now - *at < NOTED_EVERY);
        }
        noted.insert(key, now);
        true
    }

    fn forget(&self, key: KeyId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

impl Desk {
    /// Notes that a key was used. The request does not wait for it, and does not fail with it.
    pub(super) fn note_use(&self, id: KeyId, last_used_at: Option<Time>) {
        let now = self.database.clock().now();
        if last_used_at.is_some_and(|at| now - at < NOTED_EVERY) || !self.key_uses.is_due(id, now) {
            return;
        }
        let desk = self.clone();
        tokio::spawn(async move {
            let noted = desk.database.write(move |tx| async move { Ok(store::key::touch(tx, id, now).await?) }.boxed());
            if let Err(error) = noted.await {
                tracing::debug!(%error, key = %id, "the use of a key could not be noted");
                desk.key_uses.forget(id);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let uses = KeyUses::default();
        let key = |number: u128| KeyId::from_uuid(uuid::Uuid::from_u128(number));
        let at = |seconds: i64| Time::from_timestamp(1_000_000 + seconds, 0).expect("a time");
        assert!(uses.is_due(key(1), at(0)));
        assert!(!uses.is_due(key(1), at(59)));
        assert!(uses.is_due(key(2), at(59)));
        assert!(uses.is_due(key(1), at(60)));
        uses.forget(key(1));
        assert!(uses.is_due(key(1), at(61)));
        for number in 0..5_000 {
            uses.is_due(key(10 + number), at(200));
        }
        assert!(uses.0.lock().expect("the uses").len() <= 5_000);
        assert!(!uses.is_due(key(10), at(201)), "what is recent is not forgotten");
    }
}
