//! Writers and folders of the log at once: the race that SQLite had before 3.51.3 lost pages that were committed
//! (sqlite.org/wal.html#walresetbug). Whatever is acknowledged is there, and the file is sound.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use serde_json::json;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{Agent, TestConsole, sound, trials::trials};

/// Harnesses that ask at once.
const HARNESSES: usize = 6;

/// Folds the log in one way until it is told to stop; gives how often that succeeded.
async fn fold(file: &Path, way: &str, stop: &AtomicBool) -> u64 {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_millis(5));
    let mut connection = SqliteConnection::connect_with(&options).await.expect("SQLite");
    let fold = format!("PRAGMA wal_checkpoint({way})");
    let mut done = 0;
    while !stop.load(Ordering::Relaxed) {
        let query = sqlx::query_as::<_, (i64, i64, i64)>(sqlx::AssertSqlSafe(fold.clone()));
        // A log that somebody else folds is locked; that is what is wanted here.
        done += u64::from(query.fetch_one(&mut connection).await.is_ok_and(|(busy, ..)| busy == 0));
        tokio::task::yield_now().await;
    }
    connection.close().await.expect("closed");
    done
}

/// Asks until the time is over; gives the answers.
async fn ask(agent: &Agent<'_>, harness: usize, until: Instant) -> usize {
    let mut answers = 0;
    while Instant::now() < until {
        let id = format!("look-{harness}-{answers}");
        assert_eq!(agent.check(&id, "look_up", json!({"account": "acc_1"})).await["outcome"], "allow");
        answers += 1;
    }
    answers
}

/// The long form counts seconds: 1800 for half an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_two_fold_the_log() {
    let console = TestConsole::sqlite().await;
    let file = console.kept.file().expect("a file");
    let first = console.cast().await;
    let mut agents = Vec::new();
    for _ in 0..HARNESSES {
        agents.push(first.again().await);
    }
    let until = Instant::now() + Duration::from_secs(trials(3));
    let stop = AtomicBool::new(false);
    let asking = async {
        let all = agents.iter().enumerate().map(|(harness, agent)| ask(agent, harness, until));
        let answers: usize = futures::future::join_all(all).await.into_iter().sum();
        stop.store(true, Ordering::Relaxed);
        answers
    };
    let folding = async { tokio::join!(fold(&file, "RESTART", &stop), fold(&file, "TRUNCATE", &stop)) };
    let (answers, (restarted, truncated)) = tokio::join!(asking, folding);
    eprintln!("{answers} answers while the log was begun anew {restarted} times and cut {truncated} times");
    assert!(answers > 50 && restarted > 10 && truncated > 10, "too little happened at once");
    console.desk.database.close().await;
    sound::check(&file).await.expect("a sound database");
    let mut connection = SqliteConnection::connect(file.to_str().expect("a path")).await.expect("SQLite");
    let stored: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM gate_check").fetch_one(&mut connection).await.expect("a count");
    assert_eq!(usize::try_from(stored).expect("a count"), answers, "answers that are not stored");
}
