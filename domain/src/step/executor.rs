//! Who does a step on a host, and who begins one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::KeyId;

/// Who does a step on a host: it is done by one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executor {
    /// The key it reports with.
    pub key: KeyId,
    /// Which of those that have this key; the key is one where it says nothing.
    pub name: Option<String>,
}

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({})", self.key),
            None => self.key.fmt(f),
        }
    }
}

/// Who begins a step.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The executor.
    pub executor: Executor,
    /// Whether whoever is at it is known to be gone.
    pub takes_over: bool,
}
