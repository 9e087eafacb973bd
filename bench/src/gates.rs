//! B1 to B3, and memory: durable gate checks over HTTP against bare commits, an echo and bare syncs.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::{
    Bench,
    agents::Agent,
    console::{Installation, Running},
    correct,
    open_loop::Schedule,
    peers::{Bare, Commits, echo, syncs},
    report::{Better, Line, Promise},
    rounds::Paired,
    stats::{float, median, percentile},
    wire::Wire,
};

/// As long as the body of a check.
const BODY: usize = 110;
/// Checks a second of an open loop.
pub const RATE: u32 = 500;

const B1: Promise = Promise {
    id: "B1",
    what: "durable gate checks, 64 connections",
    against: "single-row SQLite commits (WAL, FULL)",
    better: Better::More,
    floor: 3.0,
    target: 5.0,
    obstacle: "two cores for everything: by `perf` a check takes about 120 µs of HTTP, JSON, digests and CEL on the runtime's \
        threads, 100 µs on SQLite's, half of it for the pages it writes, and 25 µs in the load generator; the bare commit \
        it is measured against takes 250 µs, most of it waiting.",
};
const B2: Promise = Promise {
    id: "B2",
    what: "gate check p50, open loop 500/s",
    against: "p50 of a bare POST echo and a commit",
    better: Better::Less,
    floor: 2.0,
    target: 1.3,
    obstacle: "by `strace` a check waits 300 µs for the sync of the two to five pages it writes, and 400 µs for HTTP, rules and \
        one hand-over to SQLite's thread and back. The tail is that of checkpoints, which sync on the same disk.",
};
const B3: Promise = Promise {
    id: "B3",
    what: "durable events, one client",
    against: "fdatasync of 4 kB overwrites",
    better: Better::More,
    floor: 0.60,
    target: 0.80,
    obstacle: "the denominator overwrites one page. A frame of SQLite's log is 24 bytes longer than a page, so that the \
        smallest commit writes two, and this disk syncs them in 300 µs where one takes 125: bare single-row commits reach \
        half of the denominator themselves (see B1). One client waits for HTTP, rules and the hand-overs besides.",
};
const MEMORY: Promise = Promise {
    id: "memory",
    what: "resident set after gate checks",
    against: "resident set before",
    better: Better::Less,
    floor: 1.05,
    target: 1.05,
    obstacle: "the allocator keeps pages of bursts; see the note.",
};

/// A server under load, with its agents.
pub struct World {
    /// Its data.
    pub installation: Installation,
    /// The server.
    pub running: Running,
    /// One for each connection, each with a run of its own.
    pub agents: Vec<Agent>,
}

impl World {
    /// So many agents.
    pub async fn start(bench: &Bench, agents: usize) -> Result<Self> {
        let installation = Installation::new(&bench.product, &bench.disk)?;
        let running = installation.start()?;
        let mut started = Vec::with_capacity(agents);
        for _ in 0..agents {
            started.push(Agent::start(&installation, &running).await?);
        }
        Ok(Self { installation, running, agents: started })
    }

    /// Every agent checks payments, one after the other, until the time is over; gives checks a second.
    pub async fn rate(&mut self, length: Duration) -> Result<f64> {
        let start = Instant::now();
        let mut done = 0;
        let mut tasks = tokio::task::JoinSet::new();
        for mut agent in self.agents.drain(..) {
            tasks.spawn(async move {
                let mut checks = 0_usize;
                while start.elapsed() < length {
                    agent.pay().await?;
                    checks += 1;
                }
                anyhow::Ok((agent, checks))
            });
        }
        while let Some(finished) = tasks.join_next().await {
            let (agent, checks) = finished??;
            done += checks;
            self.agents.push(agent);
        }
        Ok(float(done) / start.elapsed().as_secs_f64())
    }

    /// Latencies of the first agent's checks at a fixed rate, in seconds.
    pub async fn latencies(&mut self, length: Duration) -> Result<Vec<f64>> {
        let agent = &mut self.agents[0];
        Schedule::new(RATE, length).run(async || agent.pay().await).await
    }

    /// The bytes a check stores, of one that is made for it.
    pub async fn row_bytes(&mut self) -> Result<usize> {
        self.agents[0].pay().await?;
        correct::row_bytes(&self.installation.database()).await
    }

    /// Kills the server and counts: every answered check must be there once, and the log without a gap.
    pub async fn verify(self) -> Result<()> {
        let answered: u64 = self.agents.iter().map(|agent| agent.checks).sum();
        self.running.kill()?;
        let (checks, events, is_whole) = correct::counted(&self.installation.database()).await?;
        let stored = u64::try_from(checks)?;
        ensure!(
            stored == answered && checks == events && is_whole,
            "{answered} checks answered, {checks} stored, {events} events, log whole: {is_whole}"
        );
        Ok(())
    }
}

/// B1.
pub async fn throughput(bench: &mut Bench) -> Result<Line> {
    let mut world = World::start(bench, 64).await?;
    // The first batches compile statements and grow pools.
    world.rate(Duration::from_secs(1)).await?;
    let (length, disk) = (bench.plan.length, bench.disk.clone());
    let row = world.row_bytes().await?;
    bench.notes.push(format!("B1, B2: a check stores {row} bytes in four rows; the denominator's row is as long."));
    let paired = Paired::measure(
        bench.plan,
        async || world.rate(length).await,
        async || Commits::open(&disk, row).await?.rate(length).await,
    )
    .await?;
    world.verify().await?;
    Ok(B1.line(&paired, "a second"))
}

/// B2.
pub async fn latency(bench: &mut Bench) -> Result<Line> {
    let mut world = World::start(bench, 1).await?;
    let bare = Bare::start()?;
    let mut wire = Wire::connect(&bare.url).await?;
    let body = "x".repeat(BODY);
    let (length, disk, row) = (bench.plan.length, bench.disk.clone(), world.row_bytes().await?);
    let mut tails = Vec::new();
    let paired = Paired::measure(
        bench.plan,
        async || {
            let latencies = world.latencies(length).await?;
            tails.push(percentile(&latencies, 99.0) * 1e6);
            Ok(median(&latencies) * 1e6)
        },
        async || {
            let mut commits = Commits::open(&disk, row).await?;
            let both = Schedule::new(RATE, length).run(async || {
                echo(&mut wire, &body).await?;
                commits.commit().await
            });
            Ok(median(&both.await?) * 1e6)
        },
    )
    .await?;
    world.verify().await?;
    let tail = median(&tails);
    let ratio = tail / median(&paired.peer);
    bench.notes.push(format!(
        "B2: p99 of the gate checks was {tail:.0} µs, {ratio:.1} times the denominator's p50 (target 3)."
    ));
    Ok(B2.line(&paired, "µs"))
}

/// B3.
pub async fn efficiency(bench: &mut Bench) -> Result<Line> {
    let mut world = World::start(bench, 1).await?;
    let (length, disk) = (bench.plan.length, bench.disk.clone());
    let paired = Paired::measure(bench.plan, async || world.rate(length).await, async || syncs(&disk, length)).await?;
    world.verify().await?;
    Ok(B3.line(&paired, "a second"))
}

/// The memory guard: what many checks leave behind.
pub async fn memory(bench: &mut Bench) -> Result<Line> {
    let (warm, wanted) = bench.plan.either((100_000, 1_000_000), (10_000, 40_000));
    let mut world = World::start(bench, 64).await?;
    let answered = |world: &World| world.agents.iter().map(|agent| agent.checks).sum::<u64>();
    while answered(&world) < warm {
        world.rate(Duration::from_secs(1)).await?;
    }
    let (before, from) = (world.running.resident()?, answered(&world));
    while answered(&world) < from + wanted {
        world.rate(Duration::from_secs(1)).await?;
    }
    let (after, checks) = (world.running.resident()?, answered(&world) - from);
    world.verify().await?;
    bench.notes.push(format!(
        "Memory: {} MiB resident after {from} gate checks at 64 connections, {} MiB after {checks} more.",
        before >> 10,
        after >> 10
    ));
    let mib = |kib: u64| float(usize::try_from(kib).unwrap_or_default()) / 1_024.0;
    Ok(MEMORY.exact(mib(after), mib(before), "MiB"))
}
