//! The long poll: wakes on the commit, without asking the database meanwhile.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{TestConsole, on_both};

on_both!(a_waiting_poll_returns_with_the_decision, a_poll_without_news_returns_in_time, the_wake_up_is_recorded_once);

async fn a_waiting_poll_returns_with_the_decision(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let path = format!("/approvals/{approval}/decision?wait=30");
    let decide = async {
        // The first vote wakes the poll, which finds the approval still pending and goes on waiting.
        agent.approve(&ana, &approval).await.expect(201);
        agent.approve(&tomas, &approval).await.expect(201);
        Instant::now()
    };
    let wait = async {
        let outcome = console.get(&agent.key, &path).await.expect(200);
        (outcome, Instant::now())
    };
    let ((outcome, answered), decided) = tokio::join!(wait, decide);
    assert_eq!(outcome["status"], "approved");
    assert!(answered.saturating_duration_since(decided) < Duration::from_secs(1));
}

async fn a_poll_without_news_returns_in_time(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let outcome = console.get(&agent.key, &format!("/approvals/{approval}/decision?wait=1")).await.expect(200);
    assert_eq!((&outcome["status"], &outcome["eta_hours"]), (&json!("AWAITING_HUMAN_REVIEW"), &json!(24)));
    assert_eq!(
        console.get(&agent.key, &format!("/approvals/{approval}/decision?wait=x")).await.problem(),
        "400 malformed_request"
    );
}

async fn the_wake_up_is_recorded_once(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, &approval).await.expect(201);
    }
    // A stranger's look does not count as the session's.
    let other = console.key("other", &[domain::Scope::Hook], None).await;
    console.get(&other, &format!("/approvals/{approval}/decision")).await.expect(200);
    let delivered = |kinds: Vec<String>| kinds.iter().filter(|kind| *kind == "resumption.delivered").count();
    assert_eq!(delivered(agent.kinds().await), 0);
    let polls: Vec<_> = (0..8).map(|_| agent.outcome(&approval)).collect();
    futures::future::join_all(polls).await;
    assert_eq!(delivered(agent.kinds().await), 1);
}
