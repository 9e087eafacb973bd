//! The policies that are shipped, each against the tracker: what they close, and that they say no more than they must.

use domain::{Role, Scope, channel::SlackSettings, target::TargetKind};
use serde_json::{Value, json};
use server::desk::{Caller, PersonCaller, target::NewTarget};

use super::{impatient, tracker::Tracker};
use crate::support::{Receiver, TestConsole, on_both, work_closures};

on_both!(what_is_shipped_closes_what_it_says);

/// A shipped policy, the event that it follows, and what is there before and afterwards, by target and record.
struct Shipped {
    name: &'static str,
    system: &'static str,
    record: &'static str,
    disposition: &'static str,
    context: Value,
    records: Vec<(&'static str, &'static str, Value, Value)>,
    files: Vec<(&'static str, &'static str)>,
    is_told: bool,
}

fn research() -> Shipped {
    Shipped {
        name: "closure-research",
        system: "study-board",
        record: "BM-198",
        disposition: "approved",
        context: json!({"packet_ref": "pkt-4c1d", "packet_hash": "4c1d9e", "intake_id": "IN-7"}),
        records: vec![
            (
                "study-registry",
                "studies/BM-198",
                json!({"id": "BM-198", "status": "in_review"}),
                json!({
                    "id": "BM-198", "status": "approved-catalog", "disposition_version": "3", "links": {"packet": "pkt-4c1d"},
                }),
            ),
            ("intake", "IN-7", json!({"state": "open"}), json!({"state": "closed"})),
        ],
        files: vec![("review-archive", "BM-198-v3.json")],
        is_told: false,
    }
}

fn engineering() -> Shipped {
    let link = "https://evidence.example.com/r/4.11.3";
    Shipped {
        name: "closure-engineering",
        system: "release-review",
        record: "v4.11.3",
        disposition: "accepted",
        context: json!({"checklist_id": "CL-4", "milestone_id": "M-12", "evidence_link": link}),
        records: vec![
            ("release-tracker", "checklists/CL-4", json!({"state": "open"}), json!({"state": "closed"})),
            (
                "release-tracker",
                "milestones/M-12",
                json!({"release": "v4.11.3"}),
                json!({"release": "v4.11.3", "status": "accepted", "decision_version": "3"}),
            ),
            ("release-tracker", "releases/v4.11.3", json!({}), json!({"evidence": {"link": link}})),
            (
                "scheduler",
                "queue/v4.11.3",
                json!({"release": "v4.11.3", "state": "held"}),
                json!({"release": "v4.11.3", "state": "ready", "evidence_link": link}),
            ),
        ],
        files: vec![],
        is_told: false,
    }
}

fn hr() -> Shipped {
    Shipped {
        name: "closure-hr",
        system: "leave-review",
        record: "LV-310",
        disposition: "accepted",
        context: json!({"review_id": "RV-8", "archive_ref": "arc-310"}),
        records: vec![
            ("hr-reviews", "queue/RV-8", json!({"state": "open"}), json!({"state": "closed"})),
            (
                "leave-cases",
                "LV-310",
                json!({"id": "LV-310"}),
                json!({"id": "LV-310", "status": "review_closed", "review_version": "3"}),
            ),
            ("leave-cases", "LV-310/archive", json!({}), json!({"reference": "arc-310"})),
        ],
        files: vec![],
        is_told: true,
    }
}

fn compliance() -> Shipped {
    Shipped {
        name: "closure-compliance",
        system: "sanctions-review",
        record: "SA-20398",
        disposition: "false_positive",
        context: json!({"queue_id": "Q-77", "archive_ref": "arc-20398", "is_final": true}),
        records: vec![
            ("sanctions-queue", "Q-77", json!({"state": "open"}), json!({"state": "closed"})),
            (
                "case-ledger",
                "cases/SA-20398",
                json!({"id": "SA-20398"}),
                json!({
                    "id": "SA-20398", "status": "closed", "disposition": "false_positive", "disposition_version": "3",
                }),
            ),
            ("case-ledger", "cases/SA-20398/archive", json!({}), json!({"reference": "arc-20398"})),
        ],
        files: vec![],
        is_told: true,
    }
}

fn support() -> Shipped {
    Shipped {
        name: "closure-support",
        system: "case-review",
        record: "ENT-4471",
        disposition: "closure_approved",
        context: json!({"review_id": "RV-1", "escalation_id": "ESC-9", "archive_ref": "arc-4471"}),
        records: vec![
            ("case-reviews", "queue/RV-1", json!({"state": "open"}), json!({"state": "closed"})),
            (
                "escalations",
                "ESC-9",
                json!({"case": "ENT-4471"}),
                json!({"case": "ENT-4471", "status": "closed", "review_version": "3"}),
            ),
            ("escalations", "ESC-9/archive", json!({}), json!({"reference": "arc-4471"})),
        ],
        files: vec![],
        is_told: true,
    }
}

async fn register(console: &TestConsole, tracker: &Tracker, name: &str, kind: TargetKind) {
    let url = format!("{}/{name}", tracker.url);
    let new =
        NewTarget { name: name.to_owned(), url, kind, credential: None, allow_private: true, honours_keys: false };
    // Several records of one policy lie below one target.
    drop(console.desk.add_target(&Caller::CommandLine, new).await);
}

/// A channel that people read.
async fn slack(console: &TestConsole, receiver: &Receiver) {
    console.person("Iris Admin", &[Role::Admin], &[]).await;
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let found = server::store::person::find_by_email(&mut tx, "iris@example.com").await.expect("read");
    drop(tx);
    let person = found.expect("Iris");
    let iris = PersonCaller {
        id: person.id,
        name: person.name,
        email: person.email,
        roles: person.roles,
        groups: person.groups,
    };
    let settings = SlackSettings { allow_private: true };
    console.desk.set_slack(&iris, settings, Some(&receiver.url)).await.expect("Slack");
}

async fn what_is_shipped_closes_what_it_says(console: TestConsole) {
    let (tracker, _heard) = Tracker::start(false).await;
    let receiver = Receiver::start([]).await;
    slack(&console, &receiver).await;
    for shipped in [research(), engineering(), hr(), compliance(), support()] {
        closes(&console, &tracker, &receiver, &shipped).await;
    }
}

async fn closes(console: &TestConsole, tracker: &Tracker, receiver: &Receiver, shipped: &Shipped) {
    let name = shipped.name;
    let path = format!("{}/../workflows/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    console.publish(&text).await;
    for (target, record, before, _) in &shipped.records {
        register(console, tracker, target, TargetKind::Http).await;
        tracker.set(&format!("{target}/{record}"), before.clone());
    }
    for (target, _) in &shipped.files {
        register(console, tracker, target, TargetKind::Archive).await;
    }
    register(console, tracker, shipped.system, TargetKind::Http).await;
    let source = json!({"disposition": shipped.disposition, "version": "3", "narrative": "Not for others."});
    tracker.set(&format!("{}/{}", shipped.system, shipped.record), source);
    let key = console.key(shipped.system, &[Scope::System], None).await;
    let event = json!({
        "event_id": format!("evt-{name}"),
        "source": {
            "system": shipped.system, "record": shipped.record, "version": "3",
            "url": format!("{}/{}/{}", tracker.url, shipped.system, shipped.record),
            "expect": {"/disposition": shipped.disposition, "/version": "3"},
        },
        "disposition": shipped.disposition, "occurred_at": "2026-11-21T08:59:00Z", "context": shipped.context,
    });
    let taken = console.post(&key, "/closure/events", &event).await.expect(202);
    let [closure] = taken["closures"].as_array().expect("closures").as_slice() else { panic!("{name}: {taken}") };
    work_closures(&impatient(&console.desk)).await.expect("worked");
    let id = closure["closure_id"].as_str().expect("an id");
    let receipt = console.get(&key, &format!("/closures/{id}")).await.expect(200);
    assert_eq!(receipt["status"], "completed", "{name}: {receipt}");
    for (target, record, _, after) in &shipped.records {
        assert_eq!(tracker.record(&format!("{target}/{record}")), *after, "{name}: {target}/{record}");
    }
    for (target, file) in &shipped.files {
        let filed = tracker.record(&format!("{target}/{file}"));
        assert_eq!(filed["source"]["record"], shipped.record, "{name}: {filed}");
    }
    assert!(!receipt.to_string().contains("Not for others"));
    if shipped.is_told {
        let said = receiver.next().await.body;
        assert!(said.contains(shipped.record) && !said.contains("arc-"), "{name}: {said}");
    }
    assert!(receiver.is_quiet().await, "{name} tells nobody else");
}
