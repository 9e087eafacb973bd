//! Use cases: authorise, read a snapshot, ask rules and domain, store in one transaction, record the event.

mod caller;

use crate::store::Database;

pub use caller::{Caller, KeyCaller, PersonCaller};

/// Everything the use cases need; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub database: Database,
}
