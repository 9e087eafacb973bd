//! Who may do what, tried: every route and every form by every kind of caller, on what is theirs, on what belongs to
//! another run, and on what there is not. The outcomes are tables that people read (`snapshots/`).
//!
//! The rows come from the router and from the forms its pages show: a route or a form without a row fails, and so does
//! a row without one. While a caller is refused, nothing in the database may change.

mod caller;
mod closing;
mod drawn;
mod form_rows;
mod forms;
mod making;
mod rows;
mod state;
mod stepped;
mod thing;
mod versions;
mod world;

use std::{collections::BTreeSet, fmt::Write as _};

use axum::http::{Method, header};
use server::{
    agents::claude_code::said::Event,
    http::{
        declared,
        routes::{Access, Route},
    },
};

use crate::support::{Reply, TestConsole, on_both};
use caller::Who;
use rows::Row;
use state::State;
use thing::Which;
use world::World;

on_both!(calls_of_the_api, pages, calls_of_pages, posted_forms, hooks);

/// Where the server functions of pages are; each is a row of its own.
const CALLS: &str = "/calls/{*name}";

/// Whether a route is for programs.
fn is_api(route: &Route) -> bool {
    route.operation.is_some() || route.path == "/openapi.json"
}

async fn calls_of_the_api(console: TestConsole) {
    rows::cover(&rows::api(), is_api);
    let table = tried(&console, &rows::api(), &Who::of_the_api()).await;
    insta::assert_snapshot!("who_may_call_the_api", table);
}

async fn pages(console: TestConsole) {
    rows::cover(&rows::pages(), |route| !is_api(route) && route.method == Method::GET);
    insta::assert_snapshot!("who_may_see_pages", tried(&console, &rows::pages(), &Who::of_the_console()).await);
}

async fn calls_of_pages(console: TestConsole) {
    let rows = [rows::server_functions(), closing::server_functions()].concat();
    let known: BTreeSet<&str> = rows.iter().map(|row| row.path).collect();
    let there: BTreeSet<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(known, there, "server functions and the rows of this table");
    insta::assert_snapshot!("who_may_load_what_pages_show", tried(&console, &rows, &Who::of_the_console()).await);
}

async fn posted_forms(console: TestConsole) {
    let rows = form_rows::forms();
    rows::cover(&rows, |route| route.access == Access::Form && route.path != CALLS);
    let mut world = World::new(&console).await;
    forms::are_all_known(&mut world, &rows).await;
    insta::assert_snapshot!("who_may_post_forms", tried_on(&mut world, &rows, &Who::of_the_console()).await);
}

/// Hooks answer everybody with 200, and only a harness with more than a refusal.
async fn hooks(console: TestConsole) {
    let rows = rows::hooks();
    let there: Vec<Route> = declared().into_iter().filter(|route| route.path.starts_with("/hooks/")).collect();
    assert_eq!(there.len(), 1, "another client's hooks need rows of their own: {there:?}");
    assert_eq!(rows.len(), Event::ALL.len(), "a row for each event");
    insta::assert_snapshot!("who_is_answered_by_hooks", tried(&console, &rows, &Who::of_the_api()).await);
}

/// Tries every row by every caller and gives the outcomes as a table.
async fn tried(console: &TestConsole, rows: &[Row], callers: &[Who]) -> String {
    tried_on(&mut World::new(console).await, rows, callers).await
}

async fn tried_on(world: &mut World<'_>, rows: &[Row], callers: &[Who]) -> String {
    let mut state = State::of(world.console).await;
    let mut table = format!("{:<66}", "");
    for who in callers {
        write!(table, "{:<9}", who.head()).expect("text");
    }
    for row in rows {
        for which in row.thing.kinds() {
            write!(table, "\n{:<66}", format!("{}{}", row.label(), which.words())).expect("text");
            for who in callers {
                let outcome = cell(world, &mut state, row, *which, *who).await;
                write!(table, "{outcome:<9}").expect("text");
            }
        }
    }
    table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// One attempt: what was answered, with the laws that hold for each of them.
async fn cell(world: &mut World<'_>, state: &mut State<'_>, row: &Row, which: Which, who: Who) -> String {
    let request = world.request(row, which, who).await;
    let about = format!("{} {which:?} by {who:?}", row.label());
    state.look().await;
    let reply = world.console.send(request).await;
    assert!(!reply.status.is_server_error(), "{about}: {} {}", reply.status, reply.text);
    let is_done = row.changes() && is_accepted(&reply);
    if !is_done && !row.counts_tries() {
        state.must_be_as_it_was(&format!("{about}: answered {}", reply.status)).await;
    }
    if who.is_bound() {
        tells_nothing_of_other_runs(world, row, which, who, &reply, &about).await;
    }
    if is_done {
        world.spend();
    }
    told(&reply)
}

fn is_accepted(reply: &Reply) -> bool {
    reply.status.as_u16() < 400 && !is_sent_to_sign_in(reply) && said(reply).is_none_or(|said| said != "refused")
}

fn is_sent_to_sign_in(reply: &Reply) -> bool {
    reply.headers.get(header::LOCATION).is_some_and(|to| to.as_bytes().starts_with(b"/sign-in?to="))
}

fn told(reply: &Reply) -> String {
    if is_sent_to_sign_in(reply) {
        return "sign in".to_owned();
    }
    said(reply).map_or_else(|| reply.status.as_u16().to_string(), str::to_owned)
}

/// What a hook said, in a word; `None` for what is no answer of one.
fn said(reply: &Reply) -> Option<&'static str> {
    let answer: serde_json::Value = serde_json::from_str(&reply.text).ok()?;
    let of_a_hook = answer
        .as_object()?
        .keys()
        .all(|key| ["hookSpecificOutput", "systemMessage", "decision", "reason"].contains(&key.as_str()));
    if !of_a_hook || reply.status != 200 {
        return None;
    }
    let refusals = ["needs the scope", "Send a key", "grants this here"];
    Some(if refusals.iter().any(|why| reply.text.contains(why)) { "refused" } else { "answered" })
}

/// A key of one run gets for another run's things the very answer it gets for what there is not, and lists name none.
async fn tells_nothing_of_other_runs(
    world: &mut World<'_>,
    row: &Row,
    which: Which,
    who: Who,
    reply: &Reply,
    about: &str,
) {
    let other = world.names_of_other_run().await;
    match which {
        Which::Other => {
            let sent = world.id(row.thing, Which::Other).await;
            let missing = world.request(row, Which::Missing, who).await;
            let named = world.id(row.thing, Which::Missing).await;
            let missing = world.console.send(missing).await;
            assert_eq!(comparable(reply, &sent), comparable(&missing, &named), "{about}: not as if it were missing");
        }
        _ => assert!(!other.iter().any(|name| reply.text.contains(name)), "{about} tells of {other:?}: {}", reply.text),
    }
}

/// An answer without what differs from request to request.
fn comparable(reply: &Reply, id: &str) -> (u16, Vec<String>, String) {
    let own = ["x-request-id", "content-security-policy"];
    let headers = reply.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    let request = reply.headers.get("x-request-id").map_or("", |id| id.to_str().expect("text"));
    (reply.status.as_u16(), headers.collect(), reply.text.replace(id, "{id}").replace(request, "{request}"))
}
