//! An agent that is woken by webhook, and the worker's rounds made one by one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use domain::{Role, Scope};
use serde_json::{Value, json};
use server::{
    desk::{Caller, Desk, endpoint::NewEndpoint},
    webhook::{Outbound, Resolve},
};

use super::{Agent, Receiver, TestConsole, receiver::Received};

/// An endpoint, an agent whose sessions are woken there, and who decides.
pub struct Hooked<'a> {
    /// The agent.
    pub agent: Agent<'a>,
    /// The endpoint's secret.
    pub secret: String,
    /// Ana's token: one approval of hers is enough for a note.
    pub ana: String,
    /// The use cases, with a sender of little patience.
    pub desk: Desk,
}

impl<'a> Hooked<'a> {
    /// With the endpoint `agent` at the receiver.
    pub async fn start(console: &'a TestConsole, receiver: &Receiver) -> Self {
        Self::at(console, &receiver.url).await
    }

    /// With the endpoint `agent` at this address, private networks allowed.
    pub async fn at(console: &'a TestConsole, url: &str) -> Self {
        let agent = console.cast().await;
        let secret = add(console, "agent", url, true).await;
        let mut desk = console.desk.clone();
        desk.outbound = outbound(Duration::from_millis(400));
        Self { agent, secret, ana: console.token("ana").await, desk }
    }

    /// A session of that name, woken at an endpoint.
    pub async fn session(&self, name: &str, endpoint: &str) {
        let resume = json!({"via": "webhook", "endpoint": endpoint});
        let body = json!({"framework": "test", "id": name, "resume": resume});
        self.agent.post("sessions", &body).await.expect(201);
    }

    /// A note of a new session that waits for a person; gives the approval.
    pub async fn suspended(&self, session: &str) -> String {
        self.suspended_at(session, "agent").await
    }

    /// The same, woken at another endpoint.
    pub async fn suspended_at(&self, session: &str, endpoint: &str) -> String {
        self.session(session, endpoint).await;
        let answer = self.agent.check_in(session, "note-1", "note", json!({"text": session})).await;
        assert_eq!(answer["outcome"], "suspend", "{answer}");
        answer["approval_id"].as_str().expect("an approval").to_owned()
    }

    /// A note of a new session that Ana has approved.
    pub async fn approved(&self, session: &str) -> String {
        let approval = self.suspended(session).await;
        self.agent.approve(&self.ana, &approval).await.expect(201);
        approval
    }

    /// One round of the worker: takes what is due and sends it.
    pub async fn round(&self) -> usize {
        let leased = self.desk.lease_deliveries(HashMap::new(), 4, 64).await.expect("leased");
        let count = leased.len();
        for one in leased {
            self.desk.deliver_leased(one).await.expect("recorded");
        }
        count
    }

    /// A round that sends one thing; gives it as the receiver saw it.
    pub async fn deliver(&self, receiver: &Receiver) -> Received {
        let (sent, got) = tokio::join!(self.round(), receiver.next());
        assert_eq!(sent, 1);
        got
    }

    /// How the wake-up of an approval stands.
    pub async fn resumption(&self, approval: &str) -> Value {
        self.agent.approval(approval).await["resumption"].clone()
    }

    /// Lets so much time pass.
    pub fn pass(&self, seconds: i64) {
        self.agent.console.pass(TimeDelta::seconds(seconds));
    }

    /// Posts below an approval.
    pub async fn post(&self, key: &str, approval: &str, path: &str, body: &Value) -> super::Reply {
        self.agent.console.post(key, &format!("/approvals/{approval}/resumption/{path}"), body).await
    }

    /// An administrator's key.
    pub async fn admin(&self) -> String {
        self.agent.console.person("Iris Admin", &[Role::Admin], &[]).await;
        self.agent.console.key("iris", &[Scope::Admin], Some("iris@example.com")).await
    }
}

/// Registers an endpoint and gives its secret.
pub async fn add(console: &TestConsole, name: &str, url: &str, allow_private: bool) -> String {
    let new = NewEndpoint { name: name.to_owned(), url: url.to_owned(), secret: None, allow_private };
    console.desk.add_endpoint(&Caller::CommandLine, new).await.expect("an endpoint").reveal()
}

/// Sends with this patience, to what the system's resolver finds.
pub fn outbound(patience: Duration) -> Outbound {
    let resolve: Resolve =
        Arc::new(|host, port| Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) }));
    Outbound::with(resolve, patience).expect("TLS")
}
