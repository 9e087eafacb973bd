//! SIGKILL at any instant of a run through its stages: a harness that begins again from the start finds what it did, and
//! nothing is done twice.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use rand::RngExt as _;
use serde_json::{Value, json};

use super::{account, details, onboarding};
use crate::support::{
    empty_postgres,
    process::{Installation, Running},
    sound,
    trials::{random, trials},
};

/// Kills of the short form.
const KILLS: u64 = 12;

/// A harness whose server may be gone with every call.
struct Harness<'a> {
    server: &'a Running,
    client: &'a reqwest::Client,
    site: &'a Installation,
    run: &'a str,
}

impl Harness<'_> {
    async fn post(&self, key: &str, path: &str, body: &Value) -> Option<Value> {
        let path = format!("/runs/{}/{path}", self.run);
        let (status, answer) = self.server.post(self.client, key, &path, body).await?;
        assert!(status < 300, "{path}: {status} {answer}");
        Some(answer)
    }

    async fn call(&self, id: &str, tool: &str, input: &Value, output: &Value) -> Option<()> {
        let check = json!({"session_id": "s1", "tool": tool, "tool_use_id": id, "input": input});
        let answer = self.post(&self.site.hook, "gate-checks", &check).await?;
        assert_eq!(answer["outcome"], "allow", "{id}: {answer}");
        let result = json!({"session_id": "s1", "tool": tool, "tool_use_id": id, "output": output});
        self.post(&self.site.hook, "tool-results", &result).await.map(drop)
    }

    async fn record(&self, facts: Value) -> Option<()> {
        self.post(&self.site.ledger, "facts", &json!({"facts": facts})).await.map(drop)
    }

    /// The whole run: the account is set up halfway, closed, and set up again. `None` when the server is gone.
    async fn play(&self) -> Option<()> {
        let customer = json!({"customer_id": "cust_456"});
        self.call("c-1", "collect_info", &details(), &details()).await?;
        self.call("k-1", "verify_identity", &customer, &json!({})).await?;
        self.record(json!({"kyc_status": "PASSED"})).await?;
        self.record(json!({"risk_tier": "low"})).await?;
        if self.is_first_attempt().await? {
            self.call("a-1", "setup_account", &account(), &json!({"account_id": "acc_1"})).await?;
        }
        let failed = json!({"error": "No card.", "attempt": 1});
        let failed = self.post(&self.site.hook, "stages/account_setup/fail", &failed).await?;
        for call in failed["compensations"].as_array().expect("a list") {
            let id = call["id"].as_str().expect("an id");
            self.undo(id, &call["input"]).await?;
        }
        self.call("a-2", "setup_account", &account(), &json!({"account_id": "acc_2"})).await?;
        self.call("w-1", "send_welcome_email", &customer, &json!({"sent": true})).await
    }

    /// Closes the account, unless that was done and reported before the kill: then it may not be done again.
    async fn undo(&self, id: &str, input: &Value) -> Option<()> {
        let path = format!("/runs/{}/timeline?limit=200", self.run);
        let (_, page) = self.server.get(self.client, &self.site.hook, &path).await?;
        let is_done = |event: &Value| event["kind"] == "compensation.done" && event["payload"]["compensation"] == id;
        if page["items"].as_array()?.iter().any(is_done) {
            return Some(());
        }
        self.call(id, "close_account", input, &json!({})).await?;
        self.post(&self.site.hook, &format!("compensations/{id}"), &json!({"outcome": "done"})).await.map(drop)
    }

    /// Whether the account was not given up yet: a call of an attempt that was may not run again.
    async fn is_first_attempt(&self) -> Option<bool> {
        let path = format!("/runs/{}", self.run);
        let (_, run) = self.server.get(self.client, &self.site.hook, &path).await?;
        let stage = run["stages"].as_array()?.iter().find(|stage| stage["id"] == "account_setup")?.clone();
        Some(stage["attempt"] == 1 && stage["status"] != "failed")
    }

    /// How often each thing happened.
    async fn is_whole(&self) {
        let path = format!("/runs/{}/timeline?limit=200", self.run);
        let (_, page) = self.server.get(self.client, &self.site.hook, &path).await.expect("an answer");
        let events = page["items"].as_array().expect("items");
        let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
        for once in ["compensation.asked", "compensation.done", "stage.failed", "stage.rolled_back", "run.completed"] {
            assert_eq!(of(once), 1, "{once}: {events:?}");
        }
        for kind in ["stage.entered", "stage.completed", "handoff.issued"] {
            let moved = events.iter().filter(|event| event["kind"] == kind);
            let attempts: Vec<String> = moved
                .map(|event| {
                    let payload = &event["payload"];
                    format!("{} {} {}", payload["stage"], payload["from_stage"], payload["attempt"])
                })
                .collect();
            let distinct: BTreeSet<&String> = attempts.iter().collect();
            assert!(kind == "handoff.issued" || distinct.len() == attempts.len(), "{kind} twice: {attempts:?}");
        }
        assert_eq!(of("stage.completed"), of("handoff.issued"));
        let path = format!("/runs/{}", self.run);
        let (_, run) = self.server.get(self.client, &self.site.hook, &path).await.expect("an answer");
        assert_eq!(run["facts"]["account_id"]["value"], "acc_2");
    }
}

async fn killed_on(site: &Installation) {
    let mut random = random();
    let client = reqwest::Client::new();
    let file = site.folder().join("stages.yaml");
    std::fs::write(&file, onboarding()).expect("a file");
    site.run(&["workflow", "publish", file.to_str().expect("a path")]);
    let mut server = site.start();
    for _ in 0..trials(KILLS) {
        let body = json!({
            "workflow": "financial-onboarding", "subject": "cust_456", "requested_by": "rosa@example.com",
            "session": {"framework": "test", "id": "s1"},
        });
        let (_, started) = server.post(&client, &site.hook, "/runs", &body).await.expect("an answer");
        let run = started["run_id"].as_str().expect("an id").to_owned();
        let harness = Harness { server: &server, client: &client, site, run: &run };
        let pause = Duration::from_micros(random.random_range(0..150_000));
        tokio::select! { _ = harness.play() => {}, () = tokio::time::sleep(pause) => {} }
        server.kill();
        server = site.start();
        let harness = Harness { server: &server, client: &client, site, run: &run };
        let (_, run) = server.get(&client, &site.hook, &format!("/runs/{run}")).await.expect("an answer");
        if run["status"] != "completed" {
            harness.play().await.expect("the server is there");
        }
        harness.is_whole().await;
    }
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_after_a_kill_on_sqlite() {
    let site = Installation::new();
    killed_on(&site).await;
    sound::check(&site.database()).await.expect("a sound database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_after_a_kill_on_postgres() {
    let Some(url) = empty_postgres().await else { return };
    killed_on(&Installation::on(Some(Arc::clone(&url)))).await;
}
