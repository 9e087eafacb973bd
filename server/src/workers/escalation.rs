//! Deadlines of escalations: sleeps until the next passes, wakes when one is opened or moves.

use std::{sync::Arc, time::Duration};

use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{desk::Desk, store::Leaf};

/// However far the next deadline: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Tells of deadlines that have passed until the server stops. It keeps nothing in memory that a restart would lose.
pub async fn run(desk: Desk) {
    let mut news = desk.database.news().listen();
    loop {
        let told = desk.tell_overdue_escalations().await;
        let next = match told.map(|_| ()) {
            Ok(()) => desk.next_escalation_deadline().await,
            Err(error) => Err(error),
        };
        let next = match next {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "deadlines of escalations could not be looked at, trying again");
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        if next.is_some_and(|moment| moment <= desk.database.clock().now()) {
            // What could not be told of is not tried without a pause.
            tokio::time::sleep(RETRY).await;
            continue;
        }
        let due = async {
            match next {
                Some(moment) => desk.database.clock().sleep_until(moment).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            is_open = moved(&mut news) => if !is_open { return },
        }
    }
}

/// Waits until an escalation is opened, taken up or settled; `false` when the server stops.
async fn moved(news: &mut Receiver<Arc<[Leaf]>>) -> bool {
    let moves = |kind: &str| kind.starts_with("escalation.") && kind != "escalation.overdue";
    loop {
        match news.recv().await {
            Ok(leaves) if leaves.iter().any(|leaf| moves(&leaf.kind)) => return true,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
