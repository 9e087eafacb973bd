//! SQLite: one writer groups concurrent commands into one durable commit; readers have a pool of their own.

use std::{
    panic::AssertUnwindSafe,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{FutureExt as _, future::BoxFuture};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    News, Tx, Work,
    append::{self, CheckAppend},
    event,
    tx::{Conn, Held},
    upkeep::{assert_version, checkpoint, migrate},
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
/// Jobs that may wait; one more is answered 503.
const QUEUE: usize = 1_024;
/// Pages of the log beyond which the writer begins it anew (64 MiB).
const LONGEST_LOG: i64 = 16_384;
/// Statements a connection keeps compiled. A batch of checks has one text a table and size, and there are as many sizes
/// as [`MOST_JOBS`]: fewer places, and under load each batch would be compiled anew.
const STATEMENTS: usize = 512;

/// The open database.
#[derive(Clone)]
pub struct Sqlite {
    readers: SqlitePool,
    jobs: Arc<std::sync::Mutex<Option<mpsc::Sender<Job>>>>,
    tasks: Arc<tokio::sync::Mutex<Vec<JoinHandle<()>>>>,
}

/// Something to write.
pub enum Job {
    /// A command in a savepoint of its own.
    Command(Box<dyn Command>),
    /// A pure append, grouped with the batch's others.
    Check(Box<CheckAppend>),
}

/// A command whose result type is forgotten, so that they can queue together.
pub trait Command: Send {
    /// Runs it; the reply is held back until the commit.
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Ran>;
    /// Fails it without running.
    fn fail(self: Box<Self>, why: Error);
}

/// Answers whoever waits, once the commit's outcome is known.
type Reply = Box<dyn FnOnce(Result<(), String>) + Send>;

/// A command that ran: whether its savepoint stays, and how to answer after the commit.
pub struct Ran {
    keep: bool,
    reply: Reply,
}

struct Envelope<T, F> {
    work: F,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send + 'static, F: Work<T>> Command for Envelope<T, F> {
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Ran> {
        async move {
            let Self { work, reply } = *self;
            let result = AssertUnwindSafe(work(tx)).catch_unwind().await.unwrap_or_else(|_| Err(panicked()));
            let keep = result.is_ok();
            let reply: Reply = Box::new(move |commit: Result<(), String>| {
                // Whoever stopped waiting is not told.
                drop(reply.send(commit.map_err(|why| StoreError::CommitFailed(why).into()).and(result)));
            });
            Ran { keep, reply }
        }
        .boxed()
    }

    fn fail(self: Box<Self>, why: Error) {
        drop(self.reply.send(Err(why)));
    }
}

pub(super) fn panicked() -> Error {
    StoreError::Unexpected("a command panicked; it was rolled back".to_owned()).into()
}

/// Packs a command for the queue.
pub(super) fn command<T: Send + 'static>(work: impl Work<T>, reply: oneshot::Sender<Result<T>>) -> Job {
    Job::Command(Box::new(Envelope { work, reply }))
}

/// Packs a plain check for the queue.
pub(super) fn check(append: CheckAppend) -> Job {
    Job::Check(Box::new(append))
}

impl Sqlite {
    pub(super) async fn open(path: &Path, clock: Clock, ids: Arc<Ids>, news: News) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(STATEMENTS)
            .pragma("wal_autocheckpoint", "0");
        let writer = pool(1).connect_with(options.clone()).await?;
        assert_version(&writer).await?;
        migrate(&writer).await?;
        news.begin_at(
            sqlx::query_scalar("SELECT COALESCE(MAX(leaf_index), 0) FROM event_leaf").fetch_one(&writer).await?,
        );
        let readers = pool(8).connect_with(options.clone().pragma("query_only", "ON")).await?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let log_pages = Arc::new(AtomicI64::new(0));
        let writing = Writer { pool: writer, queue, clock, ids, news, log_pages: log_pages.clone() };
        let checkpoints = pool(1).connect_lazy_with(options);
        let tasks =
            vec![tokio::spawn(writing.run(checkpoints.clone())), tokio::spawn(checkpoint(checkpoints, log_pages))];
        Ok(Self {
            readers,
            jobs: Arc::new(std::sync::Mutex::new(Some(jobs))),
            tasks: Arc::new(tokio::sync::Mutex::new(tasks)),
        })
    }

    pub(super) const fn read_pool(&self) -> &SqlitePool {
        &self.readers
    }

    pub(super) fn submit(&self, job: Job) -> Result<()> {
        let jobs = self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(jobs) = jobs.as_ref() else { return Err(Error::unavailable("The server is stopping.")) };
        jobs.try_send(job).map_err(|_| Error::unavailable("The write queue is full."))
    }

    /// Writes what is queued, folds the log into the database and closes.
    pub(super) async fn close(&self) {
        self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        self.readers.close().await;
        for task in self.tasks.lock().await.drain(..) {
            drop(task.await);
        }
    }
}

/// Connections to a file do not go stale: asking each whether it lives would cost as much as most statements do.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false)
}

struct Writer {
    pool: SqlitePool,
    queue: mpsc::Receiver<Job>,
    clock: Clock,
    ids: Arc<Ids>,
    news: News,
    log_pages: Arc<AtomicI64>,
}

/// A batch on its way to the commit.
#[derive(Default)]
struct Batch {
    replies: Vec<Reply>,
    checks: Vec<CheckAppend>,
}

impl Writer {
    async fn run(mut self, checkpoints: SqlitePool) {
        while let Some(first) = self.queue.recv().await {
            self.batch(first).await;
            self.begin_log_anew().await;
        }
        checkpoints.close().await;
        drop(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await);
        self.pool.close().await;
    }

    /// Under load no checkpoint beside the writer ever catches up with it, and the log would grow for good. Between
    /// batches only the last pages are left to fold in.
    async fn begin_log_anew(&self) {
        if self.log_pages.load(Ordering::Relaxed) <= LONGEST_LOG {
            return;
        }
        self.log_pages.store(0, Ordering::Relaxed);
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(RESTART)").execute(&self.pool).await {
            tracing::warn!(%error, "the write-ahead log could not be begun anew");
        }
    }

    async fn batch(&mut self, first: Job) {
        let mut tx = match self.pool.begin_with("BEGIN IMMEDIATE").await {
            Ok(tx) => Tx::new(Conn::Sqlite(Held::Within(tx)), self.clock.clone(), self.ids.clone()),
            Err(error) => return fail(first, error.into()),
        };
        let started = Instant::now();
        let mut batch = Batch::default();
        let mut next = Some(first);
        let mut jobs = 0;
        while let Some(job) = next {
            match job {
                Job::Check(append) => batch.checks.push(*append),
                Job::Command(command) => match in_savepoint(&mut tx, command).await {
                    Ok(reply) => batch.replies.push(reply),
                    Err(error) => return batch.finish(Err(error.to_string())),
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
            Err(error) => {
                tracing::error!(%error, "a commit failed; nothing of its batch happened");
                batch.finish(Err(error.to_string()));
            }
        }
    }
}

impl Batch {
    fn finish(self, outcome: Result<Vec<append::Appended>, String>) {
        let commit = outcome.as_ref().map(drop).map_err(Clone::clone);
        for reply in self.replies {
            reply(commit.clone());
        }
        let mut appended = outcome.map(Vec::into_iter);
        for check in self.checks {
            let became = match &mut appended {
                Ok(list) => list.next().ok_or_else(|| StoreError::Unexpected("an append was lost".to_owned()).into()),
                Err(why) => Err(StoreError::CommitFailed(why.clone()).into()),
            };
            drop(check.reply.send(became));
        }
    }
}

fn fail(job: Job, error: StoreError) {
    match job {
        Job::Check(append) => drop(append.reply.send(Err(error.into()))),
        Job::Command(command) => command.fail(error.into()),
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
