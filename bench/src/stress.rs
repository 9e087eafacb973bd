//! B15: what a storm of sign-ins, and a checkpoint that never ends, do to the gates.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::task::JoinHandle;

use crate::{
    Bench,
    gates::World,
    open_loop::Schedule,
    report::{Better, Line, Promise},
    rounds::Paired,
    stats::percentile,
    wire::{Wire, request},
};

/// Sign-ins with a wrong password, a second.
const STORM: u32 = 50;

const LOGINS: Promise = Promise {
    id: "B15a",
    what: "gate p99 under 50 wrong sign-ins/s",
    against: "gate p99 idle, open loop 500/s",
    better: Better::Less,
    floor: 2.0,
    target: 1.2,
    obstacle: "at 500/s one connection has 2 ms for a check, and what takes longer delays all that follow. Hashing stands back \
        (nice 10), but two passes over 46 MiB at once take the memory's bandwidth from everybody.",
};
const CHECKPOINTS: Promise = Promise {
    id: "B15c",
    what: "gate p99 while checkpoints run",
    against: "gate p99 idle, open loop 500/s",
    better: Better::Less,
    floor: 2.0,
    target: 1.2,
    obstacle: "a checkpoint syncs the database file on the disk that commits wait for.",
};

/// Something that goes on beside the gates until it is told to stop.
struct Beside {
    stop: Arc<AtomicBool>,
    task: JoinHandle<Result<usize>>,
}

impl Beside {
    fn start<F: Future<Output = Result<usize>> + Send + 'static>(work: impl FnOnce(Arc<AtomicBool>) -> F) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        Self { task: tokio::spawn(work(stop.clone())), stop }
    }

    async fn stop(self) -> Result<usize> {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await?
    }
}

/// B15a.
pub async fn logins(bench: &mut Bench) -> Result<Line> {
    let (line, computed) = beside(bench, LOGINS, |world| {
        let url = world.running.url.clone();
        Beside::start(move |stop| storm(url, stop))
    })
    .await?;
    bench
        .notes
        .push(format!("B15a: {computed} of the sign-ins were answered with a computed hash, the rest turned away."));
    Ok(line)
}

/// B15c.
pub async fn checkpoints(bench: &mut Bench) -> Result<Line> {
    let (line, done) = beside(bench, CHECKPOINTS, |world| {
        let database = world.installation.database();
        Beside::start(move |stop| async move { fold(&database, &stop).await })
    })
    .await?;
    bench.notes.push(format!("B15c: {done} checkpoints ran beside the gates."));
    Ok(line)
}

async fn beside(bench: &Bench, promise: Promise, start: impl Fn(&World) -> Beside) -> Result<(Line, usize)> {
    let world = tokio::sync::Mutex::new(World::start(bench, 1).await?);
    let length = bench.plan.length;
    let mut done = 0;
    let paired = Paired::measure(
        bench.plan,
        async || {
            let mut world = world.lock().await;
            let other = start(&world);
            let latencies = world.latencies(length).await;
            done += other.stop().await?;
            Ok(percentile(&latencies?, 99.0) * 1e6)
        },
        async || Ok(percentile(&world.lock().await.latencies(length).await?, 99.0) * 1e6),
    )
    .await?;
    world.into_inner().verify().await?;
    Ok((promise.line(&paired, "µs"), done))
}

/// Nobody's accounts, one after the other, each on a connection of its own; gives how many were not turned away.
async fn storm(url: String, stop: Arc<AtomicBool>) -> Result<usize> {
    let mut answers = tokio::task::JoinSet::new();
    let schedule = Schedule::new(STORM, Duration::from_secs(1));
    let start = tokio::time::Instant::now();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        tokio::time::sleep_until(start + schedule.due(number)).await;
        let url = url.clone();
        answers.spawn(async move {
            let body = format!("email=nobody{number}%40example.com&password=some+wrong+words+here&to=");
            let headers = "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\n";
            let reply = Wire::connect(&url).await?.send(&request("POST", "/sign-in", headers, &body)).await?;
            anyhow::Ok(reply.status)
        });
    }
    let mut computed = 0;
    while let Some(status) = answers.join_next().await {
        computed += usize::from(!matches!(status??, 429 | 503));
    }
    Ok(computed)
}

/// Folds the log into the database again and again.
async fn fold(database: &Path, stop: &AtomicBool) -> Result<usize> {
    let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(database)).await?;
    let mut done = 0;
    while !stop.load(Ordering::Relaxed) {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await?;
        done += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connection.close().await?;
    Ok(done)
}
