//! Storage: SQL and nothing else, one portable statement for both databases.
//!
//! Rules of portable SQL:
//! 1. `$1` placeholders; `RETURNING`, `ON CONFLICT`, CTEs and row comparisons are allowed; `ILIKE`, arrays,
//!    `FOR UPDATE`, date functions and `JSON` operators are not.
//! 2. Optional filter: `(CAST($1 AS TEXT) IS NULL OR column = $1)`.
//! 3. Times come from the `Clock`, truncated to microseconds; cut-offs are computed in Rust and bound.
//! 4. Enums are words (`as_str`), ids are UUIDs, digests bytes, structures canonical JSON in a text column.
//! 5. A write locks its run first (`run::lock`), so that moves of one run happen one after another on either engine.

pub mod alert;
mod append;
pub mod approval;
pub mod assignment;
pub mod audit;
pub mod backoff;
pub mod channel;
pub mod claim;
pub mod closure;
pub mod compensation;
pub mod concern;
mod database;
pub mod deadline;
pub mod decision;
pub mod delegation;
pub mod delivery;
pub mod dispatch;
pub mod endpoint;
pub mod entitlement;
pub mod escalation;
pub mod event;
pub mod fact;
mod failure;
pub mod follow_up;
pub mod found;
pub mod gate_check;
pub mod group;
pub mod handoff;
pub mod idempotency;
mod inbox;
pub mod item;
mod job;
pub mod key;
mod news;
pub mod notification;
pub mod person;
mod postgres;
pub mod preference;
pub mod queue;
pub mod request;
pub mod resumption;
pub mod run;
pub mod runs;
pub mod saved_view;
pub mod search;
pub mod seat;
pub mod session;
pub mod set_up;
pub mod signature;
mod sqlite;
pub mod stage;
pub mod standing;
mod statement;
pub mod step;
pub mod target;
mod tx;
mod upkeep;
pub mod vault;
pub mod viewing;
pub mod web_session;
pub mod workflow;
mod writer;

use serde::{Serialize, de::DeserializeOwned};

pub use append::{Appended, CheckRow};
pub use database::{Database, Work};
pub(crate) use failure::is_of_disk;
pub use news::{Leaf, News};
pub use tx::Tx;
pub(crate) use tx::on;

use crate::error::StoreError;

/// A structure as the text column keeps it.
pub fn to_text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a structure from its text column; a broken row names itself.
pub fn from_text<T: DeserializeOwned>(
    text: &str,
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| inconsistent(table, column, row, error))
}

/// Reads a word, an id or a digest from its column; a broken row names itself.
pub fn parse<T: std::str::FromStr<Err: ToString>>(
    text: &str,
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| inconsistent(table, column, row, error.to_string()))
}

/// Reads a digest from its bytes.
pub fn digest(
    bytes: &[u8],
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> Result<domain::Digest, StoreError> {
    domain::Digest::from_bytes(bytes).ok_or_else(|| inconsistent(table, column, row, "not 32 bytes"))
}

#[expect(clippy::needless_pass_by_value, reason = "callers hand over ids and errors; both are small")]
fn inconsistent(table: &'static str, column: &'static str, row: impl ToString, why: impl ToString) -> StoreError {
    StoreError::Inconsistent { table, column, row: row.to_string(), why: why.to_string() }
}
