//! Assignments: to a person, to a group, raised by hand; who may, whom, and what a decision makes of it. They keep nobody
//! from deciding.

mod lists;

use axum::http::Method;
use chrono::TimeDelta;
use domain::{Role, Scope, event::Event};
use serde_json::{Value, json};
use server::{desk::Caller, store};

use crate::support::{Agent, Browser, PASSWORD, PAYMENTS, Reply, TestConsole, on_both, trials::trials};

on_both!(
    somebody_is_asked_replaced_and_gives_it_back,
    only_whoever_could_decide_or_leads_assign,
    whom_it_cannot_be_given_to_is_said_with_why,
    a_group_is_asked_or_the_approval_is_raised_once,
    a_decision_ends_it_and_it_keeps_nobody_from_deciding,
    forms_do_as_calls_do_and_lists_show_it_first,
    of_a_person_and_the_timer_one_raises,
);

const WHY: &str = "Knows the account.";

async fn assign(console: &TestConsole, token: &str, approval: &str, to: impl Into<Value>) -> Reply {
    let body = json!({"to": to.into(), "reason": WHY});
    console.post(token, &format!("/approvals/{approval}/assign"), &body).await
}

async fn give_back(console: &TestConsole, token: &str, approval: &str) -> Reply {
    console.post(token, &format!("/approvals/{approval}/assign"), &json!({"to": null})).await
}

/// The usual cast with a deadline that raises to the leads Lea and Otto, and Sue, who leads support and decides nothing.
async fn cast(console: &TestConsole) -> Agent<'_> {
    let agent = console.cast().await;
    console.person("Lea Brandt", &[Role::Reviewer], &["leads"]).await;
    console.person("Otto Kern", &[Role::Reviewer], &["leads", "others"]).await;
    console.person("Sue Lead", &[Role::SupportLead], &[]).await;
    let deadline = "deadline: { raise: { after: 12h, to: leads }, expire: 24h }";
    let text = PAYMENTS.replace("deadline: { expire: 24h }", deadline);
    console.desk.publish_workflow(&Caller::CommandLine, None, &text).await.expect("a workflow");
    let agent = agent.again().await;
    agent.prepare().await;
    agent
}

/// What the log tells of it, with who did it.
async fn told(console: &TestConsole) -> Vec<(domain::Actor, Event)> {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = store::event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    let is_told = |event: &Event| {
        matches!(
            event,
            Event::ApprovalAssigned { .. } | Event::ApprovalUnassigned { .. } | Event::ApprovalRaised { .. }
        )
    };
    let entries = log.into_iter().map(|logged| logged.entry).filter(|entry| is_told(&entry.event));
    entries.map(|entry| (entry.actor, entry.event)).collect()
}

async fn kinds(console: &TestConsole) -> Vec<&'static str> {
    told(console).await.iter().map(|(_, event)| event.kind()).collect()
}

async fn somebody_is_asked_replaced_and_gives_it_back(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, mira, tomas) = (console.token("ana").await, console.token("mira").await, console.token("tomas").await);
    assert_eq!(agent.approval(&approval).await["assigned_to"], Value::Null);
    for _ in 0..2 {
        let now = assign(&console, &tomas, &approval, "ana@example.com").await.expect(200);
        let to = &now["assigned_to"];
        assert_eq!((&to["name"], &to["assigned_by_name"]), (&json!("Ana Ruiz"), &json!("Tomas Lindqvist")));
        assert_eq!((&to["reason"], &to["assigned_at"]), (&json!(WHY), &json!("2026-11-21T09:00:00Z")));
        assert_eq!(now["raised_to"], Value::Null);
        console.pass(TimeDelta::minutes(1));
    }
    let shown = agent.approval(&approval).await["assigned_to"].clone();
    assert_eq!(console.get(&ana, "/approvals").await.expect(200)["items"][0]["assigned_to"], shown);
    let now = assign(&console, &ana, &approval, "mira@example.com").await.expect(200);
    assert_eq!(now["assigned_to"]["name"], "Mira Okafor", "it replaces the one before");
    assert_eq!(give_back(&console, &tomas, &approval).await.problem(), "403 not_entitled");
    for _ in 0..2 {
        assert_eq!(give_back(&console, &mira, &approval).await.expect(200)["assigned_to"], Value::Null);
    }
    assign(&console, &ana, &approval, "tomas@example.com").await.expect(200);
    assert_eq!(
        give_back(&console, &ana, &approval).await.expect(200)["assigned_to"],
        Value::Null,
        "whoever assigned it"
    );
    assert_eq!(
        kinds(&console).await,
        ["approval.assigned", "approval.assigned", "approval.unassigned", "approval.assigned", "approval.unassigned"],
        "repeats are not told"
    );
    assert_eq!(agent.outcome(&approval).await["status"], "AWAITING_HUMAN_REVIEW");
}

async fn only_whoever_could_decide_or_leads_assign(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = agent.suspended_payment("pay-1").await;
    for (person, told) in [("rosa", "403 self_approval"), ("dev", "403 self_approval"), ("otto", "403 not_entitled")] {
        let token = console.token(person).await;
        assert_eq!(assign(&console, &token, &approval, "nobody").await.problem(), told, "{person}: fields come last");
        assert_eq!(give_back(&console, &token, &approval).await.problem(), told, "{person}");
    }
    assert_eq!(assign(&console, &agent.key, &approval, "ana@example.com").await.problem(), "403 wrong_scope");
    let sue = console.key("sue", &[Scope::SupportLead], Some("sue@example.com")).await;
    let now = assign(&console, &sue, &approval, "ana@example.com").await.expect(200);
    assert_eq!(now["assigned_to"]["assigned_by_name"], "Sue Lead");
    let tomas = console.token("tomas").await;
    assert_eq!(
        assign(&console, &tomas, &approval, "mira@example.com").await.expect(200)["assigned_to"]["name"],
        "Mira Okafor"
    );
    assert_eq!(give_back(&console, &sue, &approval).await.expect(200)["assigned_to"], Value::Null, "a lead for others");
    let missing = approval.replace(&approval[approval.len() - 4..], "0000");
    assert_eq!(assign(&console, &tomas, &missing, "ana@example.com").await.problem(), "404 not_found");
    agent
        .decide(&tomas, &approval, json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."}))
        .await
        .expect(201);
    let late = assign(&console, &sue, &approval, "ana@example.com").await;
    assert_eq!(late.problem(), "409 already_decided");
    assert!(late.text.contains("Nothing was assigned"), "{}", late.text);
}

async fn whom_it_cannot_be_given_to_is_said_with_why(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    for (to, why) in [
        ("rosa@example.com", "Rosa Quist asked for this run"),
        ("dev@example.com", "Dev Patel owns this agent"),
        ("ana@example.com", "Ana Ruiz has decided on this revision already"),
        ("otto@example.com", "Otto Kern holds no open seat; it waits for risk"),
        ("sue@example.com", "this person is no reviewer"),
        ("tomas@example.com", "this is you; claim it instead"),
        ("nobody@example.com", "nobody who may sign in"),
        ("compliance", "compliance has no open seat; expected a person who may decide, or risk or leads"),
        ("others", "others is nobody this approval waits for; expected a person who may decide, or risk or leads"),
        (" ", "expected text"),
    ] {
        let refused = assign(&console, &tomas, &approval, to).await;
        assert_eq!(refused.problem(), "422 invalid_field", "{to}");
        let fault = refused.json()["errors"][0].clone();
        assert_eq!(fault["path"], "/to");
        assert!(fault["message"].as_str().expect("a message").contains(why), "{to}: {fault}");
    }
    let path = format!("/approvals/{approval}/assign");
    for (body, expected) in [
        (json!({"to": "mira@example.com"}), "422 invalid_field"),
        (json!({"to": "mira@example.com", "reason": "x".repeat(401)}), "422 invalid_field"),
        (json!({"to": "mira@example.com", "reason": WHY, "force": true}), "422 unknown_field"),
        (json!({"to": 7, "reason": WHY}), "422 invalid_field"),
    ] {
        assert_eq!(console.post(&tomas, &path, &body).await.problem(), expected, "{body}");
    }
    assert_eq!(kinds(&console).await, Vec::<&str>::new());
}

async fn a_group_is_asked_or_the_approval_is_raised_once(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, lea) = (console.token("ana").await, console.token("lea").await);
    let now = assign(&console, &ana, &approval, "risk").await.expect(200);
    assert_eq!((&now["assigned_to"]["name"], &now["assigned_to"]["person_id"]), (&json!("risk"), &Value::Null));
    assert_eq!(agent.approve(&lea, &approval).await.problem(), "403 not_entitled");
    let now = assign(&console, &ana, &approval, "leads").await.expect(200);
    assert_eq!((&now["raised_to"], &now["assigned_to"]["name"]), (&json!("leads"), &json!("risk")));
    let again = assign(&console, &ana, &approval, "leads").await;
    assert_eq!(again.problem(), "409 illegal_move");
    assert!(again.text.contains("raised to leads already"), "{}", again.text);
    console.pass(TimeDelta::hours(13));
    console.desk.take_steps().await.expect("a round");
    let told = told(&console).await;
    let [(_, asked), (actor, raised)] = &told[..] else { panic!("raised once: {told:?}") };
    assert!(matches!(asked, Event::ApprovalAssigned { group: Some(group), person: None, .. } if group == "risk"));
    assert!(matches!(raised, Event::ApprovalRaised { group, reason: Some(why), .. } if group == "leads" && why == WHY));
    assert!(matches!(actor, domain::Actor::Person(_)), "{actor:?}");
    let given = agent.approve(&lea, &approval).await.expect(201);
    assert_eq!(given["by_raise"], "leads");
    let otto = console.token("otto").await;
    assign(&console, &ana, &approval, "otto@example.com").await.expect(200);
    agent.approve(&otto, &approval).await.expect(201);
    assert_eq!(agent.outcome(&approval).await["status"], "approved");
}

async fn a_decision_ends_it_and_it_keeps_nobody_from_deciding(console: TestConsole) {
    let agent = cast(&console).await;
    let (ana, tomas, mira) = (console.token("ana").await, console.token("tomas").await, console.token("mira").await);
    let approval = agent.suspended_payment("pay-1").await;
    let to = async || agent.approval(&approval).await["assigned_to"]["name"].clone();
    assign(&console, &tomas, &approval, "ana@example.com").await.expect(200);
    agent.approve(&mira, &approval).await.expect(201);
    assert_eq!(to().await, Value::Null, "the seat Ana could fill is taken");
    assign(&console, &ana, &approval, "tomas@example.com").await.expect(200);
    agent.decide(&tomas, &approval, json!({"verdict": "request_information", "notes": "Which?"})).await.expect(201);
    assert_eq!(to().await, "Tomas Lindqvist", "a question is no decision");
    let answer = json!({"answer": "That one."});
    console.post(&agent.key, &format!("/approvals/{approval}/information"), &answer).await.expect(200);
    agent.approve(&ana, &approval).await.expect(201);
    assert_eq!(to().await, "Tomas Lindqvist", "his seat is open");
    agent.approve(&tomas, &approval).await.expect(201);
    assert_eq!(to().await, Value::Null);
    let other = agent.again().await;
    other.prepare().await;
    let group = other.suspended_payment("pay-2").await;
    assign(&console, &ana, &group, "compliance").await.expect(200);
    other.approve(&mira, &group).await.expect(201);
    assert_eq!(other.approval(&group).await["assigned_to"], Value::Null, "its seat is filled");
    assign(&console, &ana, &group, "risk").await.expect(200);
    console.post(&other.key, &format!("/approvals/{group}/cancel"), &json!({"reason": "Twice."})).await.expect(200);
    assert_eq!(other.approval(&group).await["assigned_to"], Value::Null);
}

async fn forms_do_as_calls_do_and_lists_show_it_first(console: TestConsole) {
    let agent = cast(&console).await;
    let first = agent.suspended_payment("pay-1").await;
    console.pass(TimeDelta::hours(1));
    let other = agent.again().await;
    other.prepare().await;
    let second = other.suspended_payment("pay-2").await;
    let path = format!("/approvals/{second}");
    let mut tomas = Browser::new(&console);
    assert_eq!(tomas.sign_in("tomas@example.com", PASSWORD).await.status, 303);
    let page = tomas.send(Method::GET, &path, &[]).await.text;
    for words in ["Escalate", "leads, who may decide from then on", "Delegate", "Ana Ruiz, compliance"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Rosa Quist, compliance") && !page.contains("Tomas Lindqvist, risk"), "the entitled alone");
    let ana = console.get(&console.token("ana").await, "/approvals").await.expect(200);
    assert_eq!(ana["items"][0]["id"], json!(first), "due first");
    let fields = [("form", "delegate"), ("to", "rosa@example.com"), ("reason", WHY)];
    let refused = tomas.send(Method::POST, &path, &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Rosa Quist asked for this run") && refused.text.contains(WHY), "{}", refused.text);
    let fields = [("form", "delegate"), ("to", "ana@example.com"), ("reason", WHY)];
    assert_eq!(tomas.send(Method::POST, &path, &fields).await.status, 303);
    let mut ana = Browser::new(&console);
    assert_eq!(ana.sign_in("ana@example.com", PASSWORD).await.status, 303);
    let list = ana.send(Method::GET, "/approvals?view=mine", &[]).await.text;
    assert!(list.contains("Assigned to you") && list.contains("Assigned to you by Tomas Lindqvist"), "{list}");
    let place = |id: &str| list.find(&format!("/approvals/{id}")).expect("listed");
    assert!(place(&second) < place(&first), "what is assigned to her comes first");
    let page = ana.send(Method::GET, &path, &[]).await.text.replace("<!>", "");
    for words in ["Assigned to", "Tomas Lindqvist", WHY, "Give it back"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(ana.send(Method::POST, &path, &[("form", "give_back")]).await.status, 303);
    let escalates = [("form", "escalate"), ("to", "leads"), ("reason", "Nobody is in.")];
    assert_eq!(ana.send(Method::POST, &path, &escalates).await.status, 303);
    let page = ana.send(Method::GET, &path, &[]).await.text.replace("<!>", "");
    assert!(page.contains("raised the approval to leads") && page.contains("Nobody is in."), "{page}");
    assert!(!page.contains("leads, who may decide from then on"), "once");
}

async fn of_a_person_and_the_timer_one_raises(console: TestConsole) {
    let agent = cast(&console).await;
    let ana = console.token("ana").await;
    for round in 0..trials(20) {
        let run = agent.again().await;
        run.prepare().await;
        let approval = run.suspended_payment("pay-1").await;
        let asking = async { assign(&console, &ana, &approval, "leads").await };
        let passing = async {
            console.pass(TimeDelta::hours(12));
            console.desk.take_steps().await.expect("a round");
        };
        let asked = if round % 2 == 0 { tokio::join!(asking, passing).0 } else { tokio::join!(passing, asking).1 };
        console.desk.take_steps().await.expect("a round");
        let kinds = run.kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "approval.raised").count(), 1, "{kinds:?}");
        assert!(asked.status == 200 || asked.problem() == "409 illegal_move", "{}", asked.text);
        assert_eq!(run.approval(&approval).await["raised_to"], "leads");
    }
}
