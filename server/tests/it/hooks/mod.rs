//! Hooks of Claude Code: whatever happens, a call that no gate allowed is answered so that it does not run.

mod asked;
mod commands;
mod failing;
mod held;
mod once;
mod owners;
mod sessions;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::Scope;
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{PAYMENTS, TestConsole};

/// A client of one session, and what it calls.
pub struct Client<'a> {
    /// The console.
    pub console: &'a TestConsole,
    /// Its key.
    pub key: String,
    /// The ledger's key.
    pub ledger: String,
    /// The run, once its session belongs to one.
    pub run: String,
    /// What it calls its session.
    pub session: &'static str,
}

impl<'a> Client<'a> {
    /// A client whose session belongs to a run of payments; somebody may sit before it.
    pub async fn of_a_run(console: &'a TestConsole, interactive: bool) -> Self {
        let client = Self::unknown(console).await;
        let session = json!({"framework": "claude-code", "id": "c1", "interactive": interactive});
        let body = json!({
            "workflow": "payments", "subject": "acc_1", "requested_by": "rosa@example.com", "session": session,
        });
        let started = console.post(&client.key, "/runs", &body).await.expect(201);
        Self { run: started["run_id"].as_str().expect("an id").to_owned(), ..client }
    }

    /// A client whose session nobody knows.
    pub async fn unknown(console: &'a TestConsole) -> Self {
        console.cast().await;
        console.desk.publish_workflow(&Caller::CommandLine, None, PAYMENTS).await.expect("a workflow");
        let key = console.key_that_begins("claude", &[]).await;
        let ledger = console.key("books", &[Scope::System], None).await;
        Self { console, key, ledger, run: String::new(), session: "c1" }
    }

    /// Asks a hook about the session, with this besides; gives the status and the answer.
    pub async fn ask(&self, event: &str, more: Value) -> Value {
        self.ask_with(event, more, &[]).await
    }

    /// The same, with what `countersign hook` says of its surroundings.
    pub async fn ask_with(&self, event: &str, more: Value, around: &[(&str, &str)]) -> Value {
        let mut body = json!({"session_id": self.session, "cwd": "/srv/app", "hook_event_name": event, "unknown": [1]});
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let request =
            around.iter().fold(hook(event, &self.key), |request, (name, value)| request.header(*name, *value));
        let reply = self.console.send(request.body(Body::from(body.to_string())).expect("a request")).await;
        reply.expect(200)
    }

    /// Asks about a call.
    pub async fn call(&self, event: &str, id: &str, tool: &str, input: Value) -> Value {
        self.ask(event, json!({"tool_name": tool, "tool_input": input, "tool_use_id": id})).await
    }

    /// Looks the payee up, and has the ledger open the account.
    pub async fn prepare(&self) {
        let input = json!({"account": "acc_1"});
        let allowed = self.call("pre-tool-use", "l-1", "look_up", input.clone()).await;
        assert_eq!(decision(&allowed), "allow", "{allowed}");
        let more = json!({"tool_name": "look_up", "tool_input": input, "tool_use_id": "l-1", "tool_response": {"payee": "ACME"}});
        let told = self.ask("post-tool-use", more).await;
        assert!(context(&told).starts_with("Recorded from this result: payee."), "{told}");
        let path = format!("/runs/{}/facts", self.run);
        self.console.post(&self.ledger, &path, &json!({"facts": {"status": "OPEN"}})).await.expect(200);
    }
}

/// A request to a hook.
pub fn hook(event: &str, key: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(Method::POST)
        .uri(format!("/hooks/claude-code/{event}"))
        .header(header::HOST, "console.test")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
}

/// A payment that needs people.
pub fn large() -> Value {
    json!({"to": "ACME", "amount": 250})
}

/// What an answer decides.
pub fn decision(answer: &Value) -> &str {
    answer["hookSpecificOutput"]["permissionDecision"].as_str().unwrap_or("none")
}

/// Why.
pub fn reason(answer: &Value) -> &str {
    answer["hookSpecificOutput"]["permissionDecisionReason"].as_str().unwrap_or_default()
}

/// What the model is told.
pub fn context(answer: &Value) -> &str {
    answer["hookSpecificOutput"]["additionalContext"].as_str().unwrap_or_default()
}
