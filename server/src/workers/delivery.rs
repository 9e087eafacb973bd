//! The delivery worker: takes what is due, sends it, and sleeps until news or the next try.

use std::{collections::HashMap, time::Duration};

use domain::id::EndpointId;
use tokio::{
    sync::broadcast::error::RecvError,
    task::{JoinError, JoinSet},
};

use crate::{
    desk::{Desk, delivery::Leased},
    error::Result,
};

/// Deliveries under way at once.
const MOST: usize = 64;
/// Of those, to one endpoint: one that is slow keeps no other waiting.
const MOST_EACH: usize = 4;
/// However far the next try: a notice may have been lost on its way.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Deliveries under way, by the endpoint they go to.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<EndpointId>,
    busy: HashMap<EndpointId, usize>,
}

/// Delivers until `stop` resolves, then lets what is under way finish. Nothing that is lost here is lost: a record whose
/// lease is over is taken again.
pub async fn run(desk: Desk, stop: impl Future<Output = ()>) {
    let mut news = desk.database.news().listen();
    let mut under_way = UnderWay::default();
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = match fill(&desk, &mut under_way).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "what is due could not be read, trying again");
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
            () = due => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            is_open = queued(&mut news) => if !is_open { break },
            Some(ended) = under_way.tasks.join_next() => under_way.ended(ended),
            () = &mut stop => break,
        }
    }
    while let Some(ended) = under_way.tasks.join_next().await {
        under_way.ended(ended);
    }
}

/// Takes and begins what is due, as far as there is room; says when to look again.
async fn fill(desk: &Desk, under_way: &mut UnderWay) -> Result<Option<domain::Time>> {
    while let Some(ended) = under_way.tasks.try_join_next() {
        under_way.ended(ended);
    }
    loop {
        let room = MOST - under_way.tasks.len();
        if room == 0 {
            // The end of a delivery makes room, and looks again.
            return Ok(None);
        }
        let full: Vec<EndpointId> =
            under_way.busy.iter().filter(|(_, count)| **count >= MOST_EACH).map(|(endpoint, _)| *endpoint).collect();
        let next = desk.next_delivery(&full).await?;
        if next.is_none_or(|moment| moment > desk.database.clock().now()) {
            return Ok(next);
        }
        let leased = desk.lease_deliveries(under_way.busy.clone(), MOST_EACH, room).await?;
        if leased.is_empty() {
            // Another server was first with all of it; what it does not finish is due again later.
            return Ok(Some(desk.database.clock().now() + chrono::TimeDelta::from_std(RETRY).unwrap_or_default()));
        }
        for one in leased {
            under_way.add(desk.clone(), one);
        }
    }
}

impl UnderWay {
    fn add(&mut self, desk: Desk, leased: Leased) {
        let (endpoint, id) = (leased.endpoint, leased.id());
        *self.busy.entry(endpoint).or_default() += 1;
        self.tasks.spawn(async move {
            if let Err(error) = desk.deliver_leased(leased).await {
                tracing::error!(%error, resumption = %id, "a delivery was not recorded; it is made again");
            }
            endpoint
        });
    }

    fn ended(&mut self, ended: Result<EndpointId, JoinError>) {
        match ended {
            Ok(endpoint) => {
                if let Some(count) = self.busy.get_mut(&endpoint) {
                    *count -= 1;
                }
                self.busy.retain(|_, count| *count > 0);
            }
            // Which one it was is not known: counting anew is safe, as leases are.
            Err(error) => {
                tracing::error!(%error, "a delivery broke");
                self.busy.clear();
            }
        }
    }
}

type News = tokio::sync::broadcast::Receiver<std::sync::Arc<[crate::store::Leaf]>>;

/// Waits for something to send; `false` when the server stops.
async fn queued(news: &mut News) -> bool {
    loop {
        match news.recv().await {
            Ok(leaves)
                if leaves.iter().any(|leaf| matches!(&*leaf.kind, "resumption.queued" | "resumption.retried")) =>
            {
                return true;
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
