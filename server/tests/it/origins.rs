//! Where a change may come from, for every address there is: the browser of somebody who is signed in, led by every
//! kind of page to send every kind of request. The outcome is a table that people read (`snapshots/`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::{Role, Scope};
use server::http::declared;

use crate::support::{Browser, ORIGIN, PASSWORD, TestConsole, log_length, on_both};

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

/// Kinds of requests.
const KINDS: [(&str, Method, Option<&str>); 4] = [
    ("GET", Method::GET, None),
    ("POST form", Method::POST, Some("application/x-www-form-urlencoded")),
    ("POST JSON", Method::POST, Some("application/json")),
    ("POST multipart", Method::POST, Some("multipart/form-data; boundary=x")),
];

type Combination = (usize, usize, usize);

/// Whether a page of the console's own can be behind these headers.
fn is_own((_, origin, site): Combination) -> bool {
    match SITES[site] {
        None => ORIGINS[origin].0 == "own",
        Some("same-origin" | "none") => matches!(ORIGINS[origin].0, "own" | "no Origin"),
        Some(_) => false,
    }
}

fn combinations() -> Vec<Combination> {
    let all = (0..KINDS.len()).flat_map(|kind| (0..ORIGINS.len()).map(move |origin| (kind, origin)));
    all.flat_map(|(kind, origin)| (0..SITES.len()).map(move |site| (kind, origin, site))).collect()
}

/// The addresses that are declared, with something in place of what varies.
fn addresses() -> BTreeSet<String> {
    let fill = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    declared().iter().map(|route| route.path.split('/').map(fill).collect::<Vec<_>>().join("/")).collect()
}

fn request(path: &str, (kind, origin, site): Combination) -> axum::http::request::Builder {
    let (_, method, content) = &KINDS[kind];
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "console.test");
    if let Some(content) = content {
        request = request.header(header::CONTENT_TYPE, *content);
    }
    if let Some(origin) = ORIGINS[origin].1 {
        request = request.header(header::ORIGIN, origin);
    }
    match SITES[site] {
        Some(site) => request.header("sec-fetch-site", site),
        None => request,
    }
}

/// Whether the request was refused for where it came from.
async fn is_refused(console: &TestConsole, request: axum::http::request::Builder) -> bool {
    let reply = console.send(request.body(Body::empty()).expect("a request")).await;
    let is_problem = reply.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    is_problem && reply.problem() == "403 cross_origin"
}

async fn changes_come_from_own_pages_only(console: TestConsole) {
    console.person("Ana Ruiz", Role::ALL, &["compliance"]).await;
    let mut passed: BTreeMap<Combination, usize> = BTreeMap::new();
    let addresses = addresses();
    for path in &addresses {
        let mut browser = Browser::new(&console);
        assert_eq!(browser.sign_in("ana@example.com", PASSWORD).await.status, 303);
        let cookie = format!("__Host-countersign={}", browser.cookie.clone().expect("a cookie"));
        let before = log_length(&console).await;
        let (own, foreign): (Vec<_>, Vec<_>) = combinations().into_iter().partition(|one| is_own(*one));
        for combination in foreign {
            let is_change = KINDS[combination.0].1 != Method::GET;
            let refused = is_refused(&console, request(path, combination).header(header::COOKIE, &cookie)).await;
            assert_eq!(refused, is_change, "{path} {combination:?}");
            *passed.entry(combination).or_default() += usize::from(!refused);
        }
        assert_eq!(log_length(&console).await, before, "{path}: something happened");
        assert!(browser.is_signed_in().await, "{path}: the session was ended");
        for combination in own {
            let refused = is_refused(&console, request(path, combination).header(header::COOKIE, &cookie)).await;
            *passed.entry(combination).or_default() += usize::from(!refused);
        }
    }
    insta::assert_snapshot!("where_changes_may_come_from", table(&passed, addresses.len()));
}

/// One grid for each kind of request: what `Origin` says down, what `Sec-Fetch-Site` says across.
fn table(passed: &BTreeMap<Combination, usize>, addresses: usize) -> String {
    let mut table = String::from("Each cell holds for every declared address.\n");
    for (kind, (name, ..)) in KINDS.iter().enumerate() {
        write!(table, "\n{name:<15}").expect("text");
        for site in SITES {
            write!(table, "{:<14}", site.unwrap_or("not sent")).expect("text");
        }
        for (origin, (name, _)) in ORIGINS.iter().enumerate() {
            write!(table, "\n  {name:<13}").expect("text");
            for site in 0..SITES.len() {
                let word = match passed[&(kind, origin, site)] {
                    0 => "refused".to_owned(),
                    all if all == addresses => "passed".to_owned(),
                    some => format!("{some} of {addresses}"),
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
    for path in addresses().iter().filter(|path| path.starts_with("/api/")) {
        for combination in combinations() {
            let asked = request(path, combination).header(header::AUTHORIZATION, format!("Bearer {key}"));
            assert!(!is_refused(&console, asked).await, "{path} {combination:?}");
        }
    }
}
