//! The closure worker: begins what follows from the log, works what is due, and sleeps until news or the next try.

use std::time::Duration;

use chrono::TimeDelta;
use domain::Time;
use tokio::{
    sync::broadcast::error::RecvError,
    task::{JoinError, JoinSet},
};

use crate::{
    desk::{Desk, closure::Held},
    error::Result,
    store::Leaf,
};

/// Closures under way at once. Each is worked beside the others: a target that does not answer holds up none but its own.
const MOST: usize = 16;
/// However far the next try: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Works until `stop` resolves and what is under way has ended. Nothing that is cut off is lost: whoever takes it again
/// looks before it writes.
pub async fn run(desk: Desk, stop: impl Future<Output = ()>) {
    let mut news = desk.database.news().listen();
    let mut under_way = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = match begin(&desk, &mut under_way).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "closures could not be worked, trying again");
                tokio::select! {
                    () = tokio::time::sleep(RETRY) => continue,
                    () = &mut stop => break,
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
            () = &mut stop => break,
            Some(ended) = under_way.join_next() => settle(ended),
            () = due => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            is_open = heard(&mut news) => if !is_open { break },
        }
    }
    while let Some(ended) = under_way.join_next().await {
        settle(ended);
    }
}

/// Begins what follows from the log, and works what is due as far as there is room; says when to look again.
async fn begin(desk: &Desk, under_way: &mut JoinSet<()>) -> Result<Option<Time>> {
    desk.follow_closures().await?;
    loop {
        let room = MOST - under_way.len();
        if room == 0 {
            // The end of one makes room, and looks again.
            return Ok(None);
        }
        let held = desk.lease_closures(room).await?;
        let is_empty = held.is_empty();
        for one in held {
            under_way.spawn(work(desk.clone(), one));
        }
        let (next, now) = (desk.next_closure().await?, desk.database.clock().now());
        if next.is_none_or(|moment| moment > now) {
            return Ok(next);
        }
        if is_empty {
            // What is due and was not taken is another server's at this moment: it is not asked for without a pause.
            return Ok(Some(now + TimeDelta::from_std(RETRY).unwrap_or_default()));
        }
    }
}

async fn work(desk: Desk, held: Held) {
    let id = held.id();
    if let Err(error) = desk.work_closure(held).await {
        tracing::warn!(%error, closure = %id, "a closure was not worked to its end; it is taken again");
    }
}

fn settle(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the work on a closure broke; it is taken again");
    }
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
