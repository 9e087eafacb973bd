//! What becomes of records after a closure: found, told within bounds, settled by people, and never written.

use domain::Scope;
use serde_json::{Value, json};

use super::{Stage, impatient};
use crate::support::{Stored, TestConsole, on_both};

on_both!(
    a_changed_field_is_told_once_and_ends_when_it_is_mended,
    what_is_gone_is_drift_and_what_is_silent_is_not,
    what_a_later_closure_wrote_is_its_own,
    what_a_later_step_wrote_is_its_own,
    what_is_accepted_stays_so_until_something_else_is_found,
    what_a_source_says_otherwise_is_told_only_where_it_refers,
    two_servers_look_once,
    records_are_looked_at_for_a_month,
    only_what_was_done_is_looked_at,
);

const DAY: i64 = 24 * 3_600;

impl Stage<'_> {
    /// A closure that has ended; gives its id.
    pub(super) async fn closed(&self, event: &str) -> String {
        let id = self.begun(&self.event(event)).await;
        self.work().await;
        assert_eq!(self.receipt(&id).await["status"], "completed");
        id
    }

    /// Looks a day later; says at how many closures.
    pub(super) async fn look_tomorrow(&self) -> usize {
        self.pass(DAY);
        self.desk.look_for_drift().await.expect("looked")
    }

    /// As people read it.
    async fn drift(&self, id: &str) -> Value {
        self.console.get(&self.admin, &format!("/closures/{id}")).await.expect(200)["drift"].clone()
    }

    async fn drifting(&self) -> Vec<String> {
        let listed = self.console.get(&self.board, "/closure-drift?status=drifted").await.expect(200);
        let items = listed["items"].as_array().expect("items").iter();
        items.map(|item| item["closure_id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn look_now(&self, id: &str) -> crate::support::Reply {
        self.console.post_text(&self.admin, &format!("/closures/{id}/look"), "").await
    }

    async fn accept(&self, id: &str, body: Value) -> crate::support::Reply {
        self.console.post(&self.admin, &format!("/closures/{id}/drift/accept"), &body).await
    }

    /// How often the log says it.
    async fn told(&self, kind: &str) -> usize {
        Stored::of(self.console).await;
        let name = format!("audit-{}", self.console.desk.database.ids().uuid());
        let auditor = self.console.key(&name, &[Scope::Auditor], None).await;
        let page = self.console.get(&auditor, &format!("/audit/events?kind={kind}")).await.expect(200);
        page["items"].as_array().expect("items").len()
    }
}

/// What was found about a step, or the source.
fn found<'v>(drift: &'v Value, step: Option<&str>) -> &'v Value {
    let records = drift["records"].as_array().expect("records");
    let record = records.iter().find(|record| record["step"].as_str() == step);
    &record.unwrap_or_else(|| panic!("{step:?} in {drift}"))["seen"]["found"]
}

fn differs(pointer: &str, wanted: &str, found: &Value) -> Value {
    json!({"found": "differs", "fields": [{"pointer": pointer, "wanted": wanted, "found": found}]})
}

async fn a_changed_field_is_told_once_and_ends_when_it_is_mended(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.closed("evt-1").await;
    assert_eq!(
        (stage.desk.look_for_drift().await.expect("looked"), &stage.drift(&id).await["status"]),
        (0, &json!("unseen"))
    );
    assert_eq!(stage.look_tomorrow().await, 1);
    let drift = stage.drift(&id).await;
    assert_eq!(
        (&drift["status"], drift["records"].as_array().map(Vec::len)),
        (&json!("as_wanted"), Some(4)),
        "{drift}"
    );
    assert_eq!(stage.desk.look_for_drift().await.expect("looked"), 0, "once a day");
    stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "reopened", "version": "3"}));
    assert_eq!(stage.look_tomorrow().await, 1);
    let drift = stage.drift(&id).await;
    let reopened = differs("/status", "approved", &json!({"told": "value", "value": "reopened"}));
    assert_eq!((&drift["status"], found(&drift, Some("registry"))), (&json!("drifted"), &reopened), "{drift}");
    assert_eq!((found(&drift, None), stage.drifting().await), (&json!({"found": "as_wanted"}), vec![id.clone()]));
    stage.look_tomorrow().await;
    assert_eq!(
        (stage.told("closure.drifted").await, stage.told("closure.drift_ended").await),
        (1, 0),
        "the same is told once"
    );
    stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "approved", "version": "3"}));
    let receipt = stage.look_now(&id).await.expect(200);
    assert_eq!((&receipt["drift"]["status"], stage.drifting().await), (&json!("as_wanted"), Vec::<String>::new()));
    assert_eq!((stage.told("closure.drift_ended").await, stage.tracker.written().len()), (1, 3), "nothing was written");
}

async fn what_is_gone_is_drift_and_what_is_silent_is_not(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.closed("evt-1").await;
    stage.look_tomorrow().await;
    let first = stage.drift(&id).await["looked_at"].clone();
    // The source answers, and then nothing does: the target is asked once for all of its steps.
    stage.tracker.reads([200, 503]);
    stage.look_tomorrow().await;
    let drift = stage.drift(&id).await;
    assert_eq!((&drift["status"], stage.drifting().await.len()), (&json!("unreadable"), 0), "{drift}");
    for record in &drift["records"].as_array().expect("records")[1..] {
        assert_eq!(
            (&record["seen"]["found"]["found"], &record["before"]["at"]),
            (&json!("unreadable"), &first),
            "{record}"
        );
    }
    stage.tracker.remove("queue/IN-7");
    stage.look_tomorrow().await;
    let drift = stage.drift(&id).await;
    assert_eq!((&drift["status"], found(&drift, Some("intake"))), (&json!("drifted"), &json!({"found": "gone"})));
    // It is out of reach again: nobody takes it to be mended because of that.
    stage.tracker.reads([503, 503]);
    stage.look_tomorrow().await;
    let drift = stage.drift(&id).await;
    assert_eq!(drift["status"], "drifted", "{drift}");
    assert_eq!((stage.told("closure.drifted").await, stage.told("closure.drift_ended").await), (1, 0));
    stage.tracker.set("queue/IN-7", json!({"state": "closed"}));
    stage.look_tomorrow().await;
    assert_eq!((&stage.drift(&id).await["status"], stage.told("closure.drift_ended").await), (&json!("as_wanted"), 1));
}

async fn what_a_later_closure_wrote_is_its_own(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let third = stage.closed("evt-3").await;
    stage.pass(60);
    stage.tracker.set("board/BM-198", json!({"disposition": "approved", "version": "4"}));
    let mut event = stage.event("evt-4");
    event["source"]["version"] = json!("4");
    event["source"]["expect"]["/version"] = json!("4");
    event["occurred_at"] = json!("2026-11-21T08:59:30Z");
    let fourth = stage.begun(&event).await;
    stage.work().await;
    assert_eq!(stage.look_tomorrow().await, 2);
    let drift = stage.drift(&third).await;
    assert_eq!(drift["status"], "as_wanted", "{drift}");
    for step in [None, Some("registry"), Some("packet"), Some("intake")] {
        assert_eq!(found(&drift, step), &json!({"found": "overtaken"}), "{step:?}: {drift}");
    }
    assert_eq!(drift["records"][1]["overtaken"][0], json!({"pointer": "/status", "by": fourth}));
    stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "approved", "version": "3"}));
    stage.look_tomorrow().await;
    assert_eq!(stage.drifting().await, [fourth], "what the earlier one wrote is not what is wanted any more");
}

async fn what_a_later_step_wrote_is_its_own(console: TestConsole) {
    let two = "      - { id: opens, kind: status_sync, target: tracker, record: 'cases/{{run.subject}}', set: { status: closing } }\n      \
               - { id: closes, kind: status_sync, target: tracker, record: 'cases/{{run.subject}}', set: { status: closed } }\n";
    let policy = super::own::POLICY.split("      - id: tracker").next().expect("the head").to_owned() + two;
    let (stage, agent) = super::own::staged(&console, &policy).await;
    super::own::approved(&stage, &agent).await;
    assert_eq!(stage.follow().await, 1);
    stage.work().await;
    assert_eq!(stage.tracker.record("cases/acc_1"), json!({"status": "closed"}));
    let id = stage.newest().await["closure_id"].as_str().expect("an id").to_owned();
    stage.look_tomorrow().await;
    let drift = stage.drift(&id).await;
    assert_eq!(
        (&drift["status"], found(&drift, Some("opens"))),
        (&json!("as_wanted"), &json!({"found": "overtaken"})),
        "{drift}"
    );
    stage.tracker.set("cases/acc_1", json!({"status": "closing"}));
    stage.look_tomorrow().await;
    assert_eq!(stage.drift(&id).await["status"], "drifted", "the later step's is what is wanted");
}

async fn what_is_accepted_stays_so_until_something_else_is_found(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.closed("evt-1").await;
    assert_eq!(stage.accept(&id, json!({"reason": "Known."})).await.problem(), "409 illegal_move");
    stage.tracker.set("studies/BM-198/links", json!({"evidence": "Seen <b>by</b> Lena"}));
    stage.look_tomorrow().await;
    let drift = stage.drift(&id).await;
    let withheld = differs("/evidence", "pkt-4c1d", &json!({"told": "withheld"}));
    assert_eq!(found(&drift, Some("packet")), &withheld);
    let path = format!("/closures/{id}/drift/accept");
    assert_eq!(console.post(&stage.ana, &path, &json!({"reason": "Known."})).await.problem(), "403 wrong_scope");
    assert_eq!(stage.accept(&id, json!({"reason": " "})).await.problem(), "422 invalid_field");
    let earlier = json!({"reason": "Known.", "since": "2026-11-21T09:00:00Z"});
    assert_eq!(stage.accept(&id, earlier).await.problem(), "409 conflict", "it is not what was seen");
    let body = json!({"reason": "Linked by hand.", "since": drift["state"]["since"]});
    let accepted = stage.accept(&id, body).await.expect(200);
    let said = (&accepted["drift"]["status"], &accepted["drift"]["accepted_by"], &accepted["drift"]["state"]["reason"]);
    assert_eq!(said, (&json!("accepted"), &json!("iris"), &json!("Linked by hand.")));
    assert!(accepted["overrides"][0]["what"].as_str().is_some_and(|what| what.ends_with("Linked by hand.")));
    assert_eq!(stage.accept(&id, json!({"reason": "Known."})).await.problem(), "409 illegal_move");
    stage.look_tomorrow().await;
    assert_eq!((&stage.drift(&id).await["status"], stage.drifting().await.len()), (&json!("accepted"), 0));
    // Nobody is told the one value or the other, and they are told apart.
    stage.tracker.set("studies/BM-198/links", json!({"evidence": "Seen by nobody"}));
    stage.look_tomorrow().await;
    assert_eq!((stage.drifting().await, stage.told("closure.drifted").await), (vec![id], 2));
    for secret in ["by</b> Lena", "Seen by nobody"] {
        assert_eq!(Stored::of(&console).await.tables_with(secret), Vec::<&str>::new(), "{secret}");
    }
}

async fn what_a_source_says_otherwise_is_told_only_where_it_refers(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.tracker.set("board/BM-198", json!({"disposition": "approved", "version": "3", "iban": "DE0"}));
    let mut event = stage.event("evt-1");
    event["source"]["expect"]["/iban"] = json!("DE0");
    let id = stage.begun(&event).await;
    stage.work().await;
    let hostile = "A word. <script>alert(1)</script>\nA second line.";
    let record = json!({"disposition": hostile, "version": "4", "iban": "DE02120300000000202051"});
    stage.tracker.set("board/BM-198", record);
    stage.look_tomorrow().await;
    let drift = stage.drift(&id).await;
    let fields = json!([
        {"pointer": "/disposition", "wanted": "approved", "found": {"told": "withheld"}},
        {"pointer": "/iban", "wanted": "DE0", "found": {"told": "withheld"}},
        {"pointer": "/version", "wanted": "3", "found": {"told": "value", "value": "4"}},
    ]);
    assert_eq!(found(&drift, None)["fields"], fields, "{drift}");
    // The system that told of it learns which fields, and nothing that others have written.
    let told = stage.receipt(&id).await["drift"].clone();
    assert_eq!(found(&told, None)["fields"][2]["found"], json!({"told": "withheld"}), "{told}");
    let listed = console.get(&stage.board, "/closure-drift").await.expect(200);
    assert_eq!(found(&listed["items"][0]["drift"], None)["fields"][2]["found"], json!({"told": "withheld"}));
    let stored = Stored::of(&console).await;
    for secret in ["DE02120300000000202051", "A second line."] {
        assert_eq!(stored.tables_with(secret), Vec::<&str>::new(), "{secret}");
    }
    let ledger = console.key("ledger", &[Scope::System], None).await;
    assert_eq!(console.get(&ledger, "/closure-drift").await.expect(200)["items"], json!([]), "another system's");
}

async fn two_servers_look_once(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let other = console.beside().await;
    let desks = [stage.desk.clone(), impatient(&other.desk)];
    let id = stage.closed("evt-1").await;
    stage.tracker.set("queue/IN-7", json!({"state": "open"}));
    stage.pass(DAY);
    let looked = futures::future::join_all(desks.iter().map(server::desk::Desk::look_for_drift)).await;
    let looked: usize = looked.into_iter().map(|looked| looked.expect("looked")).sum();
    assert_eq!((looked, stage.told("closure.drifted").await), (1, 1));
    assert_eq!(stage.drifting().await, [id]);
}

async fn records_are_looked_at_for_a_month(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let id = stage.closed("evt-1").await;
    let mut looks = 0;
    for _ in 0..40 {
        looks += stage.look_tomorrow().await;
    }
    let drift = stage.drift(&id).await;
    assert_eq!((looks, &drift["next_look"]), (30, &Value::Null), "{drift}");
    stage.tracker.remove("queue/IN-7");
    let receipt = stage.look_now(&id).await.expect(200);
    assert_eq!((&receipt["drift"]["status"], &receipt["drift"]["next_look"]), (&json!("drifted"), &Value::Null));
}

async fn only_what_was_done_is_looked_at(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.tracker.set("board/BM-198", json!({"disposition": "rejected", "version": "3"}));
    let stopped = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    assert_eq!((&stage.drift(&stopped).await, stage.look_tomorrow().await), (&Value::Null, 0));
    assert_eq!(stage.look_now(&stopped).await.problem(), "409 illegal_move");
    // One whose intake record is missing is done in part: what is done is looked at.
    stage.tracker.set("board/BM-198", json!({"disposition": "approved", "version": "4"}));
    stage.tracker.remove("queue/IN-7");
    let mut event = stage.event("evt-2");
    event["source"]["version"] = json!("4");
    event["source"]["expect"]["/version"] = json!("4");
    let partial = stage.begun(&event).await;
    stage.work().await;
    assert_eq!((&stage.receipt(&partial).await["status"], stage.look_tomorrow().await), (&json!("partial"), 1));
    let drift = stage.drift(&partial).await;
    let steps: Vec<&Value> = drift["records"].as_array().expect("records").iter().map(|one| &one["step"]).collect();
    assert_eq!(steps, [&Value::Null, &json!("registry"), &json!("packet")]);
}
