//! What people see of themselves and set for themselves.

use serde::{Deserialize, Serialize};

use crate::{Time, delegations::DelegationsPage, notification::Notices};

/// What a person has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Whether single keys act in the console.
    pub keys: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { keys: true }
    }
}

/// What the profile shows besides the viewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The server's time when the page was made.
    pub now: Time,
    /// Where the person is signed in, the latest first.
    pub sessions: Vec<SignedInSession>,
    /// What the person is told by which channel.
    pub notices: Notices,
    /// Who decides in their place, and in whose they do.
    pub absences: DelegationsPage,
}

/// One browser in which the person is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedInSession {
    /// Since when.
    pub since: Time,
    /// When it was used last, to the minute.
    pub used_at: Time,
    /// Whether it is the one that asks.
    pub is_this: bool,
}
