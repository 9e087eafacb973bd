//! Time from one place: the system's clock in production, a clock of their own in tests and simulations.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use domain::Time;
use tokio::sync::Notify;

/// Where "now" comes from.
#[derive(Clone)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that moves only when told to.
    Manual(Arc<ManualClock>),
}

/// A clock for tests.
pub struct ManualClock {
    now: Mutex<Time>,
    moved: Notify,
}

impl Clock {
    /// A clock that stands still at `start`.
    pub fn manual(start: Time) -> Self {
        Self::Manual(Arc::new(ManualClock { now: Mutex::new(start.trunc_subsecs(6)), moved: Notify::new() }))
    }

    /// Now, in microseconds: the precision both databases keep.
    pub fn now(&self) -> Time {
        match self {
            Self::System => system_now().trunc_subsecs(6),
            Self::Manual(clock) => *clock.now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a manual clock; the system's cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(clock) = self {
            *clock.now.lock().unwrap_or_else(PoisonError::into_inner) += by;
            clock.moved.notify_waiters();
        }
    }

    /// Waits until `moment`.
    pub async fn sleep_until(&self, moment: Time) {
        match self {
            Self::System => {
                let left = (moment - self.now()).to_std().unwrap_or(Duration::ZERO);
                tokio::time::sleep(left).await;
            }
            Self::Manual(clock) => loop {
                let moved = clock.moved.notified();
                if self.now() >= moment {
                    return;
                }
                moved.await;
            },
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}
