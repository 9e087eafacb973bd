//! A check made from memory is as right as one that reads everything: another server changes what this one remembers,
//! and the very next check knows.

use chrono::TimeDelta;
use domain::Scope;
use serde_json::{Value, json};
use server::desk::{Caller, key::NewKey};

use crate::support::{Agent, TestConsole, on_both};

on_both![
    facts_written_elsewhere_count,
    a_key_revoked_elsewhere_is_refused,
    a_key_ends_on_time,
    a_run_ended_elsewhere_allows_nothing,
    what_is_asserted_elsewhere_is_shown,
    a_decision_made_elsewhere_counts,
    a_repeat_gets_the_answer_it_got,
    other_scopes_and_other_runs_are_refused,
];

fn payment(id: &str) -> Value {
    json!({"session_id": "s1", "tool": "pay", "tool_use_id": id, "input": {"to": "ACME", "amount": 50}})
}

/// Asks often enough that nothing more is read.
async fn remember(agent: &Agent<'_>) {
    for id in ["warm-1", "warm-2", "warm-3"] {
        assert_eq!(agent.post("gate-checks", &payment(id)).await.expect(200)["outcome"], "allow");
    }
}

async fn facts_written_elsewhere_count(console: TestConsole) {
    let (agent, elsewhere) = (console.cast().await, console.beside().await);
    agent.prepare().await;
    for round in 0..5 {
        remember(&agent).await;
        for (status, outcome) in [("FROZEN", "block"), ("OPEN", "allow")] {
            let facts = json!({"reference": "led_2", "facts": {"status": status}});
            elsewhere.post(&agent.ledger, &format!("/runs/{}/facts", agent.run), &facts).await.expect(200);
            let answer = agent.post("gate-checks", &payment(&format!("pay-{round}-{status}"))).await.expect(200);
            assert_eq!(answer["outcome"], outcome, "{answer}");
            assert_eq!(answer["evidence"]["conditions"][0]["recorded"], status);
        }
    }
}

async fn a_key_revoked_elsewhere_is_refused(console: TestConsole) {
    let (agent, elsewhere) = (console.cast().await, console.beside().await);
    agent.prepare().await;
    remember(&agent).await;
    let before = agent.kinds().await.len();
    let keys = elsewhere.desk.list_keys(&Caller::CommandLine).await.expect("keys");
    let key = keys.iter().find(|key| key.scopes.contains(&Scope::Hook)).expect("the harness's key");
    elsewhere.desk.revoke_key(&Caller::CommandLine, &key.id.to_string()).await.expect("revoked");
    for id in ["late-1", "late-2", "warm-1"] {
        assert_eq!(agent.post("gate-checks", &payment(id)).await.problem(), "401 not_signed_in");
    }
    assert_eq!(agent.post("gate-checks", &json!({"tool": 1})).await.problem(), "401 not_signed_in");
    let other = Agent { key: console.key("other", &[Scope::Hook], None).await, ..agent };
    assert_eq!(other.kinds().await.len(), before, "nothing was stored for a revoked key");
}

async fn a_key_ends_on_time(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let lives = Some(TimeDelta::hours(1));
    let new = NewKey { name: "short".to_owned(), scopes: vec![Scope::Hook], lives, ..NewKey::default() };
    let short = console.desk.create_key(&Caller::CommandLine, new).await.expect("a key");
    let agent = Agent { key: short.secret.reveal().to_owned(), ..agent };
    remember(&agent).await;
    console.pass(TimeDelta::minutes(59));
    assert_eq!(agent.post("gate-checks", &payment("in-time")).await.expect(200)["outcome"], "allow");
    console.pass(TimeDelta::minutes(1));
    assert_eq!(agent.post("gate-checks", &payment("too-late")).await.problem(), "401 not_signed_in");
}

async fn a_run_ended_elsewhere_allows_nothing(console: TestConsole) {
    let (agent, elsewhere) = (console.cast().await, console.beside().await);
    agent.prepare().await;
    remember(&agent).await;
    let path = format!("/runs/{}/cancel", agent.run);
    elsewhere.post(&agent.key, &path, &json!({"reason": "No longer wanted."})).await.expect(200);
    let answer = agent.post("gate-checks", &payment("late")).await.expect(200);
    assert_eq!(answer["outcome"], "block", "{answer}");
    assert!(answer["error"].as_str().expect("an error").starts_with("run_ended"), "{answer}");
}

async fn what_is_asserted_elsewhere_is_shown(console: TestConsole) {
    let (agent, elsewhere) = (console.cast().await, console.beside().await);
    agent.prepare().await;
    remember(&agent).await;
    for said in ["CLOSED", "FROZEN"] {
        let body = json!({"assertions": {"status": said}});
        elsewhere.post(&agent.key, &format!("/runs/{}/assertions", agent.run), &body).await.expect(200);
        let answer = agent.post("gate-checks", &payment(said)).await.expect(200);
        assert_eq!(answer["evidence"]["assertions"][0]["asserted"], said, "{answer}");
    }
}

async fn a_decision_made_elsewhere_counts(console: TestConsole) {
    let (agent, elsewhere) = (console.cast().await, console.beside().await);
    agent.prepare().await;
    remember(&agent).await;
    let waiting = agent.check("big", "note", json!({"text": "hello"})).await;
    let approval = waiting["approval_id"].as_str().expect("an approval").to_owned();
    agent.post("gate-checks", &payment("meanwhile")).await.expect(200);
    let token = console.token("ana").await;
    let there =
        Agent { console: &elsewhere, key: agent.key.clone(), ledger: agent.ledger.clone(), run: agent.run.clone() };
    there.approve(&token, &approval).await.expect(201);
    assert_eq!(agent.check("big", "note", json!({"text": "hello"})).await["outcome"], "allow");
    let again = agent.check("other", "note", json!({"text": "hello"})).await;
    assert_eq!(again["outcome"], "suspend", "an approval serves one call: {again}");
}

async fn a_repeat_gets_the_answer_it_got(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    remember(&agent).await;
    let first = agent.post("gate-checks", &payment("twice")).await.expect(200);
    let before = agent.kinds().await.len();
    for _ in 0..3 {
        assert_eq!(agent.post("gate-checks", &payment("twice")).await.expect(200), first);
    }
    assert_eq!(agent.kinds().await.len(), before, "a repeat stores nothing");
    let other =
        json!({"session_id": "s1", "tool": "pay", "tool_use_id": "twice", "input": {"to": "ACME", "amount": 51}});
    let answer = agent.post("gate-checks", &other).await.expect(200);
    assert!(answer["error"].as_str().expect("an error").starts_with("input_changed"), "{answer}");
}

async fn other_scopes_and_other_runs_are_refused(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    remember(&agent).await;
    let stranger = console.key("stranger", &[Scope::System], None).await;
    let path = format!("/runs/{}/gate-checks", agent.run);
    assert_eq!(console.post(&stranger, &path, &payment("theirs")).await.status, 403);
    let missing = "run_00000000000000000000000001";
    let reply = console.post(&agent.key, &format!("/runs/{missing}/gate-checks"), &payment("none")).await;
    assert_eq!(reply.status, 404);
}
