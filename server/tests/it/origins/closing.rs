//! What can be done about what a closure left to people.

use serde_json::json;

use super::deeds::{self, Deed};
use crate::{
    closures::put_into_sample,
    stages::begin,
    support::{Agent, PAYMENTS, Stored},
};

/// Nobody has registered its target: it stops, and hands over.
const CLOSURE: &str = r"closure:
  - id: filed
    after: tool.executed
    steps: [{ id: tracker, kind: status_sync, target: nowhere, record: '{{run.id}}', set: { status: seen } }]
";

/// A closure that stopped in a run of its own, and what it handed over.
async fn stopped(agent: &Agent<'_>) -> (String, String) {
    let console = agent.console;
    let run = begin(console, agent.key.clone(), agent.ledger.clone(), "closing").await;
    run.prepare().await;
    Stored::of(console).await;
    console.desk.follow_closures().await.expect("followed");
    console.desk.work_closures().await.expect("worked");
    let listed = console.get(&agent.key, &format!("/closures?run={}", run.run)).await.expect(200);
    let closure = listed["items"][0]["closure_id"].as_str().expect("a closure").to_owned();
    let open = console.get(&agent.key, &format!("/follow-ups?closure={closure}")).await.expect(200);
    (closure, open["items"][0]["follow_up_id"].as_str().expect("a follow-up").to_owned())
}

/// One is resolved; another, which was, is replayed.
pub async fn about_closures(agent: &Agent<'_>) -> Vec<Deed> {
    let text = format!("{}{CLOSURE}", PAYMENTS.replace("name: payments", "name: closing"));
    let caller = server::desk::Caller::CommandLine;
    agent.console.desk.publish_workflow(&caller, None, &text).await.expect("a workflow");
    let ((_, open), (closure, settled)) = (stopped(agent).await, stopped(agent).await);
    let (shown, handed_over) = stopped(agent).await;
    let ((called, _), (looked_at, _)) = (stopped(agent).await, stopped(agent).await);
    for sample in [&called, &looked_at] {
        put_into_sample(agent.console, sample, "compliance").await;
    }
    let looks = [("form", "review"), ("verdict", "in_order"), ("note", "")];
    let review = format!("/api/v1/closures/{called}/review");
    let body = json!({"resolution": "Registered.", "outcome": "again"});
    let ana = agent.console.token("ana").await;
    agent.console.post(&ana, &format!("/follow-ups/{settled}/resolve"), &body).await.expect(200);
    let settles =
        [("form", "resolve"), ("follow_up", &*handed_over), ("resolution", "Registered."), ("outcome", "again")];
    vec![
        deeds::form("/closures/{id}", &format!("/closures/{shown}"), &settles),
        deeds::form("/closures/{id}", &format!("/closures/{looked_at}"), &looks),
        deeds::json("/api/v1/closures/{id}/review", review, &json!({"verdict": "in_order"})),
        deeds::json("/api/v1/follow-ups/{id}/resolve", format!("/api/v1/follow-ups/{open}/resolve"), &body),
        deeds::json("/api/v1/closures/{id}/replay", format!("/api/v1/closures/{closure}/replay"), &json!({})),
    ]
}
