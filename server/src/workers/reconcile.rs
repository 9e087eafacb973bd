//! The reconciler: at start everything, then every minute what may have come apart since, and every hour runs whose next
//! move was cut off.

use std::time::Duration;

use chrono::TimeDelta;
use domain::Time;

use crate::desk::Desk;

/// How often.
const EVERY: Duration = Duration::from_mins(1);
/// Runs are moved on after as many rounds.
const ROUNDS: u64 = 60;
/// How far back ended approvals are looked at after the first round.
const BACK: TimeDelta = TimeDelta::days(1);

/// Compares and repairs until the server stops.
pub async fn run(desk: Desk) {
    let mut ticks = tokio::time::interval(EVERY);
    let mut ended_after = Time::UNIX_EPOCH;
    for round in 0_u64.. {
        ticks.tick().await;
        if round % ROUNDS == 0 {
            match desk.advance_all().await {
                Ok(0) => {}
                Ok(moved) => tracing::warn!(moved, "runs were moved on whose next step had been cut off"),
                Err(error) => tracing::warn!(%error, "runs could not be looked at, trying again in an hour"),
            }
        }
        match desk.give_up_on_runners().await {
            Ok(0) => {}
            Ok(silent) => tracing::warn!(silent, "runners stopped answering"),
            Err(error) => tracing::warn!(%error, "silent runners could not be looked at, trying again"),
        }
        match desk.note_neglected().await {
            Ok(0) => {}
            Ok(waiting) => tracing::warn!(waiting, "sessions wait for a runner that does not come"),
            Err(error) => tracing::warn!(%error, "sessions that wait for runners could not be looked at, trying again"),
        }
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
