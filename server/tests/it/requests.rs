//! Approvals an agent asks for itself.

use domain::Scope;
use serde_json::{Value, json};

use crate::support::{Agent, ORIGIN, Reply, TestConsole, on_both};

on_both!(
    a_request_waits_for_people_and_opens_no_gate,
    a_request_about_a_call_is_a_gate_check,
    a_request_is_made_once,
    a_request_names_its_session_where_there_are_several,
    a_request_is_bounded_and_its_fields_are_known,
    who_may_ask_and_who_may_decide,
    a_workflow_without_requests_takes_none,
    a_run_holds_no_more_than_people_can_read,
    a_state_blob_is_given_back_to_its_key_alone,
    a_state_blob_comes_along_with_a_call_that_waits_already,
);

async fn ask(agent: &Agent<'_>, body: Value) -> Reply {
    agent.post("approvals", &body).await
}

fn id(answer: &Value) -> String {
    answer["approval_id"].as_str().expect("an approval").to_owned()
}

async fn a_request_waits_for_people_and_opens_no_gate(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let said = json!([
        {"role": "user", "text": "Pay the <b>rest</b> next week."},
        {"role": "assistant", "content": [{"type": "text", "text": "I ask first."}], "model": "m"},
    ]);
    let asked = ask(&agent, json!({"summary": "May I promise a date?", "transcript": said})).await.expect(201);
    let approval = id(&asked);
    assert_eq!((&asked["status"], &asked["eta_hours"]), (&json!("AWAITING_HUMAN_REVIEW"), &json!(24)));
    assert_eq!(asked["url"], format!("{ORIGIN}/approvals/{approval}"));
    assert_eq!(agent.status().await["status"], "suspended");
    let blocked = agent.pay("pay-1").await;
    assert_eq!(blocked["error"], format!("awaiting {approval}: the session waits for a person to decide."));
    let shown = agent.approval(&approval).await;
    assert_eq!((&shown["origin"], &shown["package"]["summary"]), (&json!("request"), &json!("May I promise a date?")));
    assert_eq!(shown["package"]["transcript"]["messages"], 2);
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, &approval).await.expect(201);
    }
    assert_eq!(agent.outcome(&approval).await["status"], "approved");
    // It lets no call run: the payment is reviewed as if nobody had been asked.
    let payment = agent.suspended_payment("pay-2").await;
    assert_ne!(payment, approval);
    let kinds = agent.kinds().await;
    let story =
        ["approval.opened", "session.suspended", "approval.approved", "session.resumed", "resumption.delivered"];
    let mut rest = kinds.iter();
    for wanted in story {
        assert!(rest.any(|kind| kind == wanted), "{wanted} is missing or out of order in {kinds:?}");
    }
    assert!(!kinds.iter().any(|kind| kind == "approval.consumed"), "{kinds:?}");
}

async fn a_request_about_a_call_is_a_gate_check(console: TestConsole) {
    let agent = console.cast().await;
    let pay = |id: &str, amount: u32| json!({"summary": "Pay it?", "action": {"tool": "pay", "input": {"to": "ACME", "amount": amount}, "tool_use_id": id}});
    let blocked = ask(&agent, pay("pay-0", 250)).await.expect(200);
    assert_eq!(blocked["outcome"], "block");
    agent.prepare().await;
    assert_eq!(ask(&agent, pay("pay-1", 50)).await.expect(200)["outcome"], "allow");
    let mut body = pay("pay-2", 250);
    body["transcript"] = json!([{"role": "user", "text": "Pay ACME."}]);
    let asked = ask(&agent, body.clone()).await.expect(201);
    let approval = id(&asked);
    assert_eq!(asked["status"], "AWAITING_HUMAN_REVIEW");
    // The same call again is the same approval, asked for or checked.
    assert_eq!(id(&ask(&agent, body).await.expect(201)), approval);
    assert_eq!(agent.pay("pay-2").await["approval_id"], approval);
    let shown = agent.approval(&approval).await;
    assert_eq!((&shown["origin"], &shown["package"]["summary"]), (&json!("gate"), &json!("Pay it?")));
    assert_eq!(shown["package"]["transcript"]["messages"], 1);
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, &approval).await.expect(201);
    }
    assert_eq!(agent.pay("pay-2").await["outcome"], "allow");
}

async fn a_request_is_made_once(console: TestConsole) {
    let agent = console.cast().await;
    let path = format!("/api/v1/runs/{}/approvals", agent.run);
    let send = async |body: Value| {
        let request = axum::http::Request::post(&path)
            .header("host", "console.test")
            .header("authorization", format!("Bearer {}", agent.key))
            .header("content-type", "application/json")
            .header("idempotency-key", "once");
        console.send(request.body(axum::body::Body::from(body.to_string())).expect("a request")).await
    };
    let body = json!({"summary": "May I?"});
    let first = send(body.clone()).await.expect(201);
    assert_eq!(send(body.clone()).await.expect(201), first);
    assert_eq!(send(json!({"summary": "May I not?"})).await.problem(), "422 idempotency_mismatch");
    let (one, other) = tokio::join!(send(body.clone()), send(body));
    assert_eq!((one.expect(201), other.expect(201)), (first.clone(), first));
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.opened").count(), 1);
}

async fn a_request_names_its_session_where_there_are_several(console: TestConsole) {
    let agent = console.cast().await;
    agent.post("sessions", &json!({"framework": "test", "id": "s2"})).await.expect(201);
    let refused = ask(&agent, json!({"summary": "May I?"})).await;
    assert_eq!(refused.problem(), "422 invalid_field");
    assert_eq!(refused.json()["errors"][0]["path"], "/session_id");
    assert_eq!(ask(&agent, json!({"summary": "May I?", "session_id": "s9"})).await.problem(), "404 not_found");
    let first = id(&ask(&agent, json!({"summary": "May I?", "session_id": "s2"})).await.expect(201));
    // A session may wait for several; it goes on when the last has ended.
    let second = id(&ask(&agent, json!({"summary": "And that?", "session_id": "s2"})).await.expect(201));
    let ana = console.token("ana").await;
    let reject = json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."});
    agent.decide(&ana, &first, reject.clone()).await.expect(201);
    assert_eq!(agent.status().await["sessions"][1]["status"], "suspended");
    agent.decide(&ana, &second, reject).await.expect(201);
    assert_eq!(agent.status().await["sessions"][1]["status"], "active");
    agent.post("cancel", &json!({"reason": "Done."})).await.expect(200);
    assert_eq!(ask(&agent, json!({"summary": "May I?", "session_id": "s1"})).await.problem(), "409 run_ended");
}

async fn a_request_is_bounded_and_its_fields_are_known(console: TestConsole) {
    let agent = console.cast().await;
    let table = [
        (json!({}), "422 invalid_field", ""),
        (json!({"summary": " "}), "422 invalid_field", "/summary"),
        (json!({"summary": "x".repeat(4_001)}), "422 invalid_field", "/summary"),
        (json!({"summary": "x", "items": []}), "422 invalid_field", "/items"),
        (json!({"summary": "x", "transcript": "x"}), "422 invalid_field", "/transcript"),
        (json!({"summary": "x", "transcript": [{"role": "user"}]}), "422 invalid_field", "/transcript/0/content"),
        (json!({"summary": "x", "state_blob": "x".repeat((256 << 10) + 1)}), "422 invalid_field", "/state_blob"),
        (json!({"summary": "x", "action": {"tool": "pay"}}), "422 invalid_field", "/action"),
        (
            json!({"summary": "x", "action": {"tool": "pay", "input": 7, "tool_use_id": "t"}}),
            "422 invalid_field",
            "/input",
        ),
    ];
    for (body, told, place) in table {
        let refused = ask(&agent, body.clone()).await;
        assert_eq!(refused.problem(), told, "{body}");
        assert_eq!(refused.json()["errors"][0]["path"], place, "{}", refused.text);
    }
    assert_eq!(agent.status().await["status"], "active");
}

async fn who_may_ask_and_who_may_decide(console: TestConsole) {
    let mut agent = console.cast().await;
    for key in [console.token("ana").await, agent.ledger.clone()] {
        let path = format!("/runs/{}/approvals", agent.run);
        assert_eq!(console.post(&key, &path, &json!({"summary": "x"})).await.problem(), "403 wrong_scope");
    }
    let hook = std::mem::replace(&mut agent.key, console.key("model", &[Scope::Agent], None).await);
    let approval = id(&ask(&agent, json!({"summary": "May I?"})).await.expect(201));
    agent.key = hook;
    // The requester and the agent's owner decide nothing here either.
    for person in ["rosa", "dev"] {
        assert_eq!(agent.approve(&console.token(person).await, &approval).await.problem(), "403 self_approval");
    }
    agent.approve(&console.token("ana").await, &approval).await.expect(201);
    assert_eq!(agent.approve(&console.token("mira").await, &approval).await.expect(201)["status"], "approved");
}

async fn a_workflow_without_requests_takes_none(console: TestConsole) {
    let agent = console.cast().await;
    let without = crate::support::PAYMENTS.replace("requests: { policy: two-groups }", "");
    console.desk.publish_workflow(&server::desk::Caller::CommandLine, None, &without).await.expect("a version");
    let agent = agent.again().await;
    assert_eq!(ask(&agent, json!({"summary": "May I?"})).await.problem(), "409 requests_not_taken");
    let unknown =
        crate::support::PAYMENTS.replace("requests: { policy: two-groups }", "requests: { policy: two-group }");
    let error = console.desk.publish_workflow(&server::desk::Caller::CommandLine, None, &unknown).await;
    let error = error.expect_err("no such policy").to_string();
    assert!(error.contains("policy") || !error.is_empty(), "{error}");
}

async fn a_run_holds_no_more_than_people_can_read(console: TestConsole) {
    let agent = console.cast().await;
    for number in 0..50 {
        ask(&agent, json!({"summary": format!("May I do {number}?")})).await.expect(201);
    }
    assert_eq!(ask(&agent, json!({"summary": "One more?"})).await.problem(), "429 too_many");
    let ended = agent.post("cancel", &json!({"reason": "Too many."})).await.expect(200);
    assert_eq!(ended["approvals_ended"], 50);
}

async fn a_state_blob_is_given_back_to_its_key_alone(console: TestConsole) {
    let agent = console.cast().await;
    let blob = "resume:\u{0}42 secret-state".repeat(100);
    let asked = ask(&agent, json!({"summary": "May I?", "state_blob": blob})).await.expect(201);
    let approval = id(&asked);
    assert!(agent.outcome(&approval).await.get("state_blob").is_none(), "not before the end");
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, &approval).await.expect(201);
    }
    let other = console.key("other", &[Scope::Hook], None).await;
    let path = format!("/approvals/{approval}/decision");
    assert!(console.get(&other, &path).await.expect(200).get("state_blob").is_none());
    for _ in 0..2 {
        assert_eq!(agent.outcome(&approval).await["state_blob"], blob);
    }
    // It is in no view and in no log.
    let timeline = console.get(&agent.key, &format!("/runs/{}/timeline?limit=200", agent.run)).await;
    for text in [agent.approval(&approval).await.to_string(), timeline.text] {
        assert!(!text.contains("secret-state"), "{text}");
    }
    if let Some(file) = console.kept.file() {
        for name in [file.clone(), file.with_extension("db-wal")] {
            let bytes = std::fs::read(name).unwrap_or_default();
            assert!(!bytes.windows(12).any(|window| window == b"secret-state"), "sealed at rest");
        }
    }
}

async fn a_state_blob_comes_along_with_a_call_that_waits_already(console: TestConsole) {
    let mut agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let body = |blob: &str| {
        let action = json!({"tool": "pay", "input": {"to": "ACME", "amount": 250}, "tool_use_id": "pay-1"});
        json!({"summary": "Pay it?", "action": action, "state_blob": blob})
    };
    for blob in ["first", "second", "second"] {
        assert_eq!(id(&ask(&agent, body(blob)).await.expect(201)), approval);
    }
    // A state that cannot be kept is not dropped without a word.
    let hook = std::mem::replace(&mut agent.key, console.key("other", &[Scope::Hook], None).await);
    assert_eq!(ask(&agent, body("third")).await.problem(), "409 conflict");
    agent.key = hook;
    for person in ["ana", "tomas"] {
        agent.approve(&console.token(person).await, &approval).await.expect(201);
    }
    assert_eq!(agent.outcome(&approval).await["state_blob"], "second");
}
