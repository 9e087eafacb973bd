//! The expiry timer: sleeps until the next deadline, wakes when a new approval might be due sooner.

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use crate::desk::Desk;

/// However far the next deadline: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Expires approvals at their deadline until the server stops. It keeps nothing in memory that a restart would lose.
pub async fn run(desk: Desk) {
    let mut news = desk.database.news().listen();
    loop {
        if let Err(error) = desk.expire_overdue().await {
            tracing::warn!(%error, "overdue approvals could not be read, trying again");
            tokio::time::sleep(RETRY).await;
            continue;
        }
        let next = match desk.next_deadline().await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "the next deadline could not be read, trying again");
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        if next.is_some_and(|moment| moment <= desk.database.clock().now()) {
            // What is still overdue could not be expired; it is not tried without a pause.
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
            is_open = opened(&mut news) => if !is_open { return },
        }
    }
}

type News = tokio::sync::broadcast::Receiver<std::sync::Arc<[crate::store::Leaf]>>;

/// Waits for a new approval; `false` when the server stops.
async fn opened(news: &mut News) -> bool {
    loop {
        match news.recv().await {
            Ok(leaves) if leaves.iter().any(|leaf| leaf.kind == "approval.opened") => return true,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
