//! What an approval is: the words, states and rules of Countersign, without I/O, clock or database.
//!
//! Everything here is a plain value or a pure function. Time, ids and randomness are handed in by the caller;
//! conditions are text and results only (their evaluation lives in `server/src/rules`). The crate compiles to
//! WebAssembly, so that the console renders the very types the server decides with.

#[macro_use]
mod tagged;

pub mod actor;
pub mod alert;
pub mod approval;
pub mod assignment;
pub mod audit;
pub mod bulk;
pub mod canonical;
pub mod channel;
pub mod claim;
pub mod client;
pub mod closure;
pub mod closures;
pub mod compensation;
pub mod concern;
pub mod deadline;
pub mod decision;
pub mod delegation;
pub mod delegations;
pub mod digest;
pub mod edit;
pub mod endpoint;
pub mod escalation;
pub mod escalations;
pub mod event;
pub mod field;
pub mod follow_up;
pub mod found;
pub mod gate;
pub mod group;
pub mod handoff;
pub mod hours;
pub mod id;
pub mod information;
pub mod inspect;
pub mod item;
pub mod judge;
pub mod key;
pub mod money;
pub mod notification;
pub mod package;
pub mod page;
pub mod permission;
pub mod person;
pub mod policy;
pub mod profile;
pub mod progress;
pub mod queue;
pub mod quorum;
pub mod refusal;
pub mod resumption;
pub mod review;
pub mod run;
pub mod runs;
pub mod search;
pub mod session;
pub mod set_up;
pub mod signature;
pub mod stage;
pub mod step;
pub mod target;
pub mod template;
#[cfg(test)]
mod testing;
pub mod timeline;
pub mod transcript;
pub mod viewing;
pub mod workflow;

pub use actor::{Actor, Role, Scope, SystemActor};
pub use chrono::{DateTime, Utc};
pub use digest::Digest;
pub use refusal::{FieldError, Refusal};

/// A point in time, UTC, at most microsecond precision (what both databases keep).
pub type Time = DateTime<Utc>;
