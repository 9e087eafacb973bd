//! SQLite's one writer: it groups concurrent commands into one durable commit.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{event::Entry, id::EventId};
use sqlx::SqlitePool;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    News, Tx,
    append::{self, Appended, CheckAppend},
    batch, event,
    failure::{Failure, NotStored},
    job::{Command, Job, Reply},
    sqlite::STOPPED,
    tx::{Conn, Held},
    upkeep::restart_log,
};
use crate::{
    clock::Clock,
    error::{Error, Result, StoreError},
    ids::Ids,
};

/// Jobs of one commit at the most: a ceiling, never a delay.
const MOST_JOBS: usize = 64;
/// Work of one commit at the most, likewise.
const MOST_WORK: Duration = Duration::from_millis(2);
/// Pages of the log beyond which the writer begins it anew (64 MiB).
const LONGEST_LOG: i64 = 16_384;

/// The writer.
pub(super) struct Writer {
    /// The one connection that writes.
    pub(super) pool: SqlitePool,
    /// What waits.
    pub(super) queue: mpsc::Receiver<Job>,
    /// The clock.
    pub(super) clock: Clock,
    /// Ids and randomness.
    pub(super) ids: Arc<Ids>,
    /// Who is told what became durable.
    pub(super) news: News,
    /// How long the log is.
    pub(super) log_pages: Arc<AtomicI64>,
    /// Whether the disk has failed.
    pub(super) failure: Failure,
}

/// A batch on its way to the commit.
struct Batch {
    replies: Vec<Reply>,
    checks: Vec<CheckAppend>,
}

impl Writer {
    /// Writes what comes until nobody can send any more.
    pub(super) async fn run(mut self, checkpoints: SqlitePool) {
        while let Some(first) = self.queue.recv().await {
            if self.failure.told().is_some() {
                first.fail(Error::unavailable(STOPPED));
                continue;
            }
            self.batch(first).await;
            self.begin_log_anew().await;
        }
        checkpoints.close().await;
        if self.failure.told().is_none() {
            drop(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await);
        }
        self.pool.close().await;
    }

    /// Under load no checkpoint beside the writer ever catches up with it, and the log would grow for good. Between
    /// batches only the last pages are left to fold in.
    async fn begin_log_anew(&self) {
        if self.log_pages.load(Ordering::Relaxed) <= LONGEST_LOG {
            return;
        }
        self.log_pages.store(0, Ordering::Relaxed);
        match restart_log(&self.pool).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!("the write-ahead log grows: another program reads the database and does not end");
            }
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log could not be begun anew");
                self.failure.note(&error.into());
            }
        }
    }

    /// Writes what waits, in one commit. Plain checks alone need no savepoints and take the short way.
    async fn batch(&mut self, first: Job) {
        let mut checks = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Check(check) => checks.push(*check),
                Job::Command(command) => return self.mixed(checks, command).await,
            }
            next = if checks.len() < MOST_JOBS { self.queue.try_recv().ok() } else { None };
        }
        let stored = self.plain(&checks).await.map_err(|error| self.not_stored(&error));
        Batch { replies: Vec::new(), checks }.finish(stored);
    }

    async fn plain(&self, checks: &[CheckAppend]) -> Result<Vec<Appended>, StoreError> {
        let rows: Vec<_> = checks.iter().map(|check| &check.row).collect();
        let now = self.clock.now();
        let event = |row: &&append::CheckRow| append::entry(row, EventId::from_uuid(self.ids.uuid()), now);
        let entries: Vec<_> = rows.iter().map(event).collect();
        let salts: Vec<_> = rows.iter().map(|_| self.ids.bytes()).collect();
        let mut writer = self.pool.acquire().await?;
        let places = batch::store(&mut writer, &rows, &entries, &salts, now).await?;
        let places: HashMap<Uuid, i64> = places.into_iter().map(|(place, event)| (event, place)).collect();
        let leaf = |entry: &Entry| Some(event::leaf_of(*places.get(&entry.id.uuid())?, entry));
        // In the order of the batch, which is that of the log.
        self.news.tell(entries.iter().filter_map(leaf).collect());
        let became = |entry: &Entry| {
            if places.contains_key(&entry.id.uuid()) { Appended::Stored } else { Appended::Overtaken }
        };
        Ok(entries.iter().map(became).collect())
    }

    async fn mixed(&mut self, checks: Vec<CheckAppend>, first: Box<dyn Command>) {
        let mut batch = Batch { replies: Vec::new(), checks };
        let mut tx = match self.pool.begin_with("BEGIN IMMEDIATE").await {
            Ok(tx) => Tx::new(Conn::Sqlite(Held::Within(tx)), self.clock.clone(), self.ids.clone()),
            Err(error) => {
                let error = StoreError::from(error);
                batch.finish(Err(self.not_stored(&error)));
                return first.fail(error.into());
            }
        };
        let started = Instant::now();
        let mut jobs = batch.checks.len();
        let mut next = Some(Job::Command(first));
        while let Some(job) = next {
            match job {
                Job::Check(append) => batch.checks.push(*append),
                Job::Command(command) => match in_savepoint(&mut tx, command).await {
                    Ok(reply) => batch.replies.push(reply),
                    Err(error) => return batch.finish(Err(self.not_stored(&error))),
                },
            }
            jobs += 1;
            let has_room = jobs < MOST_JOBS && started.elapsed() < MOST_WORK;
            next = if has_room { self.queue.try_recv().ok() } else { None };
        }
        self.commit(tx, batch).await;
    }

    async fn commit(&self, mut tx: Tx, batch: Batch) {
        let rows: Vec<_> = batch.checks.iter().map(|check| &check.row).collect();
        let prepared = async {
            let appended = append::append(&mut tx, &rows).await?;
            let entries = std::mem::take(&mut tx.entries);
            event::insert(&mut tx, &entries).await?;
            let leaves = event::number(&mut tx, &entries).await?;
            tx.commit().await?;
            Ok::<_, StoreError>((appended, leaves))
        };
        match prepared.await {
            Ok((appended, leaves)) => {
                self.news.tell(leaves);
                batch.finish(Ok(appended));
            }
            Err(error) => batch.finish(Err(self.not_stored(&error))),
        }
    }

    /// Notes why a batch was not stored, before anybody is told.
    fn not_stored(&self, error: &StoreError) -> NotStored {
        tracing::error!(%error, "a commit failed; nothing of its batch happened");
        self.failure.note(error);
        error.into()
    }
}

impl Batch {
    fn finish(self, outcome: Result<Vec<Appended>, NotStored>) {
        let commit = outcome.as_ref().map(drop).map_err(Clone::clone);
        for reply in self.replies {
            reply(commit.clone());
        }
        let mut appended = outcome.map(Vec::into_iter);
        for check in self.checks {
            let became = match &mut appended {
                Ok(list) => list.next().ok_or_else(|| StoreError::Unexpected("an append was lost".to_owned()).into()),
                Err(why) => Err(StoreError::from(why.clone()).into()),
            };
            drop(check.reply.send(became));
        }
    }
}

/// Runs a command in a savepoint; what it refuses leaves no trace, neither rows nor events.
async fn in_savepoint(tx: &mut Tx, command: Box<dyn Command>) -> Result<Reply, StoreError> {
    let events = tx.entries.len();
    tx.execute("SAVEPOINT job").await?;
    let ran = command.run(tx).await;
    if !ran.keep {
        tx.entries.truncate(events);
        tx.execute("ROLLBACK TO job").await?;
    }
    tx.execute("RELEASE job").await?;
    Ok(ran.reply)
}
