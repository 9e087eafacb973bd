//! Questions before a decision.

use axum::http::Method;
use chrono::TimeDelta;
use domain::{Role, Scope};
use serde_json::{Value, json};

use crate::support::{Agent, Browser, PASSWORD, Reply, TestConsole, on_both};

on_both!(
    a_question_is_answered_and_the_new_revision_decided,
    a_poll_that_has_seen_the_question_waits_for_the_answer,
    the_deadline_stands_still_meanwhile,
    a_question_nobody_answers_ends_with_the_deadline,
    who_may_ask_and_who_may_answer,
    an_answer_is_bounded_and_given_once,
    while_a_question_is_open_one_may_reject_but_not_approve,
    of_an_answer_a_rejection_and_a_cancellation_one_wins,
);

const QUESTION: &str = "Which invoice is it?";

async fn ask(agent: &Agent<'_>, token: &str, approval: &str) -> Reply {
    agent.decide(token, approval, json!({"verdict": "request_information", "notes": QUESTION})).await
}

async fn answer(agent: &Agent<'_>, approval: &str, body: &Value) -> Reply {
    agent.console.post(&agent.key, &format!("/approvals/{approval}/information"), body).await
}

async fn a_question_is_answered_and_the_new_revision_decided(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let first = agent.approval(&approval).await;
    agent.approve(&ana, &approval).await.expect(201);
    let path = format!("/approvals/{approval}/decision?wait=30");
    let poll = async { console.get(&agent.key, &path).await.expect(200) };
    let (told, asked) = tokio::join!(poll, ask(&agent, &tomas, &approval));
    assert_eq!(asked.expect(201)["status"], "pending");
    assert_eq!((&told["status"], &told["question"]), (&json!("information_requested"), &json!(QUESTION)));
    assert_eq!((&told["asked_by"], &told["revision"]), (&json!("Tomas Lindqvist"), &json!(2)));
    // The session stays suspended, the call stays held, and asking the same again stores nothing.
    assert_eq!(agent.pay("pay-1").await["outcome"], "suspend");
    let again = json!({
        "verdict": "request_information", "notes": QUESTION, "revision": 1, "package_digest": first["package_digest"],
    });
    console.post(&tomas, &format!("/approvals/{approval}/decisions"), &again).await.expect(200);
    let listed = console.get(&ana, "/approvals?status=pending").await.expect(200);
    assert_eq!(listed["items"][0]["is_waiting_for_information"], true);
    let body = json!({"answer": "Invoice 88, <b>attached</b>.", "attachments": {"invoice": [88]}});
    let given = answer(&agent, &approval, &body).await.expect(200);
    assert_eq!((&given["status"], &given["revision"]), (&json!("AWAITING_HUMAN_REVIEW"), &json!(3)));
    assert_eq!(answer(&agent, &approval, &body).await.expect(200), given);
    let shown = agent.approval(&approval).await;
    assert_ne!(shown["package_digest"], first["package_digest"]);
    let information = &shown["package"]["information"][0];
    assert_eq!((&information["question"], &information["answer"]["by"]), (&json!(QUESTION), &json!("agent")));
    assert_eq!(information["answer"]["attachments"], json!({"invoice": [88]}));
    // Decisions on what was read before are refused; the vote given before counts no more and is given again.
    let old = json!({"verdict": "approve", "revision": 1, "package_digest": first["package_digest"]});
    for token in [&ana, &tomas] {
        let refused = console.post(token, &format!("/approvals/{approval}/decisions"), &old).await;
        assert_eq!(refused.problem(), "412 stale_revision");
    }
    assert_eq!(agent.approve(&tomas, &approval).await.expect(201)["status"], "pending");
    assert_eq!(agent.approve(&ana, &approval).await.expect(201)["status"], "approved");
    assert_eq!(agent.outcome(&approval).await["reviewers"].as_array().map(Vec::len), Some(2));
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
    let kinds = agent.kinds().await;
    for once in ["information.requested", "information.given", "approval.approved", "resumption.queued"] {
        assert_eq!(kinds.iter().filter(|kind| *kind == once).count(), 1, "{once} in {kinds:?}");
    }
}

async fn a_poll_that_has_seen_the_question_waits_for_the_answer(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    ask(&agent, &ana, &approval).await.expect(201);
    let reject = json!({"verdict": "reject", "reason_code": "doubt", "notes": "Never mind."});
    let path = format!("/approvals/{approval}/decision?wait=30&seen=2");
    let poll = async { console.get(&agent.key, &path).await.expect(200) };
    let (told, rejected) = tokio::join!(poll, agent.decide(&tomas, &approval, reject));
    rejected.expect(201);
    assert_eq!(told["status"], "rejected");
}

async fn the_deadline_stands_still_meanwhile(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let ana = console.token("ana").await;
    console.pass(TimeDelta::hours(20));
    ask(&agent, &ana, &approval).await.expect(201);
    // Beyond the deadline the policy gave, and nothing has expired.
    console.pass(TimeDelta::hours(10));
    assert_eq!(console.desk.expire_overdue().await.expect("a round"), 0);
    let given = answer(&agent, &approval, &json!({"answer": "Invoice 88."})).await.expect(200);
    assert_eq!(given["eta_hours"], 4);
    console.pass(TimeDelta::hours(4));
    let late = agent.approve(&ana, &approval).await;
    assert_eq!(late.problem(), "409 expired");
    assert_eq!(agent.outcome(&approval).await["status"], "expired");
}

async fn a_question_nobody_answers_ends_with_the_deadline(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    ask(&agent, &console.token("ana").await, &approval).await.expect(201);
    // A day of pause at the most, then the day the policy gives.
    console.pass(TimeDelta::hours(48) - TimeDelta::minutes(1));
    assert_eq!(agent.outcome(&approval).await["status"], "information_requested");
    console.pass(TimeDelta::minutes(1));
    assert_eq!(answer(&agent, &approval, &json!({"answer": "Late."})).await.problem(), "409 expired");
    assert_eq!(agent.outcome(&approval).await["status"], "expired");
    assert_eq!(agent.status().await["status"], "active");
}

async fn who_may_ask_and_who_may_answer(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    console.person("Otto Kern", &[Role::Reviewer], &["others"]).await;
    console.person("Sam Whitfield", &[Role::Auditor], &[]).await;
    let approval = agent.suspended_payment("pay-1").await;
    for (person, told) in [("otto", "403 not_entitled"), ("rosa", "403 self_approval"), ("dev", "403 self_approval")] {
        assert_eq!(ask(&agent, &console.token(person).await, &approval).await.problem(), told, "{person}");
    }
    let mira = console.token("mira").await;
    let silent = agent.decide(&mira, &approval, json!({"verdict": "request_information", "notes": " "})).await;
    assert_eq!(
        (silent.problem().as_str(), &silent.json()["errors"][0]["path"]),
        ("422 reason_required", &json!("/notes"))
    );
    assert_eq!(answer(&agent, &approval, &json!({"answer": "x"})).await.problem(), "409 illegal_move");
    ask(&agent, &mira, &approval).await.expect(201);
    let path = format!("/approvals/{approval}/information");
    let model = console.key("model", &[Scope::Agent], None).await;
    for key in [&mira, &agent.ledger, &model] {
        assert_eq!(console.post(key, &path, &json!({"answer": "x"})).await.problem(), "403 wrong_scope");
    }
    // In the console anybody may who does more than read, but not the person who asked.
    let forms = [("sam", "403"), ("mira", "403"), ("rosa", "303")];
    for (person, status) in forms {
        let reply = post_form(&console, person, &approval, "Invoice 88.").await;
        assert_eq!(reply.status.as_str(), status, "{person}: {}", reply.text);
    }
    let shown = agent.approval(&approval).await;
    let given = &shown["package"]["information"][0]["answer"];
    assert_eq!((&given["by"], &given["from_agent"]), (&json!("Rosa Quist"), &json!(false)));
}

/// Posts the answer form as a signed-in person.
async fn post_form(console: &TestConsole, person: &str, approval: &str, answer: &str) -> Reply {
    let mut browser = Browser::new(console);
    let signed_in = browser.sign_in(&format!("{person}@example.com"), PASSWORD).await;
    assert_eq!(signed_in.status.as_u16(), 303, "{}", signed_in.text);
    let fields = [("form", "information"), ("revision", "2"), ("answer", answer)];
    browser.send(Method::POST, &format!("/approvals/{approval}"), &fields).await
}

async fn an_answer_is_bounded_and_given_once(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let ana = console.token("ana").await;
    ask(&agent, &ana, &approval).await.expect(201);
    let table = [
        (json!({}), "422 invalid_field"),
        (json!({"answer": " "}), "422 invalid_field"),
        (json!({"answer": "x".repeat(8_001)}), "422 invalid_field"),
        (json!({"answer": "x", "attachments": ["x".repeat(64 << 10)]}), "422 invalid_field"),
        (json!({"answer": "x", "revision": 2}), "422 unknown_field"),
    ];
    for (body, told) in table {
        assert_eq!(answer(&agent, &approval, &body).await.problem(), told, "{told}");
    }
    answer(&agent, &approval, &json!({"answer": "One."})).await.expect(200);
    assert_eq!(answer(&agent, &approval, &json!({"answer": "Two."})).await.problem(), "409 illegal_move");
    // As many questions as a person can read; then one decides on what is known.
    for round in 1..20 {
        ask(&agent, &ana, &approval).await.expect(201);
        answer(&agent, &approval, &json!({"answer": format!("Answer {round}.")})).await.expect(200);
    }
    assert_eq!(ask(&agent, &ana, &approval).await.problem(), "409 illegal_move");
}

async fn while_a_question_is_open_one_may_reject_but_not_approve(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    ask(&agent, &ana, &approval).await.expect(201);
    assert_eq!(agent.approve(&tomas, &approval).await.problem(), "409 information_requested");
    assert_eq!(ask(&agent, &tomas, &approval).await.problem(), "409 information_requested");
    let reject = json!({"verdict": "reject", "reason_code": "doubt", "notes": "Too vague."});
    assert_eq!(agent.decide(&ana, &approval, reject).await.expect(201)["status"], "rejected");
    assert_eq!(answer(&agent, &approval, &json!({"answer": "Late."})).await.problem(), "409 already_decided");
    assert!(agent.pay("pay-1").await["error"].as_str().is_some_and(|error| error.contains("Too vague.")));
}

async fn of_an_answer_a_rejection_and_a_cancellation_one_wins(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    for _ in 0..10 {
        let run = agent.again().await;
        run.prepare().await;
        let approval = run.suspended_payment("pay-1").await;
        ask(&run, &ana, &approval).await.expect(201);
        let reject = json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."});
        let path = format!("/approvals/{approval}/cancel");
        let (body, reason) = (json!({"answer": "Invoice 88."}), json!({"reason": "Asked for twice."}));
        let (answered, rejected, cancelled) = tokio::join!(
            answer(&run, &approval, &body),
            run.decide(&tomas, &approval, reject),
            console.post(&run.key, &path, &reason),
        );
        let outcome = run.outcome(&approval).await;
        let ends = [rejected.status.as_u16() == 201, cancelled.status.as_u16() == 200];
        assert_eq!(ends.iter().filter(|ended| **ended).count(), 1, "{} {}", rejected.text, cancelled.text);
        assert_eq!(outcome["status"], if ends[0] { "rejected" } else { "cancelled" });
        let kinds = run.kinds().await;
        let given = kinds.iter().filter(|kind| *kind == "information.given").count();
        assert_eq!(given, usize::from(answered.status.as_u16() == 200), "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| *kind == "session.resumed").count(), 1, "{kinds:?}");
    }
}
