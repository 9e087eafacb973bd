//! Failing halfway: effects are undone last first, facts of tools retracted, and the stage is done again.

use axum::http::Method;
use chrono::TimeDelta;
use domain::{Role, Scope};
use serde_json::{Value, json};

use super::{Works, account, begin, harness, onboarding};
use crate::support::{Agent, Browser, PASSWORD, TestConsole, on_both};

on_both!(
    an_account_set_up_halfway_is_closed_and_set_up_again,
    an_effect_nobody_knows_needs_a_person,
    what_a_harness_cannot_undo_a_person_records,
    a_stage_that_returns_opens_those_before_it,
    a_result_that_comes_after_the_rollback_records_nothing,
    what_is_built_upon_does_not_fail,
);

async fn fail(agent: &Agent<'_>) -> Value {
    let body = json!({"error": "The card service did not answer."});
    agent.move_stage("account_setup", "fail", body).await.expect(200)
}

async fn an_account_set_up_halfway_is_closed_and_set_up_again(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    agent.run_tool("a-1", "setup_account", account(), json!({"account_id": "acc_1"})).await;
    let failed = fail(&agent).await;
    assert_eq!((&failed["status"], &failed["retry_allowed"]), (&json!("ROLLED_BACK"), &json!(false)));
    assert_eq!(
        (&failed["failed_stage"], &failed["rolled_back_to"]),
        (&json!("account_setup"), &json!("risk_assessment"))
    );
    assert_eq!(failed["compensations"].as_array().map(Vec::len), Some(1));
    let call = failed["compensations"][0].clone();
    assert_eq!((&call["tool"], &call["input"]), (&json!("close_account"), &json!({"account_id": "acc_1"})));
    assert_eq!(fail(&agent).await, failed, "the same again is answered again");
    let run = agent.status().await;
    assert_eq!(run["facts"]["account_id"]["value"], Value::Null);
    assert_eq!(run["facts"]["kyc_status"]["value"], "PASSED", "systems of record keep what they wrote");
    // Nothing goes on before the account is closed.
    let early = agent.check("a-2", "setup_account", account()).await;
    assert!(early["error"].as_str().expect("an error").contains("failed and is being undone"), "{early}");
    let id = call["id"].as_str().expect("an id");
    let other = agent.check(id, "close_account", json!({"account_id": "acc_2"})).await;
    assert_eq!(other["outcome"], "block", "{other}");
    let named = agent.check("mine", "close_account", call["input"].clone()).await;
    assert_eq!(named["outcome"], "block", "{named}");
    console.pass(TimeDelta::seconds(1));
    undo(&agent, &call).await;
    console.pass(TimeDelta::seconds(1));
    let stages = agent.stages().await;
    assert_eq!(stages[1..4], ["kyc_check complete", "risk_assessment complete", "account_setup pending"]);
    assert_eq!(agent.stage("account_setup").await["attempt"], 2);
    let settled = fail(&agent).await;
    assert_eq!((&settled["retry_allowed"], &settled["attempt"]), (&json!(true), &json!(1)));
    agent.run_tool("a-3", "setup_account", account(), json!({"account_id": "acc_3"})).await;
    let again = agent.stage("account_setup").await;
    assert_eq!((&again["status"], &again["attempt"]), (&json!("complete"), &json!(2)));
    nothing_is_carried_over(&agent).await;
    undone_and_done_again(&agent).await;
}

/// What the closed account left behind is carried nowhere, and the call that set it up may not run again.
async fn nothing_is_carried_over(agent: &Agent<'_>) {
    let handoffs = agent.handoffs().await;
    let last = handoffs.last().expect("a handoff");
    assert_eq!((&last["attempt"], &last["outputs"]), (&json!(2), &json!({"account_id": "acc_3"})));
    assert!(last["customer_profile"].get("account_id").is_none(), "{last}");
    assert_eq!(last["rollback_data"]["handoff_id"], handoffs[2]["handoff_id"], "it began from the risk stage's");
    let replayed = agent.check("a-1", "setup_account", account()).await;
    assert!(replayed["error"].as_str().expect("an error").starts_with("stage_undone"), "{replayed}");
}

/// The log tells of one undoing, and of the account that was set up after it.
async fn undone_and_done_again(agent: &Agent<'_>) {
    let kinds = agent.kinds().await;
    let story = [
        "stage.failed",
        "compensation.asked",
        "fact.retracted",
        "compensation.done",
        "stage.rolled_back",
        "stage.entered",
        "stage.completed",
        "handoff.issued",
    ];
    let mut rest = kinds.iter().skip_while(|kind| *kind != "stage.failed");
    for wanted in story {
        assert!(rest.any(|kind| kind == wanted), "{wanted} is missing or out of order in {kinds:?}");
    }
    assert_eq!(kinds.iter().filter(|kind| *kind == "compensation.asked").count(), 1);
}

/// Makes a compensation through its own check, and reports it.
async fn undo(agent: &Agent<'_>, call: &Value) {
    let id = call["id"].as_str().expect("an id");
    // An id that was refused with another input is spent; the harness names its session's next call by it.
    let session = json!({"framework": "test", "id": format!("undo-{id}")});
    agent.post("sessions", &session).await.expect(201);
    let answer = agent.check_in(&format!("undo-{id}"), id, "close_account", call["input"].clone()).await;
    assert_eq!((&answer["outcome"], &answer["gate_id"]), (&json!("allow"), &json!("compensation")), "{answer}");
    let reported = report(agent, id, "done").await;
    assert_eq!((&reported["status"], &reported["outstanding"]), (&json!("done"), &json!(0)));
    assert_eq!(report(agent, id, "done").await, reported);
}

async fn report(agent: &Agent<'_>, id: &str, outcome: &str) -> Value {
    agent.post(&format!("compensations/{id}"), &json!({"outcome": outcome})).await.expect(200)
}

async fn an_effect_nobody_knows_needs_a_person(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    let allowed = agent.check("a-1", "setup_account", account()).await;
    assert_eq!(allowed["outcome"], "allow");
    // The harness died between the call and its result.
    let failed = fail(&agent).await;
    assert_eq!(failed["compensations"][0]["status"], "failed");
    assert_eq!(failed["retry_allowed"], false);
    let kinds = agent.kinds().await;
    assert!(kinds.contains(&"alert.raised".to_owned()), "{kinds:?}");
    // What surely failed has no effect.
    let other = begin(&console, agent.key.clone(), agent.ledger.clone(), "financial-onboarding").await;
    other.come_to_the_account().await;
    other.check("a-1", "setup_account", account()).await;
    let body =
        json!({"session_id": "s1", "tool": "setup_account", "tool_use_id": "a-1", "output": {}, "is_error": true});
    other.post("tool-results", &body).await.expect(200);
    let failed = fail(&other).await;
    assert_eq!((&failed["compensations"], &failed["retry_allowed"]), (&json!([]), &json!(true)));
}

async fn what_a_harness_cannot_undo_a_person_records(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    agent.run_tool("a-1", "setup_account", account(), json!({"account_id": "acc_1"})).await;
    let failed = fail(&agent).await;
    let id = failed["compensations"][0]["id"].as_str().expect("an id").to_owned();
    let reported = report(&agent, &id, "failed").await;
    assert_eq!((&reported["status"], &reported["retry_allowed"]), (&json!("failed"), &json!(false)));
    // The reconciler leaves the alert alone: it stands until somebody has seen to it.
    console.desk.reconcile(console.clock.now()).await.expect("a round");
    assert!(!agent.kinds().await.contains(&"alert.settled".to_owned()));
    console.person("Sam Lead", &[Role::SupportLead], &[]).await;
    let path = format!("/runs/{}", agent.run);
    let mut sam = Browser::new(&console);
    sam.sign_in("sam@example.com", PASSWORD).await;
    let page = sam.send(Method::GET, &path, &[]).await;
    assert!(page.text.contains("Needs a person"), "{}", page.text);
    let fields = [("form", "settle"), ("compensation", id.as_str()), ("detail", "Closed by hand, ticket 7.")];
    let answer = sam.send(Method::POST, &path, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let kinds = agent.kinds().await;
    assert!(
        kinds.ends_with(&["compensation.done".to_owned(), "alert.settled".to_owned(), "stage.rolled_back".to_owned()]),
        "{kinds:?}"
    );
    let late = agent.post(&format!("compensations/{id}"), &json!({"outcome": "failed"})).await.expect(409);
    assert_eq!(late["code"], "illegal_move");
    let mut reader = Browser::new(&console);
    reader.sign_in("ana@example.com", PASSWORD).await;
    let refused = reader.send(Method::POST, &path, &fields).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
}

async fn a_stage_that_returns_opens_those_before_it(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.collect().await;
    agent.run_tool("k-1", "verify_identity", json!({"customer_id": "cust_456"}), json!({})).await;
    agent.record(json!({"kyc_status": "FAILED"})).await.expect(200);
    let failed = agent.move_stage("kyc_check", "fail", json!({"error": "The document is not his."})).await.expect(200);
    assert_eq!((&failed["rolled_back_to"], &failed["retry_allowed"]), (&Value::Null, &json!(true)));
    assert_eq!(failed["reopened"], json!(["collect_info", "kyc_check"]));
    assert_eq!(agent.stages().await[..2], ["collect_info pending", "kyc_check pending"]);
    let facts = agent.status().await["facts"].clone();
    assert_eq!((&facts["name"]["value"], &facts["kyc_status"]["value"]), (&Value::Null, &json!("FAILED")));
    console.pass(TimeDelta::seconds(1));
    let early = agent.check("k-2", "verify_identity", json!({"customer_id": "cust_456"})).await;
    assert_eq!(early["outcome"], "block");
    let new = json!({"name": "Aarav Shah", "dob": "1985-07-15", "address": "1 Sea Road", "product": "savings"});
    agent.run_tool("c-2", "collect_info", new.clone(), new).await;
    agent.run_tool("k-3", "verify_identity", json!({"customer_id": "cust_456"}), json!({})).await;
    agent.record(json!({"kyc_status": "PASSED"})).await.expect(200);
    assert_eq!(agent.stages().await[..2], ["collect_info complete", "kyc_check complete"]);
}

async fn a_result_that_comes_after_the_rollback_records_nothing(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    assert_eq!(agent.check("c-1", "collect_info", super::details()).await["outcome"], "allow");
    let failed = agent.move_stage("collect_info", "fail", json!({"error": "The customer left."})).await.expect(200);
    assert_eq!(failed["retry_allowed"], true, "its tool can be undone: nothing is owed");
    console.pass(TimeDelta::seconds(1));
    let late = agent.report("c-1", "collect_info", super::details()).await.expect(200);
    assert_eq!(late["facts_written"], json!([]));
    let enter = agent.move_stage("collect_info", "enter", json!({})).await.expect(200);
    assert_eq!(enter["attempt"], 2);
    let late = agent.report("c-1", "collect_info", super::details()).await.expect(200);
    assert_eq!(late["facts_written"], json!([]));
}

async fn what_is_built_upon_does_not_fail(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    let refused = agent.move_stage("kyc_check", "fail", json!({"error": "Too late."})).await.expect(409);
    assert_eq!((&refused["code"], &refused["stage_status"]), (&json!("wrong_stage"), &json!("complete")));
    let refused = agent.move_stage("welcome", "fail", json!({"error": "Too early."})).await.expect(409);
    assert_eq!(refused["stage_status"], "pending");
    let unknown = agent.move_stage("nowhere", "fail", json!({"error": "?"})).await.expect(404);
    assert_eq!(unknown["code"], "not_found");
    let system = console.post(&agent.ledger, &format!("/runs/{}/stages/welcome/enter", agent.run), &json!({})).await;
    assert_eq!(system.expect(403)["code"], "wrong_scope");
    let stranger = console.key("other", &[Scope::Hook], None).await;
    let body = json!({"error": "x", "surprise": 1});
    let path = format!("/runs/{}/stages/account_setup/fail", agent.run);
    assert_eq!(console.post(&stranger, &path, &body).await.expect(422)["code"], "unknown_field");
}
