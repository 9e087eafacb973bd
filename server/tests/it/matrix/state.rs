//! Whether anything in the database has changed, asked thousands of times.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{Kept, Stored, TestConsole};

/// What a database held when it was looked at last. Everything is read again only when its version says so.
pub struct State<'a> {
    console: &'a TestConsole,
    version: Version,
    last: (String, Option<Stored>),
}

/// Gives another text after each change, and is quick; it may do so without one.
enum Version {
    /// SQLite counts the commits of other connections.
    Sqlite(SqliteConnection),
    /// Which version of which row stands where, in any table.
    Postgres(PgConnection, String),
}

impl<'a> State<'a> {
    /// Of the console's database.
    pub async fn of(console: &'a TestConsole) -> Self {
        let version = match &console.kept {
            Kept::Sqlite(_) | Kept::Lent(_) => {
                let file = console.kept.file().expect("a file");
                let options = SqliteConnectOptions::new().filename(file).read_only(true);
                Version::Sqlite(SqliteConnection::connect_with(&options).await.expect("SQLite"))
            }
            Kept::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.expect("PostgreSQL");
                let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
                let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut connection).await.expect("names");
                let of = |name: &String| format!("SELECT '{name}' || ctid || xmin AS row FROM \"{name}\"");
                let all = names.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ");
                Version::Postgres(
                    connection,
                    format!("SELECT md5(string_agg(row, ',' ORDER BY row)) FROM ({all}) AS t"),
                )
            }
        };
        Self { console, version, last: (String::new(), None) }
    }

    /// Looks at what there is now.
    pub async fn look(&mut self) {
        let version = self.version.now().await;
        if self.last.0 != version {
            self.last = (version, Some(Stored::of(self.console).await));
        }
    }

    /// Fails if anything is other than when it was looked at last.
    pub async fn must_be_as_it_was(&mut self, about: &str) {
        let before = self.last.1.clone().expect("it was looked at before");
        self.look().await;
        let changed = self.last.1.as_ref().map(|now| now.changed(&before)).unwrap_or_default();
        assert!(changed.is_empty(), "{about}, and something changed in {changed:?}");
    }
}

impl Version {
    async fn now(&mut self) -> String {
        let version = match self {
            Self::Sqlite(connection) => {
                sqlx::query_scalar("SELECT CAST(data_version AS TEXT) FROM pragma_data_version")
                    .fetch_one(connection)
                    .await
            }
            Self::Postgres(connection, all) => {
                sqlx::query_scalar(AssertSqlSafe(all.clone())).fetch_one(connection).await
            }
        };
        version.expect("a version")
    }
}

/// What watches must see a change: else it proves nothing that it sees none.
#[tokio::test]
async fn a_change_is_seen() {
    let consoles = [Some(TestConsole::sqlite().await), TestConsole::postgres().await];
    for console in consoles.into_iter().flatten() {
        let mut state = State::of(&console).await;
        state.look().await;
        state.must_be_as_it_was("nothing was done").await;
        let before = state.last.1.clone().expect("it was looked at");
        console.person("Ana Ruiz", &[domain::Role::Reviewer], &[]).await;
        state.look().await;
        let changed = state.last.1.as_ref().expect("it was looked at").changed(&before);
        assert!(changed.contains(&"person") && changed.contains(&"event"), "{changed:?}");
    }
}
