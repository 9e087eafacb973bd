//! Another program that reads a SQLite file and does not end: gates go on, and the log is begun anew when it has ended.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::json;
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::support::TestConsole;

/// How long the server is asked while the other program reads: the log is looked at once a second at the least.
const WHILE: Duration = Duration::from_secs(4);
/// Longer than a gate check ever takes, and shorter than a statement waits for another process.
const STALL: Duration = Duration::from_secs(3);

async fn connect(file: &Path) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).pragma("wal_autocheckpoint", "0");
    SqliteConnection::connect_with(&options).await.expect("SQLite")
}

fn log_bytes(file: &Path) -> u64 {
    std::fs::metadata(file.with_extension("db-wal")).map_or(0, |found| found.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_for_long_stops_no_gate() {
    let console = TestConsole::sqlite().await;
    let agent = console.cast().await;
    agent.prepare().await;
    let file = console.kept.file().expect("a file");
    let mut reader = connect(&file).await;
    reader.execute("BEGIN").await.expect("begun");
    let seen: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM event").fetch_one(&mut reader).await.expect("a count");
    // More than the log may hold: 80 MiB.
    let mut filler = connect(&file).await;
    filler.execute("CREATE TABLE filler (bytes BLOB)").await.expect("a table");
    for _ in 0..20 {
        filler.execute("INSERT INTO filler VALUES (zeroblob(4194304))").await.expect("a row");
    }
    let (start, mut longest, mut number) = (Instant::now(), Duration::ZERO, 0);
    while start.elapsed() < WHILE {
        let asked = Instant::now();
        number += 1;
        let answer = agent.check(&format!("look-{number}-again"), "look_up", json!({"account": "acc_1"})).await;
        assert_eq!(answer["outcome"], "allow");
        longest = longest.max(asked.elapsed());
    }
    assert!(longest < STALL, "{number} checks, one of which took {longest:?}");
    let still: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM event").fetch_one(&mut reader).await.expect("a count");
    assert_eq!(still, seen, "the reader's state is kept");
    reader.execute("COMMIT").await.expect("ended");
    // Now the log is begun anew, and stays as long as it is: from its beginning it is overwritten.
    let (start, mut half_way) = (Instant::now(), None);
    while start.elapsed() < WHILE {
        number += 1;
        agent.check(&format!("look-{number}-again"), "look_up", json!({"account": "acc_1"})).await;
        if start.elapsed() > WHILE / 2 {
            half_way.get_or_insert_with(|| log_bytes(&file));
        }
    }
    assert_eq!(Some(log_bytes(&file)), half_way, "the log goes on growing");
    console.desk.database.close().await;
    assert_eq!(log_bytes(&file), 0, "nothing is left to fold in");
}
