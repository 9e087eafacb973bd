//! The database behind the use cases: reads on a snapshot, writes as owned jobs.

use std::{path::Path, sync::Arc};

use futures::future::BoxFuture;
use sqlx::{PgPool, SqlitePool};
use tokio::sync::oneshot;

use super::{
    Appended, CheckRow, News, Tx,
    append::CheckAppend,
    job,
    postgres::Postgres,
    sqlite::Sqlite,
    tx::{Conn, Held},
};
use crate::{
    clock::Clock,
    error::{Error, Result, StoreError},
    ids::Ids,
};

/// A command: owned, `'static`, without I/O of its own. It runs to its end even when nobody waits any more.
pub trait Work<T>: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T>> + Send + 'static {}
impl<T, F> Work<T> for F where F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T>> + Send + 'static {}

/// The database, whichever it is.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    clock: Clock,
    ids: Arc<Ids>,
    news: News,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// Opens (and creates, and migrates) a SQLite file.
    pub async fn open_sqlite(path: &Path, clock: Clock, ids: Arc<Ids>) -> Result<Self, StoreError> {
        let news = News::new();
        let engine = Engine::Sqlite(Sqlite::open(path, clock.clone(), ids.clone(), news.clone()).await?);
        Ok(Self { engine, clock, ids, news })
    }

    /// Connects to (and migrates) a PostgreSQL database.
    pub async fn open_postgres(url: &str, clock: Clock, ids: Arc<Ids>) -> Result<Self, StoreError> {
        let news = News::new();
        let engine = Engine::Postgres(Postgres::open(url, clock.clone(), ids.clone(), news.clone()).await?);
        Ok(Self { engine, clock, ids, news })
    }

    /// What the database is, as people call it.
    pub const fn engine_name(&self) -> &'static str {
        match &self.engine {
            Engine::Sqlite(_) => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        }
    }

    /// The clock.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Ids and randomness.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// What has just become durable.
    pub const fn news(&self) -> &News {
        &self.news
    }

    /// A read transaction. Drop it when done; it never writes.
    pub async fn read(&self) -> Result<Tx> {
        self.sorted().await?;
        self.read_unsorted().await
    }

    /// A read transaction that may miss the checks and events of the last moments. [`super::gate_check::find_of_call`]
    /// finds those all the same.
    pub async fn read_unsorted(&self) -> Result<Tx> {
        let conn = match &self.engine {
            Engine::Sqlite(sqlite) => Conn::Sqlite(Held::Within(sqlite.read_pool().begin().await?)),
            Engine::Postgres(postgres) => Conn::Postgres(Held::Within(postgres.pool().begin().await?)),
        };
        Ok(Tx::new(conn, self.clock.clone(), self.ids.clone()))
    }

    /// Waits until all that was answered stands where readers look.
    pub async fn sorted(&self) -> Result<()> {
        match &self.engine {
            // Every command begins with sorting.
            Engine::Sqlite(sqlite) if sqlite.has_unsorted() => self.write(|_| Box::pin(async { Ok(()) })).await,
            Engine::Sqlite(_) | Engine::Postgres(_) => Ok(()),
        }
    }

    /// For reads of a single statement, which are of one moment by themselves: nothing is begun or ended around them.
    /// They may miss the checks and events of the last moments.
    pub async fn read_plainly(&self) -> Result<Tx> {
        let conn = match &self.engine {
            Engine::Sqlite(sqlite) => Conn::Sqlite(Held::Plain(sqlite.read_pool().acquire().await?)),
            Engine::Postgres(postgres) => Conn::Postgres(Held::Plain(postgres.pool().acquire().await?)),
        };
        Ok(Tx::new(conn, self.clock.clone(), self.ids.clone()))
    }

    /// Runs a command and answers once it is durable.
    ///
    /// # Errors
    /// What the command refuses (nothing of it is kept), `unavailable` when the queue is full, or the failed commit.
    pub async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.submit(job::command(work, reply))?,
            Engine::Postgres(postgres) => postgres.submit(work, reply)?,
        }
        answer.await.unwrap_or_else(|_| Err(Error::unavailable("The server is stopping.")))
    }

    /// Appends a gate check that allows or blocks: a pure append, grouped with others into one commit.
    pub async fn append_check(&self, row: CheckRow) -> Result<Appended> {
        let (reply, answer) = oneshot::channel();
        let append = CheckAppend { row, reply };
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.submit(job::check(append))?,
            Engine::Postgres(postgres) => postgres.append(append)?,
        }
        answer.await.unwrap_or_else(|_| Err(Error::unavailable("The server is stopping.")))
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.failure().told().is_none() && answers_sqlite(sqlite.read_pool()).await,
            Engine::Postgres(postgres) => answers_postgres(postgres.pool()).await,
        }
    }

    /// Why nothing may be written any more, if that is so: the process must end and be started again.
    pub fn has_failed(&self) -> Option<String> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.failure().told(),
            // PostgreSQL looks after its own disk.
            Engine::Postgres(_) => None,
        }
    }

    /// Waits until nothing may be written any more.
    pub async fn failed(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.failure().wait().await,
            Engine::Postgres(_) => std::future::pending().await,
        }
    }

    /// Finishes what is queued and closes every connection.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.pool().close().await,
        }
    }
}

async fn answers_sqlite(pool: &SqlitePool) -> bool {
    sqlx::query("SELECT 1").execute(pool).await.is_ok()
}

async fn answers_postgres(pool: &PgPool) -> bool {
    sqlx::query("SELECT 1").execute(pool).await.is_ok()
}
