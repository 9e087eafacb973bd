//! Whether anything in the database has changed.

use std::{collections::BTreeSet, path::Path};

use sqlx::{Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{Kept, TestConsole};

/// Reads a whole database over a connection of its own.
pub struct State {
    connection: Connection,
    /// Gives something else after each change, and is quick; it may do so without one.
    version: String,
    /// Gives every row of every table as a text.
    every_row: String,
    last: (String, BTreeSet<String>),
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl State {
    /// Of the console's database.
    pub async fn of(console: &TestConsole) -> Self {
        let (connection, version, every_row) = match &console.kept {
            Kept::Sqlite(_) => sqlite(&console.kept.file().expect("a file")).await,
            Kept::Postgres(url) => postgres(url).await,
        };
        Self { connection, version, every_row, last: (String::new(), BTreeSet::new()) }
    }

    /// Looks at what there is now.
    pub async fn look(&mut self) {
        let version = self.texts(&self.version.clone()).await.pop_first().expect("a version");
        if self.last.0 != version {
            self.last = (version, self.texts(&self.every_row.clone()).await);
        }
    }

    /// Fails if anything is other than when it was looked at last.
    pub async fn must_be_as_it_was(&mut self, about: &str) {
        let before = self.last.1.clone();
        self.look().await;
        let changed: Vec<&String> = self.last.1.symmetric_difference(&before).collect();
        assert!(changed.is_empty(), "{about}, and something changed: {changed:#?}");
    }

    async fn texts(&mut self, query: &str) -> BTreeSet<String> {
        let query = sqlx::AssertSqlSafe(query.to_owned());
        let rows: Result<Vec<(String,)>, sqlx::Error> = match &mut self.connection {
            Connection::Sqlite(connection) => sqlx::query_as(query).fetch_all(connection).await,
            Connection::Postgres(connection) => sqlx::query_as(query).fetch_all(connection).await,
        };
        rows.expect("rows").into_iter().map(|(row,)| row).collect()
    }
}

async fn sqlite(file: &Path) -> (Connection, String, String) {
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("SQLite");
    let columns = "SELECT m.name, group_concat('quote(\"' || c.name || '\")', ' || '','' || ') FROM sqlite_schema m \
        JOIN pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name";
    let tables: Vec<(String, String)> = sqlx::query_as(columns).fetch_all(&mut connection).await.expect("tables");
    let version = "SELECT CAST(data_version AS TEXT) FROM pragma_data_version".to_owned();
    (Connection::Sqlite(connection), version, every(&tables))
}

async fn postgres(url: &str) -> (Connection, String, String) {
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL");
    let tables = "SELECT table_name::text, 'rows::text' FROM information_schema.tables WHERE table_schema = 'public'";
    let tables: Vec<(String, String)> = sqlx::query_as(tables).fetch_all(&mut connection).await.expect("tables");
    let versions: Vec<_> = tables.iter().map(|(table, _)| (table.clone(), "ctid || xmin".to_owned())).collect();
    let version = format!("SELECT md5(string_agg(seen, ',' ORDER BY seen)) FROM ({}) AS all_rows", every(&versions));
    (Connection::Postgres(connection), version, every(&tables))
}

/// One statement over tables and what gives a row of theirs as text.
fn every(tables: &[(String, String)]) -> String {
    let of = |(table, row): &(String, String)| format!("SELECT '{table}: ' || {row} AS seen FROM \"{table}\" AS rows");
    tables.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ")
}

/// What watches must see a change: else it proves nothing that it sees none.
#[tokio::test]
async fn a_change_is_seen() {
    let consoles = [Some(TestConsole::sqlite().await), TestConsole::postgres().await];
    for console in consoles.into_iter().flatten() {
        let mut state = State::of(&console).await;
        state.look().await;
        state.must_be_as_it_was("nothing was done").await;
        let before = state.last.1.len();
        console.person("Ana Ruiz", &[domain::Role::Reviewer], &[]).await;
        state.look().await;
        assert!(state.last.1.len() > before + 2, "a person, a role, an event");
    }
}
