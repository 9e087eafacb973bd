//! The timer of approvals: sleeps until one expires, is to be reminded of or raised, wakes when another might be due
//! sooner.

use super::timer;
use crate::desk::Desk;

/// Does what happens by itself to approvals until the server stops.
pub async fn run(desk: Desk) {
    let round = |desk: Desk| async move {
        // What should have ended is not raised first.
        desk.expire_overdue().await?;
        desk.take_steps().await?;
        desk.next_deadline().await
    };
    // A new approval, or one whose deadline runs again.
    let may_be_sooner = |kind: &str| matches!(kind, "approval.opened" | "information.given");
    timer::run(desk, "approvals that are due", round, may_be_sooner).await;
}
