//! API keys as administrators see them.

use serde::{Deserialize, Serialize};

use crate::{
    Scope, Time,
    id::{KeyId, PersonId, RunId},
};

/// What a harness's key may begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begins {
    /// Whether its hooks begin runs for sessions that nobody has registered.
    pub unregistered: bool,
    /// The workflows of whose runs it may be a part; every one when there is none.
    pub workflows: Vec<String>,
}

impl Begins {
    /// Whether it may start a run of a workflow, and have sessions join one.
    pub fn allows(&self, workflow: &str) -> bool {
        self.workflows.is_empty() || self.workflows.iter().any(|named| named == workflow)
    }
}

/// A page of keys, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The keys.
    pub rows: Vec<KeyRow>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// A key in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// How its secret begins; absent for keys from before this was kept.
    pub hint: Option<String>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// The system of record it speaks for.
    pub source: Option<String>,
    /// The only run it sees.
    pub run: Option<RunId>,
    /// What it may begin.
    pub begins: Begins,
    /// When it was created.
    pub created_at: Time,
    /// When it ends.
    pub expires_at: Option<Time>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
    /// Whether it works.
    pub state: KeyState,
}

/// Who answers for a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
}

/// Whether a key works, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It works.
    Active,
    /// Somebody revoked it.
    Revoked,
    /// Its time is over.
    Expired,
    /// It stands for a person who may not sign in.
    OwnerDisabled,
}
