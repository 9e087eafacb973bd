//! The console on which everything is tried: things and callers are made when they are first needed, and made anew
//! after somebody was allowed to change something.

use std::collections::{BTreeMap, HashMap};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::{Role, Scope, id::RunId, key::Begins};
use futures::FutureExt as _;
use server::{
    desk::{Caller, Desk, key::KeySecret},
    store,
};

use super::{
    caller::Who,
    closing,
    rows::{Row, Sent},
    thing::{Thing, Which},
};
use crate::support::{Browser, ORIGIN, PASSWORD, PAYMENTS, Receiver, TestConsole, hooked};

/// What a thing is called, and what else a request about it names.
pub type Words = BTreeMap<&'static str, String>;

/// How a caller shows who they are.
#[derive(Debug, Clone)]
enum Shown {
    Key(String),
    Cookie(String),
    Nothing,
}

/// The console, and what was made on it.
pub struct World<'a> {
    /// The console.
    pub console: &'a TestConsole,
    /// The use cases, with a sender of little patience.
    pub desk: Desk,
    /// A harness's key for every run.
    pub hook: String,
    /// A reviewer's token.
    pub reviewer: String,
    /// Takes what is sent to it.
    pub receiver: Receiver,
    /// Where closures file what they did.
    pub archive: tempfile::TempDir,
    serial: u32,
    things: HashMap<(Thing, Which), Words>,
    callers: HashMap<Who, Shown>,
}

impl<'a> World<'a> {
    /// With a workflow, two groups, and an endpoint where nobody answers.
    pub async fn new(console: &'a TestConsole) -> Self {
        let _ = any_spawner::Executor::init_tokio();
        // Before there is an administrator, nothing waits for one.
        console.desk.publish_workflow(&Caller::CommandLine, None, PAYMENTS).await.expect("a workflow");
        console.desk.publish_workflow(&Caller::CommandLine, None, &staged()).await.expect("a workflow");
        console.person("Rosa Quist", &[Role::Reviewer], &["compliance"]).await;
        console.person("Dev Patel", Role::ALL, &["compliance", "risk"]).await;
        hooked::add(console, "nobody-there", "http://127.0.0.1:9/", true).await;
        let mut desk = console.desk.clone();
        desk.outbound = hooked::outbound(std::time::Duration::from_secs(5));
        let hook = console.key("harness", &[Scope::Hook], Some("dev@example.com")).await;
        let reviewer = console.token("rosa").await;
        let receiver = Receiver::start([]).await;
        let archive = closing::archive(console).await;
        let (things, callers) = (HashMap::new(), HashMap::new());
        Self { console, desk, hook, reviewer, receiver, archive, serial: 0, things, callers }
    }

    /// Somebody has changed something: what was made is made anew when it is needed. Keys for every run stay good.
    pub fn spend(&mut self) {
        self.things.clear();
        self.callers.retain(|who, _| matches!(who, Who::Key(_)));
    }

    /// A number that was not there before.
    pub fn next(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// What a thing is called.
    pub async fn id(&mut self, thing: Thing, which: Which) -> String {
        self.words(thing, which).await.get("id").cloned().unwrap_or_default()
    }

    /// What a request about a thing names.
    pub async fn words(&mut self, thing: Thing, which: Which) -> Words {
        if let Some(words) = self.things.get(&(thing, which)) {
            return words.clone();
        }
        let words = if which == Which::Missing { self.missing(thing) } else { Box::pin(self.make(thing, which)).await };
        self.things.insert((thing, which), words.clone());
        words
    }

    /// Ids that no list and no answer may tell a key of one run.
    pub async fn names_of_other_run(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        for thing in [Thing::Run, Thing::Waiting, Thing::Escalation] {
            names.push(self.id(thing, Which::Other).await);
        }
        names
    }

    /// The request of a row.
    pub async fn request(&mut self, row: &Row, which: Which, who: Who) -> Request<Body> {
        let shown = self.shown(who).await;
        if who.is_bound() {
            self.names_of_other_run().await;
        }
        let mut words = self.words(row.thing, which).await;
        words.insert("n", self.next().to_string());
        let mut request = Request::builder().method(&row.method).uri(path(row.path, &words));
        request = request.header(header::HOST, "console.test");
        request = match shown {
            Shown::Key(secret) => request.header(header::AUTHORIZATION, format!("Bearer {secret}")),
            Shown::Cookie(cookie) => request.header(header::COOKIE, format!("__Host-countersign={cookie}")),
            Shown::Nothing => request,
        };
        if row.method != Method::GET && !(who_is_key(who) && row.path.starts_with("/api/")) {
            request = request.header(header::ORIGIN, ORIGIN);
        }
        let (kind, body) = body(&row.sent, &words);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        request.body(Body::from(body)).expect("a request")
    }

    async fn shown(&mut self, who: Who) -> Shown {
        if let Some(shown) = self.callers.get(&who) {
            return shown.clone();
        }
        let shown = match who {
            Who::Nobody => Shown::Nothing,
            Who::Key(scope) => Shown::Key(self.key(scope, None).await),
            Who::Bound(scope) => {
                let run = self.id(Thing::Run, Which::Own).await.parse().expect("a run");
                Shown::Key(self.key(scope, Some(run)).await)
            }
            Who::NoRole => Shown::Cookie(self.person(&[]).await),
            Who::Person(role) => Shown::Cookie(self.person(&[role]).await),
        };
        self.callers.insert(who, shown.clone());
        shown
    }

    /// A key as it would be minted, of one run or of all; its first use is noted already.
    async fn key(&mut self, scope: Scope, run: Option<RunId>) -> String {
        let ids = self.console.desk.database.ids();
        let (id, secret) = (domain::id::KeyId::from_uuid(ids.uuid()), KeySecret::generate(ids));
        let mut tx = self.console.desk.database.read().await.expect("a snapshot");
        let owner = store::person::find_by_email(&mut tx, "dev@example.com").await.expect("read").map(|dev| dev.id);
        drop(tx);
        let now = self.console.clock.now();
        let name = format!("{scope}-{}", self.next());
        let key = store::key::Key {
            id,
            source: (scope == Scope::System).then(|| name.clone()),
            name,
            scopes: vec![scope],
            owner,
            owner_name: None,
            is_owner_disabled: false,
            hint: None,
            run,
            run_ended_at: None,
            is_minter_revoked: false,
            begins: Begins::default(),
            created_at: now,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        };
        let digest = secret.digest();
        let work = self.console.desk.database.write(move |tx| {
            let key = key.clone();
            async move {
                store::key::insert(tx, &key, digest, Caller::CommandLine.actor()).await?;
                Ok(store::key::touch(tx, key.id, now).await?)
            }
            .boxed()
        });
        work.await.expect("a key");
        secret.reveal().to_owned()
    }

    /// Somebody with these roles, signed in; gives the cookie.
    async fn person(&mut self, roles: &[Role]) -> String {
        let name = format!("P{} Person", self.next());
        self.console.person(&name, if roles.is_empty() { &[Role::Auditor] } else { roles }, &["compliance"]).await;
        let email = format!("p{}@example.com", self.serial);
        if roles.is_empty() {
            self.take_roles(&email).await;
        }
        let mut browser = Browser::new(self.console);
        assert_eq!(browser.sign_in(&email, PASSWORD).await.status, 303, "{email}");
        browser.cookie.expect("a cookie")
    }

    /// Takes somebody's roles away: no form leaves a person without one.
    async fn take_roles(&self, email: &str) {
        let email = email.to_owned();
        let work = self.console.desk.database.write(move |tx| {
            let email = email.clone();
            async move {
                let person = store::person::find_by_email(tx, &email).await?.expect("the person");
                Ok(store::person::update(tx, person.id, &person.name, &[]).await?)
            }
            .boxed()
        });
        work.await.expect("no roles");
    }
}

const fn who_is_key(who: Who) -> bool {
    matches!(who, Who::Key(_) | Who::Bound(_))
}

/// The payments with two stages beside them.
fn staged() -> String {
    let tools = "tools:\n  open: { reversible: true }\n  shut: { input: { box: string }, reversible: true }";
    let facts = "facts:\n  box: { type: string, from: { tool: open, path: /box } }";
    let stages = r#"advance: explicit
stages:
  - id: opening
    tools: [open]
    exit: [{ name: opened, when: has(facts.box), otherwise: Open it. }]
    compensate: [{ tool: shut, input: { box: "{{facts.box}}" } }]
  - id: closing
    exit: [{ name: frozen, when: facts.status == "FROZEN", otherwise: Freeze it. }]
gates:"#;
    let text = PAYMENTS.replace("name: payments", "name: staged");
    let text = text.replace("\ntools:", &format!("\n{tools}")).replace("\nfacts:", &format!("\n{facts}"));
    format!("{}{CLOSURE}", text.replace("\ngates:", &format!("\n{stages}")))
}

/// Nobody has registered its first target: it stops there, and hands over. The rest is done.
const CLOSURE: &str = r#"closure:
  - id: filed
    after: tool.executed
    where: 'event.context.tool == "look_up"'
    steps:
      - { id: tracker, kind: status_sync, target: nowhere, record: '{{run.id}}', set: { status: seen } }
      - { id: packet, kind: archive_link, target: archive, record: '{{event.context.check_id}}.json', set: { run: '{{run.id}}' } }
"#;

/// A declared path about a thing. What varies besides is a version, a stage or a compensation.
fn path(declared: &str, words: &Words) -> String {
    let mut id = words.get("id").cloned();
    let mut filled = |part: &str| match part {
        "{version}" => "1".to_owned(),
        "{stage}" => "opening".to_owned(),
        "{step}" => "first".to_owned(),
        "{compensation}" => words["compensation"].clone(),
        _ => id.take().unwrap_or_else(|| "none".to_owned()),
    };
    let parts = declared.split('/').map(|part| if part.starts_with('{') { filled(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("/")
}

fn filled(text: &str, words: &Words) -> String {
    words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(&format!("{{{word}}}"), value))
}

/// What is sent, and of which kind it is.
fn body(sent: &Sent, words: &Words) -> (Option<&'static str>, String) {
    match sent {
        Sent::Nothing => (None, String::new()),
        Sent::Json(text) => (Some("application/json"), filled(text, words)),
        Sent::Definition => {
            let name = words.get("id").map_or("", String::as_str);
            (Some("application/yaml"), PAYMENTS.replace("name: payments", &format!("name: {name}")))
        }
        Sent::Form(fields) => {
            let fields = fields.iter().map(|(name, value)| (*name, filled(value, words)));
            let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            (Some("application/x-www-form-urlencoded"), text)
        }
    }
}
