//! What a step is told when it moves: which it is, and how a try failed.

use crate::{Time, id::ClosureId};

/// The step that moves: what the log calls it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'s> {
    /// The closure.
    pub closure: ClosureId,
    /// The step.
    pub step: &'s str,
    /// Its idempotency key.
    pub key: &'s str,
}

/// How a try failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Why.
    pub cause: String,
    /// When it is tried again.
    pub next_try: Option<Time>,
    /// Whether it may have been written all the same.
    pub is_uncertain: bool,
}

impl Named<'_> {
    pub(super) fn owned(&self) -> (ClosureId, String, String) {
        (self.closure, self.step.to_owned(), self.key.to_owned())
    }
}
