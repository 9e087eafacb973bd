//! What was read of runs and keys lately, so that the next check of a run need not read it again.
//!
//! Nothing is answered on this alone: whoever uses it stores what follows from it under the condition that it still
//! holds. Other servers and commands write to the same database, so what happens here only keeps it fresh; it is never
//! what makes it right.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Digest, Time, id::RunId};
use hashlink::LruCache;
use serde_json::Value;
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use super::{KeyCaller, snapshot::Snapshot};
use crate::store::{Leaf, session::Attached};

/// Runs and keys remembered at the most.
const MOST: usize = 1_024;
/// Sessions remembered of one run.
const MOST_SESSIONS: usize = 64;
/// A run with more than this many bytes of facts and inputs is read each time.
const LARGEST: usize = 64 << 10;
/// A run with more approvals than this is read each time.
const MOST_APPROVALS: usize = 64;

/// The memory.
pub(super) struct Recent(Mutex<Memory>);

struct Memory {
    runs: LruCache<RunId, Known>,
    keys: LruCache<Digest, (KeyCaller, Option<Time>)>,
    news: Receiver<Arc<[Leaf]>>,
}

struct Known {
    snapshot: Snapshot,
    sessions: HashMap<String, Attached>,
}

impl Recent {
    pub(super) fn new(news: Receiver<Arc<[Leaf]>>) -> Self {
        Self(Mutex::new(Memory { runs: LruCache::new(MOST), keys: LruCache::new(MOST), news }))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.hear();
        memory
    }

    /// A run and one of its sessions, as the client names it.
    pub(super) fn run(&self, run: RunId, session: &str) -> Option<(Snapshot, Attached)> {
        let mut memory = self.memory();
        let known = memory.runs.get(&run)?;
        known.sessions.get(session).map(|session| (known.snapshot.clone(), session.clone()))
    }

    /// Remembers a run and one of its sessions that were read at one moment.
    pub(super) fn remember_run(&self, snapshot: &Snapshot, named: &str, session: &Attached) {
        // What is asserted may change without the run moving.
        if snapshot.run.assertions > 0 || snapshot.approvals.len() > MOST_APPROVALS || is_large(snapshot) {
            return;
        }
        let mut memory = self.memory();
        let named = (named.to_owned(), session.clone());
        match memory.runs.get_mut(&snapshot.run.id).filter(|known| known.snapshot.run.moves >= snapshot.run.moves) {
            Some(newer) if newer.snapshot.run.moves > snapshot.run.moves => {}
            Some(known) if known.sessions.len() < MOST_SESSIONS => drop(known.sessions.insert(named.0, named.1)),
            _ => {
                let known = Known { snapshot: snapshot.clone(), sessions: HashMap::from([named]) };
                memory.runs.insert(snapshot.run.id, known);
            }
        }
    }

    pub(super) fn forget_run(&self, run: RunId) {
        self.memory().runs.remove(&run);
    }

    /// A key that was usable a moment ago and has not expired since.
    pub(super) fn key(&self, secret: Digest, now: Time) -> Option<KeyCaller> {
        let mut memory = self.memory();
        let (key, expires_at) = memory.keys.get(&secret)?;
        expires_at.is_none_or(|end| now < end).then(|| key.clone())
    }

    pub(super) fn remember_key(&self, secret: Digest, key: &KeyCaller, expires_at: Option<Time>) {
        self.memory().keys.insert(secret, (key.clone(), expires_at));
    }
}

impl Memory {
    /// Forgets what has changed since.
    fn hear(&mut self) {
        loop {
            match self.news.try_recv() {
                Ok(leaves) => leaves.iter().for_each(|leaf| self.forget(leaf)),
                Err(TryRecvError::Lagged(_)) => {
                    self.runs.clear();
                    self.keys.clear();
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn forget(&mut self, leaf: &Leaf) {
        match leaf.run {
            // A check changes nothing that another check reads.
            Some(_) if leaf.kind == "gate.checked" => {}
            Some(run) => drop(self.runs.remove(&run)),
            None if leaf.kind.starts_with("key.") => self.keys.clear(),
            None => {}
        }
    }
}

fn is_large(snapshot: &Snapshot) -> bool {
    let facts: usize = snapshot.roots.facts.iter().map(|(name, fact)| name.len() + weight(&fact.value)).sum();
    facts + weight(&snapshot.run.inputs) > LARGEST
}

/// About how many bytes a value takes.
fn weight(value: &Value) -> usize {
    let within = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(members) => members.iter().map(|(name, member)| name.len() + weight(member)).sum(),
    };
    within + size_of::<Value>()
}
