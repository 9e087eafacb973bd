//! Groups: what their pages say, and since when belonging to one counts.

use axum::http::Method;
use chrono::TimeDelta;
use domain::Role;
use serde_json::json;
use server::desk::Caller;

use crate::support::{Agent, Browser, PASSWORD, TestConsole, on_both};

on_both![
    joining_counts_for_what_opens_later,
    leaving_counts_at_once,
    groups_are_administered,
    what_cannot_be_met_is_said
];

async fn noted(agent: &Agent<'_>, id: &str) -> String {
    let answer = agent.check(id, "note", json!({"text": id})).await;
    answer["approval_id"].as_str().expect("an approval").to_owned()
}

async fn move_to(console: &TestConsole, person: &str, add: &[&str], remove: &[&str]) {
    let names = |groups: &[&str]| groups.iter().map(|group| (*group).to_owned()).collect();
    let email = format!("{person}@example.com");
    let changed = console.desk.change_groups(&Caller::CommandLine, &email, names(add), names(remove));
    changed.await.expect("groups");
}

async fn waiting(browser: &mut Browser<'_>) -> String {
    browser.send(Method::GET, "/approvals?view=mine", &[]).await.text
}

async fn joining_counts_for_what_opens_later(console: TestConsole) {
    let agent = console.cast().await;
    console.person("Lena Vogt", &[Role::Reviewer], &["support"]).await;
    let (lena, mut browser) = (console.token("lena").await, Browser::new(&console));
    assert_eq!(browser.sign_in("lena@example.com", PASSWORD).await.status, 303);
    let early = noted(&agent, "note-1").await;
    console.pass(TimeDelta::seconds(1));
    move_to(&console, "lena", &["compliance"], &[]).await;

    assert_eq!(agent.approve(&lena, &early).await.problem(), "403 not_entitled");
    assert!(!waiting(&mut browser).await.contains(&early), "it does not wait for her");
    let page = browser.send(Method::GET, &format!("/approvals/{early}"), &[]).await;
    assert!(!page.text.contains("name=\"verdict\""), "the form is for those who belonged before");

    let other = agent.again().await;
    let late = noted(&other, "note-1").await;
    assert!(waiting(&mut browser).await.contains(&late));
    assert_eq!(agent.approve(&lena, &late).await.expect(201)["status"], "approved");
    // Whoever belonged before still decides.
    let ana = console.token("ana").await;
    assert_eq!(agent.approve(&ana, &early).await.expect(201)["status"], "approved");
}

async fn leaving_counts_at_once(console: TestConsole) {
    let agent = console.cast().await;
    let early = noted(&agent, "note-1").await;
    let ana = console.token("ana").await;
    console.pass(TimeDelta::seconds(1));
    move_to(&console, "ana", &[], &["compliance"]).await;
    assert_eq!(agent.approve(&ana, &early).await.problem(), "403 not_entitled");
    // Coming back is joining: it counts for what opens later.
    console.pass(TimeDelta::seconds(1));
    move_to(&console, "ana", &["compliance"], &[]).await;
    assert_eq!(agent.approve(&ana, &early).await.problem(), "403 not_entitled");
    let late = noted(&agent.again().await, "note-1").await;
    assert_eq!(agent.approve(&ana, &late).await.expect(201)["status"], "approved");
}

async fn groups_are_administered(console: TestConsole) {
    console.person("Noor Haddad", &[Role::Admin], &[]).await;
    let mut admin = Browser::new(&console);
    assert_eq!(admin.sign_in("noor@example.com", PASSWORD).await.status, 303);
    let mut ana = Browser::ana(&console).await;

    let create = [("form", "create"), ("name", "risk")];
    assert_eq!(ana.send(Method::POST, "/admin/groups", &create).await.status, 403);
    assert_eq!(admin.send(Method::POST, "/admin/groups", &create).await.status, 303);
    let again = admin.send(Method::POST, "/admin/groups", &create).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("There is a group named risk already"), "{}", again.text);
    let bad = admin.send(Method::POST, "/admin/groups", &[("form", "create"), ("name", "Risk & Co")]).await;
    assert_eq!(bad.status, 422);
    assert!(bad.text.contains("Risk &amp; Co"), "what was typed is kept");

    let add = [("form", "add"), ("person", "ana@example.com")];
    assert_eq!(ana.send(Method::POST, "/admin/groups/risk", &add).await.status, 403);
    assert_eq!(admin.send(Method::POST, "/admin/groups/risk", &add).await.status, 303);
    assert!(admin.send(Method::GET, "/admin/groups/risk", &[]).await.text.contains("ana@example.com"));
    let unknown =
        admin.send(Method::POST, "/admin/groups/risk", &[("form", "add"), ("person", "nobody@example.com")]).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(admin.send(Method::POST, "/admin/groups/nowhere", &add).await.status, 404);
    let remove = [("form", "remove"), ("person", "ana@example.com")];
    assert_eq!(admin.send(Method::POST, "/admin/groups/risk", &remove).await.status, 303);
    assert!(admin.send(Method::GET, "/admin/groups/risk", &[]).await.text.contains("Nobody belongs to this group"));
    assert_eq!(admin.send(Method::GET, "/admin/groups/nowhere", &[]).await.status, 404);
    assert_eq!(ana.send(Method::GET, "/admin/groups", &[]).await.status, 403);
}

async fn what_cannot_be_met_is_said(console: TestConsole) {
    console.cast().await;
    let warnings = async || {
        let page = console.desk.groups_page(&Caller::CommandLine).await.expect("groups");
        let told = page.warnings.into_iter().map(|unmet| {
            let short = unmet.shortage;
            format!("{}: {} {}/{}", unmet.policy, short.groups.join("+"), short.has, short.needed)
        });
        told.collect::<Vec<_>>()
    };
    assert!(warnings().await.is_empty());
    // Tomas leaves, Mira alone is left for risk; the compliance officers are others, so that it can still be met.
    move_to(&console, "tomas", &[], &["risk"]).await;
    assert!(warnings().await.is_empty());
    for gone in ["ana", "dev", "rosa"] {
        move_to(&console, gone, &[], &["compliance"]).await;
    }
    assert_eq!(warnings().await, ["two-groups: compliance+risk 1/2"], "Mira decides once");
    console.desk.disable_person(&Caller::CommandLine, "mira@example.com").await.expect("disabled");
    assert_eq!(warnings().await, ["one: compliance 0/1", "two-groups: compliance 0/1"]);
}
