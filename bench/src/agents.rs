//! Agents at the console: runs that are ready for payments, and the calls they check.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{
    console::{Installation, Running},
    wire::{Reply, Wire, get, post},
};

/// Calls so far: every check is of a new call.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// An agent with a run of its own and one connection.
pub struct Agent {
    wire: Wire,
    key: String,
    /// Its run.
    pub run: String,
    path: String,
    /// Checks that were answered.
    pub checks: u64,
}

impl Agent {
    /// Starts a run with an open account and a known payee.
    pub async fn start(installation: &Installation, running: &Running) -> Result<Self> {
        let mut wire = Wire::connect(&running.url).await?;
        let key = installation.hook.clone();
        let body = json!({
            "workflow": "payments", "subject": "acc_1", "requested_by": "rosa@example.com",
            "session": {"framework": "bench", "id": "s1"},
        });
        let started = wire.send(&post("/api/v1/runs", &key, &body.to_string())).await?.json(201)?;
        let run = started["run_id"].as_str().context("a run")?.to_owned();
        let facts = json!({"reference": "led_1", "facts": {"status": "OPEN"}}).to_string();
        wire.send(&post(&format!("/api/v1/runs/{run}/facts"), &installation.ledger, &facts)).await?.json(200)?;
        let path = format!("/api/v1/runs/{run}/gate-checks");
        let mut agent = Self { wire, key, run, path, checks: 0 };
        let looked = agent.check("s1", "look-1", "look_up", &json!({"account": "acc_1"})).await?;
        ensure!(looked["outcome"] == "allow", "looking up is not allowed: {looked}");
        let result = json!({"session_id": "s1", "tool": "look_up", "tool_use_id": "look-1", "output": {"payee": "ACME"}, "is_error": false});
        agent.post("tool-results", &result).await?.json(200)?;
        Ok(agent)
    }

    /// Connects anew, to the server as it runs now.
    pub async fn reconnect(&mut self, running: &Running) -> Result<()> {
        self.wire = Wire::connect(&running.url).await?;
        Ok(())
    }

    /// Posts below the run.
    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Reply> {
        self.wire.send(&post(&format!("/api/v1/runs/{}/{path}", self.run), &self.key, &body.to_string())).await
    }

    /// Reads from the API.
    pub async fn get(&mut self, path: &str) -> Result<Value> {
        let authorization = format!("authorization: Bearer {}\r\n", self.key);
        self.wire.send(&get(&format!("/api/v1{path}"), &authorization)).await?.json(200)
    }

    /// Checks a call.
    pub async fn check(&mut self, session: &str, id: &str, tool: &str, input: &Value) -> Result<Value> {
        let body = json!({"session_id": session, "tool": tool, "tool_use_id": id, "input": input});
        let answer = self.wire.send(&post(&self.path, &self.key, &body.to_string())).await?.json(200)?;
        self.checks += 1;
        Ok(answer)
    }

    /// Checks a payment that two conditions allow: the unit of B1 to B3. The answer is looked at, but not parsed.
    pub async fn pay(&mut self) -> Result<()> {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"session_id":"s1","tool":"pay","tool_use_id":"toolu_{call:016x}","input":{{"to":"ACME","amount":50}}}}"#
        );
        let reply = self.wire.send(&post(&self.path, &self.key, &body)).await?;
        let is_allowed = contains(&reply.body, br#""outcome":"allow""#);
        ensure!(reply.status == 200 && is_allowed, "{}: {}", reply.status, String::from_utf8_lossy(&reply.body));
        self.checks += 1;
        Ok(())
    }

    /// A note of a new session that waits for a person; gives the approval's id.
    pub async fn suspend(&mut self, endpoint: Option<&str>) -> Result<String> {
        let name = format!("n{}", CALLS.fetch_add(1, Ordering::Relaxed));
        let mut session = json!({"framework": "bench", "id": name});
        if let Some(endpoint) = endpoint {
            session["resume"] = json!({"via": "webhook", "endpoint": endpoint});
        }
        self.post("sessions", &session).await?.json(201)?;
        let answer =
            self.check(&name, "note-1", "note", &json!({"text": format!("Account {name} closed on request")})).await?;
        ensure!(answer["outcome"] == "suspend", "a note is not suspended: {answer}");
        Ok(answer["approval_id"].as_str().context("an approval")?.to_owned())
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
