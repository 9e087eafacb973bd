//! What older releases left, and what must be the same afterwards.

use std::{collections::BTreeSet, path::Path};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

/// Everything a schema has: kind, name, definition.
pub type Schema = BTreeSet<(String, String, String)>;
/// Every row of the log.
pub type Log = BTreeSet<String>;

/// The schema after none, one, … and all migrations.
pub async fn schemas() -> Vec<Schema> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("SQLite");
    let all = sqlx::migrate!("../migrations/sqlite");
    let mut schemas = vec![Schema::new()];
    for migration in all.iter() {
        all.run_to(migration.version, &mut connection).await.expect("migrated");
        schemas.push(schema(&mut connection).await);
    }
    schemas
}

/// The schema of a SQLite database.
pub async fn schema(connection: &mut SqliteConnection) -> Schema {
    let all = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> '_sqlx_migrations'";
    sqlx::query_as(all).fetch_all(connection).await.expect("the schema").into_iter().collect()
}

/// How many migrations are applied.
pub async fn applied(connection: &mut SqliteConnection) -> usize {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations").fetch_one(connection).await.expect("a count");
    usize::try_from(count).expect("a count")
}

/// The log, event for event.
pub async fn log(connection: &mut SqliteConnection) -> Log {
    let all = "SELECT l.leaf_index || quote(e.id) || e.at || e.actor || e.kind || quote(e.commitment) || quote(p.salt) || \
        p.payload FROM event_leaf l JOIN event e ON e.id = l.event_id JOIN event_payload p ON p.event_id = e.id";
    sqlx::query_scalar(all).fetch_all(connection).await.expect("the log").into_iter().collect()
}

/// Takes back what later migrations have made, as if they had never been; gives the log.
pub async fn downgrade(file: &Path, schemas: &[Schema], to: usize) -> Log {
    let mut connection = SqliteConnection::connect(file.to_str().expect("a path")).await.expect("SQLite");
    connection.execute("PRAGMA foreign_keys = OFF").await.expect("off");
    let now = schema(&mut connection).await;
    // Indexes come before tables, by the alphabet too.
    for (kind, name, _) in now.difference(&schemas[to]) {
        if kind == "table" && schemas[to].iter().any(|(_, older, _)| older == name) {
            let kept = format!("CREATE TEMPORARY TABLE \"kept_{name}\" AS SELECT * FROM main.\"{name}\"");
            connection.execute(AssertSqlSafe(kept)).await.expect("kept");
        }
        connection.execute(AssertSqlSafe(format!("DROP {kind} IF EXISTS \"{name}\""))).await.expect("dropped");
    }
    // What a later migration made anew is as it was, rows and all: tables before their indexes.
    let left = schema(&mut connection).await;
    for (kind, name, definition) in schemas[to].difference(&left).collect::<Vec<_>>().into_iter().rev() {
        connection.execute(AssertSqlSafe(definition.clone())).await.expect("made as it was");
        if kind == "table" {
            // Columns that came later are left out.
            let columns = "SELECT group_concat('\"' || name || '\"') FROM pragma_table_info($1, 'main')";
            let columns: String =
                sqlx::query_scalar(columns).bind(name).fetch_one(&mut connection).await.expect("columns");
            let refill = format!("INSERT INTO main.\"{name}\" ({columns}) SELECT {columns} FROM temp.\"kept_{name}\"");
            connection.execute(AssertSqlSafe(refill)).await.expect("refilled");
        }
    }
    let forget = "DELETE FROM _sqlx_migrations WHERE version NOT IN (SELECT version FROM _sqlx_migrations ORDER BY version LIMIT $1)";
    sqlx::query(forget).bind(i64::try_from(to).expect("few")).execute(&mut connection).await.expect("forgotten");
    let kept = "a migration changed what this test cannot take back";
    assert_eq!(schema(&mut connection).await, schemas[to], "{kept}");
    let log = log(&mut connection).await;
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("folded");
    connection.close().await.expect("closed");
    log
}

/// The schema of a PostgreSQL database.
async fn postgres_schema(connection: &mut PgConnection) -> Schema {
    let all = "SELECT relkind::text, relname::text, COALESCE(pg_get_indexdef(CASE relkind WHEN 'i' THEN oid END), '') \
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_sqlx%'";
    sqlx::query_as(all).fetch_all(connection).await.expect("the schema").into_iter().collect()
}

/// The schemas after none, one, … and all migrations, made on an empty database.
pub async fn postgres_schemas(url: &str) -> Vec<Schema> {
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL");
    let all = sqlx::migrate!("../migrations/postgres");
    let mut schemas = vec![Schema::new()];
    for migration in all.iter() {
        all.run_to(migration.version, &mut connection).await.expect("migrated");
        schemas.push(postgres_schema(&mut connection).await);
    }
    schemas
}

/// How many migrations are applied, each of them as a whole; asked when nobody else is connected any more.
pub async fn applied_to_postgres(url: &str, schemas: &[Schema]) -> usize {
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL");
    let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
        AND backend_type = 'client backend'";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut connection).await.expect("a count") > 0 {
        tokio::task::yield_now().await;
    }
    let there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    let mut applied = 0;
    if sqlx::query_scalar::<_, bool>(there).fetch_one(&mut connection).await.expect("whether it is there") {
        let count = "SELECT COUNT(*) FROM _sqlx_migrations";
        applied = sqlx::query_scalar::<_, i64>(count).fetch_one(&mut connection).await.expect("a count");
    }
    let applied = usize::try_from(applied).expect("a count");
    assert_eq!(postgres_schema(&mut connection).await, schemas[applied], "after {applied} migrations");
    applied
}
