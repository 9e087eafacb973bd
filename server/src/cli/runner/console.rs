//! What a runner asks the console: for work, and to note what became of it.

use std::{sync::Arc, time::Duration};

use domain::{Time, refusal::Code, resumption::Reported};
use futures::FutureExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    agents::claude_code::{PREFIX, resumed::Ended, said::Event},
    cli::hook::look_up,
    webhook::Outbound,
};

/// Seconds to wait for work in one call.
const WAIT: u64 = 45;
/// Longer than that.
const PATIENCE: Duration = Duration::from_secs(65);
/// How long any other call may take.
const SHORT: Duration = Duration::from_secs(10);

/// A session to have go on.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Lent {
    pub(super) resumption_id: String,
    pub(super) lease: String,
    pub(super) attempt: u32,
    pub(super) approval_id: String,
    pub(super) status: String,
    pub(super) origin: String,
    pub(super) tool_use_id: Option<String>,
    pub(super) run_id: String,
    pub(super) session: LentSession,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct LentSession {
    pub(super) id: String,
    pub(super) cwd: String,
    pub(super) framework: String,
}

/// What the console says to a report.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Noted {
    pub(super) state: String,
    pub(super) next_try: Option<Time>,
}

/// Why the console gave no answer to go on with.
#[derive(Debug)]
pub(super) enum Unheard {
    /// The lease is over, or never was.
    Lost(String),
    /// The key is not good for this.
    Refused(String),
    /// It cannot be reached, or not now.
    Away(String),
}

pub(super) struct Console {
    server: String,
    key: String,
    patient: Outbound,
    quick: Outbound,
}

impl Console {
    pub(super) fn new(server: &str, key: String) -> Result<Self, String> {
        let outbound = |patience| {
            let outbound = Outbound::with(Arc::new(|host, port| look_up(host, port).boxed()), patience);
            outbound.map_err(|error| error.to_string())
        };
        Ok(Self { server: server.to_owned(), key, patient: outbound(PATIENCE)?, quick: outbound(SHORT)? })
    }

    /// Waits for a session; `None` when there was none for a while.
    pub(super) async fn lease(&self) -> Result<Option<Lent>, Unheard> {
        let (status, body) = self.ask(&self.patient, "/runner/lease", &json!({"wait": WAIT})).await?;
        if status == 204 {
            return Ok(None);
        }
        let lent = serde_json::from_slice(&body);
        lent.map(Some).map_err(|error| Unheard::Away(format!("an answer that is none: {error}")))
    }

    /// Says that the client still works.
    pub(super) async fn extend(&self, lent: &Lent) -> Result<(), Unheard> {
        self.report(lent, &Ended { outcome: Reported::Running, detail: None, tool_use_id: None }).await.map(drop)
    }

    /// Says how it ended.
    pub(super) async fn report(&self, lent: &Lent, ended: &Ended) -> Result<Noted, Unheard> {
        let mut body = json!({"lease": lent.lease, "outcome": ended.outcome});
        for (name, value) in [("detail", &ended.detail), ("tool_use_id", &ended.tool_use_id)] {
            if let Some(value) = value.as_deref().filter(|value| !value.trim().is_empty()) {
                body[name] = json!(value);
            }
        }
        let path = format!("/resumptions/{}/report", lent.resumption_id);
        let (_, answer) = self.ask(&self.quick, &path, &body).await?;
        serde_json::from_slice(&answer).map_err(|error| Unheard::Away(format!("an answer that is none: {error}")))
    }

    async fn ask(&self, by: &Outbound, path: &str, body: &Value) -> Result<(u16, Vec<u8>), Unheard> {
        let headers = [("authorization", format!("Bearer {}", self.key))];
        let url = format!("{}/api/v1{path}", self.server);
        let (status, answer) = by.post(&url, &headers, body.to_string()).await.map_err(Unheard::Away)?;
        let problem: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let told = || format!("{status}, {}", problem["detail"].as_str().unwrap_or("without a word"));
        match status {
            200..=299 => Ok((status, answer.to_vec())),
            401 | 403 => Err(Unheard::Refused(told())),
            404 | 422 => Err(Unheard::Lost(told())),
            // Anything else that stands in the way passes.
            409 if problem["code"] == Code::LeaseLost.as_str() => Err(Unheard::Lost(told())),
            _ => Err(Unheard::Away(told())),
        }
    }

    /// Asks the gate, as the client's hooks will, whether it answers this key.
    pub(super) async fn is_gate_there(&self, gate: &str, hook_key: &str, session: &str) -> Result<(), String> {
        let url = format!("{gate}{PREFIX}{}", Event::SubagentStop.slug());
        let headers = [("authorization", format!("Bearer {hook_key}"))];
        let asked = self.quick.post(&url, &headers, json!({"session_id": session}).to_string()).await;
        let (status, body) = asked.map_err(|why| format!("{gate}: {why}"))?;
        let answer: Value =
            serde_json::from_slice(&body).map_err(|_| format!("{gate} answered {status} and no JSON"))?;
        match (status, answer["systemMessage"].as_str()) {
            (200, None) if answer == json!({}) => Ok(()),
            (_, Some(why)) => Err(format!("{gate}: {why}")),
            _ => Err(format!("{gate} answered {status}, and no gate answers so")),
        }
    }
}
