//! A small tracker: records with tags, keys it may honour, and moods.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use domain::closure::rule::apply;
use serde_json::Value;
use tokio::sync::mpsc;

/// How the tracker takes a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It does it and says so.
    Well,
    /// It does it, and never answers.
    SilentAfter,
    /// It does nothing, and never answers.
    SilentBefore,
    /// It does nothing, and answers with this.
    Refuses(u16),
    /// It does it, and answers with this.
    FailsAfter(u16),
}

/// A write as it arrived.
#[derive(Debug, Clone)]
pub struct Written {
    pub path: String,
    pub method: Method,
    pub key: String,
    pub authorization: Option<String>,
    pub if_match: Option<String>,
    pub body: Value,
}

#[derive(Default)]
struct Inner {
    records: BTreeMap<String, Value>,
    tags: BTreeMap<String, u32>,
    moods: VecDeque<Mood>,
    reads: VecDeque<u16>,
    keys: HashSet<String>,
    written: Vec<Written>,
    effects: Vec<String>,
}

/// The tracker, on loopback.
#[derive(Clone)]
pub struct Tracker {
    /// Where its records lie below.
    pub url: String,
    inner: Arc<Mutex<Inner>>,
    honours_keys: bool,
    tell: mpsc::UnboundedSender<()>,
}

impl Tracker {
    /// Listens; gives what tells of each write that has arrived and, if it is going to be, been done.
    pub async fn start(honours_keys: bool) -> (Self, mpsc::UnboundedReceiver<()>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let (tell, heard) = mpsc::unbounded_channel();
        let tracker = Self { url, inner: Arc::default(), honours_keys, tell };
        let router = Router::new().route("/api/{*path}", axum::routing::any(answer)).with_state(tracker.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (tracker, heard)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().expect("unpoisoned"))
    }

    /// Sets a record.
    pub fn set(&self, path: &str, record: Value) {
        self.with(|inner| {
            *inner.tags.entry(path.to_owned()).or_default() += 1;
            inner.records.insert(path.to_owned(), record);
        });
    }

    /// Takes a record away.
    pub fn remove(&self, path: &str) {
        self.with(|inner| inner.records.remove(path));
    }

    /// How it takes the next writes; well afterwards.
    pub fn moods(&self, moods: impl IntoIterator<Item = Mood>) {
        self.with(|inner| inner.moods.extend(moods));
    }

    /// What it answers to the next reads; well afterwards.
    pub fn reads(&self, statuses: impl IntoIterator<Item = u16>) {
        self.with(|inner| inner.reads.extend(statuses));
    }

    /// Answers reads well from now on.
    pub fn forget_reads(&self) {
        self.with(|inner| inner.reads.clear());
    }

    /// A record as it is.
    pub fn record(&self, path: &str) -> Value {
        self.with(|inner| inner.records.get(path).cloned().unwrap_or_default())
    }

    /// The writes that arrived.
    pub fn written(&self) -> Vec<Written> {
        self.with(|inner| inner.written.clone())
    }

    /// The records that were changed, once for each change.
    pub fn effects(&self) -> Vec<String> {
        self.with(|inner| inner.effects.clone())
    }
}

async fn answer(
    State(tracker): State<Tracker>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method == Method::GET {
        return tracker.with(|inner| read(inner, &path));
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().expect("text").to_owned());
    let written = Written {
        path: path.clone(),
        method: method.clone(),
        key: text("idempotency-key").unwrap_or_default(),
        authorization: text("authorization"),
        if_match: text("if-match"),
        body: serde_json::from_slice(&body).expect("JSON"),
    };
    let mood = tracker.with(|inner| inner.moods.pop_front()).unwrap_or(Mood::Well);
    let (does, says) = match mood {
        Mood::Well => (true, Some(200)),
        Mood::SilentAfter => (true, None),
        Mood::SilentBefore => (false, None),
        Mood::Refuses(status) => (false, Some(status)),
        Mood::FailsAfter(status) => (true, Some(status)),
    };
    let honours = tracker.honours_keys;
    let status = tracker.with(|inner| write(inner, &written, does, honours));
    let _is_heard = tracker.tell.send(());
    match says {
        Some(said) => {
            let status = if said == 200 { status } else { said };
            StatusCode::from_u16(status).expect("a status").into_response()
        }
        None => std::future::pending().await,
    }
}

fn read(inner: &mut Inner, path: &str) -> Response {
    if let Some(status) = inner.reads.pop_front().filter(|status| *status != 200) {
        return StatusCode::from_u16(status).expect("a status").into_response();
    }
    match inner.records.get(path) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(record) => {
            let tag = format!("\"{}\"", inner.tags.get(path).copied().unwrap_or_default());
            ([("etag", tag)], axum::Json(record.clone())).into_response()
        }
    }
}

fn write(inner: &mut Inner, written: &Written, does: bool, honours_keys: bool) -> u16 {
    inner.written.push(written.clone());
    if !does {
        return 200;
    }
    if honours_keys && !inner.keys.insert(written.key.clone()) {
        return 200;
    }
    let tag = format!("\"{}\"", inner.tags.get(&written.path).copied().unwrap_or_default());
    if written.if_match.as_ref().is_some_and(|wanted| *wanted != tag) {
        return 412;
    }
    *inner.tags.entry(written.path.clone()).or_default() += 1;
    let record = inner.records.entry(written.path.clone()).or_default();
    if written.method == Method::PUT {
        *record = written.body.clone();
    } else {
        let fields = written.body.as_object().expect("an object").iter();
        apply(record, &fields.map(|(name, value)| (format!("/{name}"), value.clone())).collect());
    }
    inner.effects.push(written.path.clone());
    200
}
