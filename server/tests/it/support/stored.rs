//! Everything a database holds, row by row: what must be the same before and after.

use std::{collections::BTreeMap, time::Duration};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{TestConsole, engine::Kept};

/// How long the numbering of events may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The rows of every table, each written out as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored(BTreeMap<String, Vec<String>>);

impl Stored {
    /// What the console's database holds now, read past the server.
    pub async fn of(console: &TestConsole) -> Self {
        console.desk.database.sorted().await.expect("sorted");
        let tables = match &console.kept {
            Kept::Sqlite(_) | Kept::Lent(_) => sqlite(console).await,
            Kept::Postgres(url) => postgres(url).await,
        };
        assert!(tables.len() > 25 && tables.contains_key("web_session"), "not all tables were read: {tables:?}");
        Self(tables)
    }

    /// The tables that hold something else in `other`.
    pub fn changed(&self, other: &Self) -> Vec<&str> {
        self.0.iter().filter(|(name, rows)| other.0.get(*name) != Some(rows)).map(|(name, _)| &**name).collect()
    }

    /// The rows of one table.
    pub fn rows(&self, table: &str) -> &[String] {
        &self.0[table]
    }

    /// The tables in which this text stands, in whatever case.
    pub fn tables_with(&self, text: &str) -> Vec<&str> {
        let text = text.to_lowercase();
        let says = |rows: &[String]| rows.iter().any(|row| row.to_lowercase().contains(&text));
        self.0.iter().filter(|(_, rows)| says(rows)).map(|(name, _)| &**name).collect()
    }
}

async fn sqlite(console: &TestConsole) -> BTreeMap<String, Vec<String>> {
    let file = console.kept.file().expect("a file");
    let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file).read_only(true))
        .await
        .expect("the file");
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            .fetch_all(&mut conn)
            .await
            .expect("names");
    let mut tables = BTreeMap::new();
    for name in names {
        let columns: Vec<String> = sqlx::query_scalar("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info($1)")
            .bind(&name)
            .fetch_all(&mut conn)
            .await
            .expect("columns");
        let text = format!("SELECT {} AS row FROM \"{name}\" ORDER BY row", columns.join(" || ' ' || "));
        let rows = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut conn).await.expect("rows");
        tables.insert(name, rows);
    }
    tables
}

async fn postgres(url: &str) -> BTreeMap<String, Vec<String>> {
    let mut conn = PgConnection::connect(url).await.expect("PostgreSQL");
    tokio::time::timeout(PATIENCE, numbered(&mut conn)).await.expect("events are numbered in time");
    let names: Vec<String> = sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        .fetch_all(&mut conn)
        .await
        .expect("names");
    let mut tables = BTreeMap::new();
    for name in names {
        let text = format!("SELECT t::text AS row FROM \"{name}\" t ORDER BY row");
        let rows = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut conn).await.expect("rows");
        tables.insert(name, rows);
    }
    tables
}

/// Numbers are given a moment after the commit of what they number.
async fn numbered(conn: &mut PgConnection) {
    let mut waiting = 1_i64;
    while waiting > 0 {
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM event_pending").fetch_one(&mut *conn).await;
        waiting = count.expect("a count");
    }
}
