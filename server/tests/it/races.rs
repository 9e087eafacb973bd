//! Races over HTTP: reviewers and the timer at the same instant; exactly one outcome stands.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;

use crate::support::{Agent, TestConsole, on_both, trials::trials};

/// Races of the short form, on each database.
const RACES: u64 = 1_000;
/// Runs racing at the same time.
const AT_ONCE: u64 = 10;

on_both!(
    of_two_reviewers_one_wins,
    a_vote_and_the_deadline_do_not_both_win,
    of_a_vote_a_cancellation_and_the_deadline_one_wins,
);

async fn of_two_reviewers_one_wins(console: TestConsole) {
    let agent = console.cast().await;
    let tokens = [console.token("ana").await, console.token("mira").await];
    for round in 0..trials(RACES).div_ceil(AT_ONCE) {
        let runs = join_all((0..AT_ONCE).map(|_| agent.again())).await;
        join_all(runs.iter().map(|run| race(&console, run, &tokens, round))).await;
    }
}

/// One approval of the policy `one`: a single vote decides it.
async fn race(console: &TestConsole, agent: &Agent<'_>, tokens: &[String; 2], round: u64) {
    let asked = agent.check("note-1", "note", json!({"text": format!("{round}")})).await;
    let approval = asked["approval_id"].as_str().expect("an approval").to_owned();
    let digest = agent.approval(&approval).await["package_digest"].clone();
    let path = format!("/approvals/{approval}/decisions");
    let vote = async |token: &str, verdict: &str| {
        let body = json!({"verdict": verdict, "revision": 1, "package_digest": digest});
        let reply = console.post(token, &path, &body).await;
        (reply.status.as_u16(), reply.json())
    };
    let refire = async { agent.check("note-1", "note", json!({"text": format!("{round}")})).await };
    let (first, second, _) = tokio::join!(vote(&tokens[0], "approve"), vote(&tokens[1], "reject"), refire);
    let statuses = [first.0, second.0];
    let (winner, loser) = if first.0 == 201 { (first, second) } else { (second, first) };
    assert_eq!((winner.0, loser.0), (201, 409), "{statuses:?} {} {}", winner.1, loser.1);
    assert_eq!(loser.1["code"], "already_decided");
    assert_eq!(loser.1["winner"], winner.1["name"]);
    let outcome = agent.outcome(&approval).await;
    assert_eq!(outcome["status"], winner.1["status"]);
    let fired = join_all((0..3).map(|_| agent.check("note-1", "note", json!({"text": format!("{round}")})))).await;
    let expected = if winner.1["status"] == "approved" { "allow" } else { "block" };
    assert!(fired.iter().all(|answer| answer["outcome"] == expected && *answer == fired[0]), "{fired:?}");
    let kinds = agent.kinds().await;
    for once in ["decision.recorded", "resumption.queued", "resumption.delivered", "session.resumed"] {
        assert_eq!(kinds.iter().filter(|kind| *kind == once).count(), 1, "{once} in {kinds:?}");
    }
}

async fn a_vote_and_the_deadline_do_not_both_win(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    for _ in 0..trials(20) {
        let run = agent.again().await;
        run.prepare().await;
        let approval = run.suspended_payment("pay-1").await;
        run.approve(&ana, &approval).await.expect(201);
        let digest = run.approval(&approval).await["package_digest"].clone();
        let vote = async {
            let body = json!({"verdict": "approve", "revision": 1, "package_digest": digest});
            console.post(&tomas, &format!("/approvals/{approval}/decisions"), &body).await
        };
        let end = async { console.pass(TimeDelta::hours(24)) };
        let (voted, ()) = tokio::join!(vote, end);
        let outcome = console.get(&agent.key, &format!("/approvals/{approval}/decision?wait=20")).await.expect(200);
        match voted.status.as_u16() {
            201 => assert_eq!(outcome["status"], "approved"),
            409 => assert_eq!((voted.problem().as_str(), &outcome["status"]), ("409 expired", &json!("expired"))),
            other => panic!("{other}: {}", voted.text),
        }
        let kinds = run.kinds().await;
        let ends =
            kinds.iter().filter(|kind| ["approval.approved", "approval.expired"].contains(&kind.as_str())).count();
        assert_eq!(ends, 1, "{kinds:?}");
    }
}

async fn of_a_vote_a_cancellation_and_the_deadline_one_wins(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let mut won: Vec<String> = Vec::new();
    for round in 0..trials(40) {
        let run = agent.again().await;
        run.prepare().await;
        let approval = run.suspended_payment("pay-1").await;
        run.approve(&ana, &approval).await.expect(201);
        let digest = run.approval(&approval).await["package_digest"].clone();
        let vote = async {
            let body = json!({"verdict": "approve", "revision": 1, "package_digest": digest});
            console.post(&tomas, &format!("/approvals/{approval}/decisions"), &body).await
        };
        let cancel = async {
            let path = if round % 4 == 0 {
                format!("/runs/{}/cancel", run.run)
            } else {
                format!("/approvals/{approval}/cancel")
            };
            console.post(&run.key, &path, &json!({"reason": "Asked for twice."})).await
        };
        let end = async {
            if round % 2 == 0 {
                console.pass(TimeDelta::hours(24));
            }
        };
        // Each is first in turn, as far as the order of asking decides.
        let (voted, cancelled) = if round % 3 == 0 {
            let (cancelled, voted, ()) = tokio::join!(cancel, vote, end);
            (voted, cancelled)
        } else {
            let (voted, cancelled, ()) = tokio::join!(vote, cancel, end);
            (voted, cancelled)
        };
        let outcome = console.get(&agent.key, &format!("/approvals/{approval}/decision?wait=20")).await.expect(200);
        let status = outcome["status"].as_str().expect("a status").to_owned();
        assert_eq!(voted.status.as_u16() == 201, status == "approved", "{status}: {}", voted.text);
        if round % 4 != 0 {
            assert_eq!(cancelled.status.as_u16() == 200, status == "cancelled", "{status}: {}", cancelled.text);
        }
        let kinds = run.kinds().await;
        let ends = ["approval.approved", "approval.expired", "approval.cancelled"];
        let ended: Vec<&String> = kinds.iter().filter(|kind| ends.contains(&kind.as_str())).collect();
        assert_eq!(ended, [&format!("approval.{status}")], "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| *kind == "session.resumed").count(), 1, "{kinds:?}");
        won.push(status);
    }
    assert!(won.iter().any(|status| status == "cancelled"), "{won:?}");
}
