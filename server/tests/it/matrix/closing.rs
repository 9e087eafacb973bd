//! Closures and what they hand over: what is tried, and how it is made.

use serde_json::json;

use super::{
    making::words,
    rows::{Row, form, get, post},
    thing::{Thing, Which},
    world::{Words, World},
};
use crate::closures::put_into_sample;

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
        post("/api/v1/closures/{id}/review", Thing::Sampled, r#"{"verdict":"in_order","note":"Seen."}"#),
        get("/api/v1/closure-reviews", Thing::Nothing),
        get("/api/v1/follow-ups", Thing::Nothing),
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
        form("/closures/{id}", Thing::Sampled, &[("form", "review"), ("verdict", "in_order"), ("note", "")]),
        form("/closures/{id}", Thing::Closure, &[("form", "try")]),
        form("/closures/{id}", Thing::Closure, &[("form", "replay")]),
    ]
}

impl World<'_> {
    /// A closure of the run that stopped, with what it handed over: nobody has registered its target.
    pub(super) async fn left_over(&mut self, which: Which) -> Words {
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
        self.desk.work_closures().await.expect("worked");
        let listed = self.console.get(&self.hook, &format!("/closures?run={run}")).await.expect(200);
        let closure = listed["items"][0]["closure_id"].as_str().expect("a closure").to_owned();
        let open = self.console.get(&self.hook, &format!("/follow-ups?closure={closure}")).await.expect(200);
        let id = open["items"][0]["follow_up_id"].as_str().expect("a follow-up").to_owned();
        words([("id", id), ("closure", closure)])
    }

    /// The same, by the closure.
    pub(super) async fn stopped(&mut self, which: Which) -> Words {
        let left = self.left_over(which).await;
        words([("id", left["closure"].clone()), ("follow_up", left["id"].clone())])
    }

    /// The same, in the sample of a group that people of every role belong to.
    pub(super) async fn sampled(&mut self, which: Which) -> Words {
        let left = self.left_over(which).await;
        put_into_sample(self.console, &left["closure"], "compliance").await;
        words([("id", left["closure"].clone())])
    }

    pub(super) async fn closed(&mut self, which: Which) -> Words {
        let left = self.left_over(which).await;
        let body = json!({"resolution": "Registered.", "outcome": "again"});
        let path = format!("/follow-ups/{}/resolve", left["id"]);
        self.console.post(&self.reviewer, &path, &body).await.expect(200);
        words([("id", left["closure"].clone())])
    }
}
