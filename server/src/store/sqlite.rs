//! SQLite: one connection that writes; readers have a pool of their own.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

use futures::FutureExt as _;
use sqlx::{
    Connection as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    News,
    failure::Failure,
    inbox::SORT,
    job::Job,
    upkeep::{PATIENCE, assert_version, checkpoint, fold_log, migrate},
    writer::Writer,
};
use crate::{
    clock::Clock,
    error::{Error, Result, StoreError},
    ids::Ids,
};

/// Jobs that may wait; one more is answered 503.
const QUEUE: usize = 1_024;
/// Statements a connection keeps compiled. A batch of checks has one text a table and size, and there are as many sizes
/// as [`MOST_JOBS`]: fewer places, and under load each batch would be compiled anew.
const STATEMENTS: usize = 512;
/// The writer's page cache: 32 MiB. Sorting the inbox touches more pages than SQLite keeps unasked, and would write them
/// twice.
const CACHE: &str = "-32768";
/// Why a file is not opened of which no connection can be had that writes.
const NOT_WRITABLE: &str =
    "the database file cannot be written: it may only be read, its disk is full, or another program holds it";
/// What is answered between a failed sync and the end of the process.
pub(super) const STOPPED: &str = "The disk has failed and the server is stopping.";

/// The open database.
#[derive(Clone)]
pub struct Sqlite {
    readers: SqlitePool,
    jobs: Arc<std::sync::Mutex<Option<mpsc::Sender<Job>>>>,
    tasks: Arc<tokio::sync::Mutex<Vec<JoinHandle<()>>>>,
    unsorted: Arc<AtomicUsize>,
    failure: Failure,
}

impl Sqlite {
    pub(super) async fn open(path: &Path, clock: Clock, ids: Arc<Ids>, news: News) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .statement_cache_capacity(STATEMENTS)
            .pragma("wal_autocheckpoint", "0");
        let writer = writer(options.clone().pragma("cache_size", CACHE)).await?;
        assert_version(&writer).await?;
        migrate(&writer).await?;
        fold_log(&writer).await?;
        sort(&writer).await?;
        news.begin_at(
            sqlx::query_scalar("SELECT COALESCE(MAX(leaf_index), 0) FROM event_leaf").fetch_one(&writer).await?,
        );
        let readers = pool(8).connect_with(options.clone().pragma("query_only", "ON")).await?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let log_pages = Arc::new(AtomicI64::new(0));
        let unsorted = Arc::new(AtomicUsize::new(0));
        let failure = Failure::default();
        let (of_writer, of_log) = (failure.clone(), failure.clone());
        let writing = Writer {
            pool: writer,
            queue,
            clock,
            ids,
            news,
            unsorted: unsorted.clone(),
            log_pages: log_pages.clone(),
            failure: of_writer,
        };
        let checkpoints = pool_that_writes().connect_lazy_with(options);
        let tasks = vec![
            tokio::spawn(writing.run(checkpoints.clone())),
            tokio::spawn(checkpoint(checkpoints, log_pages, of_log)),
        ];
        Ok(Self {
            readers,
            jobs: Arc::new(std::sync::Mutex::new(Some(jobs))),
            tasks: Arc::new(tokio::sync::Mutex::new(tasks)),
            unsorted,
            failure,
        })
    }

    /// Whether checks stand in the inbox that no reader sees.
    pub(super) fn has_unsorted(&self) -> bool {
        self.unsorted.load(Ordering::Acquire) > 0
    }

    /// Whether the disk has failed for good.
    pub(super) const fn failure(&self) -> &Failure {
        &self.failure
    }

    pub(super) const fn read_pool(&self) -> &SqlitePool {
        &self.readers
    }

    pub(super) fn submit(&self, job: Job) -> Result<()> {
        if self.failure.told().is_some() {
            return Err(Error::unavailable(STOPPED));
        }
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

/// Sorts what another process left in the inbox.
async fn sort(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(SORT).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Connections to a file do not go stale: asking each whether it lives would cost as much as most statements do.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false)
}

/// One connection, and one that can write: where the file cannot be opened for that (its disk is full, say), SQLite
/// opens it to be read without a word, and would refuse every commit long after there is room again. The pool tries
/// until it gets one.
fn pool_that_writes() -> SqlitePoolOptions {
    pool(1).acquire_timeout(PATIENCE).after_connect(|conn, _| {
        async move {
            // Only a change is refused there, even one that is taken back.
            for statement in ["BEGIN IMMEDIATE", "PRAGMA user_version = 1", "ROLLBACK"] {
                sqlx::query(statement).execute(&mut *conn).await?;
            }
            Ok(())
        }
        .boxed()
    })
}

/// The one connection that writes. A transaction that could not be ended keeps it from beginning another: it is then
/// replaced.
async fn writer(options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let pool = pool_that_writes().after_release(|conn, _| {
        async move {
            // What was asked of the connection before is done when this is answered.
            conn.ping().await?;
            Ok(!conn.is_in_transaction())
        }
        .boxed()
    });
    pool.connect_with(options).await.map_err(|error| match error {
        sqlx::Error::PoolTimedOut => StoreError::Unexpected(NOT_WRITABLE.to_owned()),
        error => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_connection_that_only_reads_never_becomes_the_writer() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SqliteConnectOptions::new().filename(folder.path().join("some.db"));
        let pool = || pool_that_writes().acquire_timeout(Duration::from_millis(200));
        pool().connect_with(file.clone().create_if_missing(true)).await.expect("a connection").close().await;
        let refused = pool().connect_with(file.read_only(true)).await;
        assert!(matches!(refused, Err(sqlx::Error::PoolTimedOut)), "{refused:?}");
    }
}
