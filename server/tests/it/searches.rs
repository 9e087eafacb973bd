//! Searching, narrowing and ordering approvals: by call and in the console, the same on both databases.

mod borders;
mod pages;

use std::collections::BTreeSet;

use axum::http::Method;
use chrono::TimeDelta;
use domain::search::{Question, Text, text_of};
use form_urlencoded::byte_serialize;
use rand::RngExt as _;
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{Agent, Browser, PASSWORD, TestConsole, engine::Kept, on_both, trials::random};

on_both!(
    words_find_what_approvals_hold,
    whatever_is_typed_is_answered_alike,
    every_order_has_pages_that_add_up,
    filters_narrow_what_is_listed,
    what_was_opened_before_is_indexed_later,
);

/// A note that waits for Compliance, in a run of its own; gives the approval's id.
async fn note(agent: &Agent<'_>, text: &str) -> String {
    let run = agent.again().await;
    let answer = run.check("note-1", "note", json!({"text": text})).await;
    answer["approval_id"].as_str().expect("an approval").to_owned()
}

/// A payment that waits for both groups, in a run of its own.
async fn payment(agent: &Agent<'_>) -> String {
    let run = agent.again().await;
    run.prepare().await;
    run.suspended_payment("pay-1").await
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// The ids of a list, in its order.
async fn ids(console: &TestConsole, token: &str, query: &str) -> Vec<String> {
    let page = console.get(token, &format!("/approvals?{query}")).await.expect(200);
    let items = page["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

async fn found(console: &TestConsole, token: &str, typed: &str) -> BTreeSet<String> {
    ids(console, token, &format!("limit=200&q={}", encoded(typed))).await.into_iter().collect()
}

async fn words_find_what_approvals_hold(console: TestConsole) {
    let agent = console.cast().await;
    let ana = console.token("ana").await;
    let pay = payment(&agent).await;
    let greeting = note(&agent, "Grüße an Zoë Müller, order_42: €1,840.00").await;
    let plain = note(&agent, "Set up the account").await;
    for (typed, expected) in [
        ("acme", vec![&pay]),
        ("PAY 250 ac", vec![&pay]),
        ("zoë", vec![&greeting]),
        ("GRÜSS", vec![]),
        ("grü", vec![&greeting]),
        ("order_42", vec![&greeting]),
        ("order_4", vec![&greeting]),
        ("\"order 4\"", vec![]),
        ("1,840.00", vec![&greeting]),
        ("\"set up\"", vec![&plain]),
        ("\"up set\"", vec![]),
        ("set-up acc", vec![&plain]),
        ("\"account note\"", vec![]),
        (&pay, vec![&pay]),
        ("notes", vec![&greeting, &plain]),
        ("payments agent acc_1", vec![&pay, &greeting, &plain]),
        ("to", vec![&pay]),
        ("nothing", vec![]),
        ("!", vec![]),
    ] {
        let expected: BTreeSet<String> = expected.into_iter().cloned().collect();
        assert_eq!(found(&console, &ana, typed).await, expected, "{typed}");
    }
    // What people say is found once they have said it, and what a new revision holds no longer is not.
    agent.decide(&ana, &plain, json!({"verdict": "request_information", "notes": "Whose ledger?"})).await.expect(201);
    assert_eq!(found(&console, &ana, "\"whose ledger\"").await, BTreeSet::from([plain.clone()]));
    agent.decide(&ana, &greeting, json!({"verdict": "reject", "notes": "Duplicate."})).await.expect(201);
    assert_eq!(found(&console, &ana, "duplicate ruiz").await, BTreeSet::from([greeting.clone()]));
    let tomas = console.token("tomas").await;
    let edited = json!({"verdict": "approve", "edited_input": {"to": "ACME", "amount": 201}, "notes": "Less."});
    agent.decide(&tomas, &pay, edited).await.expect(201);
    assert_eq!(found(&console, &ana, "201 less").await, BTreeSet::from([pay]));
    // What people say is not for the model to search.
    let run =
        json!({"workflow": "payments", "subject": "acc_1", "requested_by": "rosa@example.com", "agent_key": true});
    let started = console.post(&agent.key, "/runs", &run).await.expect(201);
    let bound = started["agent_key"].as_str().expect("a key");
    assert_eq!(console.get(bound, "/approvals?q=duplicate").await.problem(), "403 wrong_scope");
}

/// A text of words that come again, and of what means something to databases.
fn drawn(random: &mut impl rand::Rng, most: usize) -> String {
    const PARTS: [&str; 24] = [
        "alpha", "alp", "alphabet", "beta", "BETA", "é", "É", "e\u{301}", "ß", "NEAR", "OR", "AND", "NOT", "\u{b6}",
        "*", "\"", "'", "(", ")", ":", "-", "_", "42", "顧客",
    ];
    let count = random.random_range(1..=most);
    let mut text = String::new();
    for _ in 0..count {
        text.push_str(PARTS[random.random_range(0..PARTS.len())]);
        if random.random_bool(0.6) {
            text.push(' ');
        }
    }
    text
}

async fn whatever_is_typed_is_answered_alike(console: TestConsole) {
    let agent = console.cast().await;
    let ana = console.token("ana").await;
    let mut random = random();
    let mut texts: Vec<(String, Text)> = Vec::new();
    for _ in 0..25 {
        let id = note(&agent, &drawn(&mut random, 9)).await;
        let stored = console.desk.find_approval(&Caller::CommandLine, id.parse().expect("an id")).await.expect("there");
        texts.push((id, text_of(stored.id, &stored.package, &[])));
    }
    for _ in 0..120 {
        let typed = drawn(&mut random, 4);
        let question = Question::read(&typed);
        let met = texts.iter().filter(|(_, text)| question.is_met_by(text)).map(|(id, _)| id.clone());
        assert_eq!(found(&console, &ana, &typed).await, met.collect(), "{typed:?}");
    }
    let mut browser = Browser::new(&console);
    browser.sign_in("ana@example.com", PASSWORD).await;
    let long = "x".repeat(10_000);
    for (typed, expected) in [
        ("\" OR 1=1 --", 200),
        ("words:alpha NEAR(\"a\" \"b\", 2) ^x", 200),
        ("'; DROP TABLE approval; --", 200),
        ("alpha & | ! <-> :*", 200),
        ("\u{202e}\u{0}", 400),
        (&long, 400),
    ] {
        let query = format!("q={}", encoded(typed));
        assert_eq!(console.get(&ana, &format!("/approvals?{query}")).await.status, expected, "{typed}");
        let page = browser.send(Method::GET, &format!("/approvals?{query}"), &[]).await;
        assert!(page.status.as_u16() < 500, "{typed}: {}", page.status);
    }
}

/// What an order puts first.
fn key(sort: &str, item: &Value) -> (u8, bool, String, String) {
    let text = |name: &str| item[name].as_str().unwrap_or("9999").to_owned();
    let waits = item["is_waiting_for_information"] == true;
    let rank = match &*text("risk") {
        "high" => 0,
        "medium" => 1,
        _ => 2,
    };
    match sort {
        "due" => (0, waits, text("expires_at"), text("id")),
        "risk" => (rank, waits, text("expires_at"), text("id")),
        _ => (0, false, String::new(), text("id")),
    }
}

async fn every_order_has_pages_that_add_up(console: TestConsole) {
    let agent = console.cast().await;
    let ana = console.token("ana").await;
    for at in 0..4 {
        let (pay, note) = (payment(&agent).await, note(&agent, "Hello.").await);
        if at % 2 == 0 {
            let asks = json!({"verdict": "request_information", "notes": "Why?"});
            agent.decide(&ana, if at == 0 { &pay } else { &note }, asks).await.expect(201);
        }
        console.pass(TimeDelta::minutes(7));
    }
    for sort in ["due", "newest", "oldest", "risk"] {
        let all = console.get(&ana, &format!("/approvals?status=pending&sort={sort}")).await.expect(200);
        let items = all["items"].as_array().expect("items");
        let keys: Vec<_> = items.iter().map(|item| key(sort, item)).collect();
        let in_order =
            |pair: &[(u8, bool, String, String)]| if sort == "newest" { pair[0] > pair[1] } else { pair[0] < pair[1] };
        assert!(keys.len() == 8 && keys.windows(2).all(in_order), "{sort}: {keys:#?}");
        for limit in 1..=9 {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/approvals?status=pending&sort={sort}&limit={limit}{cursor}");
                let page = console.get(&ana, &path).await.expect(200);
                seen.extend(page["items"].as_array().expect("items").clone());
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={}", encoded(next));
            }
            assert_eq!(&seen, items, "{sort}, {limit} at once");
        }
        let first = console.get(&ana, &format!("/approvals?sort={sort}&limit=1")).await.expect(200);
        let cursor = encoded(first["next_cursor"].as_str().expect("a cursor"));
        let other = if sort == "due" { "risk" } else { "due" };
        let refused = console.get(&ana, &format!("/approvals?sort={other}&cursor={cursor}")).await;
        assert_eq!(refused.problem(), "400 malformed_request", "{sort}");
    }
}

async fn filters_narrow_what_is_listed(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, mira) = (console.token("ana").await, console.token("mira").await);
    let (pay, asked, waits) = (payment(&agent).await, note(&agent, "One.").await, note(&agent, "Two.").await);
    let (yes, no) = (note(&agent, "Three.").await, note(&agent, "Four.").await);
    agent.decide(&ana, &asked, json!({"verdict": "request_information", "notes": "Why?"})).await.expect(201);
    agent.approve(&ana, &yes).await.expect(201);
    agent.decide(&mira, &no, json!({"verdict": "reject", "notes": "No."})).await.expect(201);
    for (query, expected) in [
        ("status=pending", vec![&pay, &asked, &waits]),
        ("status=decided", vec![&yes, &no]),
        ("status=rejected", vec![&no]),
        ("status=expired", vec![]),
        ("status=any", vec![&pay, &asked, &waits, &yes, &no]),
        ("", vec![&pay, &asked, &waits, &yes, &no]),
        ("risk=high", vec![&pay]),
        ("risk=low&status=pending", vec![&asked, &waits]),
        ("gate=notes&status=decided", vec![&yes, &no]),
        ("gate=note", vec![]),
        ("agent=agent&risk=high", vec![&pay]),
        ("agent=Agent", vec![]),
        ("workflow=payments&risk=high", vec![&pay]),
        ("workflow=other", vec![]),
        ("waiting_for=risk", vec![&pay]),
        ("waiting_for=compliance", vec![&pay, &asked, &waits]),
        ("waiting_for=nobody", vec![]),
        ("waiting_for=compliance&q=two&risk=low&gate=notes&workflow=payments", vec![&waits]),
    ] {
        let listed = ids(&console, &ana, &format!("sort=oldest&{query}")).await;
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    for (query, problem) in [
        ("status=lost", "400 malformed_request"),
        ("sort=rank", "400 malformed_request"),
        ("sort=due&cursor=-8000000000000000000~apr_01j0000000e00800000000000r", "400 malformed_request"),
        ("sort=risk&cursor=low~w253402214400000001~apr_01j0000000e00800000000000r", "400 malformed_request"),
        (&*format!("gate={}", "g".repeat(201)), "400 malformed_request"),
    ] {
        assert_eq!(console.get(&ana, &format!("/approvals?{query}")).await.problem(), problem, "{query}");
    }
}

/// Takes the index away, as if the approvals were older than it.
async fn forget(console: &TestConsole) {
    use sqlx::{Connection as _, PgConnection, SqliteConnection};
    if let Kept::Postgres(url) = &console.kept {
        let mut conn = PgConnection::connect(url).await.expect("PostgreSQL");
        sqlx::query("DELETE FROM approval_words").execute(&mut conn).await.expect("gone");
        return;
    }
    let file = console.kept.file().expect("a file");
    let mut conn = SqliteConnection::connect(file.to_str().expect("a path")).await.expect("the file");
    for text in ["DELETE FROM approval_words", "INSERT INTO approval_text (approval_text) VALUES ('delete-all')"] {
        sqlx::query(text).execute(&mut conn).await.expect("gone");
    }
}

async fn what_was_opened_before_is_indexed_later(console: TestConsole) {
    let agent = console.cast().await;
    let ana = console.token("ana").await;
    let mut old = BTreeSet::new();
    for _ in 0..3 {
        old.insert(note(&agent, "Hello.").await);
    }
    let decided = note(&agent, "Hello.").await;
    agent.decide(&ana, &decided, json!({"verdict": "reject", "notes": "Goodbye."})).await.expect(201);
    forget(&console).await;
    assert!(found(&console, &ana, "hello").await.is_empty());
    let asks = json!({"verdict": "request_information", "notes": "Hello who?"});
    let one = old.first().expect("one").clone();
    agent.decide(&ana, &one, asks).await.expect(201);
    assert_eq!(found(&console, &ana, "hello").await, BTreeSet::from([one.clone()]), "indexed with its change");
    let mut before = None;
    while let Some(last) = console.desk.index_some(before).await.expect("indexed") {
        before = Some(last);
    }
    old.insert(decided.clone());
    assert_eq!(found(&console, &ana, "hello").await, old);
    assert_eq!(found(&console, &ana, "goodbye").await, BTreeSet::from([decided]));
    assert_eq!(found(&console, &ana, "\"hello who\"").await, BTreeSet::from([one]));
    assert_eq!(console.desk.index_some(None).await.expect("nothing is left"), None);
}
