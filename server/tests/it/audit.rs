//! The audit log: who may read it, pages without gap or double, neighbours, no secrets.

use domain::{
    Actor, Role, Scope, SystemActor,
    audit::{AuditPage, AuditQuery},
    event::Entry,
    refusal::Code,
};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use super::runs::viewer;
use crate::support::{Agent, Kept, PASSWORD, Stored, TestConsole, on_both};

on_both![
    auditors_read_the_log_and_others_do_not,
    pages_of_the_log_have_no_gap_and_no_double,
    the_api_narrows_by_kind_actor_and_run,
    neighbours_follow_the_filters,
    no_payload_has_a_secret,
    the_database_itself_refuses_to_change_the_log,
];

/// A console where a payment was held, approved by two people, and ran; gives the approval.
pub async fn story(console: &TestConsole) -> (Agent<'_>, String) {
    let agent = console.cast().await;
    agent.check("pay-0", "pay", json!({"to": "ACME", "amount": 250})).await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    agent.approve(&console.token("ana").await, &approval).await.expect(201);
    agent.approve(&console.token("tomas").await, &approval).await.expect(201);
    agent.pay("pay-1").await;
    agent.report("pay-1", "pay", json!({"ok": true})).await.expect(200);
    (agent, approval)
}

/// The whole log, oldest first.
pub async fn whole(console: &TestConsole) -> Vec<(i64, Entry)> {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = server::store::event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    log.into_iter().map(|line| (line.leaf_index, line.entry)).collect()
}

pub async fn page(console: &TestConsole, query: &AuditQuery) -> AuditPage {
    console.desk.audit_page(&viewer(console, &[Role::Auditor]).await, query).await.expect("a page")
}

pub fn leaves(page: &AuditPage) -> Vec<i64> {
    page.rows.iter().map(|row| row.leaf_index).collect()
}

fn numbers(reply: &Value) -> Vec<i64> {
    reply["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["leaf_index"].as_i64().expect("a number"))
        .collect()
}

async fn auditors_read_the_log_and_others_do_not(console: TestConsole) {
    let agent = console.cast().await;
    let auditor = console.key("auditor", &[Scope::Auditor], None).await;
    console.get(&auditor, "/audit/events").await.expect(200);
    let reviewer = console.token("ana").await;
    for key in [&agent.key, &agent.ledger, &reviewer] {
        assert_eq!(console.get(key, "/audit/events").await.problem(), "403 wrong_scope");
    }
    for role in Role::ALL {
        let person = viewer(&console, &[*role]).await;
        console.desk.audit_page(&person, &AuditQuery::default()).await.expect("every role reads");
    }
    let nobody = viewer(&console, &[]).await;
    let refused = console.desk.audit_page(&nobody, &AuditQuery::default()).await.expect_err("no role");
    assert_eq!(refused.code(), Some(Code::WrongScope));
    let refused = console.desk.audit_event(&nobody, 1, &AuditQuery::default()).await.expect_err("no role");
    assert_eq!(refused.code(), Some(Code::WrongScope));
}

async fn pages_of_the_log_have_no_gap_and_no_double(console: TestConsole) {
    let (_, _) = story(&console).await;
    let auditor = console.key("auditor", &[Scope::Auditor], None).await;
    let all: Vec<i64> = whole(&console).await.into_iter().map(|(leaf, _)| leaf).collect();
    assert_eq!(all, (1..).take(all.len()).collect::<Vec<i64>>());
    for (way, begin) in [("after", "0"), ("before", "1000000")] {
        let (mut seen, mut cursor) = (Vec::new(), Some(begin.to_owned()));
        while let Some(at) = cursor {
            let reply = console.get(&auditor, &format!("/audit/events?limit=7&{way}={at}")).await.expect(200);
            seen.extend(numbers(&reply));
            cursor = reply["next_cursor"].as_str().map(str::to_owned);
        }
        if way == "before" {
            seen.reverse();
        }
        assert_eq!(seen, all, "{way}");
    }
}

async fn the_api_narrows_by_kind_actor_and_run(console: TestConsole) {
    let (agent, _) = story(&console).await;
    let other = agent.again().await;
    let auditor = console.key("auditor", &[Scope::Auditor], None).await;
    let all = whole(&console).await;
    let run = agent.run.as_str();
    let is_of_run = |entry: &Entry| entry.run.is_some_and(|id| id.to_string() == run);
    let wanted = |matches: &dyn Fn(&Entry) -> bool| -> Vec<i64> {
        all.iter().filter(|(_, entry)| matches(entry)).map(|(leaf, _)| *leaf).collect()
    };
    let ask = async |query: String| {
        numbers(&console.get(&auditor, &format!("/audit/events?limit=200&{query}")).await.expect(200))
    };
    assert_ne!(other.run, agent.run);
    assert_eq!(ask(format!("run={run}")).await, wanted(&is_of_run));
    assert_eq!(ask("kind=gate.checked".to_owned()).await, wanted(&|entry| entry.event.kind() == "gate.checked"));
    assert_eq!(ask("actor=people".to_owned()).await, wanted(&|entry| matches!(entry.actor, Actor::Person(_))));
    let gate = wanted(&|entry| entry.actor == Actor::System(SystemActor::Gate) && is_of_run(entry));
    assert_eq!(ask(format!("actor=gate&run={run}")).await, gate);
    assert!(!gate.is_empty());
    for query in ["kind=nothing", "actor=nobody", "run=acc_1", "after=1&before=9", "after=x", "cursor=1", "limit=0"] {
        let told = console.get(&auditor, &format!("/audit/events?{query}")).await.problem();
        assert_eq!(told, "400 malformed_request", "{query}");
    }
}

async fn neighbours_follow_the_filters(console: TestConsole) {
    let (_, _) = story(&console).await;
    let query = AuditQuery { kind: Some("gate.checked".to_owned()), ..AuditQuery::default() };
    let checks = leaves(&page(&console, &query).await);
    let auditor = viewer(&console, &[Role::Auditor]).await;
    let event = console.desk.audit_event(&auditor, checks[1], &query).await.expect("the event");
    assert_eq!((event.newer, event.older), (Some(checks[0]), Some(checks[2])));
    assert_eq!(event.workflow.as_deref(), Some("payments@1"));
    let newest = console.desk.audit_event(&auditor, checks[0], &query).await.expect("the event");
    assert_eq!(newest.newer, None);
    let missing = console.desk.audit_event(&auditor, 1_000_000, &query).await.err().and_then(|error| error.code());
    assert_eq!(missing, Some(Code::NotFound));
    let decided = AuditQuery { kind: Some("decision.recorded".to_owned()), ..AuditQuery::default() };
    let decision = leaves(&page(&console, &decided).await)[0];
    let event = console.desk.audit_event(&auditor, decision, &AuditQuery::default()).await.expect("the event");
    assert_eq!(
        (event.policy.as_deref(), event.approval_title.as_deref()),
        (Some("two-groups"), Some("Pay 250 to ACME"))
    );
    assert_eq!((event.newer, event.older), (Some(decision + 1), Some(decision - 1)));
}

async fn no_payload_has_a_secret(console: TestConsole) {
    let (agent, _) = story(&console).await;
    let token = console.token("mira").await;
    let log = whole(&console).await;
    let text: String = log.iter().map(|(_, entry)| entry.payload()).collect();
    assert!(text.contains("key.created") && text.contains("person.added"));
    for secret in [PASSWORD, &agent.key, &agent.ledger, &token, "csk_", "argon2", "password_hash"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

/// Even whoever has the database's own password must take the trigger away first.
async fn the_database_itself_refuses_to_change_the_log(console: TestConsole) {
    story(&console).await;
    let before = Stored::of(&console).await;
    let changes = [
        "UPDATE event SET actor = 'gate'",
        "DELETE FROM event",
        "UPDATE event_leaf SET leaf_index = leaf_index + 1000",
        "DELETE FROM event_leaf",
    ];
    for change in changes {
        let refused = match &console.kept {
            Kept::Sqlite(_) | Kept::Lent(_) => {
                let file = console.kept.file().expect("a file");
                let mut own = SqliteConnection::connect(file.to_str().expect("a path")).await.expect("SQLite");
                own.execute(change).await.map(drop)
            }
            Kept::Postgres(url) => {
                PgConnection::connect(url).await.expect("PostgreSQL").execute(change).await.map(drop)
            }
        };
        let said = refused.expect_err(change).to_string();
        assert!(said.contains("the event log is append-only"), "{change}: {said}");
    }
    assert_eq!(Stored::of(&console).await, before);
}
