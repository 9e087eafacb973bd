//! What has just become durable, told to everybody who waits in this process.

use std::sync::Arc;

use domain::id::{ApprovalId, RunId};
use tokio::sync::broadcast;

/// A committed event's place in the log and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its place.
    pub leaf_index: i64,
    /// Its kind.
    pub kind: String,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// The approval it concerns.
    pub approval: Option<ApprovalId>,
}

/// The fan-out of committed events. Waiters subscribe, look at the database once, then listen.
#[derive(Clone)]
pub struct News {
    sender: broadcast::Sender<Arc<[Leaf]>>,
}

/// Batches kept for a slow listener; one that falls further behind is told so and looks at the database again.
const KEPT: usize = 1_024;

impl News {
    pub(super) fn new() -> Self {
        Self { sender: broadcast::Sender::new(KEPT) }
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<[Leaf]>> {
        self.sender.subscribe()
    }

    pub(super) fn tell(&self, leaves: Vec<Leaf>) {
        if !leaves.is_empty() {
            // Nobody listening is no failure.
            drop(self.sender.send(leaves.into()));
        }
    }
}
