//! Where a change may come from, for every address there is: the browser of somebody who is signed in, led by every
//! kind of page to send every kind of request. The outcome is a table that people read (`snapshots/`).

mod closing;
mod deeds;
mod given;
mod odd;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use axum::{
    body::Body,
    http::{Method, Request, header, request::Builder},
};
use domain::{Role, Scope};
use leptos::server_fn::axum::server_fn_paths;
use server::http::declared;

use crate::support::{ANA, Browser, ORIGIN, PASSWORD, Reply, Stored, TestConsole, on_both};

on_both!(changes_come_from_own_pages_only, keys_are_no_matter_of_origin);

/// What `Origin` says.
const ORIGINS: [(&str, Option<&str>); 5] = [
    ("no Origin", None),
    ("null", Some("null")),
    ("other site", Some("https://evil.example")),
    ("sibling", Some("https://sub.console.test")),
    ("own", Some(ORIGIN)),
];

/// What `Sec-Fetch-Site` says.
const SITES: [Option<&str>; 5] = [None, Some("same-origin"), Some("same-site"), Some("cross-site"), Some("none")];

/// Every method that may change something, whether or not an address knows it: the refusal must not hang on that.
const CHANGES: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What a body says it is; a script can leave that out.
const CONTENTS: [Option<&str>; 5] = [
    Some("application/x-www-form-urlencoded"),
    Some("multipart/form-data; boundary=x"),
    Some("text/plain"),
    Some("application/json"),
    None,
];

/// The star of the one route behind which the server functions are.
const CALLS: &str = "/calls/{*name}";

/// Where a request says it comes from: places in [`ORIGINS`] and [`SITES`].
type From = (usize, usize);

/// Whether a page of the console's own can be behind these headers.
fn is_own((origin, site): From) -> bool {
    match SITES[site] {
        None => ORIGINS[origin].0 == "own",
        Some("same-origin" | "none") => matches!(ORIGINS[origin].0, "own" | "no Origin"),
        Some(_) => false,
    }
}

fn from_everywhere() -> impl Iterator<Item = From> {
    (0..ORIGINS.len()).flat_map(|origin| (0..SITES.len()).map(move |site| (origin, site)))
}

/// Every method with every kind of body; a GET has none.
fn kinds() -> impl Iterator<Item = (Method, Option<&'static str>)> {
    let changes = CHANGES.into_iter().flat_map(|method| CONTENTS.map(|content| (method.clone(), content)));
    std::iter::once((Method::GET, None)).chain(changes)
}

/// The addresses that are declared, with something in place of what varies and each server function by its name; and
/// the methods each knows.
fn addresses() -> BTreeMap<String, BTreeSet<String>> {
    let fill = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    let filled = |path: &str| path.split('/').map(fill).collect::<Vec<_>>().join("/");
    let mut addresses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in declared().iter().filter(|route| route.path != CALLS) {
        addresses.entry(filled(&route.path)).or_default().insert(route.method.to_string());
    }
    for (path, method) in server_fn_paths() {
        addresses.entry(path.to_owned()).or_default().insert(method.to_string());
    }
    addresses
}

fn request(path: &str, method: &Method, content: Option<&str>, (origin, site): From) -> Builder {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "console.test");
    if let Some(content) = content {
        request = request.header(header::CONTENT_TYPE, content);
    }
    if let Some(origin) = ORIGINS[origin].1 {
        request = request.header(header::ORIGIN, origin);
    }
    match SITES[site] {
        Some(site) => request.header("sec-fetch-site", site),
        None => request,
    }
}

/// Whether the answer is the refusal for where the request came from.
fn is_refused(reply: &Reply) -> bool {
    let is_problem = reply.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    is_problem && reply.problem() == "403 cross_origin"
}

/// The answer to a request without a body; of so many, none is held against the OpenAPI document.
async fn sent(console: &TestConsole, request: Builder) -> Reply {
    Reply::read(console.answer(request.body(Body::empty()).expect("a request")).await).await
}

/// The cookie of Ana, just signed in.
async fn cookie(console: &TestConsole) -> String {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(ANA, PASSWORD).await.status, 303);
    format!("__Host-countersign={}", browser.cookie.expect("a cookie"))
}

/// How many requests of a kind were sent, and how many passed.
type Tally = BTreeMap<(bool, From), (usize, usize)>;

#[test]
fn every_server_function_is_behind_the_route_for_them_and_is_posted() {
    let functions: Vec<_> = server_fn_paths().collect();
    assert!(functions.len() > 20, "{functions:?}");
    let (prefix, _) = CALLS.split_once('{').expect("a star");
    let strays = functions.iter().filter(|(path, method)| !path.starts_with(prefix) || *method != Method::POST);
    assert_eq!(strays.collect::<Vec<_>>(), Vec::<&(&str, Method)>::new());
}

async fn changes_come_from_own_pages_only(console: TestConsole) {
    console.person("Ana Ruiz", Role::ALL, &["compliance"]).await;
    let mut tally = Tally::new();
    for (path, methods) in &addresses() {
        let cookie = cookie(&console).await;
        let before = Stored::of(&console).await;
        let (own, foreign): (Vec<_>, Vec<_>) = from_everywhere().partition(|from| is_own(*from));
        for (from, (method, content)) in all(&foreign) {
            let asked = request(path, &method, content, from).header(header::COOKIE, &cookie);
            let refused = is_refused(&sent(&console, asked).await);
            assert_eq!(refused, method != Method::GET, "{method} {path} {content:?} {from:?}");
            count(&mut tally, &method, from, refused);
        }
        let after = Stored::of(&console).await;
        assert_eq!(before.changed(&after), Vec::<&str>::new(), "{path}: something was stored");
        for (from, (method, content)) in all(&own) {
            let asked = request(path, &method, content, from).header(header::COOKIE, &cookie);
            let reply = sent(&console, asked).await;
            // The address is not thought of as one that there is not, nor the method as one it does not know.
            let is_met = !(matches!(reply.status.as_u16(), 404 | 405) && reply.text.contains("address"));
            assert!(is_met || method == Method::GET || !methods.contains(method.as_str()), "{method} {path}");
            count(&mut tally, &method, from, is_refused(&reply));
        }
    }
    insta::assert_snapshot!("where_changes_may_come_from", table(&tally));
}

fn all(froms: &[From]) -> impl Iterator<Item = (From, (Method, Option<&'static str>))> {
    froms.iter().flat_map(|from| kinds().map(|kind| (*from, kind)))
}

fn count(tally: &mut Tally, method: &Method, from: From, refused: bool) {
    let (sent, passed) = tally.entry((*method == Method::GET, from)).or_default();
    *sent += 1;
    *passed += usize::from(!refused);
}

/// A grid for reading and one for changes: what `Origin` says down, what `Sec-Fetch-Site` says across.
fn table(tally: &Tally) -> String {
    let kind = |content: Option<&'static str>| content.map_or("nothing", |kind| kind.split(';').next().unwrap_or(kind));
    let changes = CHANGES.map(|method| method.to_string()).join(", ");
    let mut table = format!(
        "Each cell holds for every declared address and every server function.\nChanges are {changes}, each with {}.\n",
        CONTENTS.into_iter().map(kind).collect::<Vec<_>>().join(", ")
    );
    for (name, is_reading) in [("GET", true), ("Changes", false)] {
        write!(table, "\n{name:<15}").expect("text");
        for site in SITES {
            write!(table, "{:<14}", site.unwrap_or("not sent")).expect("text");
        }
        for (origin, (name, _)) in ORIGINS.iter().enumerate() {
            write!(table, "\n  {name:<13}").expect("text");
            for site in 0..SITES.len() {
                let word = match tally[&(is_reading, (origin, site))] {
                    (_, 0) => "refused".to_owned(),
                    (sent, passed) if passed == sent => "passed".to_owned(),
                    (sent, passed) => format!("{passed} of {sent}"),
                };
                write!(table, "{word:<14}").expect("text");
            }
        }
        table.push('\n');
    }
    table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// No browser adds a key by itself, so a call with one is meant by whoever makes it.
async fn keys_are_no_matter_of_origin(console: TestConsole) {
    let key = console.key("agent", &[Scope::Hook], None).await;
    let froms: Vec<From> = from_everywhere().collect();
    for (path, methods) in addresses().iter().filter(|(path, _)| path.starts_with("/api/")) {
        for (from, (method, content)) in all(&froms).filter(|(_, (method, _))| methods.contains(method.as_str())) {
            let asked = request(path, &method, content, from).header(header::AUTHORIZATION, format!("Bearer {key}"));
            let reply = sent(&console, asked).await;
            assert!(!is_refused(&reply), "{method} {path} {from:?}");
        }
    }
}
