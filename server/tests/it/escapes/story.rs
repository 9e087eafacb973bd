//! A story in which every field that a page shows is filled by whoever could: agents, systems, people, administrators.

use axum::http::Method;
use domain::{Role, Scope};
use serde_json::{Value, json};
use server::{
    desk::{Caller, key::NewKey, person::NewPerson},
    password::Password,
};

use super::hostile::Texts;
use crate::support::{PASSWORD, PAYMENTS, Reply, TestConsole, request};

/// What came of a story; two tellings of one are taken alike.
#[derive(Debug, PartialEq, Eq)]
pub struct Story {
    /// Its runs.
    pub runs: Vec<String>,
    /// Its approvals.
    pub approvals: Vec<String>,
    /// How many events there are in the log.
    pub events: u64,
    /// How each step was answered.
    pub answers: Vec<u16>,
}

struct Teller<'a> {
    console: &'a TestConsole,
    texts: &'a mut Texts,
    story: Story,
    hook: String,
    ledger: String,
    ana: String,
}

impl Story {
    /// Tells it.
    pub async fn tell(console: &TestConsole, texts: &mut Texts) -> Self {
        let mut story = Self { runs: Vec::new(), approvals: Vec::new(), events: 0, answers: Vec::new() };
        let definition = definition(texts);
        console.desk.publish_workflow(&Caller::CommandLine, None, &definition).await.expect("a workflow");
        console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
        console.person("Dev Patel", &[Role::Reviewer], &["risk"]).await;
        story.answers.push(person(console, texts.name()).await);
        let agent = Some("dev@example.com".to_owned());
        let hook = key(console, texts.name(), Scope::Hook, agent).await;
        let ledger = key(console, texts.name(), Scope::System, None).await;
        let ana = console.token("ana").await;
        let mut teller = Teller { console, texts, story, hook, ledger, ana };
        teller.first_run().await;
        teller.second_run().await;
        teller.ended_runs().await;
        let mut story = teller.story;
        let mut tx = console.desk.database.read().await.expect("a snapshot");
        let log = server::store::event::list_after(&mut tx, 0, 1_000).await.expect("the log");
        story.events = log.len() as u64;
        story
    }
}

/// The payments workflow with hostile words wherever a definition takes any, and a message of any shape.
fn definition(texts: &mut Texts) -> String {
    let mut quoted = |most: usize| json!(texts.statement().chars().take(most).collect::<String>()).to_string();
    PAYMENTS
        .replace("title: Payments", &format!("title: {}", quoted(150)))
        .replace("blast_radius: one account", &format!("blast_radius: {}", quoted(150)))
        .replace("otherwise: \"The account is not open. Ask the ledger.\"", &format!("otherwise: {}", quoted(400)))
        .replace("facts:\n", "  message: { input: { text: string, more: object }, reversible: true, risk: low }\nfacts:\n  owner: { type: string, from: system }\n")
        .replace("tools: [note]", "tools: [note, message]")
}

async fn person(console: &TestConsole, name: String) -> u16 {
    let new = NewPerson {
        email: "eve@example.com".to_owned(),
        name,
        password: Password::new(PASSWORD),
        roles: vec![Role::Reviewer],
        groups: vec!["compliance".to_owned()],
    };
    u16::from(console.desk.add_person(&Caller::CommandLine, new).await.is_ok())
}

async fn key(console: &TestConsole, name: String, scope: Scope, owner: Option<String>) -> String {
    let source = (scope == Scope::System).then(|| name.clone());
    let new = NewKey { name, scopes: vec![scope], owner, source, ..NewKey::default() };
    console.desk.create_key(&Caller::CommandLine, new).await.expect("a key").secret.reveal().to_owned()
}

impl Teller<'_> {
    async fn post(&mut self, key: &str, path: &str, body: Value) -> Reply {
        let reply = self.console.post(key, path, &body).await;
        assert!(!reply.status.is_server_error(), "{path}: {}", reply.text);
        self.story.answers.push(reply.status.as_u16());
        reply
    }

    async fn as_agent(&mut self, path: &str, body: Value) -> Reply {
        let key = self.hook.clone();
        self.post(&key, path, body).await
    }

    async fn run(&mut self) -> String {
        let session = json!({"framework": self.texts.name(), "id": self.texts.name()});
        let subject = self.texts.name();
        let body = json!({"workflow": "payments", "subject": subject, "inputs": self.texts.object(), "session": session,
            "requested_by": "eve@example.com"});
        let reply = self.as_agent("/runs", body).await;
        let run = reply.expect(201)["run_id"].as_str().expect("an id").to_owned();
        self.as_agent(&format!("/runs/{run}/sessions"), json!({"framework": "test", "id": "s1"})).await.expect(201);
        self.story.runs.push(run.clone());
        run
    }

    fn opened(&mut self, reply: &Reply) -> Option<String> {
        let approval = reply.json()["approval_id"].as_str().map(str::to_owned)?;
        self.story.approvals.push(approval.clone());
        Some(approval)
    }

    async fn decide(&mut self, approval: &str, more: Value) {
        let seen = self.console.get(&self.hook, &format!("/approvals/{approval}")).await.expect(200);
        let mut body = json!({"revision": seen["revision"], "package_digest": seen["package_digest"]});
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let key = self.ana.clone();
        self.post(&key, &format!("/approvals/{approval}/decisions"), body).await;
    }

    /// Facts, assertions, a call that is blocked, one that is approved and done, and one that waits.
    async fn first_run(&mut self) {
        let run = self.run().await;
        let ledger = self.ledger.clone();
        for _ in 0..2 {
            let facts =
                json!({"reference": self.texts.name(), "facts": {"owner": self.texts.text(), "status": "OPEN"}});
            self.post(&ledger, &format!("/runs/{run}/facts"), facts).await;
        }
        let said = json!({"assertions": {"owner": self.texts.text()}, "statement": self.texts.statement()});
        self.as_agent(&format!("/runs/{run}/assertions"), said).await;
        let (checks, unknown) = (format!("/runs/{run}/gate-checks"), self.texts.name());
        let call = |tool: &str, id: String, input: Value| json!({"session_id": "s1", "tool": tool, "tool_use_id": id, "input": input});
        let blocked = call(&unknown, self.texts.name(), self.texts.object());
        self.as_agent(&checks, blocked).await;
        let pay = call("pay", "pay-1".to_owned(), json!({"to": self.texts.text(), "amount": 250}));
        self.as_agent(&checks, pay).await;
        let input = json!({"text": self.texts.text(), "more": self.texts.object()});
        let message = call("message", self.texts.name(), input);
        let reply = self.as_agent(&checks, message.clone()).await;
        if let Some(approval) = self.opened(&reply) {
            let notes = self.texts.statement();
            self.decide(&approval, json!({"verdict": "approve", "notes": notes})).await;
            self.as_agent(&checks, message.clone()).await;
            let mut done = json!({"output": self.texts.object(), "is_error": false});
            for name in ["session_id", "tool", "tool_use_id"] {
                done[name] = message[name].clone();
            }
            self.as_agent(&format!("/runs/{run}/tool-results"), done).await;
        }
        let note = call("note", self.texts.name(), json!({"text": self.texts.text()}));
        let reply = self.as_agent(&checks, note).await;
        self.opened(&reply);
    }

    /// What an agent asks by itself: a question, an answer, and no.
    async fn second_run(&mut self) {
        let run = self.run().await;
        let transcript = json!([
            {"role": "user", "text": self.texts.text()},
            {"role": "assistant", "content": [{"type": "text", "text": self.texts.text()}], "model": self.texts.text()},
        ]);
        let body = json!({"session_id": "s1", "summary": self.texts.statement(), "transcript": transcript});
        let reply = self.as_agent(&format!("/runs/{run}/approvals"), body).await;
        let Some(approval) = self.opened(&reply) else { return };
        let question = self.texts.statement();
        self.decide(&approval, json!({"verdict": "request_information", "notes": question})).await;
        let answer = json!({"answer": self.texts.statement(), "attachments": self.texts.object()});
        self.as_agent(&format!("/approvals/{approval}/information"), answer).await;
        let notes = self.texts.statement();
        self.decide(&approval, json!({"verdict": "reject", "reason_code": "doubt", "notes": notes})).await;
    }

    /// Runs that end with words, and what cannot be said at all.
    async fn ended_runs(&mut self) {
        for (path, field) in [("cancel", "reason"), ("fail", "error")] {
            let run = self.run().await;
            let mut body = json!({});
            body[field] = json!(self.texts.statement());
            self.as_agent(&format!("/runs/{run}/{path}"), body).await;
        }
        for half in [r#"{"workflow":"payments","subject":"\ud800"}"#, "{\"workflow\":\"\u{feff}\\udc00\\ud83d\"}"] {
            let request = request(Method::POST, &self.hook, "/runs").header("content-type", "application/json");
            let reply = self.console.send(request.body(half.to_owned().into()).expect("a request")).await;
            assert_eq!(reply.problem(), "400 malformed_json", "half of a letter has no reading");
        }
    }
}
