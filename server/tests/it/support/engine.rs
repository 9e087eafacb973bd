//! The databases tests run on: a SQLite file of their own, or a PostgreSQL database of their own.

use std::{ops::Deref, path::PathBuf, sync::Arc};

use server::{clock::Clock, ids::Ids, store::Database};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// Names the server on which each test makes a database of its own.
const POSTGRES: &str = "COUNTERSIGN_TEST_POSTGRES";

/// What must outlive the test.
pub enum Kept {
    /// The folder of the file.
    Sqlite(TempDir),
    /// Nothing: another console keeps the folder of this file.
    Lent(PathBuf),
    /// The database.
    Postgres(Arc<Throwaway>),
}

/// The URL of a PostgreSQL database that goes when nobody needs it any more: hundreds of them do not fit on every disk.
pub struct Throwaway {
    url: String,
    name: String,
    server: String,
}

impl Deref for Throwaway {
    type Target = str;

    fn deref(&self) -> &str {
        &self.url
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = self.server.clone();
        // A runtime of its own: that of the test may be ending. What cannot be dropped goes with the cluster.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let mut admin = PgConnection::connect(&server).await.ok()?;
                admin.execute(sqlx::AssertSqlSafe(drop_it)).await.ok()
            })
        });
        drop(dropping.join());
    }
}

impl Kept {
    /// The SQLite file.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(folder) => Some(folder.path().join("countersign.db")),
            Self::Lent(file) => Some(file.clone()),
            Self::Postgres(_) => None,
        }
    }
}

pub async fn sqlite(clock: &Clock) -> (Database, Kept) {
    let folder = TempDir::new().expect("a folder");
    let ids = Arc::new(Ids::seeded(clock.clone(), 7));
    let file = folder.path().join("countersign.db");
    let database = Database::open_sqlite(&file, clock.clone(), ids).await.expect("SQLite");
    (database, Kept::Sqlite(folder))
}

pub async fn postgres(clock: &Clock) -> Option<(Database, Kept)> {
    let url = empty_postgres().await?;
    let ids = Arc::new(Ids::from_os(clock.clone()));
    let database = Database::open_postgres(&url, clock.clone(), ids).await.expect("PostgreSQL");
    Some((database, Kept::Postgres(url)))
}

/// The same database, opened once more: what another process does to it is not heard here.
pub async fn again(kept: &Kept, clock: &Clock) -> (Database, Kept) {
    let ids = Arc::new(Ids::from_os(clock.clone()));
    match (kept, kept.file()) {
        (Kept::Postgres(url), _) => {
            let database = Database::open_postgres(url, clock.clone(), ids).await.expect("PostgreSQL");
            (database, Kept::Postgres(url.clone()))
        }
        (Kept::Sqlite(_) | Kept::Lent(_), file) => {
            let file = file.expect("a file");
            let database = Database::open_sqlite(&file, clock.clone(), ids).await.expect("SQLite");
            (database, Kept::Lent(file))
        }
    }
}

/// A database of its own, with nothing in it.
pub async fn empty_postgres() -> Option<Arc<Throwaway>> {
    #[expect(clippy::disallowed_methods, reason = "the runner names its throw-away server here")]
    let Ok(url) = std::env::var(POSTGRES) else {
        eprintln!("SKIPPED ON POSTGRESQL: {POSTGRES} names no server. `cargo xtask test` starts one.");
        return None;
    };
    let name = format!("it_{}", Ids::from_os(Clock::System).uuid().simple());
    let mut admin = PgConnection::connect(&url).await.expect("the PostgreSQL server");
    admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database");
    let (head, query) = url.split_once('?').map_or((url.as_str(), None), |(head, query)| (head, Some(query)));
    let (host, _) = head.rsplit_once('/').expect("a URL with a database");
    let own = query.map_or_else(|| format!("{host}/{name}"), |query| format!("{host}/{name}?{query}"));
    Some(Arc::new(Throwaway { url: own, name, server: url }))
}
