//! The look at what became of the records of closures: each once a day, and nothing is written to them.

use super::timer;
use crate::desk::Desk;

/// Looks until the server stops. A look that is cut off is made again once its lease is over.
pub async fn run(desk: Desk) {
    let round = |desk: Desk| async move {
        desk.look_for_drift().await?;
        desk.next_drift_look().await
    };
    // The first look comes a day after a closure has ended: nothing that happens makes one sooner.
    timer::run(desk, "the records of closures", round, |_| false).await;
}
