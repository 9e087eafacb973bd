//! The databases tests run on: a SQLite file of their own, or a PostgreSQL database of their own.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::Deref,
    path::PathBuf,
    sync::Arc,
};

use server::{clock::Clock, ids::Ids, store::Database};
use sqlx::{
    Connection as _, Executor as _, PgConnection, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions,
};
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
    std::fs::copy(migrated().await, &file).expect("a copy");
    let database = Database::open_sqlite(&file, clock.clone(), ids).await.expect("SQLite");
    (database, Kept::Sqlite(folder))
}

/// The file with these migrations and nothing else, which others are copied from. Whichever test comes first makes it.
async fn migrated() -> PathBuf {
    let migrator = sqlx::migrate!("../migrations/sqlite");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("template-{:016x}.db", fingerprint(&migrator)));
    if !file.exists() {
        // Of those who make it at once, each makes its own, and the last one's is found.
        let own = tempfile::NamedTempFile::new_in(&folder).expect("a file");
        let options = SqliteConnectOptions::new().filename(own.path());
        let mut connection = SqliteConnection::connect_with(&options).await.expect("SQLite");
        migrator.run(&mut connection).await.expect("migrations");
        connection.close().await.expect("closed");
        own.persist(&file).expect("the template");
    }
    file
}

/// What tells these migrations from any others.
fn fingerprint(migrator: &Migrator) -> u64 {
    let mut hasher = DefaultHasher::new();
    migrator.iter().for_each(|step| step.checksum.hash(&mut hasher));
    hasher.finish()
}

pub async fn postgres(clock: &Clock) -> Option<(Database, Kept)> {
    let server = server()?;
    let mut admin = PgConnection::connect(&server).await.expect("the PostgreSQL server");
    let template = template(&mut admin, &server).await;
    let url = throwaway(&mut admin, server, Some(&template)).await;
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
    let server = server()?;
    let mut admin = PgConnection::connect(&server).await.expect("the PostgreSQL server");
    Some(throwaway(&mut admin, server, None).await)
}

fn server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the runner names its throw-away server here")]
    let named = std::env::var(POSTGRES).ok();
    if named.is_none() {
        eprintln!("SKIPPED ON POSTGRESQL: {POSTGRES} names no server. `cargo xtask test` starts one.");
    }
    named
}

/// The database with these migrations and nothing else, which others are copied from: a copy is made in a tenth of the
/// time that migrating takes. Whichever test comes first makes it, and every other process waits for that.
async fn template(admin: &mut PgConnection, server: &str) -> String {
    let migrator = sqlx::migrate!("../migrations/postgres");
    let name = format!("it_template_{:016x}", fingerprint(&migrator));
    let is_there = "SELECT count(*) > 0 FROM pg_database WHERE datname = $1 AND datistemplate";
    let is_made = sqlx::query_scalar::<_, bool>(is_there).bind(&name);
    if is_made.fetch_one(&mut *admin).await.expect("the list of databases") {
        return name;
    }
    admin.execute("SELECT pg_advisory_lock(7165)").await.expect("the lock");
    let is_made = sqlx::query_scalar::<_, bool>(is_there).bind(&name);
    if !is_made.fetch_one(&mut *admin).await.expect("the list of databases") {
        let mut run = async |sql: String| admin.execute(sqlx::AssertSqlSafe(sql)).await.expect("a template");
        run(format!("DROP DATABASE IF EXISTS {name}")).await;
        run(format!("CREATE DATABASE {name}")).await;
        let mut own = PgConnection::connect(&address(server, &name)).await.expect("the template");
        migrator.run(&mut own).await.expect("migrations");
        own.close().await.expect("closed");
        run(format!("ALTER DATABASE {name} WITH IS_TEMPLATE true")).await;
    }
    admin.execute("SELECT pg_advisory_unlock(7165)").await.expect("the lock");
    name
}

async fn throwaway(admin: &mut PgConnection, server: String, template: Option<&str>) -> Arc<Throwaway> {
    let name = format!("it_{}", Ids::from_os(Clock::System).uuid().simple());
    let from = template.map(|template| format!(" TEMPLATE {template}")).unwrap_or_default();
    admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}{from}"))).await.expect("a database");
    Arc::new(Throwaway { url: address(&server, &name), name, server })
}

/// The address of a database on the same server.
fn address(server: &str, database: &str) -> String {
    let (head, query) = server.split_once('?').map_or((server, None), |(head, query)| (head, Some(query)));
    let (host, _) = head.rsplit_once('/').expect("a URL with a database");
    query.map_or_else(|| format!("{host}/{database}"), |query| format!("{host}/{database}?{query}"))
}
