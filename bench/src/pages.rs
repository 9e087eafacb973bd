//! B12 to B14: the queue page from the server, its bytes, and how a browser on a slow machine takes it.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::{
    Bench,
    agents::Agent,
    console::{ANA, Installation, PASSWORD, Running},
    peers::{Bare, ping},
    report::{Better, Line, Promise},
    rounds::{Paired, Plan},
    stats::{float, median},
    wire::{Wire, get, request},
};

const CONNECTIONS: usize = 16;
/// Approvals in the queue.
const QUEUE: usize = 50;
/// Approvals of one run: the product allows no more than fifty to be pending.
const OF_ONE_RUN: usize = 10;
/// JavaScript and CSS of agent-inbox's first load in brotli, counted once (f38301b, Next 16.2.12): a frozen figure.
const AGENT_INBOX: f64 = 644_000.0;

const B12: Promise = Promise {
    id: "B12",
    what: "queue pages, 50 rows, signed in, 16 connections",
    against: "axum /ping",
    better: Better::More,
    floor: 0.08,
    target: 0.15,
    obstacle: "a page of 50 rows is 239 kB and takes 11 ms of a processor: by `perf` three quarters go into building some 3,000 \
        elements of erased types, each with several allocations, and walking them twice; a quarter goes into the queries.",
};
const B13: Promise = Promise {
    id: "B13",
    what: "brotli bytes of script, wasm and styles",
    against: "agent-inbox (frozen count)",
    better: Better::Less,
    floor: 0.35,
    target: 0.20,
    obstacle: "full hydration: every page of the console is rendered in the browser too, and is in one wasm file. Splitting \
        it by page was measured and leaves 600 kB, because most of it is shared; less needs pages that are not hydrated.",
};

/// A console with a full queue and Ana signed in.
struct Queue {
    _installation: Installation,
    running: Running,
    /// Ana's cookie.
    cookie: String,
    /// The first approval.
    approval: String,
}

impl Queue {
    async fn start(bench: &Bench) -> Result<Self> {
        let installation = Installation::new(&bench.product, &bench.disk)?;
        let running = installation.start()?;
        let mut approvals = Vec::new();
        for _ in 0..QUEUE / OF_ONE_RUN {
            let mut agent = Agent::start(&installation, &running).await?;
            for _ in 0..OF_ONE_RUN {
                approvals.push(agent.suspend(None).await?);
            }
        }
        let cookie = sign_in(&running.url).await?;
        let approval = approvals.swap_remove(0);
        Ok(Self { _installation: installation, running, cookie, approval })
    }

    /// A whole page of all approvals, as a browser asks for it.
    fn page(&self) -> Vec<u8> {
        get("/approvals", &format!("cookie: {}\r\naccept: text/html\r\n", self.cookie))
    }
}

async fn sign_in(url: &str) -> Result<String> {
    let words = PASSWORD.replace(' ', "+");
    let body = format!("email={}&password={words}&to=", ANA.replace('@', "%40"));
    let headers = "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\n";
    let reply = Wire::connect(url).await?.send(&request("POST", "/sign-in", headers, &body)).await?;
    ensure!(reply.status == 303, "signing in answers {}", reply.status);
    reply.cookie.context("no cookie after signing in")
}

/// B12.
pub async fn queue(bench: &mut Bench) -> Result<Line> {
    let queue = Queue::start(bench).await?;
    let request = queue.page();
    let first = Wire::connect(&queue.running.url).await?.send(&request).await?;
    let html = String::from_utf8(first.body)?;
    let rows = approvals(&html).len();
    ensure!(first.status == 200 && rows == QUEUE, "the queue answers {} with {rows} approvals", first.status);
    bench.notes.push(format!("B12: the page has {} kB and {rows} approvals.", html.len() / 1_000));
    let bare = Bare::start()?;
    let length = bench.plan.length;
    let paired = Paired::measure(
        bench.plan,
        async || {
            let fetch = async |mut wire: Wire| {
                let reply = wire.send(&request).await?;
                ensure!(reply.status == 200 && reply.body.len() * 10 > html.len() * 9, "half a page: {}", reply.status);
                Ok(wire)
            };
            rate(&queue.running.url, length, fetch).await
        },
        async || {
            let fetch = async |mut wire: Wire| {
                ping(&mut wire).await?;
                Ok(wire)
            };
            rate(&bare.url, length, fetch).await
        },
    )
    .await?;
    Ok(B12.line(&paired, "a second"))
}

/// The approvals a page leads to.
fn approvals(html: &str) -> BTreeSet<&str> {
    html.split("href=\"/approvals/apr_").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Requests a second on so many connections, each sending one after the other.
async fn rate(url: &str, length: Duration, fetch: impl AsyncFn(Wire) -> Result<Wire>) -> Result<f64> {
    let start = Instant::now();
    let one = async || {
        let (mut wire, mut done) = (Wire::connect(url).await?, 0_usize);
        while start.elapsed() < length {
            wire = fetch(wire).await?;
            done += 1;
        }
        anyhow::Ok(done)
    };
    let all: [_; CONNECTIONS] = std::array::from_fn(|_| Box::pin(one()));
    let done = join(all).await?;
    Ok(float(done) / start.elapsed().as_secs_f64())
}

/// All of them at once on this task; gives the sum.
async fn join<F: Future<Output = Result<usize>> + Unpin, const N: usize>(mut all: [F; N]) -> Result<usize> {
    let (mut open, mut sum) = ([true; N], 0);
    std::future::poll_fn(move |context| {
        for (one, is_open) in all.iter_mut().zip(&mut open) {
            if *is_open && let std::task::Poll::Ready(done) = std::pin::Pin::new(one).poll(context) {
                *is_open = false;
                match done {
                    Ok(count) => sum += count,
                    Err(error) => return std::task::Poll::Ready(Err(error)),
                }
            }
        }
        if open.contains(&true) { std::task::Poll::Pending } else { std::task::Poll::Ready(Ok(sum)) }
    })
    .await
}

/// B13.
pub fn bytes(bench: &mut Bench) -> Result<Line> {
    let Some(site) = &bench.built else { return Ok(B13.missing("the console is not built".to_owned())) };
    let manifest: Value = serde_json::from_slice(&std::fs::read(site.join("manifest.json"))?)?;
    let mut parts = Vec::new();
    for kind in ["js", "wasm", "css"] {
        let name = manifest[kind].as_str().with_context(|| format!("the manifest has no {kind}"))?;
        parts.push((kind, brotli(site, name)?));
    }
    let sum: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    let shown: Vec<String> = parts.iter().map(|(kind, bytes)| format!("{kind} {} kB", bytes / 1_000)).collect();
    bench.notes.push(format!("B13: {}. Signing in and deciding work with 0 bytes of script.", shown.join(", ")));
    Ok(B13.exact(float(usize::try_from(sum)?), AGENT_INBOX, "B"))
}

fn brotli(site: &Path, name: &str) -> Result<u64> {
    let file = site.join(format!("{name}.br"));
    Ok(file.metadata().with_context(|| format!("{} is missing", file.display()))?.len())
}

const fn vital(id: &'static str, what: &'static str, against: &'static str, floor: f64, target: f64) -> Promise {
    let obstacle = "a page waits for two round trips of 562 ms, its own and that of its styles, and shares the line with the wasm \
        file; what of an input's time is spent where has not been profiled.";
    Promise { id, what, against, better: Better::Less, floor, target, obstacle }
}

/// Where a page is good, and what part of that is promised.
const VITALS: [(&str, &str, f64, Promise); 6] = [
    ("queue", "lcp", 2_500.0, vital("B14", "queue: largest paint", "good: 2.5 s", 0.6, 0.35)),
    ("queue", "inp", 200.0, vital("B14", "queue: next paint after input", "good: 200 ms", 0.5, 0.25)),
    ("queue", "cls", 0.1, vital("B14", "queue: layout shift", "good: 0.1", 1.0, 0.1)),
    ("approval", "lcp", 2_500.0, vital("B14", "approval: largest paint", "good: 2.5 s", 0.6, 0.35)),
    ("approval", "inp", 200.0, vital("B14", "approval: next paint after input", "good: 200 ms", 0.5, 0.25)),
    ("approval", "cls", 0.1, vital("B14", "approval: layout shift", "good: 0.1", 1.0, 0.1)),
];

/// B14: Chromium with the processor slowed fourfold and slow 4G.
pub async fn vitals(bench: &mut Bench) -> Result<Vec<Line>> {
    let missing = |why: &str| VITALS.map(|(.., promise)| promise.missing(why.to_owned())).to_vec();
    let Some(script) = bench.vitals.clone() else {
        return Ok(missing("no browser (run it through cargo xtask bench)"));
    };
    let queue = Queue::start(bench).await?;
    let mut rounds: Vec<Value> = Vec::new();
    for round in 1..=bench.plan.rounds {
        let seen = browse(&script, &queue)?;
        println!("    round {round}: {seen}");
        rounds.push(seen);
    }
    Ok(VITALS.map(|(page, vital, good, promise)| told(bench.plan, &rounds, (page, vital), good, promise)).to_vec())
}

fn told(plan: Plan, rounds: &[Value], (page, vital): (&str, &str), good: f64, promise: Promise) -> Line {
    let ours: Vec<f64> = rounds.iter().filter_map(|seen| seen[page][vital].as_f64()).collect();
    if ours.len() < plan.rounds {
        return promise.missing("the browser told nothing".to_owned());
    }
    let unit = if vital == "cls" { "" } else { "ms" };
    let mut line = promise.exact(median(&ours), good, unit);
    line.spread = crate::stats::spread(&ours);
    line
}

fn browse(script: &Path, queue: &Queue) -> Result<Value> {
    let url = &queue.running.url;
    let mut node = Command::new("node");
    node.arg(script).args([url, &queue.cookie, &format!("/approvals/{}", queue.approval)]);
    let output = node.stdin(Stdio::null()).output().context("node")?;
    if !output.status.success() {
        bail!("the browser failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
