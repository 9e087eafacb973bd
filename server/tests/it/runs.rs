//! The list of runs and the run page: filters, paging, how gates stand.

use chrono::TimeDelta;
use domain::{
    Role,
    approval::Status,
    run::RunStatus,
    runs::RunsQuery,
    timeline::{ActorKind, GateStanding, RunPage, RunQuery},
};
use serde_json::{Value, json};
use server::desk::PersonCaller;

use crate::support::{Agent, TestConsole, on_both};

on_both![
    pages_of_runs_have_no_gap_and_no_double,
    runs_are_found_by_status_workflow_and_subject,
    the_run_page_says_how_gates_stand,
    the_run_page_keeps_what_was_recorded_before,
    a_timeline_is_narrowed_to_kinds_of_actors,
    hostile_filters_find_nothing_and_break_nothing,
];

/// Somebody who looks, with these roles.
pub async fn viewer(console: &TestConsole, roles: &[Role]) -> PersonCaller {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let person = server::store::person::find_by_email(&mut tx, "ana@example.com").await.expect("read").expect("Ana");
    PersonCaller { id: person.id, name: person.name, email: person.email, roles: roles.to_vec(), groups: Vec::new() }
}

async fn start(agent: &Agent<'_>, subject: &str) -> String {
    let body = json!({
        "workflow": "payments", "subject": subject, "requested_by": "rosa@example.com",
        "session": {"framework": "test", "id": "s1"},
    });
    let started = agent.console.post(&agent.key, "/runs", &body).await.expect(201);
    started["run_id"].as_str().expect("an id").to_owned()
}

async fn listed(agent: &Agent<'_>, query: &str) -> (Vec<String>, Option<String>) {
    let page = agent.console.get(&agent.key, &format!("/runs?{query}")).await.expect(200);
    let id = |item: &Value| item["run_id"].as_str().expect("an id").to_owned();
    let ids = page["items"].as_array().expect("items").iter().map(id).collect();
    (ids, page["next_cursor"].as_str().map(str::to_owned))
}

async fn pages_of_runs_have_no_gap_and_no_double(console: TestConsole) {
    let agent = console.cast().await;
    let mut started = vec![agent.run.clone()];
    for place in 0..7 {
        console.pass(TimeDelta::seconds(1));
        started.push(start(&agent, &format!("acc_{}", place % 2)).await);
    }
    started.reverse();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let (ids, next) = listed(&agent, &format!("limit=3&workflow=payments&cursor={cursor}")).await;
        seen.extend(ids);
        match next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    assert_eq!(seen, started, "newest first");
}

async fn runs_are_found_by_status_workflow_and_subject(console: TestConsole) {
    let agent = console.cast().await;
    let other = start(&agent, "acc_2").await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    for (query, found) in [
        ("status=suspended", vec![agent.run.clone()]),
        ("status=active", vec![other.clone()]),
        ("status=failed", vec![]),
        ("status=suspended&subject=acc_2", vec![]),
        ("workflow=payments&status=suspended&subject=acc_1", vec![agent.run.clone()]),
        ("workflow=nothing", vec![]),
        ("subject=acc_2", vec![other.clone()]),
    ] {
        assert_eq!(listed(&agent, query).await.0, found, "{query}");
    }
    let ana = viewer(&console, &[Role::Auditor]).await;
    let query = RunsQuery { status: Some(RunStatus::Suspended), ..RunsQuery::default() };
    let page = console.desk.runs_page(&ana, &query).await.expect("a page");
    let [row] = page.rows.as_slice() else { panic!("{:?}", page.rows) };
    assert_eq!(row.waiting.as_ref().map(|waiting| waiting.id.to_string()), Some(approval.clone()));
    assert_eq!((row.agent.as_str(), row.sessions, row.more_waiting), ("agent", 1, 0));
    assert_eq!(row.requested_by.as_deref(), Some("rosa@example.com"));
    assert_eq!(row.last_event_at, Some(page.now));
    assert_eq!(page.workflows, ["payments"]);
    agent.approve(&console.token("ana").await, &approval).await.expect(201);
    agent.approve(&console.token("tomas").await, &approval).await.expect(201);
    assert_eq!(listed(&agent, "status=suspended").await.0, Vec::<String>::new());
    assert_eq!(listed(&agent, "status=active").await.0, [other, agent.run.clone()]);
}

async fn page_of(agent: &Agent<'_>, actors: Option<ActorKind>) -> RunPage {
    let ana = viewer(agent.console, &[Role::Reviewer]).await;
    let query = RunQuery { id: agent.run.parse().expect("an id"), actors, cursor: None };
    agent.console.desk.run_page(&ana, &query).await.expect("the page")
}

async fn standing(agent: &Agent<'_>, gate: &str) -> GateStanding {
    let page = page_of(agent, None).await;
    page.gates.iter().find(|row| row.id == gate).expect("the gate").standing
}

async fn the_run_page_says_how_gates_stand(console: TestConsole) {
    let agent = console.cast().await;
    assert_eq!(page_of(&agent, None).await.status, RunStatus::Active);
    assert_eq!(standing(&agent, "payment").await, GateStanding::NotReached);
    agent.check("pay-0", "pay", json!({"to": "ACME", "amount": 250})).await;
    assert_eq!(standing(&agent, "payment").await, GateStanding::NotMet);
    agent.prepare().await;
    assert_eq!(standing(&agent, "look").await, GateStanding::Passed);
    let approval = agent.suspended_payment("pay-1").await;
    assert_eq!(standing(&agent, "payment").await, GateStanding::Holding);
    let page = page_of(&agent, None).await;
    assert_eq!(page.status, RunStatus::Suspended);
    assert_eq!(page.approvals.iter().map(|row| row.status).collect::<Vec<_>>(), [Status::Pending]);
    agent.approve(&console.token("ana").await, &approval).await.expect(201);
    agent.approve(&console.token("tomas").await, &approval).await.expect(201);
    assert_eq!(standing(&agent, "payment").await, GateStanding::Decided);
    agent.pay("pay-1").await;
    assert_eq!(standing(&agent, "payment").await, GateStanding::Passed);
    assert_eq!(standing(&agent, "notes").await, GateStanding::NotReached);
    assert_eq!(page_of(&agent, None).await.status, RunStatus::Active);
}

async fn the_run_page_keeps_what_was_recorded_before(console: TestConsole) {
    let agent = console.cast().await;
    for status in ["OPEN", "FROZEN", "OPEN"] {
        agent.record(json!({"status": status})).await.expect(200);
    }
    agent
        .post("assertions", &json!({"assertions": {"status": "FROZEN"}, "statement": "It is frozen."}))
        .await
        .expect(200);
    let page = page_of(&agent, None).await;
    let [fact] = page.facts.as_slice() else { panic!("{:?}", page.facts) };
    assert_eq!((&fact.value, fact.version, fact.source.as_str()), (&json!("OPEN"), 3, "ledger"));
    let earlier: Vec<_> = fact.earlier.iter().map(|old| (old.version, old.value.clone())).collect();
    assert_eq!(earlier, [(2, json!("FROZEN")), (1, json!("OPEN"))]);
    let [said] = page.assertions.as_slice() else { panic!("{:?}", page.assertions) };
    assert_eq!((said.by.as_str(), said.statement.as_deref()), ("agent", Some("It is frozen.")));
}

async fn a_timeline_is_narrowed_to_kinds_of_actors(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    agent.approve(&console.token("ana").await, &approval).await.expect(201);
    let all = page_of(&agent, None).await.timeline;
    let mut parts = 0;
    for kind in ActorKind::ALL {
        let part = page_of(&agent, Some(*kind)).await.timeline;
        let is_of = |item: &domain::review::TimelineItem| match item.entry.actor {
            domain::Actor::Person(_) => ActorKind::People,
            domain::Actor::Key(_) => ActorKind::Keys,
            domain::Actor::System(_) => ActorKind::System,
        };
        let wanted: Vec<i64> = all.iter().filter(|item| is_of(item) == *kind).map(|item| item.leaf_index).collect();
        assert_eq!(part.iter().map(|item| item.leaf_index).collect::<Vec<_>>(), wanted, "{kind}");
        assert!(!part.is_empty(), "{kind}");
        parts += part.len();
    }
    assert_eq!(parts, all.len());
}

async fn hostile_filters_find_nothing_and_break_nothing(console: TestConsole) {
    let agent = console.cast().await;
    for query in ["subject=%25", "subject='%20OR%201=1%20--", "workflow=%3Cscript%3E", "subject=%F0%9F%92%A9"] {
        assert_eq!(listed(&agent, query).await, (Vec::new(), None), "{query}");
    }
    let ana = viewer(&console, &[Role::Reviewer]).await;
    let query = RunsQuery { subject: Some("a\0b".to_owned()), ..RunsQuery::default() };
    let refused = console.desk.runs_page(&ana, &query).await.expect_err("refused");
    assert_eq!(refused.code(), Some(domain::refusal::Code::MalformedRequest));
}
