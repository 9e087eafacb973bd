//! Runners: what they are given, for how long, and what follows from what they report.

mod broken_off;
mod reported;

use axum::http::StatusCode;
use domain::Scope;
use serde_json::{Value, json};

use crate::support::{Agent, Reply, TestConsole, on_both};

on_both!(
    an_outcome_is_lent_once_and_reported_once,
    what_no_runner_can_resume_is_refused,
    only_the_runner_of_a_session_may_report,
    of_two_runners_at_once_one_gets_it,
    a_session_goes_on_once_at_a_time,
    a_session_that_waits_for_people_does_not_go_on,
    a_runner_that_died_is_replaced_after_its_lease,
    nothing_is_repeated_by_itself_once_the_call_was_allowed,
    a_decision_wakes_a_runner_that_waits,
);

/// What the sessions are called.
const ONE: &str = "e3e911d2-ed81-446a-9923-74214fcdbc23";
const TWO: &str = "0bd5f3a9-1c80-4c0d-9d2b-6d3c39d4a1b2";
const THREE: &str = "7a51c2de-0f4b-4d6e-8c1a-95b6f3e20d17";

/// An agent whose sessions a runner resumes.
struct Site<'a> {
    agent: Agent<'a>,
    runner: String,
    ana: String,
}

impl<'a> Site<'a> {
    async fn new(console: &'a TestConsole) -> Self {
        let agent = console.cast().await;
        let runner = console.key("build-7", &[Scope::Runner], None).await;
        Self { agent, runner, ana: console.token("ana").await }
    }

    /// A note of a session, new or not, that waits for a person; gives the approval.
    async fn suspended(&self, session: &str, call: &str) -> String {
        self.agent.post("sessions", &by_runner(session)).await.expect(201);
        let answer = self.agent.check_in(session, call, "note", json!({"text": call})).await;
        assert_eq!(answer["outcome"], "suspend", "{answer}");
        answer["approval_id"].as_str().expect("an approval").to_owned()
    }

    async fn approved(&self, session: &str, call: &str) -> String {
        let approval = self.suspended(session, call).await;
        self.agent.approve(&self.ana, &approval).await.expect(201);
        approval
    }

    async fn ask(&self, key: &str) -> Reply {
        self.agent.console.post(key, "/runner/lease", &json!({})).await
    }

    /// What the runner is given, if anything.
    async fn lease(&self) -> Option<Value> {
        let reply = self.ask(&self.runner).await;
        (reply.status != StatusCode::NO_CONTENT).then(|| reply.expect(200))
    }

    async fn report(&self, lent: &Value, outcome: &str, more: Value) -> Reply {
        self.report_as(&self.runner, lent, outcome, more).await
    }

    async fn report_as(&self, key: &str, lent: &Value, outcome: &str, more: Value) -> Reply {
        let mut body = json!({"lease": lent["lease"], "outcome": outcome});
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let path = format!("/resumptions/{}/report", lent["resumption_id"].as_str().expect("an id"));
        self.agent.console.post(key, &path, &body).await
    }

    async fn resumption(&self, approval: &str) -> Value {
        self.agent.approval(approval).await["resumption"].clone()
    }

    fn pass(&self, seconds: i64) {
        self.agent.console.pass(chrono::TimeDelta::seconds(seconds));
    }

    async fn count(&self, kind: &str) -> usize {
        self.agent.kinds().await.iter().filter(|known| *known == kind).count()
    }

    /// The call goes through the gate, as it does when the client makes it again.
    async fn call_again(&self, session: &str, call: &str) -> Value {
        self.agent.check_in(session, call, "note", json!({"text": call})).await
    }
}

fn by_runner(session: &str) -> Value {
    json!({
        "framework": "claude-code", "id": session, "cwd": "/srv/app", "runner": "build-7", "resume": {"via": "runner"},
    })
}

async fn an_outcome_is_lent_once_and_reported_once(console: TestConsole) {
    let site = Site::new(&console).await;
    assert_eq!(site.lease().await, None);
    let approval = site.approved(ONE, "note-1").await;
    let lent = site.lease().await.expect("a session");
    let session = json!({"id": ONE, "cwd": "/srv/app", "framework": "claude-code"});
    assert_eq!((&lent["session"], &lent["status"], &lent["attempt"]), (&session, &json!("approved"), &json!(1)));
    assert_eq!((&lent["approval_id"], &lent["tool_use_id"]), (&json!(approval), &json!("note-1")));
    assert_eq!(site.lease().await, None, "nobody else gets it");
    let shown = site.resumption(&approval).await;
    assert_eq!(
        (&shown["state"], &shown["way"]),
        (&json!("delivering"), &json!({"via": "runner", "runner": "build-7"}))
    );
    assert!(!shown.to_string().contains(lent["lease"].as_str().expect("a lease")), "the lease is the runner's alone");
    for _ in 0..4 {
        site.pass(50);
        let noted = site.report(&lent, "running", json!({})).await.expect(200);
        assert_eq!(noted["state"], "delivering", "{noted}");
    }
    assert_eq!(site.call_again(ONE, "note-1").await["outcome"], "allow");
    let first = site.report(&lent, "resumed", json!({})).await.expect(200);
    assert_eq!((&first["state"], &first["leased_until"]), (&json!("resumed"), &json!(null)));
    let kinds = site.agent.kinds().await.len();
    assert_eq!(site.report(&lent, "resumed", json!({})).await.expect(200), first, "a second report changes nothing");
    assert_eq!(site.agent.kinds().await.len(), kinds);
    for kind in ["resumption.queued", "resumption.leased", "resumption.delivered", "resumption.reported"] {
        assert_eq!(site.count(kind).await, 1, "{kind}");
    }
    assert_eq!(site.agent.approval(&approval).await["state"]["used"]["use"], "consumed");
    assert_eq!(site.lease().await, None);
}

async fn what_no_runner_can_resume_is_refused(console: TestConsole) {
    let site = Site::new(&console).await;
    for (field, value, at) in [
        ("framework", json!("langgraph"), "/framework"),
        ("id", json!("--help"), "/id"),
        ("id", json!("E3E911D2-ED81-446A-9923-74214FCDBC23"), "/id"),
        ("cwd", json!(null), "/cwd"),
        ("cwd", json!("srv/app"), "/cwd"),
        ("runner", json!(null), "/runner"),
        ("runner", json!("nobody"), "/runner"),
        ("interactive", json!(true), "/interactive"),
        ("resume", json!({"via": "runner", "endpoint": "agent"}), "/resume/endpoint"),
    ] {
        let mut body = by_runner(ONE);
        body[field] = value.clone();
        let refused = site.agent.post("sessions", &body).await.expect(422);
        assert_eq!(refused["errors"][0]["path"], at, "{field}: {value}: {refused}");
    }
    // In `POST /runs` the places are those of the session there.
    let mut session = by_runner(ONE);
    session["cwd"] = json!(null);
    let body =
        json!({"workflow": "payments", "subject": "acc_1", "requested_by": "rosa@example.com", "session": session});
    let refused = site.agent.console.post(&site.agent.key, "/runs", &body).await.expect(422);
    assert_eq!(refused["errors"][0]["path"], "/session/cwd", "{refused}");
    site.agent.post("sessions", &by_runner(ONE)).await.expect(201);
    let shown = site.agent.status().await;
    assert_eq!(shown["sessions"][1]["resumed_by"], "runner", "{shown}");
}

async fn only_the_runner_of_a_session_may_report(console: TestConsole) {
    let site = Site::new(&console).await;
    let other = console.key("build-8", &[Scope::Runner], None).await;
    site.approved(ONE, "note-1").await;
    assert_eq!(site.ask(&site.agent.key).await.problem(), "403 wrong_scope");
    assert_eq!(site.ask(&other).await.status, StatusCode::NO_CONTENT);
    let body = json!({"wait": 61});
    assert_eq!(console.post(&site.runner, "/runner/lease", &body).await.problem(), "422 invalid_field");
    let lent = site.lease().await.expect("a session");
    for (key, problem) in [(&other, "404 not_found"), (&site.agent.key, "403 wrong_scope")] {
        assert_eq!(site.report_as(key, &lent, "resumed", json!({})).await.problem(), problem);
    }
    assert_eq!(site.report(&lent, "gone", json!({})).await.problem(), "422 invalid_field");
    for outcome in ["running", "resumed", "failed"] {
        let wrong = site.report(&lent, outcome, json!({"lease": "guessed"})).await;
        assert_eq!(wrong.problem(), "409 lease_lost", "{outcome}");
    }
    site.pass(61);
    for outcome in ["running", "resumed", "failed"] {
        assert_eq!(site.report(&lent, outcome, json!({})).await.problem(), "409 lease_lost", "{outcome}, too late");
    }
    assert_eq!(site.count("resumption.reported").await, 0);
}

async fn of_two_runners_at_once_one_gets_it(console: TestConsole) {
    let site = Site::new(&console).await;
    site.approved(ONE, "note-1").await;
    let (one, two, three) = tokio::join!(site.lease(), site.lease(), site.lease());
    assert_eq!([one, two, three].into_iter().flatten().count(), 1);
    assert_eq!(site.count("resumption.leased").await, 1);
}

async fn a_session_goes_on_once_at_a_time(console: TestConsole) {
    let site = Site::new(&console).await;
    site.approved(ONE, "note-1").await;
    site.approved(ONE, "note-2").await;
    let (one, two) = tokio::join!(site.lease(), site.lease());
    let mut got = [one, two].into_iter().flatten();
    let first = got.next().expect("one of them");
    assert_eq!(got.next(), None, "the other belongs to the same session");
    site.approved(TWO, "note-3").await;
    let other = site.lease().await.expect("another session");
    assert_eq!(other["session"]["id"], TWO);
    let call = first["tool_use_id"].as_str().expect("a call").to_owned();
    site.call_again(ONE, &call).await;
    site.report(&first, "resumed", json!({})).await.expect(200);
    let second = site.lease().await.expect("the other");
    assert_ne!(second["resumption_id"], first["resumption_id"]);
    assert_eq!(second["session"]["id"], ONE);
}

async fn a_session_that_waits_for_people_does_not_go_on(console: TestConsole) {
    let site = Site::new(&console).await;
    site.approved(ONE, "note-1").await;
    let pending = site.suspended(ONE, "note-2").await;
    assert_eq!(site.lease().await, None, "its last approval is open");
    site.agent.approve(&site.ana, &pending).await.expect(201);
    assert!(site.lease().await.is_some());
}

async fn a_runner_that_died_is_replaced_after_its_lease(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.approved(ONE, "note-1").await;
    let dead = site.lease().await.expect("a session");
    site.pass(59);
    assert_eq!(site.lease().await, None);
    site.pass(2);
    assert_eq!(site.lease().await, None, "it counts as a try, and has its pause");
    site.pass(10);
    let next = site.lease().await.expect("the same once more");
    assert_eq!((&next["resumption_id"], &next["attempt"]), (&dead["resumption_id"], &json!(2)));
    assert_eq!(site.report(&dead, "resumed", json!({})).await.problem(), "409 lease_lost");
    site.call_again(ONE, "note-1").await;
    site.report(&next, "resumed", json!({})).await.expect(200);
    // Where no runner comes back, people are told.
    let second = site.approved(TWO, "note-2").await;
    site.lease().await.expect("a session");
    site.pass(61);
    assert_eq!(console.desk.give_up_on_runners().await.expect("looked at"), 1);
    let shown = site.resumption(&second).await;
    assert_eq!((&shown["state"], &shown["cause"]), (&json!("failed"), &json!("the runner build-7 stopped answering")));
    assert!(!shown["next_try"].is_null(), "{shown}");
    assert_eq!(site.resumption(&approval).await["state"], "resumed");
    assert_eq!(console.desk.give_up_on_runners().await.expect("looked at"), 0);
}

async fn nothing_is_repeated_by_itself_once_the_call_was_allowed(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.approved(ONE, "note-1").await;
    site.lease().await.expect("a session");
    assert_eq!(site.call_again(ONE, "note-1").await["outcome"], "allow");
    site.pass(61);
    assert_eq!(site.lease().await, None, "the call may have run");
    assert_eq!(console.desk.give_up_on_runners().await.expect("looked at"), 1);
    let shown = site.resumption(&approval).await;
    assert_eq!((&shown["state"], &shown["next_try"]), (&json!("failed"), &json!(null)), "{shown}");
    assert!(shown["cause"].as_str().expect("a cause").contains("may have run"), "{shown}");
    site.pass(24 * 3_600);
    assert_eq!(site.lease().await, None, "however long it lasts");
    let retry = format!("/approvals/{approval}/resumption/retry");
    console.post(&site.ana, &retry, &json!({})).await.expect(200);
    let lent = site.lease().await.expect("a person has looked");
    site.report(&lent, "already_resumed", json!({})).await.expect(200);
    assert_eq!(site.resumption(&approval).await["state"], "resumed");
}

async fn a_decision_wakes_a_runner_that_waits(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.suspended(ONE, "note-1").await;
    let wait = json!({"wait": 60});
    let waiting = console.post(&site.runner, "/runner/lease", &wait);
    let (lent, decided) = tokio::join!(waiting, site.agent.approve(&site.ana, &approval));
    decided.expect(201);
    assert_eq!(lent.expect(200)["approval_id"], approval);
}
