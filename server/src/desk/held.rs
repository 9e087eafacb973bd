//! Requests that are held open while people decide: so many of a key, so many of all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::id::KeyId;

/// Requests of one key held at the most: both hooks of sixteen calls.
const OF_A_KEY: usize = 32;
/// Requests held at the most, whoever asks.
const OF_ALL: usize = 1_000;

/// Who is held. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Holds(Arc<Mutex<HashMap<KeyId, usize>>>);

/// A request that is held; dropping it makes room.
#[derive(Debug)]
pub struct Held {
    holds: Holds,
    key: KeyId,
}

impl Holds {
    /// Room for one more request of a key; `None` when it or everybody has as many as may be.
    pub fn take(&self, key: KeyId) -> Option<Held> {
        let mut counts = self.counts();
        let own = counts.get(&key).copied().unwrap_or_default();
        if own >= OF_A_KEY || counts.values().sum::<usize>() >= OF_ALL {
            return None;
        }
        counts.insert(key, own + 1);
        Some(Held { holds: self.clone(), key })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<KeyId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut counts = self.holds.counts();
        match counts.get_mut(&self.key) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(counts.remove(&self.key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u128) -> KeyId {
        KeyId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_key_holds_so_many_and_no_more() {
        let holds = Holds::default();
        let mut held: Vec<Held> = (0..OF_A_KEY).map(|_| holds.take(key(1)).expect("room")).collect();
        assert!(holds.take(key(1)).is_none());
        assert!(holds.take(key(2)).is_some(), "another key has room of its own");
        held.pop();
        assert!(holds.take(key(1)).is_some());
        drop(held);
        assert!(holds.counts().is_empty());
    }

    #[test]
    fn all_keys_together_hold_so_many_and_no_more() {
        let holds = Holds::default();
        let held: Vec<Held> = (0..OF_ALL).map(|n| holds.take(key((n / OF_A_KEY) as u128)).expect("room")).collect();
        assert!(holds.take(key(9_999)).is_none());
        drop(held);
        assert!(holds.take(key(9_999)).is_some());
    }
}
