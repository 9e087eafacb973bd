//! Deadlines of escalations: sleeps until the next passes, wakes when one is opened or moves.

use super::timer;
use crate::desk::Desk;

/// Tells of deadlines that have passed until the server stops.
pub async fn run(desk: Desk) {
    let round = |desk: Desk| async move {
        desk.tell_overdue_escalations().await?;
        desk.next_escalation_deadline().await
    };
    // Opened, taken up, settled.
    let moves = |kind: &str| kind.starts_with("escalation.") && kind != "escalation.overdue";
    timer::run(desk, "deadlines of escalations", round, moves).await;
}
