//! What can be done about what a closure left to people, and about what became of its records.

use domain::target::TargetKind;
use serde_json::json;
use server::desk::{Caller, target::NewTarget};

use super::deeds::{self, Deed};
use crate::{
    closures::put_into_sample,
    stages::begin,
    support::{Agent, PAYMENTS, Stored},
};

/// Nobody has registered its first target: it stops there, and hands over. The rest is done.
const CLOSURE: &str = r"closure:
  - id: filed
    after: tool.executed
    steps:
      - { id: tracker, kind: status_sync, target: nowhere, record: '{{run.id}}', set: { status: seen } }
      - { id: packet, kind: archive_link, target: archive, record: '{{event.context.check_id}}.json', set: { run: '{{run.id}}' } }
";

/// A closure that stopped in a run of its own, and what it handed over.
async fn stopped(agent: &Agent<'_>) -> (String, String) {
    let console = agent.console;
    let run = begin(console, agent.key.clone(), agent.ledger.clone(), "closing").await;
    run.prepare().await;
    Stored::of(console).await;
    console.desk.follow_closures().await.expect("followed");
    crate::support::work_closures(&console.desk).await.expect("worked");
    let listed = console.get(&agent.key, &format!("/closures?run={}", run.run)).await.expect(200);
    let closure = listed["items"][0]["closure_id"].as_str().expect("a closure").to_owned();
    let open = console.get(&agent.key, &format!("/follow-ups?closure={closure}")).await.expect(200);
    (closure, open["items"][0]["follow_up_id"].as_str().expect("a follow-up").to_owned())
}

/// The folder that it files what it did in.
async fn archive(agent: &Agent<'_>) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().expect("a folder");
    let new = NewTarget {
        name: "archive".to_owned(),
        url: format!("file://{}", folder.path().display()),
        kind: TargetKind::Archive,
        credential: None,
        allow_private: false,
        honours_keys: false,
    };
    agent.console.desk.add_target(&Caller::CommandLine, new).await.expect("a target");
    folder
}

/// Somebody takes the files away, and it is looked for them.
async fn drift(agent: &Agent<'_>, folder: &tempfile::TempDir, closure: &str) {
    for file in std::fs::read_dir(folder.path()).expect("the folder") {
        std::fs::remove_file(file.expect("a file").path()).expect("removed");
    }
    let id = closure.parse().expect("an id");
    agent.console.desk.look_now(&Caller::CommandLine, id).await.expect("looked");
}

/// Two are given to somebody and resolved; another, which was, is replayed; the records of two are looked at.
pub async fn about_closures(agent: &Agent<'_>) -> Vec<Deed> {
    let text = format!("{}{CLOSURE}", PAYMENTS.replace("name: payments", "name: closing"));
    let folder = archive(agent).await;
    agent.console.publish(&text).await;
    let ((_, open), (closure, settled)) = (stopped(agent).await, stopped(agent).await);
    let (shown, handed_over) = stopped(agent).await;
    let [drifted, stale] = [stopped(agent).await.0, stopped(agent).await.0];
    drift(agent, &folder, &drifted).await;
    let gives = [("form", "assign"), ("follow_up", &*handed_over), ("to", "tomas@example.com"), ("reason", "")];
    let assigns = json!({"to": "mira@example.com"});
    let ((called, _), (sampled, _)) = (stopped(agent).await, stopped(agent).await);
    for sample in [&called, &sampled] {
        put_into_sample(agent.console, sample, "compliance").await;
    }
    let judges = [("form", "review"), ("verdict", "in_order"), ("note", "")];
    let review = format!("/api/v1/closures/{called}/review");
    let body = json!({"resolution": "Registered.", "outcome": "again"});
    let ana = agent.console.token("ana").await;
    agent.console.post(&ana, &format!("/follow-ups/{settled}/resolve"), &body).await.expect(200);
    let settles =
        [("form", "resolve"), ("follow_up", &*handed_over), ("resolution", "Registered."), ("outcome", "again")];
    vec![
        deeds::json("/api/v1/follow-ups/{id}/assign", format!("/api/v1/follow-ups/{open}/assign"), &assigns),
        deeds::form("/closures/{id}", &format!("/closures/{shown}"), &gives),
        deeds::form("/closures/{id}", &format!("/closures/{shown}"), &settles),
        deeds::form("/closures/{id}", &format!("/closures/{sampled}"), &judges),
        deeds::json("/api/v1/closures/{id}/review", review, &json!({"verdict": "in_order"})),
        deeds::json("/api/v1/follow-ups/{id}/resolve", format!("/api/v1/follow-ups/{open}/resolve"), &body),
        deeds::bare("/api/v1/closures/{id}/look", format!("/api/v1/closures/{stale}/look")),
        deeds::json(
            "/api/v1/closures/{id}/drift/accept",
            format!("/api/v1/closures/{drifted}/drift/accept"),
            &json!({"reason": "Known."}),
        ),
        deeds::json("/api/v1/closures/{id}/replay", format!("/api/v1/closures/{closure}/replay"), &json!({})),
    ]
}
