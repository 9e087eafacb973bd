//! Killed at any point, and worked by several at once: one effect, and no guess.

use serde_json::{Value, json};
use server::desk::closure::Held;

use super::{Stage, impatient, statuses, tracker::Mood};
use crate::support::{TestConsole, on_both, work_closures};

on_both!(
    killed_after_any_phase_it_goes_on,
    killed_between_the_call_and_its_record_it_looks,
    killed_before_the_call_it_asks_unless_keys_are_honoured,
    a_worker_that_lost_its_lease_writes_nothing,
    two_servers_write_once,
    a_target_that_does_not_answer_holds_up_none_but_its_own,
);

/// Longer than a lease.
const LEASE_OVER: i64 = 200;

impl Stage<'_> {
    async fn leased(&self) -> Option<Held> {
        self.desk.lease_closures(1).await.expect("leased").pop()
    }
}

async fn killed_after_any_phase_it_goes_on(console: TestConsole) {
    let stage = Stage::set(&console, false).await;
    // Revalidated, planned, three steps, the end of them, confirmed.
    for phases in 1..=7 {
        for (path, record) in [
            ("studies/BM-198", json!({"id": "BM-198", "status": "in_review"})),
            ("studies/BM-198/links", json!({})),
            ("queue/IN-7", json!({"state": "open"})),
        ] {
            stage.tracker.set(path, record);
        }
        let mut event = stage.event(&format!("evt-{phases}"));
        event["source"]["version"] = json!(format!("v{phases}"));
        event["source"]["expect"] = json!({"/disposition": "approved"});
        event["occurred_at"] = json!(format!("2026-11-21T08:5{phases}:00Z"));
        let id = stage.begun(&event).await;
        let mut held = stage.leased().await;
        for _ in 0..phases {
            // What is left of the process is what it stored.
            held = stage.desk.advance_closure(held.expect("it is not at its end")).await.expect("advanced");
        }
        assert_eq!(held.is_none(), phases == 7, "seven phases, and no more");
        stage.pass(LEASE_OVER);
        stage.work().await;
        let receipt = stage.receipt(&id).await;
        assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("completed"), vec!["done"; 3]));
        assert_eq!(stage.tracker.effects().len(), 3 * phases, "each once");
    }
}

/// Works until the tracker has had the next write, and is killed before anybody knows.
async fn killed_at_the_call(stage: &mut Stage<'_>) {
    let patient = stage.console.desk.clone();
    let working = tokio::spawn(async move { work_closures(&patient).await });
    stage.heard.recv().await.expect("a write");
    working.abort();
    assert!(working.await.is_err(), "it was cut off");
}

async fn killed_between_the_call_and_its_record_it_looks(console: TestConsole) {
    let mut stage = Stage::set(&console, false).await;
    stage.tracker.moods([Mood::SilentAfter]);
    let id = stage.begun(&stage.event("evt-1")).await;
    killed_at_the_call(&mut stage).await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(statuses(&receipt), ["writing", "planned", "planned"], "the word was said before");
    stage.work().await;
    assert_eq!(stage.tracker.written().len(), 1, "nobody else takes it before its time");
    stage.pass(LEASE_OVER);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("completed"), vec!["done"; 3]));
    assert_eq!(stage.tracker.written().len(), 3, "what was done is not written again");
}

async fn killed_before_the_call_it_asks_unless_keys_are_honoured(console: TestConsole) {
    let mut stage = Stage::set(&console, false).await;
    stage.tracker.moods([Mood::SilentBefore]);
    let id = stage.begun(&stage.event("evt-1")).await;
    killed_at_the_call(&mut stage).await;
    stage.pass(LEASE_OVER);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("partial"), vec!["blocked", "done", "done"]));
    assert_eq!(receipt["steps"][0]["state"]["reason"], "outcome_ambiguous");
    assert_eq!(stage.tracker.effects(), ["studies/BM-198/links", "queue/IN-7"]);
    assert_eq!(stage.follow_ups().await.len(), 1);
    honoured(&console).await;
}

/// The same with a tracker that honours keys: it is written again with the same key, and has one effect.
async fn honoured(console: &TestConsole) {
    let (tracker, mut heard) = super::Tracker::start(true).await;
    let stage_desk = impatient(&console.desk);
    let new = server::desk::target::NewTarget {
        name: "keyed".to_owned(),
        url: tracker.url.clone(),
        kind: domain::target::TargetKind::Http,
        credential: None,
        allow_private: true,
        honours_keys: true,
    };
    console.desk.add_target(&server::desk::Caller::CommandLine, new).await.expect("a target");
    let text = super::RESEARCH.replace("target: tracker", "target: keyed").replace("name: research", "name: keyed");
    let text = text.replace("event.source.system == \"board\" &&", "event.id == \"evt-keyed\" &&");
    console.publish(&text).await;
    tracker.set("board/K-1", json!({"disposition": "approved"}));
    for (path, record) in [
        ("studies/K-1", json!({"id": "K-1"})),
        ("studies/K-1/links", json!({})),
        ("queue/IN-7", json!({"state": "open"})),
    ] {
        tracker.set(path, record);
    }
    let board = console.key("board-2", &[domain::Scope::System], None).await;
    let event = json!({
        "event_id": "evt-keyed",
        "source": {
            "system": "board-2", "record": "K-1", "version": "1", "url": format!("{}/board/K-1", tracker.url),
            "expect": {"/disposition": "approved"},
        },
        "disposition": "approved", "occurred_at": "2026-11-21T08:59:00Z",
        "context": {"packet_ref": "pkt-1", "intake_id": "IN-7"},
    });
    let taken = console.post(&board, "/closure/events", &event).await.expect(202);
    let id = taken["closures"][0]["closure_id"].as_str().expect("an id").to_owned();
    tracker.moods([Mood::SilentBefore]);
    let patient = console.desk.clone();
    let working = tokio::spawn(async move { work_closures(&patient).await });
    heard.recv().await.expect("a write");
    working.abort();
    drop(working.await);
    console.pass(chrono::TimeDelta::seconds(LEASE_OVER));
    work_closures(&stage_desk).await.expect("worked");
    let receipt = console.get(&board, &format!("/closures/{id}")).await.expect(200);
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("completed"), vec!["done"; 3]), "{receipt}");
    assert_eq!(tracker.effects().len(), 3);
    let keys: Vec<String> = tracker.written().into_iter().map(|one| one.key).collect();
    assert_eq!((keys.len(), &keys[0]), (4, &keys[1]), "the same key again");
}

async fn a_worker_that_lost_its_lease_writes_nothing(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.begun(&stage.event("evt-1")).await;
    let slow = stage.leased().await.expect("it is due");
    let slow = stage.desk.advance_closure(slow).await.expect("revalidated").expect("it goes on");
    let slow = stage.desk.advance_closure(slow).await.expect("planned").expect("it goes on");
    stage.pass(LEASE_OVER);
    // Another takes it over; the first wakes up, and may not even say that it is about to write.
    let mut other = stage.leased().await;
    assert!(stage.desk.advance_closure(slow).await.expect("no failure").is_none());
    assert!(stage.tracker.written().is_empty());
    while let Some(held) = other {
        other = stage.desk.advance_closure(held).await.expect("advanced");
    }
    assert_eq!(stage.receipt(&id).await["status"], "completed");
    assert_eq!(stage.tracker.written().len(), 3);
}

async fn two_servers_write_once(console: TestConsole) {
    let stage = Stage::set(&console, false).await;
    let other = console.beside().await;
    let desks = [stage.desk.clone(), impatient(&other.desk)];
    for round in 0..4 {
        for (path, record) in [
            ("studies/BM-198", json!({"id": "BM-198", "status": "in_review"})),
            ("studies/BM-198/links", json!({})),
            ("queue/IN-7", json!({"state": "open"})),
        ] {
            stage.tracker.set(path, record);
        }
        let mut event = stage.event(&format!("evt-{round}"));
        event["source"]["version"] = json!(format!("v{round}"));
        event["source"]["expect"] = json!({"/disposition": "approved"});
        // The same event arrives at both, and both work what they find.
        let posts = [&console, &other].map(|server| server.post(&stage.board, "/closure/events", &event));
        let posted = futures::future::join_all(posts).await;
        let accepted = posted.iter().filter(|reply| reply.status == 202).count();
        assert_eq!(accepted, 1, "begun once");
        let worked = futures::future::join_all(desks.iter().map(work_closures)).await;
        assert!(worked.into_iter().all(|worked| worked.is_ok()));
    }
    let listed = console.get(&stage.board, "/closures?limit=2").await.expect(200);
    let cursor = listed["next_cursor"].as_str().expect("more");
    let rest = console.get(&stage.board, &format!("/closures?limit=2&cursor={cursor}")).await.expect(200);
    let all =
        [listed["items"].as_array().expect("items").clone(), rest["items"].as_array().expect("items").clone()].concat();
    let all: Vec<&Value> = all.iter().map(|item| &item["status"]).collect();
    assert_eq!(all, ["completed"; 4], "{listed} {rest}");
    assert_eq!(stage.tracker.written().len(), 12, "three steps of four decisions, each written once");
}

async fn a_target_that_does_not_answer_holds_up_none_but_its_own(console: TestConsole) {
    let mut stage = Stage::set(&console, true).await;
    // All that follows happens while nobody answers the first write.
    let (_stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async move { drop(stopped.await) };
    let worker = tokio::spawn(server::workers::closure::run(console.desk.clone(), stopped));
    stage.tracker.moods([Mood::SilentBefore]);
    let stuck = stage.begun(&stage.event("evt-1")).await;
    stage.heard.recv().await.expect("a write");
    for path in ["board/BM-199", "studies/BM-199", "studies/BM-199/links", "queue/IN-8"] {
        stage.tracker.set(path, json!({"id": "BM-199", "disposition": "approved", "version": "3"}));
    }
    let mut event = stage.event("evt-2");
    event["source"]["record"] = json!("BM-199");
    event["source"]["url"] = json!(format!("{}/board/BM-199", stage.tracker.url));
    event["context"]["intake_id"] = json!("IN-8");
    let quick = stage.begun(&event).await;
    for _ in 0..3 {
        stage.heard.recv().await.expect("a write");
    }
    assert_eq!(statuses(&stage.receipt(&stuck).await), ["writing", "planned", "planned"]);
    worker.abort();
    drop(worker.await);
    let written = stage.tracker.written();
    let others: Vec<&str> = written.iter().skip(1).map(|one| &*one.path).collect();
    assert_eq!(others, ["studies/BM-199", "studies/BM-199/links", "queue/IN-8"], "{quick}");
}
