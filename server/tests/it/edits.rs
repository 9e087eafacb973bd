//! Approving with edits: what runs is what the reviewer wrote, it passes the gates, and earlier votes count no more.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{ANA, Agent, Browser, PASSWORD, Reply, TestConsole, on_both};

on_both!(
    an_edit_makes_a_revision_and_what_was_written_runs_once,
    what_a_gate_blocks_is_no_edit,
    an_edit_nobody_would_have_to_review_is_named_after_itself,
    conditions_are_looked_at_again_for_what_was_written,
    of_two_editors_one_is_told_to_read_again,
    a_second_edit_may_take_the_first_back,
    a_rejected_edit_stays_rejected,
    the_form_edits_too_and_keeps_what_was_typed,
);

fn payment(amount: i64) -> Value {
    json!({"to": "ACME", "amount": amount})
}

async fn edit(agent: &Agent<'_>, token: &str, approval: &str, input: Value) -> Reply {
    agent.decide(token, approval, json!({"verdict": "approve", "edited_input": input})).await
}

async fn waiting(console: &TestConsole) -> (Agent<'_>, String, [String; 2]) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let people = [console.token("ana").await, console.token("tomas").await];
    (agent, approval, people)
}

async fn an_edit_makes_a_revision_and_what_was_written_runs_once(console: TestConsole) {
    let (agent, approval, [ana, tomas]) = waiting(&console).await;
    let first = agent.approval(&approval).await;
    agent.approve(&tomas, &approval).await.expect(201);
    let edited = edit(&agent, &ana, &approval, payment(200)).await.expect(201);
    assert_eq!((&edited["status"], &edited["revision"]), (&json!("pending"), &json!(2)), "{edited}");
    // The same edit again stores nothing.
    let again = json!({
        "verdict": "approve", "edited_input": payment(200), "revision": 1, "package_digest": first["package_digest"],
    });
    let path = format!("/approvals/{approval}/decisions");
    assert_eq!(console.post(&ana, &path, &again).await.expect(200)["decision_id"], edited["decision_id"]);
    let shown = agent.approval(&approval).await;
    assert_eq!((&shown["package"]["title"], &shown["package"]["input"]), (&json!("Pay 200 to ACME"), &payment(200)));
    assert_eq!(shown["package"]["edit"]["asked_input"], payment(250));
    assert_eq!(shown["package"]["edit"]["edited_by"], "Ana Ruiz");
    assert_eq!(shown["package"]["action_digest"], first["package"]["action_digest"], "the call is still known");
    // Tomas's vote was on another call. He reads again.
    assert_eq!(
        console
            .post(
                &tomas,
                &path,
                &json!({"verdict": "approve", "revision": 1, "package_digest": first["package_digest"]})
            )
            .await
            .problem(),
        "412 stale_revision"
    );
    assert_eq!(agent.approve(&tomas, &approval).await.expect(201)["status"], "approved");
    assert_eq!(agent.outcome(&approval).await["edited_input"], payment(200));
    for _ in 0..2 {
        let allowed = agent.pay("pay-1").await;
        assert_eq!((&allowed["outcome"], &allowed["updated_input"]), (&json!("allow"), &payment(200)), "{allowed}");
    }
    // Neither the written nor the asked call may use it again.
    assert_eq!(agent.pay("pay-2").await["outcome"], "suspend");
    let kinds = agent.kinds().await;
    for (kind, times) in [("approval.edited", 1), ("decision.recorded", 3), ("approval.consumed", 1)] {
        assert_eq!(kinds.iter().filter(|known| *known == kind).count(), times, "{kind} in {kinds:?}");
    }
}

async fn what_a_gate_blocks_is_no_edit(console: TestConsole) {
    let (agent, approval, [ana, _]) = waiting(&console).await;
    let before = agent.approval(&approval).await;
    let stored = |problem: &Reply| (problem.problem(), problem.json()["errors"][0]["path"].clone());
    for (input, says) in [
        (json!({"to": "EVIL", "amount": 250}), "Call look_up first."),
        (json!({"to": "ACME"}), "INPUT_INVALID"),
        (json!({"to": "ACME", "amount": 1, "more": true}), "INPUT_INVALID"),
        (json!([250]), "expected an object"),
    ] {
        let refused = edit(&agent, &ana, &approval, input.clone()).await;
        assert_eq!(stored(&refused), ("422 invalid_field".to_owned(), json!("/edited_input")), "{input}");
        assert!(refused.text.contains(says), "{}", refused.text);
    }
    let rejecting = json!({"verdict": "reject", "reason_code": "doubt", "notes": "No.", "edited_input": payment(1)});
    assert_eq!(agent.decide(&ana, &approval, rejecting).await.problem(), "422 invalid_field");
    let request = agent.post("approvals", &json!({"summary": "May I go on?"})).await.expect(201);
    let request = request["approval_id"].as_str().expect("an id");
    assert_eq!(edit(&agent, &ana, request, payment(1)).await.problem(), "422 invalid_field");
    assert_eq!(agent.approval(&approval).await, before, "nothing was stored");
    assert!(!agent.kinds().await.contains(&"approval.edited".to_owned()));
}

async fn an_edit_nobody_would_have_to_review_is_named_after_itself(console: TestConsole) {
    let (agent, approval, [ana, tomas]) = waiting(&console).await;
    edit(&agent, &ana, &approval, payment(50)).await.expect(201);
    assert_eq!(agent.approval(&approval).await["package"]["title"], "Pay 50 to ACME");
    let listed = console.get(&ana, "/approvals?status=pending").await.expect(200);
    assert_eq!(listed["items"][0]["title"], "Pay 50 to ACME");
    assert_eq!(agent.approve(&tomas, &approval).await.expect(201)["status"], "approved");
    assert_eq!(agent.pay("pay-1").await["updated_input"], payment(50));
}

async fn conditions_are_looked_at_again_for_what_was_written(console: TestConsole) {
    let (agent, approval, [ana, tomas]) = waiting(&console).await;
    edit(&agent, &ana, &approval, payment(200)).await.expect(201);
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    // Neither a vote nor another edit passes meanwhile.
    assert_eq!(agent.approve(&tomas, &approval).await.problem(), "409 conditions_changed");
    assert_eq!(edit(&agent, &tomas, &approval, payment(150)).await.problem(), "409 conditions_changed");
    agent.record(json!({"status": "OPEN"})).await.expect(200);
    agent.approve(&tomas, &approval).await.expect(201);
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let blocked = agent.pay("pay-1").await;
    assert_eq!((&blocked["outcome"], &blocked["updated_input"]), (&json!("block"), &Value::Null));
    assert!(blocked["error"].as_str().expect("an error").starts_with("needs a fresh approval"), "{blocked}");
}

async fn of_two_editors_one_is_told_to_read_again(console: TestConsole) {
    let (agent, approval, [ana, tomas]) = waiting(&console).await;
    let shown = agent.approval(&approval).await;
    let path = format!("/approvals/{approval}/decisions");
    let body = |amount: i64| {
        json!({
            "verdict": "approve", "edited_input": payment(amount),
            "revision": shown["revision"], "package_digest": shown["package_digest"],
        })
    };
    let (for_ana, for_tomas) = (body(150), body(160));
    let (one, other) = tokio::join!(console.post(&ana, &path, &for_ana), console.post(&tomas, &path, &for_tomas));
    let mut answers = [one.status.as_u16(), other.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [201, 412]);
    let shown = agent.approval(&approval).await;
    assert_eq!((&shown["revision"], &shown["status"]), (&json!(2), &json!("pending")));
    assert_eq!(shown["votes"].as_array().map(Vec::len), Some(1));
}

async fn a_second_edit_may_take_the_first_back(console: TestConsole) {
    let (agent, approval, [ana, tomas]) = waiting(&console).await;
    edit(&agent, &ana, &approval, payment(200)).await.expect(201);
    edit(&agent, &tomas, &approval, payment(250)).await.expect(201);
    let shown = agent.approval(&approval).await;
    assert_eq!((&shown["revision"], &shown["package"]["edit"]), (&json!(3), &Value::Null));
    assert_eq!(agent.approve(&ana, &approval).await.expect(201)["status"], "approved");
    assert_eq!(agent.outcome(&approval).await["edited_input"], Value::Null);
    let allowed = agent.pay("pay-1").await;
    assert_eq!((&allowed["outcome"], &allowed["updated_input"]), (&json!("allow"), &Value::Null));
}

async fn a_rejected_edit_stays_rejected(console: TestConsole) {
    let (agent, approval, [ana, tomas]) = waiting(&console).await;
    edit(&agent, &ana, &approval, payment(200)).await.expect(201);
    let reject = json!({"verdict": "reject", "reason_code": "doubt", "notes": "Not this payee."});
    agent.decide(&tomas, &approval, reject).await.expect(201);
    assert_eq!(agent.outcome(&approval).await["edited_input"], Value::Null);
    for id in ["pay-1", "pay-2"] {
        let blocked = agent.pay(id).await;
        assert_eq!((&blocked["outcome"], &blocked["updated_input"]), (&json!("block"), &Value::Null), "{blocked}");
    }
}

async fn the_form_edits_too_and_keeps_what_was_typed(console: TestConsole) {
    let (agent, approval, [_, tomas]) = waiting(&console).await;
    let mut browser = Browser::new(&console);
    assert_eq!(browser.sign_in(ANA, PASSWORD).await.status, 303);
    let shown = agent.approval(&approval).await;
    let (path, digest) = (format!("/approvals/{approval}/decide"), shown["package_digest"].as_str().expect("a digest"));
    let fields = |input| {
        [
            ("verdict", "edit"),
            ("revision", "1"),
            ("package_digest", digest),
            ("edited_input", input),
            ("notes", "Less."),
        ]
    };
    for (typed, says) in [
        ("{\"to\": \"ACME\", \"amount\": 200, \"amount\": 9000}", "not JSON that can run"),
        ("{\"to\": \"</textarea><script>\", \"amount\": 200}", "a gate blocks the edited call"),
    ] {
        let refused = browser.send(Method::POST, &path, &fields(typed)).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains(says) && !refused.text.contains("</textarea><script>"), "{}", refused.text);
        assert!(refused.text.contains("200") && refused.text.contains("Less."), "what was typed is kept");
    }
    let stored = browser.send(Method::POST, &path, &fields("{\r\n  \"amount\": 200,\r\n  \"to\": \"ACME\"\r\n}")).await;
    assert_eq!(stored.status, 303, "{}", stored.text);
    let page = browser.send(Method::GET, &format!("/approvals/{approval}"), &[]).await;
    assert!(page.text.contains("Edited by "), "{}", page.text);
    agent.approve(&tomas, &approval).await.expect(201);
    assert_eq!(agent.pay("pay-1").await["updated_input"], payment(200));
}
