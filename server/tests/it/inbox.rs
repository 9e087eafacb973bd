//! What is answered is read at once, wherever it is stored meanwhile; and two servers on one database number one log.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Agent, Stored, TestConsole, on_both};

on_both![
    everything_answered_is_read_at_once,
    a_call_asked_many_times_at_once_is_answered_once,
    two_servers_keep_one_log
];

/// Asks all of these at once.
async fn ask(agent: &Agent<'_>, ids: impl Iterator<Item = String>) -> Vec<Value> {
    let asks = ids.map(|id| async move {
        let call = json!({"session_id": "s1", "tool": "pay", "tool_use_id": id, "input": {"to": "ACME", "amount": 50}});
        agent.post("gate-checks", &call).await.expect(200)
    });
    futures::future::join_all(asks).await
}

fn is_check(kind: &str) -> bool {
    kind == "gate.checked"
}

async fn everything_answered_is_read_at_once(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let before = agent.kinds().await.len();
    for round in 1..=4_usize {
        let answers = ask(&agent, (0..20).map(|id| format!("pay-{round}-{id}"))).await;
        assert!(answers.iter().all(|answer| answer["outcome"] == "allow"), "{answers:?}");
        if console.kept.file().is_some() {
            // On PostgreSQL events are numbered a moment later.
            assert_eq!(agent.kinds().await.len(), before + round * 20);
        }
        let again = ask(&agent, (0..20).map(|id| format!("pay-{round}-{id}"))).await;
        assert_eq!(again, answers, "the same calls again");
    }
}

async fn a_call_asked_many_times_at_once_is_answered_once(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    ask(&agent, ["warm".to_owned()].into_iter()).await;
    let before = agent.kinds().await.into_iter().filter(|kind| is_check(kind)).count();
    for round in 0..10 {
        let answers = ask(&agent, std::iter::repeat_n(format!("pay-{round}"), 12)).await;
        let ids: BTreeSet<_> = answers.iter().map(|answer| answer["check_id"].as_str().expect("an id")).collect();
        assert_eq!(ids.len(), 1, "{answers:?}");
    }
    drop(Stored::of(&console).await);
    let after = agent.kinds().await.into_iter().filter(|kind| is_check(kind)).count();
    assert_eq!(after, before + 10, "each call is in the log once");
}

async fn two_servers_keep_one_log(console: TestConsole) {
    let (agent, elsewhere) = (console.cast().await, console.beside().await);
    agent.prepare().await;
    let there =
        Agent { console: &elsewhere, key: agent.key.clone(), ledger: agent.ledger.clone(), run: agent.run.clone() };
    let both = 60;
    let (here, beside) = tokio::join!(
        ask(&agent, (0..both).map(|id| format!("pay-{id}"))),
        ask(&there, (0..both).map(|id| format!("pay-{id}"))),
    );
    assert_eq!(here, beside, "one answer for a call, whomever it asked");
    elsewhere.desk.database.sorted().await.expect("sorted");
    drop(Stored::of(&console).await);
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| is_check(kind)).count(), both + 1, "the calls and the look-up before them");
    if let Some(file) = console.kept.file() {
        crate::support::sound::check(&file).await.expect("a sound database");
    }
}
