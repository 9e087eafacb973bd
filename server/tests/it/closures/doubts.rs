//! What late events, other senders and people's words can and cannot do.

use domain::Scope;
use serde_json::{Value, json};

use super::{Stage, statuses, tracker::Mood};
use crate::support::{Stored, TestConsole, on_both};

on_both!(
    a_newer_decision_takes_the_place_of_an_older_one,
    an_event_id_is_used_for_one_event,
    a_source_is_looked_at_again_after_a_kill,
    a_source_is_looked_at_again_when_the_work_takes_long,
    what_the_source_says_otherwise_is_kept_only_where_it_refers,
    what_a_person_says_is_done_or_left_is_not_written,
    keys_see_what_their_own_system_settled,
    another_question_takes_the_place_of_the_first,
);

fn of_version(stage: &Stage<'_>, id: &str, version: &str, at: &str) -> Value {
    let mut event = stage.event(id);
    event["source"]["version"] = json!(version);
    event["source"]["expect"] = json!({"/disposition": "approved"});
    event["occurred_at"] = json!(at);
    event
}

async fn a_newer_decision_takes_the_place_of_an_older_one(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.tracker.moods([Mood::Refuses(503)]);
    let third = stage.begun(&of_version(&stage, "evt-3", "3", "2026-11-21T08:50:00Z")).await;
    stage.work().await;
    assert_eq!(statuses(&stage.receipt(&third).await), ["failed", "done", "done"]);
    let fourth = stage.begun(&of_version(&stage, "evt-4", "4", "2026-11-21T08:55:00Z")).await;
    stage.work().await;
    assert_eq!(stage.receipt(&fourth).await["steps"][0]["status"], "done");
    // The older one's next try comes now, and one that is older still was held up on its way.
    stage.pass(10);
    stage.work().await;
    let receipt = stage.receipt(&third).await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)[0]), (Some("partial"), "failed"), "{receipt}");
    let late = stage.begun(&of_version(&stage, "evt-2", "2", "2026-11-21T08:40:00Z")).await;
    stage.work().await;
    assert_eq!(stage.receipt(&late).await["state"]["reason"], "source_superseded");
    assert_eq!(stage.tracker.record("studies/BM-198")["version"], "4");
    let asked = stage.follow_ups().await;
    let reasons: Vec<&Value> = asked.iter().map(|one| &one["packet"]["reason"]).collect();
    assert_eq!(reasons, [&json!("source_superseded"), &json!("source_superseded")]);
}

async fn an_event_id_is_used_for_one_event(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.begun(&stage.event("evt-1")).await;
    let mut other = stage.event("evt-1");
    other["source"]["version"] = json!("4");
    let refused = console.post(&stage.board, "/closure/events", &other).await;
    assert_eq!(refused.problem(), "409 conflict");
    let listed = console.get(&stage.board, "/closures").await.expect(200);
    assert_eq!((listed["items"].as_array().map(Vec::len), &listed["items"][0]["repeats"]), (Some(1), &json!(0)));
}

async fn a_source_is_looked_at_again_after_a_kill(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.begun(&stage.event("evt-1")).await;
    let held = stage.desk.lease_closures(1).await.expect("leased").pop().expect("it is due");
    let held = stage.desk.advance_closure(held).await.expect("revalidated").expect("it goes on");
    drop(stage.desk.advance_closure(held).await.expect("planned"));
    // The server is gone for two days, and the board changes its mind.
    stage.tracker.set("board/BM-198", json!({"disposition": "rejected", "version": "4"}));
    stage.pass(2 * 24 * 3_600);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(receipt["state"]["reason"], "source_changed", "{receipt}");
    assert!(stage.tracker.written().is_empty());
}

async fn a_source_is_looked_at_again_when_the_work_takes_long(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.begun(&stage.event("evt-1")).await;
    let held = stage.desk.lease_closures(1).await.expect("leased").pop().expect("it is due");
    let held = stage.desk.advance_closure(held).await.expect("revalidated").expect("it goes on");
    let mut held = stage.desk.advance_closure(held).await.expect("planned");
    stage.tracker.set("board/BM-198", json!({"disposition": "rejected", "version": "4"}));
    stage.pass(70);
    while let Some(one) = held {
        held = stage.desk.advance_closure(one).await.expect("advanced");
    }
    assert_eq!(stage.receipt(&id).await["state"]["reason"], "source_changed");
    assert!(stage.tracker.written().is_empty());
}

async fn what_the_source_says_otherwise_is_kept_only_where_it_refers(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let record = json!({"disposition": "rejected", "iban": "DE02120300000000202051", "diagnosis": 17});
    stage.tracker.set("board/BM-198", record);
    let mut event = stage.event("evt-1");
    event["source"]["expect"] = json!({"/disposition": "approved", "/iban": "DE0", "/diagnosis": 1, "/absent": "x"});
    let id = stage.begun(&event).await;
    stage.work().await;
    let said = stage.receipt(&id).await["source_snapshot"]["said"].clone();
    let hidden = "(differs; not kept)";
    assert_eq!(said, json!({"/disposition": "rejected", "/iban": hidden, "/diagnosis": hidden, "/absent": null}));
    assert_eq!(Stored::of(&console).await.tables_with("DE02120300000000202051"), Vec::<&str>::new());
}

async fn what_a_person_says_is_done_or_left_is_not_written(console: TestConsole) {
    let stage = Stage::set(&console, false).await;
    stage.tracker.moods([Mood::SilentBefore, Mood::SilentBefore, Mood::Refuses(422)]);
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    assert_eq!(statuses(&stage.receipt(&id).await), ["blocked"; 3]);
    let asked = stage.follow_ups().await;
    let packets: Vec<(&Value, &Value)> =
        asked.iter().map(|one| (&one["packet"]["not_touched"], &one["packet"]["may_be_written"])).collect();
    let none = json!([]);
    assert_eq!(packets[0], (&json!(["intake: tracker/queue/IN-7"]), &none));
    assert_eq!(packets[2], (&none, &json!(["registry: tracker/studies/BM-198"])));
    for (follow_up, outcome) in asked.iter().zip(["again", "left", "done"]) {
        stage.resolve_as(follow_up, outcome).await;
    }
    stage.replay(&id).await.expect(202);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("partial"), vec!["done", "blocked", "done"]));
    assert_eq!(receipt["steps"][0]["state"]["confirmed"], "A person: Looked at, and set right.");
    assert_eq!(stage.tracker.written().len(), 4, "only what was to be tried again");
    assert_eq!(stage.replay(&id).await.problem(), "409 illegal_move", "what is left is left");
}

async fn keys_see_what_their_own_system_settled(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let mut event = stage.event("evt-1");
    event["context"].as_object_mut().expect("context").remove("packet_ref");
    let id = stage.begun(&event).await;
    stage.work().await;
    for (name, scope) in [("ledger", Scope::System), ("bot", Scope::Agent), ("harness", Scope::Hook)] {
        let key = console.key(name, &[scope], None).await;
        assert_eq!(console.get(&key, &format!("/closures/{id}")).await.problem(), "404 not_found", "{name}");
        for list in ["/closures", "/follow-ups"] {
            assert_eq!(console.get(&key, list).await.expect(200)["items"], json!([]), "{name} {list}");
        }
    }
    for key in [&stage.board, &stage.admin, &stage.ana] {
        console.get(key, &format!("/closures/{id}")).await.expect(200);
        assert_eq!(console.get(key, "/follow-ups").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    }
}

async fn another_question_takes_the_place_of_the_first(console: TestConsole) {
    let stage = Stage::set(&console, false).await;
    stage.tracker.set("studies/BM-198", json!({"id": "BM-200"}));
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    let [first] = &stage.follow_ups().await[..] else { panic!("one follow-up") };
    assert_eq!(first["packet"]["reason"], "mapping_stale");
    stage.resolve(first).await;
    stage.tracker.set("studies/BM-198", json!({"id": "BM-198"}));
    stage.tracker.moods([Mood::SilentBefore]);
    stage.replay(&id).await.expect(202);
    stage.work().await;
    let [ambiguous] = &stage.follow_ups().await[..] else { panic!("one follow-up") };
    assert_eq!(ambiguous["packet"]["reason"], "outcome_ambiguous");
    assert_ne!(ambiguous["follow_up_id"], first["follow_up_id"]);
}
