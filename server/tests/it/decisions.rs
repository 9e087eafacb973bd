//! Decisions: who may decide, on what, and what they are told when they may not.

use std::time::Duration;

use domain::{Role, event::Event};
use serde_json::json;
use server::{desk::Caller, store};
use sqlx::{Connection as _, PgConnection};

use crate::support::{Agent, Kept, TestConsole, on_both, trials::trials};

on_both!(
    the_owner_is_whoever_owns_the_key_that_began_the_run,
    people_outside_or_excluded_cannot_decide,
    a_person_fills_one_seat,
    a_repeat_gets_the_stored_decision,
    the_second_is_told_who_was_first,
    a_decision_binds_to_the_package_that_was_read,
    a_rejection_needs_its_reason,
    approving_needs_every_condition_to_hold_now,
    the_policy_says_whether_a_token_may_decide,
    no_vote_is_stored_once_access_has_ended,
);

async fn the_owner_is_whoever_owns_the_key_that_began_the_run(console: TestConsole) {
    let mut agent = console.cast().await;
    agent.prepare().await;
    // The harness goes on with another key, which nobody owns.
    agent.key = console.key("spare", &[domain::Scope::Hook], None).await;
    let approval = agent.suspended_payment("pay-1").await;
    let token = console.token("dev").await;
    assert_eq!(agent.approve(&token, &approval).await.problem(), "403 self_approval");
}

async fn people_outside_or_excluded_cannot_decide(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    console.person("Otto Kern", &[Role::Reviewer], &["others"]).await;
    let approval = agent.suspended_payment("pay-1").await;
    let table = [
        ("rosa", "403 self_approval"), // asked for the run
        ("dev", "403 self_approval"),  // owns the agent
        ("otto", "403 not_entitled"),  // another group
    ];
    for (person, told) in table {
        let token = console.token(person).await;
        assert_eq!(agent.approve(&token, &approval).await.problem(), told, "{person}");
    }
    assert_eq!(agent.approve(&agent.key, &approval).await.problem(), "403 wrong_scope");
    assert_eq!(agent.outcome(&approval).await["status"], "AWAITING_HUMAN_REVIEW");
}

async fn a_person_fills_one_seat(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let mira = console.token("mira").await;
    let first = agent.decide(&mira, &approval, json!({"verdict": "approve", "for_group": "risk"})).await.expect(201);
    assert_eq!(first["group"], "risk");
    let second =
        agent.decide(&mira, &approval, json!({"verdict": "reject", "reason_code": "doubt", "notes": "x"})).await;
    assert_eq!(second.problem(), "409 already_voted");
    // The risk seat is taken: another risk person finds none open.
    assert_eq!(agent.approve(&console.token("tomas").await, &approval).await.problem(), "403 not_entitled");
    agent.approve(&console.token("ana").await, &approval).await.expect(201);
}

async fn a_repeat_gets_the_stored_decision(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let ana = console.token("ana").await;
    let seen = agent.approval(&approval).await;
    let body = json!({"verdict": "approve", "revision": 1, "package_digest": seen["package_digest"]});
    let path = format!("/approvals/{approval}/decisions");
    let first = console.post(&ana, &path, &body).await.expect(201);
    agent.approve(&console.token("tomas").await, &approval).await.expect(201);
    let again = console.post(&ana, &path, &body).await.expect(200);
    assert_eq!(again["decision_id"], first["decision_id"]);
}

async fn the_second_is_told_who_was_first(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let seen = agent.approval(&approval).await;
    let reject = json!({"verdict": "reject", "reason_code": "limit", "notes": "Too much."});
    agent.decide(&console.token("tomas").await, &approval, reject).await.expect(201);
    let late = json!({"verdict": "approve", "revision": 1, "package_digest": seen["package_digest"]});
    let refused = console.post(&console.token("ana").await, &format!("/approvals/{approval}/decisions"), &late).await;
    assert_eq!(refused.problem(), "409 already_decided");
    let body = refused.json();
    assert_eq!((&body["winner"], &body["approval_status"]), (&json!("Tomas Lindqvist"), &json!("rejected")));
    assert_eq!(body["status"], 409, "a problem document's status is the answer's");
    assert_eq!(body["decided_at"], "2026-11-21T09:00:00Z");
}

async fn a_decision_binds_to_the_package_that_was_read(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let ana = console.token("ana").await;
    let path = format!("/approvals/{approval}/decisions");
    let digest = agent.approval(&approval).await["package_digest"].clone();
    let other = json!("0".repeat(64));
    let table = [
        (json!({"verdict": "approve", "package_digest": digest}), "428 revision_required"),
        (json!({"verdict": "approve", "package_digest": digest, "revision": 7}), "412 stale_revision"),
        (json!({"verdict": "approve", "package_digest": other, "revision": 1}), "422 digest_mismatch"),
        (json!({"verdict": "maybe", "package_digest": digest, "revision": 1}), "422 invalid_field"),
        (json!({"verdict": "approve", "package_digest": digest, "revision": 1, "force": true}), "422 unknown_field"),
    ];
    for (body, told) in table {
        assert_eq!(console.post(&ana, &path, &body).await.problem(), told, "{body}");
    }
    let shown = console.get(&ana, &format!("/approvals/{approval}")).await;
    assert_eq!(shown.headers["etag"], "\"1\"");
    assert!(shown.json()["votes"].as_array().expect("votes").is_empty());
}

async fn a_rejection_needs_its_reason(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let ana = console.token("ana").await;
    let table = [
        (json!({"verdict": "reject"}), "422 reason_required", "/reason_code"),
        (json!({"verdict": "reject", "reason_code": "doubt"}), "422 reason_required", "/notes"),
        (json!({"verdict": "reject", "reason_code": "doubt", "notes": "  "}), "422 reason_required", "/notes"),
        (json!({"verdict": "reject", "reason_code": "mood", "notes": "x"}), "422 invalid_field", "/reason_code"),
        (json!({"verdict": "approve", "notes": "a\u{0}b"}), "422 invalid_field", "/notes"),
    ];
    for (body, told, place) in table {
        let refused = agent.decide(&ana, &approval, body.clone()).await;
        assert_eq!(refused.problem(), told, "{body}");
        assert_eq!(refused.json()["errors"][0]["path"], place, "{body}");
    }
    assert_eq!(agent.outcome(&approval).await["status"], "AWAITING_HUMAN_REVIEW");
}

async fn approving_needs_every_condition_to_hold_now(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let ana = console.token("ana").await;
    let refused = agent.approve(&ana, &approval).await;
    assert_eq!(refused.problem(), "409 conditions_changed");
    assert_eq!(refused.json()["unmet"][0]["recorded"], "FROZEN");
    // Rejecting needs no condition.
    let reject = json!({"verdict": "reject", "reason_code": "doubt", "notes": "Frozen."});
    agent.decide(&ana, &approval, reject).await.expect(201);
}

async fn the_policy_says_whether_a_token_may_decide(console: TestConsole) {
    let agent = console.cast().await;
    let strict = crate::support::PAYMENTS.replace("via: [console, api]", "via: [console]");
    console.desk.publish_workflow(&Caller::CommandLine, None, &strict).await.expect("a version");
    let agent = agent.again().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let refused = agent.approve(&console.token("ana").await, &approval).await;
    assert_eq!(refused.problem(), "403 not_entitled");
    assert!(refused.text.contains("console only"));
}

/// A note that waits for Compliance, in a run of its own.
async fn waiting_note<'a>(agent: &Agent<'a>) -> (Agent<'a>, String) {
    let run = agent.again().await;
    let asked = run.check("note-1", "note", json!({"text": "Hello."})).await;
    let approval = asked["approval_id"].as_str().expect("an approval").to_owned();
    (run, approval)
}

async fn no_vote_is_stored_once_access_has_ended(console: TestConsole) {
    let agent = console.cast().await;
    for round in 0..trials(10) {
        let (name, email) = (format!("Eva{round} Lang"), format!("eva{round}@example.com"));
        console.person(&name, &[Role::Reviewer], &["compliance"]).await;
        let token = console.token(&format!("eva{round}")).await;
        let (run, approval) = waiting_note(&agent).await;
        let ends = async {
            if round % 2 == 0 {
                console.desk.disable_person(&Caller::CommandLine, &email).await.expect("disabled");
            } else {
                let left = vec!["compliance".to_owned()];
                console.desk.change_groups(&Caller::CommandLine, &email, Vec::new(), left).await.expect("left");
            }
        };
        let (voted, ()) = tokio::join!(run.approve(&token, &approval), ends);
        assert!([201, 401, 403].contains(&voted.status.as_u16()), "{}", voted.text);
        assert_eq!(outcome_before_end(&console, &approval).await, voted.status == 201, "round {round}: {}", voted.text);
    }
    if let Kept::Postgres(url) = &console.kept {
        a_vote_waits_for_a_change_to_access(&console, &agent, url).await;
    }
}

/// Whether the log holds the decision on this approval before the last end of somebody's access.
async fn outcome_before_end(console: &TestConsole, approval: &str) -> bool {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = store::event::list_after(&mut tx, 0, 10_000).await.expect("the log");
    let is_end = |event: &Event| matches!(event, Event::PersonDisabled { .. } | Event::GroupLeft { .. });
    let ended = log.iter().rposition(|logged| is_end(&logged.entry.event)).expect("an end");
    let is_vote =
        |event: &Event| matches!(event, Event::DecisionRecorded { approval: of, .. } if of.to_string() == approval);
    let vote = log.iter().position(|logged| is_vote(&logged.entry.event));
    assert!(vote.is_none_or(|vote| vote < ended), "a vote was stored after its reviewer's access had ended");
    vote.is_some()
}

/// Until somebody waits for a lock of another; a while at the longest.
async fn somebody_waits(url: &str) {
    let mut conn = PgConnection::connect(url).await.expect("PostgreSQL");
    for _ in 0..100 {
        let waits =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let waiting: i64 = sqlx::query_scalar(waits).fetch_one(&mut conn).await.expect("a count");
        if waiting > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_vote_waits_for_a_change_to_access(console: &TestConsole, agent: &Agent<'_>, url: &str) {
    let (ana, mira) = (console.token("ana").await, console.token("mira").await);
    let mut conn = PgConnection::connect(url).await.expect("PostgreSQL");
    // Votes keep nobody else's vote waiting.
    let (run, approval) = waiting_note(agent).await;
    let mut voting = conn.begin().await.expect("begun");
    let keeps = "SELECT changes FROM access_change WHERE id = 1 FOR SHARE";
    sqlx::query(keeps).execute(&mut *voting).await.expect("kept");
    run.approve(&mira, &approval).await.expect(201);
    voting.rollback().await.expect("ended");
    let (run, approval) = waiting_note(agent).await;
    let mut change = conn.begin().await.expect("begun");
    for statement in [
        "UPDATE access_change SET changes = changes + 1 WHERE id = 1",
        "UPDATE person SET disabled_at = now() WHERE email = 'ana@example.com'",
    ] {
        sqlx::query(statement).execute(&mut *change).await.expect("changed");
    }
    let ends = async {
        somebody_waits(url).await;
        change.commit().await.expect("committed");
    };
    let (voted, ()) = tokio::join!(run.approve(&ana, &approval), ends);
    assert_eq!(voted.problem(), "403 not_entitled", "{}", voted.text);
    assert_eq!(run.outcome(&approval).await["status"], "AWAITING_HUMAN_REVIEW");
}
