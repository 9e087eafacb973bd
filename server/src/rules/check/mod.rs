//! The static check of CEL expressions: what would never evaluate, or never mean what was meant, is refused when the
//! workflow is published.
//!
//! Inference is weak on purpose. Where a type cannot be told, nothing is said: a right expression is never refused
//! because the checker does not understand it.

mod functions;
mod kind;
mod operators;
pub mod roots;
mod walk;

use domain::{closure::rule::Moment, workflow::Workflow};

use super::expression::{self, Fault};

/// What an expression stands among.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'w> {
    /// The workflow it belongs to.
    pub workflow: &'w Workflow,
    /// The tools of its gate; a stage's conditions are about no call.
    pub tools: Option<&'w [String]>,
    /// What a closure follows whose condition it is.
    pub closure: Option<Moment>,
    /// The position of the step it is verified of, where it is about one: what stands before it may be read.
    pub step: Option<usize>,
}

/// What an expression must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// True or false.
    Bool,
    /// `low`, `medium` or `high`.
    Risk,
}

/// The errors of an expression, with the bytes they are about.
pub fn expression(source: &str, wanted: Wanted, surroundings: &Surroundings<'_>) -> Vec<Fault> {
    match expression::parse(source) {
        Ok(parsed) => walk::check(&parsed, wanted, surroundings),
        Err(faults) => faults,
    }
}

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod tests;
