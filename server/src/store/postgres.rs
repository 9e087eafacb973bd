//! PostgreSQL: commands on a pool, plain checks grouped, events numbered under an advisory lock.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::event::Entry;
use futures::FutureExt as _;
use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::{
    Leaf, News, Tx, Work,
    append::{self, CheckAppend},
    event,
    job::panicked,
    on,
    tx::{Conn, Held},
    upkeep::understood,
};
use crate::{
    clock::Clock,
    error::{Error, Result, StoreError},
    ids::Ids,
};

/// Plain checks of one commit at the most.
const MOST_CHECKS: usize = 64;
/// Checks that may wait; one more is answered 503.
const QUEUE: usize = 1_024;
/// The advisory lock of whoever numbers events.
const SEQUENCER: i64 = 0x0C0_57E6;
/// Where the last number is announced.
const CHANNEL: &str = "countersign_leaf";
/// Events of a replica that died before numbering them wait no longer than this.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How long a commit waits for its events' numbers.
const NUMBERED_WITHIN: Duration = Duration::from_millis(500);
/// Events numbered in one transaction at the most.
const MOST_EVENTS: i64 = 1_000;

/// The open database.
#[derive(Clone)]
pub struct Postgres {
    pool: PgPool,
    clock: Clock,
    ids: Arc<Ids>,
    checks: mpsc::Sender<CheckAppend>,
    numbering: Arc<Numbering>,
}

/// How a commit asks for its events to be numbered, and learns that they are.
struct Numbering {
    /// How often it was asked for.
    asked: watch::Sender<u64>,
    /// The last asking that is served.
    served: watch::Sender<u64>,
}

impl Postgres {
    pub(super) async fn open(url: &str, clock: Clock, ids: Arc<Ids>, news: News) -> Result<Self, StoreError> {
        let pool =
            PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(5)).connect(url).await?;
        understood(sqlx::migrate!("../migrations/postgres").run(&pool).await)?;
        let (checks, queue) = mpsc::channel(QUEUE);
        let numbering = Arc::new(Numbering { asked: watch::Sender::new(0), served: watch::Sender::new(0) });
        let open = Self { pool, clock, ids, checks, numbering };
        let told: i64 =
            sqlx::query_scalar("SELECT COALESCE(MAX(leaf_index), 0) FROM event_leaf").fetch_one(&open.pool).await?;
        news.begin_at(told);
        let mut listener = PgListener::connect_with(&open.pool).await?;
        listener.listen(CHANNEL).await?;
        tokio::spawn(listen(listener, open.pool.clone(), news, told));
        tokio::spawn(sequence(open.clone()));
        tokio::spawn(group_checks(open.clone(), queue));
        Ok(open)
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(Conn::Postgres(Held::Within(self.pool.begin().await?)), self.clock.clone(), self.ids.clone()))
    }

    /// Runs a command in a task of its own, so that a caller who goes away does not stop it half-way.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        reply: oneshot::Sender<Result<T>>,
    ) -> Result<()> {
        if self.pool.is_closed() {
            return Err(Error::unavailable("The server is stopping."));
        }
        let open = self.clone();
        tokio::spawn(async move {
            let result = AssertUnwindSafe(open.run(work)).catch_unwind().await.unwrap_or_else(|_| Err(panicked()));
            drop(reply.send(result));
        });
        Ok(())
    }

    async fn run<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T> {
        let mut tx = match self.begin().await {
            Err(StoreError::Driver(sqlx::Error::PoolTimedOut)) => {
                return Err(Error::unavailable("The database is busy."));
            }
            begun => begun?,
        };
        let result = work(&mut tx).await?;
        self.commit(tx).await?;
        Ok(result)
    }

    async fn commit(&self, mut tx: Tx) -> Result<(), StoreError> {
        let entries = std::mem::take(&mut tx.entries);
        event::insert(&mut tx, &entries).await?;
        event::await_numbers(&mut tx, &entries).await?;
        tx.commit().await.map_err(|error| StoreError::CommitFailed(error.to_string()))?;
        let mut ticket = 0;
        self.numbering.asked.send_modify(|asked| {
            *asked += 1;
            ticket = *asked;
        });
        // Whoever reads the log next finds what was just answered. A sequencer that cannot keep up delays nobody long.
        let served = async { self.numbering.served.subscribe().wait_for(|served| *served >= ticket).await.is_ok() };
        drop(tokio::time::timeout(NUMBERED_WITHIN, served).await);
        Ok(())
    }

    pub(super) fn append(&self, check: CheckAppend) -> Result<()> {
        self.checks.try_send(check).map_err(|_| Error::unavailable("The write queue is full."))
    }
}

/// Groups concurrent plain checks into one commit.
async fn group_checks(open: Postgres, mut queue: mpsc::Receiver<CheckAppend>) {
    let mut batch = Vec::with_capacity(MOST_CHECKS);
    while queue.recv_many(&mut batch, MOST_CHECKS).await > 0 {
        let rows: Vec<_> = batch.iter().map(|check| &check.row).collect();
        let stored = async {
            let mut tx = open.begin().await?;
            let appended = append::append(&mut tx, &rows).await?;
            open.commit(tx).await?;
            Ok::<_, StoreError>(appended)
        };
        let mut outcome = stored.await.map(Vec::into_iter).map_err(|error| error.to_string());
        for check in batch.drain(..) {
            let became = match &mut outcome {
                Ok(list) => list.next().ok_or_else(|| StoreError::Unexpected("an append was lost".to_owned()).into()),
                Err(why) => Err(StoreError::CommitFailed(why.clone()).into()),
            };
            drop(check.reply.send(became));
        }
    }
}

/// Numbers committed events. Whichever replica holds the lock numbers everybody's.
async fn sequence(open: Postgres) {
    let mut asked = open.numbering.asked.subscribe();
    while !open.pool.is_closed() {
        let ticket = *asked.borrow_and_update();
        match number_some(&open).await {
            Ok(numbered) if numbered >= MOST_EVENTS => {
                asked.mark_changed();
                continue;
            }
            Ok(_) => {
                open.numbering.served.send_replace(ticket);
            }
            Err(error) if open.pool.is_closed() => return tracing::debug!(%error, "stopped numbering events"),
            Err(error) => tracing::warn!(%error, "events could not be numbered, trying again"),
        }
        drop(tokio::time::timeout(SWEEP_EVERY, asked.changed()).await);
    }
}

async fn number_some(open: &Postgres) -> Result<i64, StoreError> {
    let mut tx = open.begin().await?;
    on!(tx, |conn| sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SEQUENCER).execute(conn).await.map(drop))?;
    let pending: Vec<(i64, Uuid)> = on!(tx, |conn| {
        sqlx::query_as("SELECT seq, event_id FROM event_pending ORDER BY seq LIMIT $1")
            .bind(MOST_EVENTS)
            .fetch_all(conn)
            .await
    })?;
    if pending.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = pending.iter().map(|(_, id)| *id).collect();
    let entries: Vec<Entry> = event::load(&mut tx, &ids).await?;
    let leaves = event::number(&mut tx, &entries).await?;
    let seqs: Vec<i64> = pending.iter().map(|(seq, _)| *seq).collect();
    event::forget_pending(&mut tx, &seqs).await?;
    let last = leaves.last().map_or(0, |leaf| leaf.leaf_index).to_string();
    on!(tx, |conn| {
        sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(&last).execute(conn).await.map(drop)
    })?;
    tx.commit().await?;
    Ok(i64::try_from(pending.len()).unwrap_or(i64::MAX))
}

/// Reads newly numbered events once a batch and tells whoever waits in this process.
async fn listen(mut listener: PgListener, pool: PgPool, news: News, mut told: i64) {
    while !pool.is_closed() {
        // `Ok(None)` means the connection was lost and restored: what was missed is read below as well.
        // A connection that died without a word says nothing for ever: look anyway now and then.
        let heard = tokio::time::timeout(SWEEP_EVERY, listener.try_recv()).await;
        if let Ok(Err(error)) = heard {
            if pool.is_closed() {
                return;
            }
            tracing::warn!(%error, "the database's notices stopped, trying again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        match tell_after(&pool, &news, told).await {
            Ok(last) => told = last,
            Err(error) if pool.is_closed() => return tracing::debug!(%error, "stopped listening"),
            Err(error) => tracing::warn!(%error, "new events could not be read"),
        }
    }
}

/// Tells everything after `told`, some at a time; answers the last that was told.
async fn tell_after(pool: &PgPool, news: &News, mut told: i64) -> Result<i64, StoreError> {
    loop {
        let leaves = leaves_after(pool, told).await?;
        let Some(last) = leaves.last() else { return Ok(told) };
        told = last.leaf_index;
        news.tell(leaves);
    }
}

async fn leaves_after(pool: &PgPool, told: i64) -> Result<Vec<Leaf>, StoreError> {
    let rows: Vec<(i64, String, Option<Uuid>, Option<Uuid>)> = sqlx::query_as(
        "SELECT leaf_index, kind, run_id, approval_id FROM event_leaf WHERE leaf_index > $1 ORDER BY leaf_index LIMIT $2",
    )
    .bind(told)
    .bind(MOST_EVENTS)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(event::leaf).collect())
}
