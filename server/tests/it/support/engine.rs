//! The databases tests run on: a SQLite file of their own, or a PostgreSQL database of their own.

use std::{path::PathBuf, sync::Arc};

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
    /// Nothing: the throw-away cluster goes as a whole. The URL of the database.
    Postgres(String),
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

/// The URL of a database of its own, with nothing in it.
pub async fn empty_postgres() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the runner names its throw-away server here")]
    let Ok(url) = std::env::var(POSTGRES) else {
        eprintln!("SKIPPED ON POSTGRESQL: {POSTGRES} names no server. `cargo xtask test` starts one.");
        return None;
    };
    let name = format!("it_{}", Ids::from_os(Clock::System).uuid().simple());
    let mut admin = PgConnection::connect(&url).await.expect("the PostgreSQL server");
    admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database");
    let (head, query) = url.split_once('?').map_or((url.as_str(), None), |(head, query)| (head, Some(query)));
    let (server, _) = head.rsplit_once('/').expect("a URL with a database");
    Some(query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}")))
}
