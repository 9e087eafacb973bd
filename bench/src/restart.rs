//! B17: SIGKILL to the first correct answer with a long log, against the start of an empty database.

use std::{path::Path, time::Instant};

use anyhow::{Result, ensure};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use crate::{
    Bench,
    console::{Installation, Running},
    gates::World,
    report::{Better, Line, Promise},
    rounds::Paired,
    stats::median,
};

const B17: Promise = Promise {
    id: "B17",
    what: "SIGKILL to first correct answer, long log",
    against: "start of an empty database until it is ready",
    better: Better::Less,
    floor: 5.0,
    target: 1.5,
    obstacle: "the log left by the crash is read before the first answer.",
};

/// Events in one transaction of the filling.
const CHUNK: i64 = 100_000;

/// B17.
pub async fn restart(bench: &mut Bench) -> Result<Line> {
    let events = bench.plan.either(10_000_000, 200_000);
    let mut world = World::start(bench, 1).await?;
    world.agents[0].pay().await?;
    world.running.stop()?;
    println!("    filling the log with {events} events");
    fill(&world.installation.database(), events).await?;
    let empty = Installation::new(&bench.product, &bench.disk)?;
    let mut running = Some(world.installation.start()?);
    let (installation, agent) = (&world.installation, &mut world.agents[0]);
    let mut resident = 0;
    let paired = Paired::measure(
        bench.plan,
        async || {
            if let Some(before) = &running {
                agent.reconnect(before).await?;
                // What was committed last is in the write-ahead log when the crash comes.
                for _ in 0..500 {
                    agent.pay().await?;
                }
            }
            let start = Instant::now();
            running.take().map_or(Ok(()), Running::kill)?;
            let now = installation.start()?;
            agent.reconnect(&now).await?;
            agent.pay().await?;
            let taken = start.elapsed().as_secs_f64() * 1e3;
            resident = now.resident()?;
            running = Some(now);
            Ok(taken)
        },
        async || {
            let start = Instant::now();
            let started = empty.start()?;
            let taken = start.elapsed().as_secs_f64() * 1e3;
            started.stop()?;
            Ok(taken)
        },
    )
    .await?;
    bench.notes.push(format!(
        "B17: {events} events; {:.0} ms from SIGKILL to the first correct answer (target 300 ms), {} MiB resident then (limit 256).",
        median(&paired.ours),
        resident >> 10
    ));
    Ok(B17.line(&paired, "ms"))
}

/// Copies of the newest event with ids, salts and places of their own, straight into the tables.
async fn fill(database: &Path, events: i64) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(database).synchronous(SqliteSynchronous::Off);
    let mut connection = SqliteConnection::connect_with(&options.pragma("cache_size", "-262144")).await?;
    let mut done = 0;
    while done < events {
        let count = CHUNK.min(events - done);
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for statement in [EVENT, PAYLOAD, LEAF] {
            sqlx::query(statement).bind(done).bind(count).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        done += count;
    }
    let (stored, last): (i64, i64) =
        sqlx::query_as("SELECT COUNT(*), MAX(leaf_index) FROM event_leaf").fetch_one(&mut connection).await?;
    ensure!(stored == last && stored > events, "{stored} events, the last is {last}");
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// The numbers of a chunk, and the event that is copied: the first check.
macro_rules! numbered {
    ($insert:literal, $columns:literal) => {
        concat!(
            "WITH RECURSIVE n (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1 + $2), \
             old AS (SELECT e.*, p.payload FROM event e JOIN event_payload p ON p.event_id = e.id \
                     WHERE e.id = (SELECT event_id FROM event_leaf WHERE kind = 'gate.checked' ORDER BY leaf_index LIMIT 1)) ",
            $insert,
            " SELECT ",
            $columns,
            " FROM n, old"
        )
    };
}

/// An id no real event has: version 7, long ago.
const EVENT: &str = numbered!(
    "INSERT INTO event (id, at, actor, kind, run_id, approval_id, subject, commitment)",
    "unhex(printf('%012x70008000%012x', i, i)), at, actor, kind, run_id, approval_id, subject, randomblob(32)"
);
const PAYLOAD: &str = numbered!(
    "INSERT INTO event_payload (event_id, salt, payload)",
    "unhex(printf('%012x70008000%012x', i, i)), randomblob(16), payload"
);
const LEAF: &str = numbered!(
    "INSERT INTO event_leaf (leaf_index, event_id, run_id, approval_id, kind, actor, subject)",
    "(SELECT MAX(leaf_index) FROM event_leaf) + 1 + i - $1, unhex(printf('%012x70008000%012x', i, i)), run_id, approval_id, kind, actor, subject"
);
