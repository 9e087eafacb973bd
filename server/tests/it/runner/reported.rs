//! What follows from reports, and how sessions come to a runner.

use domain::{Scope, resumption::ATTEMPTS};
use serde_json::json;

use super::{ONE, Site, THREE, TWO, by_runner};
use crate::{
    hooks::{Client, context, decision},
    support::{Agent, TestConsole, on_both},
};

on_both!(
    a_call_that_is_gone_is_superseded,
    what_a_session_waits_with_no_more_is_closed,
    tries_follow_the_schedule_and_some_need_a_person_at_once,
    an_expired_approval_and_a_stage_are_told_apart,
    a_session_is_given_to_the_runner_of_its_surroundings,
    a_call_that_read_the_outcome_resumes_the_session_once,
);

async fn a_call_that_is_gone_is_superseded(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.approved(ONE, "note-1").await;
    // Whoever decides quickly may be faster than the client that writes its session down.
    for attempt in 1..=3 {
        let lent = site.lease().await.expect("a session");
        assert_eq!(lent["attempt"], attempt);
        site.report(&lent, "already_resumed", json!({})).await.expect(200);
        site.pass(10);
    }
    let shown = site.agent.approval(&approval).await;
    assert_eq!((&shown["status"], &shown["resumption"]["state"]), (&json!("superseded"), &json!("resumed")), "{shown}");
    let again = site.call_again(ONE, "note-1").await;
    assert_eq!(again["outcome"], "block", "{again}");
    assert!(again["error"].as_str().expect("why").starts_with("approval_superseded: "), "{again}");
    let afresh = site.agent.check_in(ONE, "note-9", "note", json!({"text": "note-1"})).await;
    assert_eq!(afresh["outcome"], "suspend", "the same action is asked about afresh: {afresh}");
    // The client may say so at once: it waits with another call.
    let second = site.approved(TWO, "note-2").await;
    let lent = site.lease().await.expect("a session");
    site.report(&lent, "superseded", json!({"tool_use_id": "note-3"})).await.expect(200);
    assert_eq!(site.agent.approval(&second).await["status"], "superseded");
    assert_eq!(site.count("approval.superseded").await, 2);
}

async fn what_a_session_waits_with_no_more_is_closed(console: TestConsole) {
    let site = Site::new(&console).await;
    site.approved(ONE, "note-1").await;
    let lent = site.lease().await.expect("a session");
    site.call_again(ONE, "note-1").await;
    let kept = site.suspended(ONE, "note-2").await;
    // Resumed, and a later call waits now: that is another approval's.
    site.report(&lent, "superseded", json!({"tool_use_id": "note-2"})).await.expect(200);
    assert_eq!(site.agent.approval(&kept).await["state"]["status"], "pending");
    assert_eq!(site.count("approval.superseded").await, 0);
    site.agent.approve(&site.ana, &kept).await.expect(201);
    let lent = site.lease().await.expect("a session");
    site.call_again(ONE, "note-2").await;
    let lost = site.suspended(ONE, "note-3").await;
    site.report(&lent, "resumed", json!({})).await.expect(200);
    assert_eq!(site.agent.approval(&lost).await["status"], "superseded", "the client has ended and waits for nothing");
    assert_eq!(site.agent.approve(&site.ana, &lost).await.problem().split(' ').next(), Some("409"));
    let shown = site.agent.status().await;
    assert_eq!(shown["sessions"][1]["status"], "active", "{shown}");
    assert_eq!(site.lease().await, None);
}

async fn tries_follow_the_schedule_and_some_need_a_person_at_once(console: TestConsole) {
    let site = Site::new(&console).await;
    let approval = site.approved(ONE, "note-1").await;
    for attempt in 1..=ATTEMPTS {
        let lent = site.lease().await.expect("a session");
        assert_eq!(lent["attempt"], attempt);
        let detail = json!({"detail": "http://gate: no connection"});
        let noted = site.report(&lent, "gate_unreachable", detail).await.expect(200);
        assert_eq!(noted["next_try"].is_null(), attempt == ATTEMPTS, "{noted}");
        assert_eq!(site.lease().await, None, "not at once");
        site.pass(11 * 3_600);
    }
    let shown = site.resumption(&approval).await;
    assert_eq!(shown["cause"], "the runner cannot reach the gate: http://gate: no connection");
    assert_eq!(site.lease().await, None, "a person is needed");
    let retry = format!("/approvals/{approval}/resumption/retry");
    for outcome in ["settings_refused", "cwd_refused", "session_unknown"] {
        console.post(&site.ana, &retry, &json!({})).await.expect(200);
        let lent = site.lease().await.expect("a session");
        let noted = site.report(&lent, outcome, json!({})).await.expect(200);
        assert_eq!((&noted["state"], &noted["next_try"]), (&json!("failed"), &json!(null)), "{outcome}");
    }
    let abandon = format!("/approvals/{approval}/resumption/abandon");
    console.post(&site.ana, &abandon, &json!({"reason": "The host is gone."})).await.expect(200);
    assert_eq!(site.lease().await, None);
}

async fn an_expired_approval_and_a_stage_are_told_apart(console: TestConsole) {
    let site = Site::new(&console).await;
    site.agent.prepare().await;
    site.agent.post("sessions", &by_runner(ONE)).await.expect(201);
    let answer = site.agent.check_in(ONE, "pay-1", "pay", json!({"to": "ACME", "amount": 250})).await;
    assert_eq!(answer["outcome"], "suspend", "{answer}");
    site.pass(25 * 3_600);
    console.desk.expire_overdue().await.expect("expired");
    let lent = site.lease().await.expect("a session");
    assert_eq!((&lent["status"], &lent["origin"]), (&json!("expired"), &json!("gate")));
    site.report(&lent, "resumed", json!({})).await.expect(200);
    // A question of the agent's own has no call that is made again.
    let body = json!({"session_id": ONE, "summary": "May I?"});
    let asked = site.agent.post("approvals", &body).await;
    assert!(asked.status.is_success(), "{}", asked.text);
    let approval = asked.json()["approval_id"].as_str().expect("an approval").to_owned();
    for person in ["ana", "tomas"] {
        let token = if person == "ana" { site.ana.clone() } else { console.token(person).await };
        site.agent.approve(&token, &approval).await.expect(201);
    }
    // Its client may be at work still, and learn it by itself.
    assert_eq!(site.lease().await, None, "it has not said that it stops");
    let (key, ledger, run) = (site.agent.key.clone(), site.agent.ledger.clone(), site.agent.run.clone());
    let client = Client { console: &console, key, ledger, run, session: ONE };
    client.ask("user-prompt-submit", json!({"prompt": "Go on."})).await;
    assert_eq!(site.lease().await, None);
    client.ask("stop", json!({"stop_hook_active": false})).await;
    let lent = site.lease().await.expect("a session");
    assert_eq!((&lent["origin"], &lent["tool_use_id"]), (&json!("request"), &json!(null)), "{lent}");
    site.report(&lent, "resumed", json!({})).await.expect(200);
    assert_eq!(site.agent.approval(&approval).await["status"], "approved", "nothing was superseded");
}

async fn a_session_is_given_to_the_runner_of_its_surroundings(console: TestConsole) {
    let mut client = Client::unknown(&console).await;
    client.session = ONE;
    let surroundings = |runner: &'static str| {
        [
            ("countersign-workflow", "payments"),
            ("countersign-subject", "acc_7"),
            ("countersign-requested-by", "rosa@example.com"),
            ("countersign-host", "here"),
            ("countersign-runner", runner),
        ]
    };
    let begun = json!({"source": "startup"});
    let refused = client.ask_with("session-start", begun.clone(), &surroundings("build-7")).await;
    assert!(refused["systemMessage"].as_str().expect("why").contains("there is no runner named"), "{refused}");
    console.key("build-7", &[Scope::Runner], None).await;
    let told = client.ask_with("session-start", begun.clone(), &surroundings("build-7")).await;
    assert!(context(&told).contains(" of payments for acc_7."), "{told}");
    let runs = console.get(&client.key, "/runs?subject=acc_7").await.expect(200);
    let run = runs["items"][0]["run_id"].as_str().expect("an id").to_owned();
    let shown = console.get(&client.key, &format!("/runs/{run}")).await.expect(200);
    let session = &shown["sessions"][0];
    assert_eq!((&session["runner"], &session["resumed_by"]), (&json!("build-7"), &json!("runner")), "{session}");
    // One that was named beforehand is assigned when it begins; one before which somebody sits is not.
    for (session, interactive, resumed_by) in
        [(TWO, "false", "runner"), ("c9", "true", "poll"), (THREE, "true", "poll"), (THREE, "false", "runner")]
    {
        let body = json!({"framework": "claude-code", "id": session});
        console.post(&client.key, &format!("/runs/{run}/sessions"), &body).await.expect(201);
        client.session = session;
        let around = [("countersign-runner", "build-7"), ("countersign-interactive", interactive)];
        client.ask_with("session-start", begun.clone(), &around).await;
        let shown = console.get(&client.key, &format!("/runs/{run}")).await.expect(200);
        let last = shown["sessions"].as_array().expect("sessions").last().expect("one").clone();
        assert_eq!(last["resumed_by"], resumed_by, "{last}");
    }
}

async fn a_call_that_read_the_outcome_resumes_the_session_once(console: TestConsole) {
    let mut client = Client::of_a_run(&console, false).await;
    let runner = console.key("build-7", &[Scope::Runner], None).await;
    client.session = ONE;
    console.post(&client.key, &format!("/runs/{}/sessions", client.run), &by_runner(ONE)).await.expect(201);
    let agent =
        Agent { console: &console, key: client.key.clone(), ledger: client.ledger.clone(), run: client.run.clone() };
    let site = Site { agent, runner, ana: console.token("ana").await };
    let note = json!({"text": "n"});
    assert_eq!(decision(&client.call("pre-tool-use", "toolu_1", "note", note.clone()).await), "defer");
    let check = site.agent.check_in(ONE, "toolu_1", "note", note.clone()).await;
    let approval = check["approval_id"].as_str().expect("an approval").to_owned();
    site.agent.approve(&site.ana, &approval).await.expect(201);
    let lent = site.lease().await.expect("a session");
    for event in ["pre-tool-use", "guard"] {
        assert_eq!(decision(&client.call(event, "toolu_1", "note", note.clone()).await), "allow");
    }
    let shown = site.resumption(&approval).await;
    assert_eq!((&shown["state"], &shown["turn"]["runner"]), (&json!("resumed"), &json!("build-7")), "{shown}");
    // The client may work for long after that, and the runner says so.
    for _ in 0..3 {
        site.pass(50);
        let noted = site.report(&lent, "running", json!({})).await.expect(200);
        assert_eq!(noted["state"], "resumed");
    }
    site.report(&lent, "resumed", json!({})).await.expect(200);
    for kind in ["resumption.delivered", "resumption.reported", "resumption.leased"] {
        assert_eq!(site.count(kind).await, 1, "{kind}");
    }
    assert_eq!(console.desk.give_up_on_runners().await.expect("looked at"), 0);
}
