//! The broom: removes ended browser sessions and forgotten sign-in failures.

use std::time::Duration;

use crate::desk::Desk;

/// How often. What has ended is refused at once; this only frees its rows.
const EVERY: Duration = Duration::from_mins(10);

/// Sweeps until the server stops.
pub async fn run(desk: Desk) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = desk.sweep_sign_in().await {
            tracing::warn!(%error, "ended sessions could not be removed, trying again");
        }
    }
}
