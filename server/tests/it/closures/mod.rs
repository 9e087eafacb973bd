//! Closures against a real small tracker: once however often, nothing on a doubt, and a person where one is needed.

mod doubts;
mod drift;
mod drift_pages;
mod kills;
mod mails;
mod outages;
mod outcomes;
mod own;
mod owners;
mod pages;
mod policies;
mod samples;
mod shipped;
mod tracker;
mod whole;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use domain::{
    Role, Scope,
    closure::{review::ClosureReview, sample::Drawn},
    id::ClosureId,
    target::TargetKind,
};
use futures::FutureExt as _;
use serde_json::{Value, json};
use server::{
    desk::{Caller, Desk, target::NewTarget},
    store::closure::review,
    webhook::Outbound,
};

use self::tracker::Tracker;
use crate::support::{TestConsole, work_closures};

/// How long the desk of these tests waits for an answer.
const PATIENCE: Duration = Duration::from_millis(400);

/// A policy that closes a study: its registry, its packet and the intake queue.
const RESEARCH: &str = r#"
name: research
default: block
closure:
  - id: close_study
    after: event
    where: 'event.source.system == "board" && event.disposition == "approved"'
    steps:
      - id: registry
        kind: status_sync
        target: tracker
        record: 'studies/{{event.source.record}}'
        expect: { id: '{{event.source.record}}' }
        set: { status: '{{event.disposition}}', version: '{{event.source.version}}' }
      - id: packet
        kind: archive_link
        target: tracker
        record: 'studies/{{event.source.record}}/links'
        set: { evidence: '{{event.context.packet_ref}}' }
      - id: intake
        kind: queue_cleanup
        target: tracker
        method: PUT
        record: 'queue/{{event.context.intake_id}}'
        set: { state: closed }
"#;

/// A console with a tracker, the board's own key, an administrator's and a reviewer's.
struct Stage<'c> {
    console: &'c TestConsole,
    desk: Desk,
    tracker: Tracker,
    heard: tokio::sync::mpsc::UnboundedReceiver<()>,
    board: String,
    admin: String,
    ana: String,
}

impl<'c> Stage<'c> {
    async fn set(console: &'c TestConsole, honours_keys: bool) -> Self {
        let (tracker, heard) = Tracker::start(honours_keys).await;
        console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
        console.person("Iris Admin", &[Role::Admin], &[]).await;
        let stage = Self {
            desk: impatient(&console.desk),
            board: console.key("board", &[Scope::System], None).await,
            admin: console.key("iris", &[Scope::Admin], Some("iris@example.com")).await,
            ana: console.token("ana").await,
            console,
            tracker,
            heard,
        };
        stage.register("tracker", &stage.tracker.url, honours_keys).await;
        console.publish(RESEARCH).await;
        stage.tracker.set("board/BM-198", json!({"disposition": "approved", "version": "3", "notes": "Secret."}));
        stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "in_review"}));
        stage.tracker.set("studies/BM-198/links", json!({}));
        stage.tracker.set("queue/IN-7", json!({"state": "open", "owner": "intake"}));
        stage
    }

    /// The same beside the usual cast, with Iris.
    async fn beside_a_cast(console: &'c TestConsole) -> Self {
        let (tracker, heard) = Tracker::start(true).await;
        console.person("Iris Admin", &[Role::Admin], &[]).await;
        let stage = Self {
            desk: impatient(&console.desk),
            board: console.key("board", &[Scope::System], None).await,
            admin: console.key("iris", &[Scope::Admin], Some("iris@example.com")).await,
            ana: console.token("ana").await,
            console,
            tracker,
            heard,
        };
        stage.register("tracker", &stage.tracker.url, true).await;
        stage
    }

    async fn register(&self, name: &str, url: &str, honours_keys: bool) {
        let new = NewTarget {
            name: name.to_owned(),
            url: url.to_owned(),
            kind: TargetKind::Http,
            credential: Some("s3cret-token".to_owned()),
            allow_private: true,
            honours_keys,
        };
        self.console.desk.add_target(&Caller::CommandLine, new).await.expect("a target");
    }

    fn event(&self, id: &str) -> Value {
        json!({
            "event_id": id,
            "source": {
                "system": "board", "record": "BM-198", "version": "3",
                "url": format!("{}/board/BM-198", self.tracker.url),
                "expect": {"/disposition": "approved", "/version": "3"},
            },
            "disposition": "approved",
            "occurred_at": "2026-11-21T08:59:00Z",
            "context": {"packet_ref": "pkt-4c1d", "intake_id": "IN-7", "owner": "Lena Haas"},
        })
    }

    /// Posts an event that begins one closure; gives its id.
    async fn begun(&self, body: &Value) -> String {
        let taken = self.console.post(&self.board, "/closure/events", body).await.expect(202);
        assert_eq!(taken["outcome"], "accepted");
        taken["closures"][0]["closure_id"].as_str().expect("an id").to_owned()
    }

    /// Works what is due.
    async fn work(&self) {
        work_closures(&self.desk).await.expect("worked");
    }

    async fn receipt(&self, id: &str) -> Value {
        self.console.get(&self.board, &format!("/closures/{id}")).await.expect(200)
    }

    async fn replay(&self, id: &str) -> crate::support::Reply {
        self.console.post(&self.admin, &format!("/closures/{id}/replay"), &json!({})).await
    }

    async fn follow_ups(&self) -> Vec<Value> {
        let page = self.console.get(&self.board, "/follow-ups?status=open").await.expect(200);
        page["items"].as_array().expect("items").clone()
    }

    async fn resolve(&self, follow_up: &Value) {
        self.resolve_as(follow_up, "again").await;
    }

    async fn resolve_as(&self, follow_up: &Value, outcome: &str) {
        let id = follow_up["follow_up_id"].as_str().expect("an id");
        let body = json!({"resolution": "Looked at, and set right.", "outcome": outcome});
        let resolved = self.console.post(&self.ana, &format!("/follow-ups/{id}/resolve"), &body).await.expect(200);
        assert_eq!((&resolved["status"], &resolved["resolved_by"]), (&json!("resolved"), &json!("ana")));
        let again = self.console.post(&self.ana, &format!("/follow-ups/{id}/resolve"), &body).await;
        assert_eq!(again.problem(), "409 illegal_move");
    }

    fn pass(&self, seconds: i64) {
        self.console.pass(TimeDelta::seconds(seconds));
    }
}

/// Puts a closure into the sample of a group, whatever became of it.
pub async fn put_into_sample(console: &TestConsole, closure: &str, group: &str) {
    let (id, group): (ClosureId, String) = (closure.parse().expect("an id"), group.to_owned());
    let work = console.desk.database.write(move |tx| {
        let group = group.clone();
        async move {
            let of = server::store::closure::find(tx, id).await?.expect("the closure");
            let (workflow, version, rule) = (of.workflow, of.version, of.rule);
            let state = ClosureReview::Waiting { at: tx.now() };
            let new =
                review::Stored { closure: id, workflow, version, rule, group, drawn: Drawn::First, one_in: 20, state };
            Ok(review::insert(tx, &new).await?)
        }
        .boxed()
    });
    work.await.expect("a sample");
}

/// The same use cases, without much patience.
fn impatient(desk: &Desk) -> Desk {
    let resolve = Arc::new(|host: String, port: u16| {
        let looked = async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) };
        Box::pin(looked) as futures::future::BoxFuture<'static, std::io::Result<Vec<std::net::SocketAddr>>>
    });
    let mut desk = desk.clone();
    desk.outbound = Outbound::with(resolve, PATIENCE).expect("TLS");
    desk
}

/// The status of each step of a receipt.
fn statuses(receipt: &Value) -> Vec<&str> {
    let steps = receipt["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["status"].as_str().expect("a status")).collect()
}
