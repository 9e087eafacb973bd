//! The timer of approvals: sleeps until one expires, is to be reminded of or raised, wakes when another might be due
//! sooner.

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use crate::desk::Desk;

/// However far the next deadline: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Does what happens by itself to approvals until the server stops. It keeps nothing in memory that a restart would lose.
pub async fn run(desk: Desk) {
    let mut news = desk.database.news().listen();
    loop {
        // What should have ended is not raised first.
        let round = async {
            desk.expire_overdue().await?;
            desk.take_steps().await
        };
        if let Err(error) = round.await {
            tracing::warn!(%error, "approvals that are due could not be read, trying again");
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
            // What is still due could not be done; it is not tried without a pause.
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
            is_open = sooner(&mut news) => if !is_open { return },
        }
    }
}

type News = tokio::sync::broadcast::Receiver<std::sync::Arc<[crate::store::Leaf]>>;

/// Waits for what may be due before anything else: a new approval, or one whose deadline runs again. `false` when the
/// server stops.
async fn sooner(news: &mut News) -> bool {
    let may_be = |kind: &str| matches!(kind, "approval.opened" | "information.given");
    loop {
        match news.recv().await {
            Ok(leaves) if leaves.iter().any(|leaf| may_be(&leaf.kind)) => return true,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
