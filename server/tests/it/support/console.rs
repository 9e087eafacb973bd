//! The console under test: its people, its keys, and calls through the real router.

use std::{collections::BTreeSet, sync::Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, header},
};
use chrono::TimeDelta;
use domain::{Role, Scope, Time, key::Begins};
use serde_json::Value;
use server::{
    clock::Clock,
    desk::{
        Caller, Desk, PersonCaller,
        key::NewKey,
        person::NewPerson,
        workflow::{Ruling, Seen},
    },
    http::{AppState, assets::Site, origin::Origin},
    password::{Password, Passwords},
    store::Database,
    vault::Vault,
    webhook::Outbound,
};
use tower::ServiceExt as _;

use super::{Agent, PAYMENTS, Reply, contract, engine};

/// The password of everybody in tests.
pub const PASSWORD: &str = "a passphrase for tests";

/// Where the console is served.
pub const ORIGIN: &str = "https://console.test";

/// A console with its own database and clock.
pub struct TestConsole {
    /// The use cases.
    pub desk: Desk,
    /// The clock; it stands still unless moved.
    pub clock: Clock,
    /// What keeps the database alive.
    pub kept: engine::Kept,
    /// The documented answers met so far.
    pub met: Mutex<BTreeSet<String>>,
    router: Router,
}

impl TestConsole {
    /// On a SQLite file of its own.
    pub async fn sqlite() -> Self {
        let clock = clock();
        let (database, kept) = engine::sqlite(&clock).await;
        Self::on(database, kept, clock)
    }

    /// On a PostgreSQL database of its own, where there is a server.
    pub async fn postgres() -> Option<Self> {
        let clock = clock();
        let (database, kept) = engine::postgres(&clock).await?;
        Some(Self::on(database, kept, clock))
    }

    /// Another server on the same database.
    pub async fn beside(&self) -> Self {
        let (database, kept) = engine::again(&self.kept, &self.clock).await;
        Self::on(database, kept, self.clock.clone())
    }

    /// The same, with passwords hashed at the cost they have in a real server.
    pub fn with_real_passwords(self) -> Self {
        Self::with(self.desk.database.clone(), self.kept, self.clock, Passwords::new())
    }

    fn on(database: Database, kept: engine::Kept, clock: Clock) -> Self {
        Self::with(database, kept, clock, Passwords::cheap())
    }

    fn with(database: Database, kept: engine::Kept, clock: Clock, passwords: Passwords) -> Self {
        let outbound = Outbound::new().expect("TLS");
        let desk = Desk::with_passwords(database, Vault::new([7; 32]), outbound, passwords);
        tokio::spawn(server::workers::deadline::run(desk.clone()));
        tokio::spawn(server::workers::escalation::run(desk.clone()));
        let state = AppState { desk: desk.clone(), site: Site::default() };
        let origin = Origin::parse(ORIGIN).expect("an origin");
        Self { desk, clock, kept, met: Mutex::default(), router: server::http::router(state, &origin) }
    }

    /// Adds a person; their email is their first name at example.com.
    pub async fn person(&self, name: &str, roles: &[Role], groups: &[&str]) {
        let first = name.split(' ').next().expect("a name").to_lowercase();
        let new = NewPerson {
            email: format!("{first}@example.com"),
            name: name.to_owned(),
            password: Password::new(PASSWORD),
            roles: roles.to_vec(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        };
        self.desk.add_person(&Caller::CommandLine, new).await.expect("a person");
    }

    /// Creates a key and gives its secret.
    pub async fn key(&self, name: &str, scopes: &[Scope], owner: Option<&str>) -> String {
        let source = scopes.contains(&Scope::System).then(|| name.to_owned());
        let owner = owner.map(str::to_owned);
        let new = NewKey { name: name.to_owned(), scopes: scopes.to_vec(), owner, source, ..NewKey::default() };
        self.desk.create_key(&Caller::CommandLine, new).await.expect("a key").secret.reveal().to_owned()
    }

    /// Creates a harness's key of Dev's whose hooks begin runs, of these workflows only or of every one.
    pub async fn key_that_begins(&self, name: &str, workflows: &[&str]) -> String {
        let begins =
            Begins { unregistered: true, workflows: workflows.iter().map(|workflow| (*workflow).to_owned()).collect() };
        let (scopes, owner) = (vec![Scope::Hook], Some("dev@example.com".to_owned()));
        let new = NewKey { name: name.to_owned(), scopes, owner, begins, ..NewKey::default() };
        self.desk.create_key(&Caller::CommandLine, new).await.expect("a key").secret.reveal().to_owned()
    }

    /// The usual cast: two groups of reviewers, the agents' owner, and the payments workflow.
    pub async fn cast(&self) -> Agent<'_> {
        self.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
        self.person("Tomas Lindqvist", &[Role::Reviewer], &["risk"]).await;
        self.person("Mira Okafor", &[Role::Reviewer], &["compliance", "risk"]).await;
        self.person("Dev Patel", &[Role::Reviewer], &["compliance"]).await;
        self.person("Rosa Quist", &[Role::Reviewer], &["compliance"]).await;
        self.desk.publish_workflow(&Caller::CommandLine, None, PAYMENTS).await.expect("a workflow");
        let hook = self.key("agent", &[Scope::Hook], Some("dev@example.com")).await;
        let ledger = self.key("ledger", &[Scope::System], None).await;
        Agent::start(self, hook, ledger).await
    }

    /// Publishes a definition, which an administrator confirms where it waits for one.
    pub async fn publish(&self, text: &str) {
        let published = self.desk.publish_workflow(&Caller::CommandLine, None, text).await.expect("published");
        if !published.standing.is_in_force() {
            self.confirm(&published.version.name, published.version.version).await;
        }
    }

    /// Has an administrator confirm a version that waits for one.
    pub async fn confirm(&self, name: &str, version: u32) {
        let people = self.desk.list_people(&Caller::CommandLine).await.expect("people");
        let admin = people.into_iter().find(|person| person.roles.contains(&Role::Admin)).expect("an administrator");
        let (id, name_of, email) = (admin.id, admin.name, admin.email);
        let admin = PersonCaller { id, name: name_of, email, roles: admin.roles, groups: admin.groups };
        let live = self.desk.find_workflow(&Caller::CommandLine, name, None).await.expect("a workflow");
        let base = live.standing.is_in_force().then_some(live.version.version);
        self.desk.rule_on_version(&admin, name, Seen { version, base }, Ruling::Confirm).await.expect("confirmed");
    }

    /// A person's API token.
    pub async fn token(&self, first_name: &str) -> String {
        self.key(first_name, &[Scope::Reviewer], Some(&format!("{first_name}@example.com"))).await
    }

    /// Moves the clock.
    pub fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// Sends any request. What the API is sent and answers is held against the OpenAPI document.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let (parts, body) = request.into_parts();
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        let sent = to_bytes(body, usize::MAX).await.expect("a body");
        let reply = Reply::read(self.answer(Request::from_parts(parts, Body::from(sent.clone()))).await).await;
        if let Some(met) = contract::check(&method, &path, &sent, &reply) {
            self.met.lock().expect("unpoisoned").insert(met);
        }
        reply
    }

    /// Sends any request and gives the answer as it begins; its body may take long.
    pub async fn answer(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("infallible")
    }

    /// Gets from the API with a key.
    pub async fn get(&self, key: &str, path: &str) -> Reply {
        self.send(request(Method::GET, key, path).body(Body::empty()).expect("a request")).await
    }

    /// Posts JSON to the API with a key.
    pub async fn post(&self, key: &str, path: &str, body: &Value) -> Reply {
        self.post_text(key, path, &body.to_string()).await
    }

    /// Posts any text as JSON.
    pub async fn post_text(&self, key: &str, path: &str, text: &str) -> Reply {
        let request = request(Method::POST, key, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(text.to_owned())).expect("a request")).await
    }
}

/// A request to the API with a key.
pub fn request(method: Method, key: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header(header::HOST, "console.test")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
}

fn clock() -> Clock {
    Clock::manual("2026-11-21T09:00:00Z".parse::<Time>().expect("a time"))
}
