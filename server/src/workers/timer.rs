//! A timer over what is due in the database: it does what is due, sleeps until the next is, and wakes when something
//! happened that may be due sooner. It keeps nothing in memory that a restart would lose.

use std::{sync::Arc, time::Duration};

use domain::Time;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{desk::Desk, error::Result, store::Leaf};

/// However far the next moment: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Runs until the server stops. `round` does what is due and says when the next is; `is_sooner` says which kinds of events
/// may have moved that; `what` is due, for the log.
pub(super) async fn run<F>(desk: Desk, what: &str, round: impl Fn(Desk) -> F, is_sooner: fn(&str) -> bool)
where
    F: Future<Output = Result<Option<Time>>>,
{
    let mut news = desk.database.news().listen();
    loop {
        let next = match round(desk.clone()).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "{what} could not be looked at, trying again");
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
            is_open = heard(&mut news, is_sooner) => if !is_open { return },
        }
    }
}

/// Waits for an event of a kind that is meant; `false` when the server stops.
async fn heard(news: &mut Receiver<Arc<[Leaf]>>, is_meant: fn(&str) -> bool) -> bool {
    loop {
        match news.recv().await {
            Ok(leaves) if leaves.iter().any(|leaf| is_meant(&leaf.kind)) => return true,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
