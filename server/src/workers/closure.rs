//! The closure worker: begins what follows from the log, works what is due, and sleeps until news or the next try.

use std::time::Duration;

use domain::Time;
use tokio::sync::broadcast::error::RecvError;

use crate::{desk::Desk, error::Result, store::Leaf};

/// However far the next try: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Works until `stop` resolves and what is under way has ended. Nothing that is cut off is lost: whoever takes it again
/// looks before it writes.
pub async fn run(desk: Desk, stop: impl Future<Output = ()>) {
    let mut news = desk.database.news().listen();
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = match round(&desk).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "closures could not be worked, trying again");
                tokio::select! {
                    () = tokio::time::sleep(RETRY) => continue,
                    () = &mut stop => return,
                }
            }
        };
        let due = async {
            match next {
                Some(moment) => desk.database.clock().sleep_until(moment).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = due => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            is_open = heard(&mut news) => if !is_open { return },
        }
    }
}

/// Begins and works some; says when to look again.
async fn round(desk: &Desk) -> Result<Option<Time>> {
    desk.follow_closures().await?;
    let worked = desk.work_closures().await?;
    let (next, now) = (desk.next_closure().await?, desk.database.clock().now());
    // What is due and was not taken is another server's at this moment: it is not asked for without a pause.
    let pause = chrono::TimeDelta::from_std(RETRY).unwrap_or_default();
    Ok(next.map(|next| if worked == 0 && next <= now { now + pause } else { next }))
}

fn is_meant(leaf: &Leaf) -> bool {
    matches!(
        &*leaf.kind,
        "approval.approved" | "tool.executed" | "run.completed" | "closure.started" | "closure.replayed"
    )
}

/// Waits for an event that is meant; `false` when the server stops.
async fn heard(news: &mut tokio::sync::broadcast::Receiver<std::sync::Arc<[Leaf]>>) -> bool {
    loop {
        match news.recv().await {
            Ok(leaves) if leaves.iter().any(is_meant) => return true,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
