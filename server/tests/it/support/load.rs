//! Gate checks against a server that may fail or be gone at any moment.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use futures::future::join_all;
use serde_json::{Value, json};

use super::{
    process::{Installation, Running},
    shim::Shim,
    sound::Acknowledged,
};

/// A harness that asks one call after another, and remembers what it was answered.
pub struct Load<'a> {
    site: &'a Installation,
    shim: Option<&'a Shim>,
    client: reqwest::Client,
    run: String,
    next: AtomicU64,
    answered: Mutex<Vec<Acknowledged>>,
}

impl<'a> Load<'a> {
    /// Starts a run.
    pub async fn start(site: &'a Installation, shim: Option<&'a Shim>, server: &Running) -> Self {
        let client = reqwest::Client::new();
        let run = start_run(server, &client, site).await;
        Self { site, shim, client, run, next: AtomicU64::new(0), answered: Mutex::default() }
    }

    /// Asks a call that has not been asked before.
    pub async fn ask(&self, server: &Running) -> Option<(u16, Value)> {
        let id = format!("call-{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.fire(server, look_up(&id)).await
    }

    /// Asks a call that a person must decide.
    pub async fn suspend(&self, server: &Running) -> Option<(u16, Value)> {
        let id = format!("call-{}", self.next.fetch_add(1, Ordering::Relaxed));
        let call = json!({"session_id": "s1", "tool": "note", "tool_use_id": id, "input": {"text": id}});
        self.fire(server, call).await
    }

    /// Fires a call; notes what it was answered.
    async fn fire(&self, server: &Running, call: Value) -> Option<(u16, Value)> {
        let path = format!("/runs/{}/gate-checks", self.run);
        let (status, answer) = server.post(&self.client, &self.site.hook, &path, &call).await?;
        if status == 200 {
            let at = self.shim.map_or(0, Shim::trace_length);
            self.answered.lock().expect("a list").push(Acknowledged { call, answer: answer.clone(), at });
        }
        Some((status, answer))
    }

    /// Asks so many at once, one of which a person must decide.
    pub async fn ask_at_once(&self, server: &Running, count: usize) -> Vec<Option<(u16, Value)>> {
        let (mut answers, suspended) =
            tokio::join!(join_all((1..count).map(|_| self.ask(server))), self.suspend(server));
        answers.push(suspended);
        answers
    }

    /// Asks on so many connections until the server answers no more, or `stop` says so.
    pub async fn ask_on(&self, server: &Running, lanes: usize, stop: impl Fn(usize) -> bool) {
        join_all((0..lanes).map(|_| async {
            while !stop(self.answered.lock().expect("a list").len()) {
                if self.ask(server).await.is_none() {
                    return;
                }
            }
        }))
        .await;
    }

    /// Another run: what people must decide is limited for each.
    pub async fn again(&mut self, server: &Running) {
        self.run = start_run(server, &self.client, self.site).await;
    }

    /// Everything that was answered.
    pub fn answered(&self) -> Vec<Acknowledged> {
        self.answered.lock().expect("a list").clone()
    }

    /// Whether the server says it is ready.
    pub async fn is_ready(&self, server: &Running) -> bool {
        let asked = self.client.get(format!("{}/readyz", server.url)).send().await;
        asked.is_ok_and(|answer| answer.status().is_success())
    }
}

/// Starts a run on the account `acc_1`.
pub async fn start_run(server: &Running, client: &reqwest::Client, site: &Installation) -> String {
    let body = json!({
        "workflow": "payments", "subject": "acc_1", "requested_by": "rosa@example.com",
        "session": {"framework": "test", "id": "s1"},
    });
    let (status, run) = server.post(client, &site.hook, "/runs", &body).await.expect("an answer");
    assert_eq!(status, 201, "{run}");
    run["run_id"].as_str().expect("an id").to_owned()
}

/// A call that is allowed.
pub fn look_up(id: &str) -> Value {
    json!({"session_id": "s1", "tool": "look_up", "tool_use_id": id, "input": {"account": "acc_1"}})
}
