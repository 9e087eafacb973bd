//! What becomes of a closure: everything once, or a person is asked.

use domain::event::Event;
use serde_json::{Value, json};

use super::{Stage, statuses, tracker::Mood};
use crate::support::{Stored, TestConsole, on_both};

on_both!(
    an_event_closes_once_however_often_it_arrives,
    another_event_of_the_same_decision_finds_everything_done,
    a_source_that_changed_stops_everything,
    what_is_not_mapped_goes_to_a_person_and_the_rest_is_done,
    what_fails_after_it_was_done_is_done_once,
    what_is_doubtful_goes_to_a_person_where_keys_are_not_honoured,
    a_dry_run_reads_and_writes_nothing,
    events_that_are_wrong_begin_nothing,
);

async fn an_event_closes_once_however_often_it_arrives(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.begun(&stage.event("evt-1")).await;
    let again = console.post(&stage.board, "/closure/events", &stage.event("evt-1")).await.expect(200);
    assert_eq!((&again["outcome"], &again["closures"][0]["closure_id"]), (&json!("skipped_idempotent"), &json!(id)));
    stage.work().await;
    console.post(&stage.board, "/closure/events", &stage.event("evt-1")).await.expect(200);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(receipt["status"], "completed", "{receipt}");
    assert_eq!(statuses(&receipt), ["done"; 3]);
    assert_eq!(stage.tracker.effects(), ["studies/BM-198", "studies/BM-198/links", "queue/IN-7"]);
    let written = stage.tracker.written();
    assert_eq!(written[0].key, "board/BM-198@3/research/close_study/registry/tracker/studies/BM-198");
    assert_eq!(written[0].authorization.as_deref(), Some("Bearer s3cret-token"));
    assert_eq!(written[0].if_match.as_deref(), Some("\"1\""), "the record that was read is the one that is written");
    assert_eq!(written[0].body, json!({"status": "approved", "version": "3"}), "what is wanted, and nothing else");
    let whole = json!({"state": "closed", "owner": "intake"});
    assert_eq!(stage.tracker.record("queue/IN-7"), whole, "a PUT keeps the rest of the record");
    receipt_names_everything(&stage, &receipt);
    kept_to_itself(&console).await;
}

fn receipt_names_everything(stage: &Stage<'_>, receipt: &Value) {
    let trigger = &receipt["trigger"];
    assert_eq!((&trigger["event_id"], &trigger["occurred_at"]), (&json!("evt-1"), &json!("2026-11-21T08:59:00Z")));
    assert_eq!(
        (&receipt["workflow"], &receipt["workflow_version"], &receipt["rule"]),
        (&json!("research"), &json!(1), &json!("close_study"))
    );
    let said = json!({"/disposition": "approved", "/version": "3"});
    assert_eq!((&receipt["source_snapshot"]["said"], &receipt["source_snapshot"]["holds"]), (&said, &json!(true)));
    let touched = ["tracker/studies/BM-198", "tracker/studies/BM-198/links", "tracker/queue/IN-7"];
    assert_eq!(receipt["records_touched"], json!(touched));
    assert_eq!(receipt["archive_references"], json!(["tracker/studies/BM-198/links"]));
    let decisions = receipt["idempotency_decisions"].as_array().expect("decisions");
    assert_eq!(decisions.len(), 2, "the two repeats: {decisions:?}");
    assert!(decisions[0]["decision"].as_str().is_some_and(|text| text.starts_with("skipped_idempotent")));
    assert!(receipt["steps"][0]["state"]["confirmed"].as_str().is_some_and(|text| text.starts_with("Read: ")));
    assert_eq!(stage.tracker.written().len(), 3);
}

/// Nothing of the record that was not asked for is kept, and the credential is sealed.
async fn kept_to_itself(console: &TestConsole) {
    let stored = Stored::of(console).await;
    for secret in ["Secret.", "s3cret-token"] {
        assert_eq!(stored.tables_with(secret), Vec::<&str>::new(), "{secret}");
    }
}

async fn another_event_of_the_same_decision_finds_everything_done(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    let second = stage.begun(&stage.event("evt-2")).await;
    stage.work().await;
    let receipt = stage.receipt(&second).await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("skipped_idempotent"), vec!["already_done"; 3]));
    // Somebody opens the record again: the same decision is never written a second time.
    stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "in_review"}));
    let third = stage.begun(&stage.event("evt-3")).await;
    stage.work().await;
    let receipt = stage.receipt(&third).await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)[0]), (Some("partial"), "blocked"), "{receipt}");
    assert_eq!(receipt["steps"][0]["state"]["reason"], "target_ambiguous");
    assert_eq!(stage.tracker.effects().len(), 3);
}

async fn a_source_that_changed_stops_everything(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.tracker.set("board/BM-198", json!({"disposition": "rejected", "version": "4"}));
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(
        (&receipt["status"], &receipt["state"]["reason"]),
        (&json!("manual_follow_up"), &json!("source_changed"))
    );
    assert_eq!(receipt["source_snapshot"]["said"], json!({"/disposition": "rejected", "/version": "4"}));
    assert!(stage.tracker.written().is_empty());
    let [follow_up] = &stage.follow_ups().await[..] else { panic!("one follow-up") };
    let packet = &follow_up["packet"];
    assert_eq!((&packet["reason"], &packet["owner"]), (&json!("source_changed"), &json!("Lena Haas")));
    assert_eq!(packet["source_state"]["/disposition"], "rejected");
    // It says so again: the same question stands, and is asked once.
    stage.replay(&id).await.expect(202);
    stage.work().await;
    assert_eq!(stage.follow_ups().await.len(), 1);
    // The board returns to what it had said: somebody has it go on.
    stage.tracker.set("board/BM-198", json!({"disposition": "approved", "version": "3"}));
    stage.replay(&id).await.expect(202);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!((receipt["status"].as_str(), stage.follow_ups().await.len()), (Some("completed"), 0));
    assert_eq!(receipt["overrides"][0]["by"], "iris");
    assert_eq!(stage.replay(&id).await.problem(), "409 illegal_move", "nothing is left");
}

async fn what_is_not_mapped_goes_to_a_person_and_the_rest_is_done(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let mut event = stage.event("evt-1");
    event["context"].as_object_mut().expect("context").remove("packet_ref");
    // A record that was renumbered, and a list in place of one record.
    stage.tracker.set("studies/BM-198", json!({"id": "BM-200", "status": "in_review"}));
    let id = stage.begun(&event).await;
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("partial"), vec!["blocked", "blocked", "done"]));
    let reasons: Vec<&Value> =
        receipt["steps"].as_array().expect("steps").iter().map(|step| &step["state"]["reason"]).collect();
    assert_eq!(reasons, [&json!("mapping_stale"), &json!("mapping_missing"), &Value::Null]);
    assert_eq!(stage.tracker.effects(), ["queue/IN-7"]);
    let open = stage.follow_ups().await;
    assert_eq!(open.len(), 2);
    assert_eq!(open[1]["packet"]["not_touched"], json!(["packet: tracker/studies/BM-198/links"]));
    assert_eq!(stage.replay(&id).await.problem(), "409 illegal_move", "people are asked first");
    for follow_up in &open {
        stage.resolve(follow_up).await;
    }
    stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "in_review"}));
    stage.replay(&id).await.expect(202);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(statuses(&receipt), ["done", "blocked", "done"], "what is still absent is still asked");
    assert_eq!(stage.tracker.effects(), ["queue/IN-7", "studies/BM-198"], "what is done is not done again");
    assert_eq!(receipt["overrides"].as_array().map(Vec::len), Some(3));
    // Gone, several, and refused.
    for (mood, reason) in [(404, "mapping_missing"), (300, "target_ambiguous"), (403, "target_refused")] {
        let event = stage.event(&format!("evt-{mood}"));
        stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "in_review"}));
        stage.tracker.reads([200, mood]);
        let id = stage.begun(&event).await;
        stage.work().await;
        assert_eq!(stage.receipt(&id).await["steps"][0]["state"]["reason"], reason);
    }
}

async fn what_fails_after_it_was_done_is_done_once(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    // It answers 500 and succeeds then; it does it and says nothing; it does it and answers 500.
    stage.tracker.moods([Mood::Refuses(500), Mood::SilentAfter, Mood::FailsAfter(500)]);
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(statuses(&receipt), ["failed", "done", "done"], "{receipt}");
    stage.pass(10);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(receipt["status"], "completed");
    let mut effects = stage.tracker.effects();
    effects.sort();
    assert_eq!(effects, ["queue/IN-7", "studies/BM-198", "studies/BM-198/links"], "each once");
    let keys: Vec<String> = stage.tracker.written().into_iter().map(|one| one.key).collect();
    assert_eq!((keys.len(), &keys[0]), (4, &keys[3]), "the same key for the second try");
}

async fn what_is_doubtful_goes_to_a_person_where_keys_are_not_honoured(console: TestConsole) {
    let stage = Stage::set(&console, false).await;
    stage.tracker.moods([Mood::SilentBefore, Mood::Refuses(500), Mood::Refuses(422)]);
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(
        (receipt["status"].as_str(), statuses(&receipt)),
        (Some("manual_follow_up"), vec!["blocked"; 3]),
        "{receipt}"
    );
    let reasons: Vec<&Value> =
        receipt["steps"].as_array().expect("steps").iter().map(|step| &step["state"]["reason"]).collect();
    assert_eq!(reasons, [&json!("outcome_ambiguous"), &json!("outcome_ambiguous"), &json!("target_refused")]);
    for _ in 0..3 {
        stage.pass(24 * 3_600);
        stage.work().await;
    }
    assert_eq!(stage.tracker.written().len(), 3, "nothing is written a second time unasked");
    let intents = console.desk.list_intents(&id).await;
    assert_eq!(intents, 3, "one word for each");
    for follow_up in stage.follow_ups().await {
        stage.resolve(&follow_up).await;
    }
    stage.replay(&id).await.expect(202);
    stage.work().await;
    assert_eq!(stage.receipt(&id).await["status"], "completed");
    assert_eq!(stage.tracker.effects().len(), 3);
}

/// The words in the log that something is about to be written.
trait Intents {
    async fn list_intents(&self, closure: &str) -> usize;
}

impl Intents for server::desk::Desk {
    async fn list_intents(&self, closure: &str) -> usize {
        self.database.sorted().await.expect("sorted");
        let mut tx = self.database.read().await.expect("a snapshot");
        let all = server::store::event::list_after(&mut tx, 0, 10_000).await.expect("events");
        let is_it = |event: &Event| matches!(event, Event::ClosureStepIntended { closure: own, .. } if own.to_string() == closure);
        all.iter().filter(|logged| is_it(&logged.entry.event)).count()
    }
}

async fn a_dry_run_reads_and_writes_nothing(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.tracker.moods([Mood::Refuses(503)]);
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    let before = Stored::of(&console).await;
    let path = format!("/closures/{id}/replay");
    let plan = console.post(&stage.admin, &path, &json!({"dry_run": true})).await.expect(200);
    let would: Vec<&Value> = plan["steps"].as_array().expect("steps").iter().map(|step| &step["would"]).collect();
    assert_eq!(
        (&plan["source_holds"], would),
        (&json!(true), vec![&json!("write"), &json!("nothing"), &json!("nothing")])
    );
    assert_eq!(stage.tracker.written().len(), 3);
    let changed = Stored::of(&console).await;
    assert!(before.changed(&changed).iter().all(|table| *table == "api_key"), "{:?}", before.changed(&changed));
}

async fn events_that_are_wrong_begin_nothing(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let wrong = [
        ("/source/system", json!("ledger"), "/source/system"),
        ("/source/url", json!("https://evil.example/board/BM-198"), "/source/url"),
        ("/source/url", json!(format!("{}/../admin", stage.tracker.url)), "/source/url"),
        ("/source/url", json!(format!("{}evil/x", stage.tracker.url)), "/source/url"),
        ("/source/url", Value::Null, "/source/url"),
        ("/source/url", json!(format!("{}/a%2F..%2F..%2Fadmin", stage.tracker.url)), "/source/url"),
        ("/source/url", json!(format!("{}/board/BM-198#x", stage.tracker.url)), "/source/url"),
        ("/source/expect", json!({}), "/source/expect"),
        ("/source/expect", json!({"disposition": "approved"}), "/source/expect/disposition"),
        ("/context", json!({"notes": "two\nlines"}), "/context/notes"),
        ("/context", json!({"packet": {"whole": "record"}}), "/context/packet"),
        ("/event_id", json!(""), "/event_id"),
    ];
    for (place, value, path) in wrong {
        let mut body = stage.event("evt-1");
        *body.pointer_mut(place).expect("the member") = value;
        let refused = console.post(&stage.board, "/closure/events", &body).await;
        assert_eq!(
            (refused.problem().as_str(), &refused.json()["errors"][0]["path"]),
            ("422 invalid_field", &json!(path))
        );
    }
    let mut other = stage.event("evt-1");
    other["disposition"] = json!("deferred");
    let taken = console.post(&stage.board, "/closure/events", &other).await.expect(200);
    assert_eq!((&taken["outcome"], &taken["closures"]), (&json!("no_policy"), &json!([])));
    let listed = console.get(&stage.board, "/closures").await.expect(200);
    assert_eq!(listed["items"], json!([]));
}
