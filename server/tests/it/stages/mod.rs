//! Stages: entered, completed, reviewed, failed, undone and done again.

mod antipatterns;
mod calls;
mod effects;
mod explicit;
mod killed;
mod races;
mod reviewed;
mod undone;

use domain::{Role, Scope};
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{Agent, Reply, TestConsole};

/// The shipped workflow with its five stages, decided by API as well so that tests can.
pub fn onboarding() -> String {
    let shipped = include_str!("../../../../workflows/financial-onboarding.yaml");
    assert_eq!(shipped.matches("via: [console]").count(), 1);
    shipped.replace("via: [console]", "via: [console, api]")
}

/// A harness with a run of a workflow about `cust_456`.
pub async fn harness<'a>(console: &'a TestConsole, text: &str, workflow: &str) -> Agent<'a> {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    console.person("Tomas Lindqvist", &[Role::Reviewer], &["risk"]).await;
    console.person("Rosa Quist", &[Role::Reviewer], &["compliance"]).await;
    console.person("Dev Patel", &[Role::Reviewer], &["compliance"]).await;
    console.desk.publish_workflow(&Caller::CommandLine, None, text).await.expect("a workflow");
    let key = console.key("agent", &[Scope::Hook], Some("dev@example.com")).await;
    let ledger = console.key("kyc_db", &[Scope::System], None).await;
    begin(console, key, ledger, workflow).await
}

/// Begins a run of a workflow about `cust_456`.
pub async fn begin<'a>(console: &'a TestConsole, key: String, ledger: String, workflow: &str) -> Agent<'a> {
    let body = json!({
        "workflow": workflow, "subject": "cust_456", "requested_by": "rosa@example.com",
        "session": {"framework": "test", "id": "s1"},
    });
    let started = console.post(&key, "/runs", &body).await.expect(201);
    let run = started["run_id"].as_str().expect("an id").to_owned();
    Agent { console, key, ledger, run }
}

/// What the agent does, in the words of the workflow.
pub trait Works {
    /// The stages by id, each with its status.
    async fn stages(&self) -> Vec<String>;
    /// One stage as the API shows it.
    async fn stage(&self, id: &str) -> Value;
    /// Calls a tool that is allowed, and reports what it returned.
    async fn run_tool(&self, id: &str, tool: &str, input: Value, output: Value);
    /// Moves a stage.
    async fn move_stage(&self, stage: &str, how: &str, body: Value) -> Reply;
    /// Collects the customer's details.
    async fn collect(&self);
    /// Has the identity checked, and the system of record say so.
    async fn identify(&self);
    /// Everything up to the account, for a customer of little risk.
    async fn come_to_the_account(&self);
    /// The handoffs, oldest first.
    async fn handoffs(&self) -> Vec<Value>;
}

/// The customer's details.
pub fn details() -> Value {
    json!({"name": "Aarav Shah", "dob": "1985-07-14", "address": "1 Sea Road", "product": "premium savings"})
}

/// The call that sets the account up.
pub fn account() -> Value {
    json!({"customer_id": "cust_456", "product": "premium savings"})
}

impl Works for Agent<'_> {
    async fn stages(&self) -> Vec<String> {
        let shown = self.status().await;
        let stages = shown["stages"].as_array().expect("stages").clone();
        stages.iter().map(|stage| format!("{} {}", stage["id"], stage["status"]).replace('"', "")).collect()
    }

    async fn stage(&self, id: &str) -> Value {
        let shown = self.status().await;
        let stages = shown["stages"].as_array().expect("stages").clone();
        stages.into_iter().find(|stage| stage["id"] == id).expect(id)
    }

    async fn run_tool(&self, id: &str, tool: &str, input: Value, output: Value) {
        let answer = self.check(id, tool, input).await;
        assert_eq!(answer["outcome"], "allow", "{answer}");
        self.report(id, tool, output).await.expect(200);
    }

    async fn move_stage(&self, stage: &str, how: &str, body: Value) -> Reply {
        self.post(&format!("stages/{stage}/{how}"), &body).await
    }

    async fn collect(&self) {
        self.run_tool("c-1", "collect_info", details(), details()).await;
    }

    async fn identify(&self) {
        self.run_tool("k-1", "verify_identity", json!({"customer_id": "cust_456"}), json!({})).await;
        self.record(json!({"kyc_status": "PASSED"})).await.expect(200);
    }

    async fn come_to_the_account(&self) {
        self.collect().await;
        self.identify().await;
        self.record(json!({"risk_tier": "low"})).await.expect(200);
    }

    async fn handoffs(&self) -> Vec<Value> {
        let page = self.console.get(&self.key, &format!("/runs/{}/handoffs", self.run)).await.expect(200);
        page["items"].as_array().expect("items").clone()
    }
}
