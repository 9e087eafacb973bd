//! An agent's harness that speaks to the console as a real one would.

use serde_json::{Value, json};

use super::{Reply, TestConsole};

/// A harness with one run and one session.
pub struct Agent<'a> {
    /// The console it asks.
    pub console: &'a TestConsole,
    /// Its key.
    pub key: String,
    /// The ledger's key.
    pub ledger: String,
    /// Its run.
    pub run: String,
}

impl<'a> Agent<'a> {
    /// Starts a run for `acc_1` with the session `s1`, asked for by Rosa.
    pub async fn start(console: &'a TestConsole, key: String, ledger: String) -> Self {
        let body = json!({
            "workflow": "payments", "subject": "acc_1", "requested_by": "rosa@example.com",
            "session": {"framework": "test", "id": "s1"},
        });
        let started = console.post(&key, "/runs", &body).await.expect(201);
        let run = started["run_id"].as_str().expect("an id").to_owned();
        Self { console, key, ledger, run }
    }

    /// Another run of the same harness.
    pub async fn again(&self) -> Self {
        Self::start(self.console, self.key.clone(), self.ledger.clone()).await
    }

    /// Posts below the run.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.console.post(&self.key, &format!("/runs/{}/{path}", self.run), body).await
    }

    /// Writes facts as the ledger.
    pub async fn record(&self, facts: Value) -> Reply {
        let body = json!({"reference": "led_1", "facts": facts});
        self.console.post(&self.ledger, &format!("/runs/{}/facts", self.run), &body).await
    }

    /// Checks a call of session `s1`.
    pub async fn check(&self, id: &str, tool: &str, input: Value) -> Value {
        self.check_in("s1", id, tool, input).await
    }

    /// Checks a call of a session.
    pub async fn check_in(&self, session: &str, id: &str, tool: &str, input: Value) -> Value {
        let body = json!({"session_id": session, "tool": tool, "tool_use_id": id, "input": input});
        self.post("gate-checks", &body).await.expect(200)
    }

    /// Reports a result of session `s1`.
    pub async fn report(&self, id: &str, tool: &str, output: Value) -> Reply {
        let body = json!({"session_id": "s1", "tool": tool, "tool_use_id": id, "output": output, "is_error": false});
        self.post("tool-results", &body).await
    }

    /// Everything a payment needs: an open account and a payee looked up.
    pub async fn prepare(&self) {
        self.record(json!({"status": "OPEN"})).await.expect(200);
        assert_eq!(self.check("look-1", "look_up", json!({"account": "acc_1"})).await["outcome"], "allow");
        self.report("look-1", "look_up", json!({"payee": "ACME"})).await.expect(200);
    }

    /// Asks for a payment that needs people; gives the approval's id.
    pub async fn suspended_payment(&self, id: &str) -> String {
        let answer = self.check(id, "pay", json!({"to": "ACME", "amount": 250})).await;
        assert_eq!(answer["outcome"], "suspend", "{answer}");
        answer["approval_id"].as_str().expect("an approval").to_owned()
    }

    /// Fires the same payment again.
    pub async fn pay(&self, id: &str) -> Value {
        self.check(id, "pay", json!({"to": "ACME", "amount": 250})).await
    }

    /// The outcome, without waiting.
    pub async fn outcome(&self, approval: &str) -> Value {
        self.console.get(&self.key, &format!("/approvals/{approval}/decision")).await.expect(200)
    }

    /// An approval as the API shows it.
    pub async fn approval(&self, approval: &str) -> Value {
        self.console.get(&self.key, &format!("/approvals/{approval}")).await.expect(200)
    }

    /// Decides with a person's token on what stands now.
    pub async fn decide(&self, token: &str, approval: &str, more: Value) -> Reply {
        let seen = self.approval(approval).await;
        let mut body = json!({"revision": seen["revision"], "package_digest": seen["package_digest"]});
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        self.console.post(token, &format!("/approvals/{approval}/decisions"), &body).await
    }

    /// Approves with a person's token.
    pub async fn approve(&self, token: &str, approval: &str) -> Reply {
        self.decide(token, approval, json!({"verdict": "approve"})).await
    }

    /// The run as the API shows it.
    pub async fn status(&self) -> Value {
        self.console.get(&self.key, &format!("/runs/{}", self.run)).await.expect(200)
    }

    /// The kinds of the run's events, oldest first.
    pub async fn kinds(&self) -> Vec<String> {
        let path = format!("/runs/{}/timeline?limit=200", self.run);
        let page = self.console.get(&self.key, &path).await.expect(200);
        let items = page["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
    }
}
