//! What filters and searches of the audit log find, and when they stop.

use chrono::TimeDelta;
use domain::{
    Actor, Role, SystemActor,
    audit::AuditQuery,
    event::{Entry, Event},
    refusal::Code,
};
use futures::FutureExt as _;
use serde_json::json;

use super::{
    audit::{leaves, page, story, whole},
    runs::viewer,
};
use crate::support::{TestConsole, on_both};

/// Which entries a filter must find.
type Matches<'a> = Box<dyn Fn(&Entry) -> bool + 'a>;
/// Which numbers and entries a search must find.
type Of<'a> = Box<dyn Fn(i64, &Entry) -> bool + 'a>;

on_both![
    filters_find_what_is_there_and_nothing_else,
    filters_that_mean_nothing_are_refused,
    a_search_is_taken_for_what_it_is,
    a_day_is_a_day_in_utc,
    a_search_that_would_take_long_stops_and_says_so,
    hostile_searches_find_nothing_and_break_nothing,
];

async fn filters_find_what_is_there_and_nothing_else(console: TestConsole) {
    let (agent, _) = story(&console).await;
    agent.again().await;
    let all = whole(&console).await;
    let run = agent.run.clone();
    let word = |text: &str| Some(text.to_owned());
    let query = AuditQuery::default;
    let table: Vec<(AuditQuery, Matches)> = vec![
        (query(), Box::new(|_| true)),
        (AuditQuery { actor: word("people"), ..query() }, Box::new(|e| matches!(e.actor, Actor::Person(_)))),
        (AuditQuery { actor: word("keys"), ..query() }, Box::new(|e| matches!(e.actor, Actor::Key(_)))),
        (AuditQuery { actor: word("system"), ..query() }, Box::new(|e| matches!(e.actor, Actor::System(_)))),
        (AuditQuery { kind: word("fact.written"), ..query() }, Box::new(|e| e.event.kind() == "fact.written")),
        (AuditQuery { run: word(&run), ..query() }, Box::new(|e| e.run.is_some_and(|id| id.to_string() == run))),
        (AuditQuery { workflow: word("payments"), ..query() }, Box::new(|e| e.run.is_some())),
        (AuditQuery { workflow: word("other"), ..query() }, Box::new(|_| false)),
        (AuditQuery { outcome: word("approved"), ..query() }, Box::new(|e| e.event.kind() == "approval.approved")),
        (
            AuditQuery { outcome: word("blocked"), ..query() },
            Box::new(|e| matches!(&e.event, Event::GateChecked { outcome: domain::gate::Outcome::Block, .. })),
        ),
        (
            AuditQuery { outcome: word("done"), run: word(&run), actor: word("keys"), ..query() },
            Box::new(|e| matches!(&e.event, Event::ToolExecuted { is_error: false, .. })),
        ),
        (AuditQuery { kind: word("key.created"), outcome: word("approved"), ..query() }, Box::new(|_| false)),
    ];
    for (query, matches) in table {
        let mut wanted: Vec<i64> = all.iter().filter(|(_, entry)| matches(entry)).map(|(leaf, _)| *leaf).collect();
        wanted.reverse();
        let mut seen = Vec::new();
        let mut at = query.clone();
        loop {
            let page = page(&console, &at).await;
            seen.extend(leaves(&page));
            assert_eq!(page.looked_through, None);
            match page.next_cursor {
                Some(next) => at.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, wanted, "{query:?}");
    }
}

async fn filters_that_mean_nothing_are_refused(console: TestConsole) {
    let _agent = console.cast().await;
    let word = |text: &str| Some(text.to_owned());
    let query = AuditQuery::default;
    for bad in [
        AuditQuery { actor: word("nobody"), ..query() },
        AuditQuery { kind: word("gate"), ..query() },
        AuditQuery { run: word("acc_1"), ..query() },
        AuditQuery { outcome: word("good"), ..query() },
        AuditQuery { day: word("yesterday"), ..query() },
        AuditQuery { cursor: word("x"), ..query() },
    ] {
        let person = viewer(&console, &[Role::Auditor]).await;
        let refused = console.desk.audit_page(&person, &bad).await.expect_err("refused");
        assert_eq!(refused.code(), Some(Code::MalformedRequest), "{bad:?}");
    }
}

async fn a_search_is_taken_for_what_it_is(console: TestConsole) {
    let (agent, approval) = story(&console).await;
    let all = whole(&console).await;
    let digest = agent.approval(&approval).await["package_digest"].as_str().expect("a digest").to_owned();
    let ana = viewer(&console, &[]).await.id;
    let third = all[2].1.id.to_string();
    let table: Vec<(String, Of)> = vec![
        ("3".to_owned(), Box::new(|leaf, _| leaf == 3)),
        ("#0,003".to_owned(), Box::new(|leaf, _| leaf == 3)),
        (third, Box::new(|leaf, _| leaf == 3)),
        (agent.run.clone(), Box::new(|_, e| e.run.is_some())),
        (approval.clone(), Box::new(|_, e| e.approval.is_some_and(|id| id.to_string() == approval))),
        (digest[..12].to_uppercase(), Box::new(|_, e| e.payload().contains(&digest))),
        (" aNA r ".to_owned(), Box::new(|_, e| e.actor == Actor::Person(ana))),
        ("ana@example".to_owned(), Box::new(|_, e| e.actor == Actor::Person(ana))),
        ("gate".to_owned(), Box::new(|_, e| e.actor == Actor::System(SystemActor::Gate))),
        ("key.created".to_owned(), Box::new(|_, e| e.event.kind() == "key.created")),
        ("Zebedee".to_owned(), Box::new(|_, _| false)),
        ("99999999999999999999".to_owned(), Box::new(|_, _| false)),
    ];
    for (words, matches) in table {
        let mut wanted: Vec<i64> =
            all.iter().filter(|(leaf, entry)| matches(*leaf, entry)).map(|(leaf, _)| *leaf).collect();
        wanted.reverse();
        let found = page(&console, &AuditQuery { search: Some(words.clone()), ..AuditQuery::default() }).await;
        assert_eq!(leaves(&found), wanted, "{words}");
        assert!(found.understood.is_some(), "{words}");
    }
}

async fn a_day_is_a_day_in_utc(console: TestConsole) {
    let agent = console.cast().await;
    let before = whole(&console).await.len();
    // From nine in the morning to a second before midnight, and over it.
    console.pass(TimeDelta::hours(15) - TimeDelta::seconds(1));
    agent.record(json!({"status": "OPEN"})).await.expect(200);
    console.pass(TimeDelta::seconds(1));
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    console.pass(TimeDelta::days(2));
    agent.record(json!({"status": "OPEN"})).await.expect(200);
    let on = async |day: &str| {
        leaves(&page(&console, &AuditQuery { day: Some(day.to_owned()), ..AuditQuery::default() }).await).len()
    };
    assert_eq!(on("2026-11-20").await, 0);
    assert_eq!(on("2026-11-21").await, before + 1);
    assert_eq!(on("2026-11-22").await, 1);
    assert_eq!(on("2026-11-23").await, 0);
    assert_eq!(on("2026-11-24").await, 1);
    assert_eq!(on("2036-01-01").await, 0);
}

/// The newest number of the log.
async fn newest(console: &TestConsole) -> i64 {
    leaves(&page(console, &AuditQuery::default()).await).first().copied().unwrap_or_default()
}

async fn a_search_that_would_take_long_stops_and_says_so(console: TestConsole) {
    let agent = console.cast().await;
    let recorded = console.desk.database.write(|tx| {
        async move {
            for _ in 0..10_500 {
                tx.record(Actor::System(SystemActor::Engine), Event::SignInRefused { person: None });
            }
            Ok(())
        }
        .boxed()
    });
    recorded.await.expect("recorded");
    // On PostgreSQL so many events get their numbers in several rounds.
    while newest(&console).await < 10_500 {
        tokio::task::yield_now().await;
    }
    let mut query = AuditQuery { actor: Some("keys".to_owned()), ..AuditQuery::default() };
    let first = page(&console, &query).await;
    assert_eq!((leaves(&first), first.looked_through), (Vec::new(), Some(10_000)));
    query.cursor = first.next_cursor;
    let second = page(&console, &query).await;
    assert_eq!((second.looked_through, second.next_cursor), (None, None));
    assert!(second.rows.iter().any(|row| row.entry.run.is_some_and(|id| id.to_string() == agent.run)));
}

async fn hostile_searches_find_nothing_and_break_nothing(console: TestConsole) {
    let _agent = console.cast().await;
    for words in ["%", "_", "!", "' OR 1=1 --", "</script>\u{202e}", "\u{1f4a9}", "#", "run_x", "\\"] {
        let found = page(&console, &AuditQuery { search: Some(words.to_owned()), ..AuditQuery::default() }).await;
        assert_eq!(leaves(&found), Vec::<i64>::new(), "{words:?}");
    }
    let person = viewer(&console, &[Role::Auditor]).await;
    for query in [
        AuditQuery { search: Some("a\0".to_owned()), ..AuditQuery::default() },
        AuditQuery { workflow: Some("a\0".to_owned()), ..AuditQuery::default() },
    ] {
        let refused = console.desk.audit_page(&person, &query).await.expect_err("refused");
        assert_eq!(refused.code(), Some(Code::MalformedRequest));
    }
}
