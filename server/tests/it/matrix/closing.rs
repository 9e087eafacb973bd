//! Closures, what becomes of their records, and what they hand over: what is tried, and how it is made.

use domain::{closure::drift::Drift, target::TargetKind};
use serde_json::json;
use server::desk::{Caller, target::NewTarget};
use tempfile::TempDir;

use super::{
    making::words,
    rows::{Row, form, get, post},
    thing::{Thing, Which},
    world::{Words, World},
};
use crate::{closures::put_into_sample, support::TestConsole};

/// What is tried.
pub(super) fn rows() -> Vec<Row> {
    vec![
        post(
            "/api/v1/closure/events",
            Thing::Nothing,
            r#"{"event_id":"e-{n}","source":{"system":"x","record":"r","version":"1"},"disposition":"done","occurred_at":"2026-11-21T09:00:00Z"}"#,
        ),
        get("/api/v1/closures", Thing::Nothing),
        get("/api/v1/closures/{id}", Thing::Closure),
        post("/api/v1/closures/{id}/replay", Thing::Closure, "{}"),
        get("/api/v1/closure-drift", Thing::Nothing),
        post("/api/v1/closures/{id}/look", Thing::Drifted, ""),
        post("/api/v1/closures/{id}/drift/accept", Thing::Drifted, r#"{"reason":"Known."}"#),
        post("/api/v1/closures/{id}/review", Thing::Sampled, r#"{"verdict":"in_order","note":"Seen."}"#),
        get("/api/v1/closure-reviews", Thing::Nothing),
        get("/api/v1/follow-ups", Thing::Nothing),
        post("/api/v1/follow-ups/{id}/assign", Thing::FollowUp, r#"{"to":"dev@example.com","reason":"Knows it."}"#),
        post("/api/v1/follow-ups/{id}/resolve", Thing::FollowUp, r#"{"resolution":"Looked at.","outcome":"again"}"#),
    ]
}

/// Pages.
pub(super) fn pages() -> Vec<Row> {
    vec![get("/closures", Thing::Nothing), get("/closures/{id}", Thing::Stopped)]
}

/// What pages load.
pub(super) fn server_functions() -> Vec<Row> {
    vec![
        post("/calls/load_closures", Thing::Nothing, r#"{"query":{"view":"all"}}"#),
        post("/calls/refresh_closures", Thing::Nothing, r#"{"query":{"view":"follow_ups"}}"#),
        post("/calls/load_closure", Thing::Stopped, r#"{"id":"{id}"}"#),
        post("/calls/refresh_closure", Thing::Stopped, r#"{"id":"{id}"}"#),
    ]
}

/// Forms of a receipt.
pub(super) fn forms() -> Vec<Row> {
    vec![
        form(
            "/closures/{id}",
            Thing::Stopped,
            &[("form", "resolve"), ("follow_up", "{follow_up}"), ("resolution", "Looked at."), ("outcome", "again")],
        ),
        form(
            "/closures/{id}",
            Thing::Stopped,
            &[("form", "assign"), ("follow_up", "{follow_up}"), ("to", "dev@example.com"), ("reason", "Knows it.")],
        ),
        form("/closures/{id}", Thing::Sampled, &[("form", "review"), ("verdict", "in_order"), ("note", "")]),
        form("/closures/{id}", Thing::Closure, &[("form", "try")]),
        form("/closures/{id}", Thing::Closure, &[("form", "replay")]),
        form("/closures/{id}", Thing::Drifted, &[("form", "look")]),
        form("/closures/{id}", Thing::Drifted, &[("form", "accept"), ("since", "{since}"), ("reason", "Known.")]),
    ]
}

/// The folder that closures file what they did in.
pub(super) async fn archive(console: &TestConsole) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let new = NewTarget {
        name: "archive".to_owned(),
        url: format!("file://{}", folder.path().display()),
        kind: TargetKind::Archive,
        credential: None,
        allow_private: false,
        honours_keys: false,
    };
    console.desk.add_target(&Caller::CommandLine, new).await.expect("a target");
    folder
}

impl World<'_> {
    /// A closure, or what it handed over.
    pub(super) async fn closing(&mut self, thing: Thing, which: Which) -> Words {
        match thing {
            Thing::Closure => self.closed(which).await,
            Thing::Stopped => self.stopped(which).await,
            Thing::Drifted => self.drifted(which).await,
            _ => self.left_over(which).await,
        }
    }

    /// A closure of the run that stopped in part, with what it handed over: nobody has registered its target.
    async fn left_over(&mut self, which: Which) -> Words {
        let (run, tool_use_id) = (self.id(Thing::Run, which).await, format!("look-{}", self.next()));
        let call = json!({
            "session_id": "s2", "tool": "look_up", "tool_use_id": tool_use_id, "input": {"account": "a"},
        });
        self.called(&format!("/runs/{run}/gate-checks"), &call).await;
        let result =
            json!({"session_id": "s2", "tool": "look_up", "tool_use_id": tool_use_id, "output": {"payee": "x"}});
        self.called(&format!("/runs/{run}/tool-results"), &result).await;
        self.desk.database.sorted().await.expect("sorted");
        crate::support::Stored::of(self.console).await;
        self.desk.follow_closures().await.expect("followed");
        crate::support::work_closures(&self.desk).await.expect("worked");
        let listed = self.console.get(&self.hook, &format!("/closures?run={run}")).await.expect(200);
        let closure = listed["items"][0]["closure_id"].as_str().expect("a closure").to_owned();
        let open = self.console.get(&self.hook, &format!("/follow-ups?closure={closure}")).await.expect(200);
        let id = open["items"][0]["follow_up_id"].as_str().expect("a follow-up").to_owned();
        words([("id", id), ("closure", closure)])
    }

    /// The same, by the closure.
    async fn stopped(&mut self, which: Which) -> Words {
        let left = self.left_over(which).await;
        words([("id", left["closure"].clone()), ("follow_up", left["id"].clone())])
    }

    /// The same, in the sample of a group that people of every role belong to.
    pub(super) async fn sampled(&mut self, which: Which) -> Words {
        let left = self.left_over(which).await;
        put_into_sample(self.console, &left["closure"], "compliance").await;
        words([("id", left["closure"].clone())])
    }

    async fn closed(&mut self, which: Which) -> Words {
        let left = self.left_over(which).await;
        let body = json!({"resolution": "Registered.", "outcome": "again"});
        let path = format!("/follow-ups/{}/resolve", left["id"]);
        self.console.post(&self.reviewer, &path, &body).await.expect(200);
        words([("id", left["closure"].clone())])
    }

    /// The same; somebody has written over its file since, and it was looked at.
    async fn drifted(&mut self, which: Which) -> Words {
        let left = self.left_over(which).await;
        for file in std::fs::read_dir(self.archive.path()).expect("the folder") {
            std::fs::write(file.expect("a file").path(), "{}").expect("written over");
        }
        let id = left["closure"].parse().expect("an id");
        let receipt = self.desk.look_now(&Caller::CommandLine, id).await.expect("looked");
        let Some(Drift::Drifted { since }) = receipt.drift.map(|drift| drift.state) else { panic!("it drifts") };
        words([("id", id.to_string()), ("since", since.to_rfc3339())])
    }
}
