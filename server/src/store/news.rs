//! What has just become durable, told to everybody who waits in this process.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::id::{ApprovalId, RunId};
use serde::Serialize;
use tokio::sync::broadcast;

/// A committed event's place in the log and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    last: Arc<AtomicI64>,
}

/// Batches kept for a slow listener; one that falls further behind is told so and looks at the database again.
const KEPT: usize = 1_024;

impl News {
    pub(super) fn new() -> Self {
        Self { sender: broadcast::Sender::new(KEPT), last: Arc::default() }
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<[Leaf]>> {
        self.sender.subscribe()
    }

    /// The last place that was told, or that the log had when it was opened. Whoever reads the database after asking
    /// has seen everything up to here.
    pub fn last(&self) -> i64 {
        self.last.load(Ordering::Acquire)
    }

    /// Notes where the log ends when it is opened.
    pub(super) fn begin_at(&self, last: i64) {
        self.last.fetch_max(last, Ordering::AcqRel);
    }

    pub(super) fn tell(&self, leaves: Vec<Leaf>) {
        if let Some(last) = leaves.last() {
            self.begin_at(last.leaf_index);
            // Nobody listening is no failure.
            drop(self.sender.send(leaves.into()));
        }
    }
}
