//! Workflow definitions read, checked and evaluated: YAML and CEL end here, and the rest of the server sees
//! `domain::workflow::Workflow` and `domain::judge::Finding` only.
//!
//! [`definition::parse`] reads a text and finds all its errors at once; [`compiled::Compiled`] turns a published
//! version into programs indexed by tool; [`compiled::Compiled::check_call`] rules on one call against the recorded
//! facts. Nothing here does I/O, knows the database, or reads a clock.

pub mod check;
pub mod closure;
pub mod compiled;
pub mod definition;
pub mod evaluate;
mod evidence;
mod expected;
mod expression;
mod members;
mod pattern;
mod reads;
pub mod roots;
mod scope;
pub mod stage;
pub mod step;
mod suggest;
mod threshold;
mod title;
mod value;
mod yaml;

pub use compiled::Compiled;
pub use roots::{ApprovalRoot, Outstanding, RecordedFact, Roots, RunRoot, Stages};
