//! Use cases: authorise, read a snapshot, ask rules and domain, store in one transaction, record the event.

pub mod alert;
pub mod approval;
pub mod assignment;
pub mod audit;
mod ballot;
mod blob;
mod caller;
pub mod cancellation;
pub mod channel;
pub mod claim;
pub mod closure;
pub mod concern;
pub mod deadline;
pub mod decision;
pub mod delegation;
pub mod delivery;
pub mod endpoint;
pub mod escalation;
pub mod fact;
pub mod follow_up;
pub mod found;
pub mod gate_check;
pub mod group;
pub mod held;
pub mod hooked;
pub mod idempotency;
pub mod information;
pub mod invitation;
mod item;
pub mod key;
pub mod live;
pub mod notification;
pub mod outcome;
pub mod person;
pub mod profile;
pub mod queue;
mod recent;
pub mod request;
pub mod resumption;
pub mod review;
pub mod revocation;
pub mod run;
pub mod run_page;
pub mod runner;
pub mod runs;
mod saved_view;
mod search;
pub mod session;
pub mod set_up;
pub mod sign_in;
pub mod signature;
mod snapshot;
pub mod stage;
pub mod step;
pub mod target;
pub mod text;
pub mod timeline;
pub mod tool_result;
pub mod vault;
pub mod viewing;
pub mod workflow;

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, RwLock},
};

use crate::{password::Passwords, rules::Compiled, store::Database, vault::Vault, webhook::Outbound};

pub use caller::{Caller, KeyCaller, PersonCaller};

/// Programs by workflow name and version.
type CompiledVersions = HashMap<(String, u32), Arc<Compiled>>;

/// Everything the use cases need; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    parts: Arc<Parts>,
    /// What sends to endpoints.
    pub outbound: Outbound,
}

/// What a desk is made of. Every request clones the desk: one count, not one for each part.
pub struct Parts {
    /// The database.
    pub database: Database,
    /// Passwords and what they cost.
    pub passwords: Passwords,
    /// What seals secrets at rest.
    pub vault: Vault,
    /// Compiled workflow versions. A published version never changes, so nothing here goes stale.
    compiled: RwLock<CompiledVersions>,
    /// When keys were used lately, as far as it is noted.
    key_uses: key::used::KeyUses,
    /// What was read of runs and keys lately.
    recent: recent::Recent,
    /// Who listens to what happens.
    listeners: live::Listeners,
    /// Who has which approval open.
    views: viewing::Views,
    /// Requests held open while people decide.
    pub holds: held::Holds,
}

impl Desk {
    /// Use cases on this database.
    pub fn new(database: Database, vault: Vault, outbound: Outbound) -> Self {
        Self::with_passwords(database, vault, outbound, Passwords::new())
    }

    /// Use cases on this database, with passwords of another cost.
    pub fn with_passwords(database: Database, vault: Vault, outbound: Outbound, passwords: Passwords) -> Self {
        let recent = recent::Recent::new(database.news().listen());
        let parts = Parts {
            database,
            recent,
            passwords,
            vault,
            compiled: RwLock::default(),
            key_uses: key::used::KeyUses::default(),
            listeners: live::Listeners::new(),
            views: viewing::Views::new(),
            holds: held::Holds::default(),
        };
        Self { parts: Arc::new(parts), outbound }
    }
}

impl Deref for Desk {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}
