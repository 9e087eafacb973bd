//! SQLite's one writer: it groups concurrent commands into one durable commit.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use domain::id::EventId;
use sqlx::SqlitePool;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    News, Tx,
    append::{self, Appended, CheckAppend},
    event,
    failure::{Failure, NotStored},
    inbox::{self, Incoming, SORT},
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

/// Jobs of one commit at the most: a ceiling, never a delay. While one half of many waiters is written, the other half
/// is answered and asks again; with twice as many everybody waits for the same commit.
const MOST_JOBS: usize = 32;
/// Work of one commit at the most, likewise.
const MOST_WORK: Duration = Duration::from_millis(2);
/// Checks in the inbox beyond which they are sorted although others wait.
const FULL_INBOX: usize = 512;
/// Checks in the inbox beyond which they are sorted while nobody waits: whoever comes meanwhile waits for a short sort, and
/// a steady trickle, which leaves no quiet, never for a long one.
const SOME_IN_INBOX: usize = 64;
/// How long nothing comes before the inbox is sorted.
const QUIET: Duration = Duration::from_millis(2);
/// Pages of the log beyond which the writer begins it anew (8 MiB): a short log is written over, and that is synced
/// faster than one that grows.
const LONG_LOG: i64 = 2_048;
/// Pages beyond which it is told that the log cannot be begun anew (64 MiB).
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
    /// Checks in the inbox.
    pub(super) unsorted: Arc<AtomicUsize>,
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
        while let Some(first) = self.next().await {
            if self.failure.told().is_some() {
                first.fail(Error::unavailable(STOPPED));
                continue;
            }
            self.batch(first).await;
            let most = if self.queue.is_empty() { SOME_IN_INBOX } else { FULL_INBOX };
            if self.unsorted.load(Ordering::Relaxed) >= most {
                self.sort().await;
            }
            self.begin_log_anew().await;
        }
        self.sort().await;
        checkpoints.close().await;
        if self.failure.told().is_none() {
            drop(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await);
        }
        self.pool.close().await;
    }

    /// What is next to be written; the inbox is sorted when nothing comes for a moment.
    async fn next(&mut self) -> Option<Job> {
        if self.unsorted.load(Ordering::Relaxed) > 0 {
            match tokio::time::timeout(QUIET, self.queue.recv()).await {
                Ok(next) => return next,
                Err(_) => self.sort().await,
            }
        }
        self.queue.recv().await
    }

    /// Sorts the inbox in a commit of its own. What cannot be sorted now stays where it is, durable, and is sorted
    /// before it is read.
    async fn sort(&self) {
        if self.unsorted.load(Ordering::Relaxed) == 0 || self.failure.told().is_some() {
            return;
        }
        let sorted = async { self.begin_sorted().await?.commit().await };
        match sorted.await {
            Ok(()) => self.unsorted.store(0, Ordering::Release),
            Err(error) => drop(self.not_stored(&error)),
        }
    }

    /// Begins a transaction on sorted tables.
    async fn begin_sorted(&self) -> Result<Tx, StoreError> {
        let tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut tx = Tx::new(Conn::Sqlite(Held::Within(tx)), self.clock.clone(), self.ids.clone());
        tx.execute(SORT).await?;
        Ok(tx)
    }

    /// Under load no checkpoint beside the writer ever catches up with it, and the log would grow for good. Between
    /// batches only the last pages are left to fold in.
    async fn begin_log_anew(&self) {
        let pages = self.log_pages.load(Ordering::Relaxed);
        if pages <= LONG_LOG {
            return;
        }
        self.log_pages.store(0, Ordering::Relaxed);
        match restart_log(&self.pool).await {
            Ok(true) => {}
            // Somebody reads an older state at this moment.
            Ok(false) if pages <= LONGEST_LOG => {}
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
        let rows = inbox::firsts(checks.iter().map(|check| &check.row));
        let now = self.clock.now();
        let event = |row: &&append::CheckRow| append::entry(row, EventId::from_uuid(self.ids.uuid()), now);
        let entries = rows.iter().map(event).collect();
        let salts = rows.iter().map(|_| self.ids.bytes()).collect();
        let incoming = Incoming { rows, entries, salts, now };
        let mut writer = self.pool.acquire().await?;
        let places: HashMap<Uuid, i64> =
            inbox::store(&mut writer, &incoming).await?.into_iter().map(|(place, check)| (check, place)).collect();
        drop(writer);
        self.unsorted.fetch_add(places.len(), Ordering::Release);
        let numbered = incoming.rows.iter().zip(&incoming.entries);
        // In the order of the batch, which is that of the log.
        self.news.tell(
            numbered.filter_map(|(row, entry)| Some(event::leaf_of(*places.get(&row.id.uuid())?, entry))).collect(),
        );
        let became = |check: &CheckAppend| {
            if places.contains_key(&check.row.id.uuid()) { Appended::Stored } else { Appended::Overtaken }
        };
        Ok(checks.iter().map(became).collect())
    }

    async fn mixed(&mut self, checks: Vec<CheckAppend>, first: Box<dyn Command>) {
        let mut batch = Batch { replies: Vec::new(), checks };
        let mut tx = match self.begin_sorted().await {
            Ok(tx) => tx,
            Err(error) => {
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
                self.unsorted.store(0, Ordering::Release);
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
