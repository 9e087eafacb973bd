//! Who has an approval open, and what is recorded of a view.

use axum::{
    body::Body,
    http::{Request, header},
};
use chrono::TimeDelta;
use domain::{Role, id::PersonId};
use serde_json::{Value, json};
use server::desk::PersonCaller;

use crate::support::{Agent, Browser, ORIGIN, PASSWORD, Reply, Stream, TestConsole, on_both};

on_both!(who_is_there_is_told_and_what_was_viewed_is_kept);

async fn signed_in<'a>(console: &'a TestConsole, name: &str) -> Browser<'a> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{name}@example.com"), PASSWORD).await.status, 303);
    browser
}

/// A page's word about itself.
struct Page<'a> {
    browser: &'a Browser<'a>,
    beat: Value,
}

impl Page<'_> {
    /// Says what is given, besides what it said before.
    async fn says(&mut self, more: Value) -> Reply {
        for (name, value) in more.as_object().expect("an object") {
            self.beat[name] = value.clone();
        }
        let cookie = format!("__Host-countersign={}", self.browser.cookie.as_deref().expect("a cookie"));
        let asked = Request::post("/calls/refresh_view").header(header::HOST, "console.test");
        let asked = asked.header(header::ORIGIN, ORIGIN).header(header::COOKIE, cookie);
        let asked = asked.header(header::CONTENT_TYPE, "application/json");
        let body = json!({"beat": self.beat}).to_string();
        self.browser.console.send(asked.body(Body::from(body)).expect("a request")).await
    }
}

async fn person(console: &TestConsole, email: &str) -> PersonCaller {
    let people = console.desk.list_people(&server::desk::Caller::CommandLine).await.expect("people");
    let found = people.into_iter().find(|person| person.email == email).expect("the person");
    let (id, name, roles): (PersonId, _, _) = (found.id, found.name, vec![Role::Reviewer]);
    PersonCaller { id, name, email: email.to_owned(), roles, groups: Vec::new() }
}

/// The payloads of recorded views, oldest first.
async fn views(agent: &Agent<'_>) -> Vec<(i64, i64)> {
    let page = agent.console.get(&agent.key, &format!("/runs/{}/timeline?limit=200", agent.run)).await.expect(200);
    let items = page["items"].as_array().expect("items");
    let viewed = items.iter().filter(|item| item["kind"] == "approval.viewed");
    let number = |item: &Value, name| item["payload"][name].as_i64().expect("a number");
    viewed.map(|item| (number(item, "revision"), number(item, "seconds"))).collect()
}

/// The next word about who is there.
async fn comings(stream: &mut Stream) -> Vec<Value> {
    loop {
        let message = stream.next().await.expect("more");
        if message.event == "presence" {
            assert_eq!(message.id, None, "it is no place in the log");
            return message.leaves();
        }
    }
}

async fn who_is_there_is_told_and_what_was_viewed_is_kept(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let id = approval.parse().expect("an id");
    let (browser, tomas) = (signed_in(&console, "ana").await, person(&console, "tomas@example.com").await);
    let mut stream = Stream::of(signed_in(&console, "tomas").await.listen("", None).await);
    let beat = |view: u64| {
        json!({
            "approval": approval, "view": view, "revision": 1, "visible": 300, "is_visible": true, "is_over": false,
            "renew": false,
        })
    };
    let viewing = async || {
        let review = console.desk.review(&tomas, id).await.expect("the page");
        review.viewing.into_iter().map(|present| present.name).collect::<Vec<_>>()
    };
    let mut page = Page { browser: &browser, beat: beat(1) };
    page.says(json!({})).await.expect(200);
    assert_eq!(comings(&mut stream).await, [json!(approval)]);
    assert_eq!(viewing().await, ["Ana Ruiz"]);
    let own = console.desk.review(&person(&console, "ana@example.com").await, id).await.expect("the page");
    assert_eq!(own.viewing, [], "nobody is told that they are there themselves");
    // What a page says is believed as far as the clock allows.
    console.pass(TimeDelta::seconds(20));
    page.says(json!({"visible": 3_600_000})).await.expect(200);
    assert_eq!(viewing().await, ["Ana Ruiz"]);
    console.pass(TimeDelta::seconds(5));
    page.says(json!({"visible": 3_604_000, "is_over": true, "is_visible": false})).await.expect(200);
    assert_eq!(comings(&mut stream).await, [json!(approval)]);
    assert_eq!(viewing().await, Vec::<String>::new());
    assert_eq!(views(&agent).await, [(1, 24)]);
    what_is_no_view(&console, [2, 3, 4].map(|view| Page { browser: &browser, beat: beat(view) }), &approval).await;
    assert_eq!(views(&agent).await, [(1, 24)]);
    the_claim_is_renewed(&console, &agent, &approval, Page { browser: &browser, beat: beat(5) }).await;
    // That page's browser is killed: its viewer is there no more, and in the end the view is kept.
    console.pass(TimeDelta::seconds(25));
    assert_eq!(viewing().await, Vec::<String>::new());
    let mut news = console.desk.database.news().listen();
    console.pass(TimeDelta::minutes(5));
    while !news.recv().await.expect("news").iter().any(|leaf| leaf.kind == "approval.viewed") {}
    assert_eq!(views(&agent).await, [(1, 24), (1, 10)]);
    // A server that stops keeps what is open.
    let mut last = Page { browser: &browser, beat: beat(6) };
    last.says(json!({})).await.expect(200);
    console.pass(TimeDelta::seconds(7));
    last.says(json!({"visible": 7_300})).await.expect(200);
    console.desk.close_views().await;
    assert_eq!(views(&agent).await, [(1, 24), (1, 10), (1, 7)]);
}

/// A page of a revision that never was is nobody's; one that was never visible is no view; nor is what there is not.
async fn what_is_no_view(console: &TestConsole, pages: [Page<'_>; 3], approval: &str) {
    let [mut odd, mut hidden, mut missing] = pages;
    odd.says(json!({"revision": 9})).await.expect(200);
    console.pass(TimeDelta::seconds(5));
    odd.says(json!({"visible": 5_300, "is_over": true})).await.expect(200);
    for said in [json!({"is_visible": false}), json!({"is_over": true})] {
        hidden.says(said).await.expect(200);
    }
    let nowhere = approval.replace(&approval[approval.len() - 4..], "0000");
    missing.says(json!({"approval": nowhere})).await.expect(404);
}

/// Whoever is at work keeps their claim, once little enough is left of it; the log says nothing of that.
async fn the_claim_is_renewed(console: &TestConsole, agent: &Agent<'_>, approval: &str, mut page: Page<'_>) {
    let ana = console.token("ana").await;
    console.post(&ana, &format!("/approvals/{approval}/claim"), &json!({})).await.expect(200);
    let until = async || agent.approval(approval).await["claim"]["until"].as_str().expect("a time").to_owned();
    let made = until().await;
    console.pass(TimeDelta::minutes(2));
    page.says(json!({"renew": true})).await.expect(200);
    assert_eq!(until().await, made, "enough is left");
    console.pass(TimeDelta::seconds(10));
    page.says(json!({"visible": 10_300})).await.expect(200);
    assert_ne!(until().await, made);
    let is_told = |kind: &String| ["approval.viewed", "approval.claimed", "approval.released"].contains(&kind.as_str());
    let told: Vec<String> = agent.kinds().await.into_iter().filter(is_told).collect();
    assert_eq!(told, ["approval.viewed", "approval.claimed"]);
}
