//! B16: from a reviewer's decision to the signed webhook at the session's endpoint.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use axum::{Router, body::Bytes, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::sync::mpsc;

use crate::{
    Bench,
    agents::Agent,
    console::{Installation, Running},
    correct,
    peers::{Bare, Commits, echo},
    report::{Better, Line, Promise},
    rounds::Paired,
    stats::{median, percentile},
    wire::{self, Wire},
};

const B16: Promise = Promise {
    id: "B16",
    what: "decision to signed webhook, p50",
    against: "two commits and a loopback POST, p50",
    better: Better::Less,
    floor: 4.0,
    target: 2.0,
    obstacle: "deciding, leasing the delivery and sending are three commands of ten to thirty statements, each of them a \
        hand-over to SQLite's thread and back, and two of them end in a commit.",
};

/// A webhook as it arrived, and when.
type Arrived = (Instant, HeaderMap, Bytes);

struct Desk {
    installation: Installation,
    running: Running,
    reviewer: Wire,
    arrived: mpsc::UnboundedReceiver<Arrived>,
    webhook: Webhook,
}

impl Desk {
    async fn start(bench: &Bench) -> Result<Self> {
        let (tell, arrived) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        let take = async move |headers: HeaderMap, body: Bytes| drop(tell.send((Instant::now(), headers, body)));
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
        let installation = Installation::new(&bench.product, &bench.disk)?;
        let secret = installation.run(&["endpoint", "add", "--name", "agent", "--url", &url, "--allow-private"])?;
        let secret = secret.split_whitespace().find(|word| word.starts_with("whsec_")).context("a secret")?;
        let running = installation.start()?;
        let reviewer = Wire::connect(&running.url).await?;
        let webhook = Webhook::new(secret)?;
        Ok(Self { installation, running, reviewer, arrived, webhook })
    }

    /// One approval from the decision to the webhook; gives the seconds.
    async fn resume(&mut self) -> Result<f64> {
        // A run of its own, as a case has: a run's approvals are all read when one of them is decided.
        let mut agent = Agent::start(&self.installation, &self.running).await?;
        let approval = agent.suspend(Some("agent")).await?;
        let seen = agent.get(&format!("/approvals/{approval}")).await?;
        let decision = json!({
            "verdict": "approve", "revision": seen["revision"], "package_digest": seen["package_digest"],
        });
        let path = format!("/api/v1/approvals/{approval}/decisions");
        let request = wire::post(&path, &self.installation.ana, &decision.to_string());
        let clicked = Instant::now();
        self.reviewer.send(&request).await?.json(201)?;
        let (at, headers, body) = self.arrived.recv().await.context("a webhook")?;
        self.webhook.verify(&body, &headers)?;
        let told: Value = serde_json::from_slice(&body)?;
        ensure!(told.to_string().contains(&approval), "a webhook about something else: {told}");
        Ok(at.duration_since(clicked).as_secs_f64())
    }
}

/// B16.
pub async fn resume(bench: &mut Bench) -> Result<Line> {
    let mut desk = Desk::start(bench).await?;
    let bare = Bare::start()?;
    let mut wire = Wire::connect(&bare.url).await?;
    let (length, folder) = (bench.plan.length, bench.disk.clone());
    desk.resume().await?;
    let row = correct::row_bytes(&desk.installation.database()).await?;
    let mut all = Vec::new();
    let paired = Paired::measure(
        bench.plan,
        async || {
            let (start, mut taken) = (Instant::now(), Vec::new());
            while start.elapsed() < length {
                taken.push(desk.resume().await? * 1e6);
            }
            all.extend_from_slice(&taken);
            Ok(median(&taken))
        },
        async || {
            let mut commits = Commits::open(&folder, row).await?;
            let (start, mut taken) = (Instant::now(), Vec::new());
            while start.elapsed() < length {
                let begun = Instant::now();
                commits.commit().await?;
                commits.commit().await?;
                echo(&mut wire, "{}").await?;
                taken.push(begun.elapsed().as_secs_f64() * 1e6);
            }
            Ok(median(&taken))
        },
    )
    .await?;
    let tail = percentile(&all, 99.0) / 1e3;
    bench.notes.push(format!("B16: p99 was {tail:.1} ms over {} decisions (target 5 ms).", all.len()));
    Ok(B16.line(&paired, "µs"))
}
