//! The reconciler: at start everything, then every minute what may have come apart since.

use std::time::Duration;

use chrono::TimeDelta;
use domain::Time;

use crate::desk::Desk;

/// How often.
const EVERY: Duration = Duration::from_mins(1);
/// How far back ended approvals are looked at after the first round.
const BACK: TimeDelta = TimeDelta::days(1);

/// Compares and repairs until the server stops.
pub async fn run(desk: Desk) {
    let mut ticks = tokio::time::interval(EVERY);
    let mut ended_after = Time::UNIX_EPOCH;
    loop {
        ticks.tick().await;
        match desk.reconcile(ended_after).await {
            Ok(done) => {
                if done.repaired + done.raised + done.settled > 0 {
                    let (repaired, raised, settled) = (done.repaired, done.raised, done.settled);
                    tracing::warn!(repaired, raised, settled, "sessions and approvals were reconciled");
                }
                ended_after = desk.database.clock().now() - BACK;
            }
            Err(error) => tracing::warn!(%error, "sessions and approvals could not be compared, trying again"),
        }
    }
}
