//! The notifier: tells people of what was committed, and sends what is due by each channel.

use std::time::Duration;

use domain::{Time, channel::Channel, notification::KINDS};
use tokio::sync::broadcast::error::RecvError;

use crate::{desk::Desk, error::Result, store::Leaf};

/// However far the next message: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Tells people of what happens until the server stops. It keeps nothing in memory that a restart would lose.
pub async fn tell(desk: Desk) {
    let mut news = desk.database.news().listen();
    loop {
        if let Err(error) = desk.make_notifications().await {
            tracing::warn!(%error, "people could not be told of what happened, trying again");
            tokio::time::sleep(RETRY).await;
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            is_open = heard(&mut news, |leaf| KINDS.contains(&&*leaf.kind)) => if !is_open { return },
        }
    }
}

/// Sends what is due by a channel until `stop` resolves and what is under way has ended. `base` is the address people
/// reach the console under.
pub async fn send(desk: Desk, channel: Channel, base: String, stop: impl Future<Output = ()>) {
    let mut news = desk.database.news().listen();
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = round(&desk, channel, &base).await;
        let wait = async {
            match next {
                Ok(Some(moment)) => desk.database.clock().sleep_until(moment).await,
                Ok(None) => tokio::time::sleep(LOOK_AGAIN).await,
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        };
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = wait => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            is_open = heard(&mut news, concerns_senders) => if !is_open { return },
        }
    }
}

/// Sends some of what is due; says when to look again.
async fn round(desk: &Desk, channel: Channel, base: &str) -> Result<Option<Time>> {
    let sent = desk.send_notifications(channel, base).await.inspect_err(|error| told(channel, error))?;
    let now = desk.database.clock().now();
    let next = desk.next_notification(channel).await.inspect_err(|error| told(channel, error))?;
    // What is due and was not taken is another server's at this moment: it is not asked for without a pause.
    let pause = chrono::TimeDelta::from_std(RETRY).unwrap_or_default();
    Ok(next.map(|next| if sent == 0 && next <= now { now + pause } else { next }))
}

fn told(channel: Channel, error: &crate::error::Error) {
    tracing::warn!(%error, %channel, "what is due could not be sent, trying again");
}

fn concerns_senders(leaf: &Leaf) -> bool {
    matches!(&*leaf.kind, "notification.made" | "notification.retried")
}

type News = tokio::sync::broadcast::Receiver<std::sync::Arc<[Leaf]>>;

/// Waits for an event that is meant; `false` when the server stops.
async fn heard(news: &mut News, is_meant: impl Fn(&Leaf) -> bool) -> bool {
    loop {
        match news.recv().await {
            Ok(leaves) if leaves.iter().any(&is_meant) => return true,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
