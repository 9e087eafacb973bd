//! The console's view of workflows: what is live, what runs on it, what the gates did, what changed.

use domain::{
    Role,
    workflow::shown::{WorkflowPage, WorkflowQuery},
};
use server::desk::{Caller, PersonCaller};

use crate::support::{Agent, PAYMENTS, TestConsole, on_both};

on_both!(
    the_list_says_what_is_live,
    runs_are_counted_on_their_version,
    gates_say_what_they_did,
    groups_without_reviewers_are_named,
    what_gets_looser_is_told,
    unknown_versions_are_not_found,
    pages_are_rendered_for_readers_too,
);

/// A person as their session makes them.
pub async fn caller(console: &TestConsole, email: &str) -> PersonCaller {
    let people = console.desk.list_people(&Caller::CommandLine).await.expect("people");
    let person = people.into_iter().find(|person| person.email == email).expect("the person");
    let (id, name, roles, groups) = (person.id, person.name, person.roles, person.groups);
    PersonCaller { id, name, email: person.email, roles, groups }
}

async fn publish(console: &TestConsole, text: &str) -> u32 {
    console.desk.publish_workflow(&Caller::CommandLine, None, text).await.expect("a version").version.version
}

async fn page(console: &TestConsole, version: Option<u32>, from: Option<u32>) -> WorkflowPage {
    let viewer = caller(console, "ana@example.com").await;
    let query = WorkflowQuery { name: "payments".to_owned(), version, changes: true, from };
    console.desk.workflow_page(&viewer, &query).await.expect("a page")
}

/// Two versions, with a run on each.
async fn two_versions(console: &TestConsole) -> [Agent<'_>; 2] {
    let first = console.cast().await;
    publish(console, &PAYMENTS.replace("<= 100", "<= 200")).await;
    let second = first.again().await;
    [first, second]
}

async fn the_list_says_what_is_live(console: TestConsole) {
    console.person("Lena Vogt", &[Role::Auditor], &[]).await;
    let viewer = caller(&console, "lena@example.com").await;
    assert!(console.desk.workflow_list(&viewer, None).await.expect("a page").rows.is_empty());
    two_versions(&console).await;
    publish(
        &console,
        &PAYMENTS.replace("name: payments", "name: archive").replace("title: Payments", "title: Archive"),
    )
    .await;
    let list = console.desk.workflow_list(&viewer, None).await.expect("a page");
    let told: Vec<_> = list.rows.iter().map(|row| (row.name.as_str(), row.title.as_str(), row.version)).collect();
    assert_eq!(told, [("archive", "Archive", 1), ("payments", "Payments", 2)]);
    assert_eq!(list.rows[1].published_by, "the command line");
    let contents = list.rows[1].contents.expect("it can be read");
    assert_eq!((contents.gates, contents.tools, contents.policies), (3, 3, 2));
    let running: Vec<_> = list.rows[1].running.iter().map(|on| (on.version, on.runs)).collect();
    assert_eq!(running, [(2, 1), (1, 1)]);
    assert!(!list.may_publish && list.next_cursor.is_none());
}

async fn runs_are_counted_on_their_version(console: TestConsole) {
    let [first, _] = two_versions(&console).await;
    first.again().await;
    let page = page(&console, Some(1), None).await;
    assert_eq!((page.shown.version.version, page.live), (1, Some(2)));
    let running: Vec<_> = page.versions.iter().map(|row| (row.version.version, row.running)).collect();
    assert_eq!(running, [(2, 2), (1, 1)]);
    assert_eq!(page.source, PAYMENTS);
    assert!(page.changes.is_none(), "nothing came before the first version");
}

async fn gates_say_what_they_did(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let tomas = console.token("tomas").await;
    agent
        .decide(&tomas, &approval, serde_json::json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."}))
        .await
        .expect(201);
    assert_eq!(agent.check("pay-2", "pay", serde_json::json!({"to": "Other", "amount": 9})).await["outcome"], "block");
    assert_eq!(agent.check("x", "unknown", serde_json::json!({})).await["outcome"], "block");
    let used = page(&console, None, None).await.used;
    assert_eq!((used["payment"].decided, used["payment"].blocked), (1, 1));
    assert_eq!((used["default"].decided, used["default"].blocked), (0, 1));
    assert!(!used.contains_key("look"));
    console.pass(chrono::TimeDelta::days(31));
    assert!(page(&console, None, None).await.used.is_empty());
}

async fn groups_without_reviewers_are_named(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    publish(&console, PAYMENTS).await;
    let lacking = page(&console, None, None).await.unstaffed;
    assert_eq!((lacking[0].group.as_str(), lacking[0].members, lacking[0].has), ("risk", 0, 0));
    console.person("Lena Vogt", &[Role::Auditor], &["risk"]).await;
    let lacking = page(&console, None, None).await.unstaffed;
    // An auditor in the group decides nothing.
    assert_eq!(lacking.len(), 1);
    assert_eq!((lacking[0].members, lacking[0].has, lacking[0].needs), (1, 0, 1));
    console.person("Tomas Lindqvist", &[Role::Reviewer], &["risk"]).await;
    assert!(page(&console, None, None).await.unstaffed.is_empty());
}

async fn what_gets_looser_is_told(console: TestConsole) {
    console.cast().await;
    publish(
        &console,
        &PAYMENTS.replace("    exclude: [requester, agent_owner, previous_approver]\n", "    exclude: [requester]\n"),
    )
    .await;
    publish(&console, &PAYMENTS.replace("expire: 24h", "expire: 4h")).await;
    let changes = page(&console, Some(2), None).await.changes.expect("changes");
    assert_eq!((changes.from, changes.to, changes.counts(), changes.running), (1, Some(2), (1, 1), 1));
    let comparison = changes.comparison.expect("both can be read");
    assert!(comparison.stricter.is_empty());
    assert_eq!(comparison.looser[0].text, "no longer excludes agent_owner, previous_approver");
    let over = page(&console, Some(3), Some(1)).await.changes.expect("changes").comparison.expect("both can be read");
    assert_eq!(over.stricter[0].text, "lets approvals expire after 4 h, was after 1 d");
    assert!(over.looser.is_empty());
}

async fn unknown_versions_are_not_found(console: TestConsole) {
    console.cast().await;
    let viewer = caller(&console, "ana@example.com").await;
    for (name, version, from) in
        [("nothing", None, None), ("payments", Some(9), None), ("payments", None, Some(9)), ("a\0b", None, None)]
    {
        let query = WorkflowQuery { name: name.to_owned(), version, changes: true, from };
        let refused = console.desk.workflow_page(&viewer, &query).await.expect_err("nothing is there");
        assert_eq!(refused.code(), Some(domain::refusal::Code::NotFound), "{name} {version:?} {from:?}");
    }
}

async fn pages_are_rendered_for_readers_too(console: TestConsole) {
    two_versions(&console).await;
    let mut browser = crate::support::Browser::new(&console);
    browser.sign_in("ana@example.com", crate::support::PASSWORD).await;
    let get = axum::http::Method::GET;
    let list = browser.send(get.clone(), "/workflows", &[]).await;
    assert!(list.text.contains("/workflows/payments") && !list.text.contains("/workflows/new"), "{}", list.text);
    let tabs = [
        "",
        "?tab=changes",
        "?tab=policies",
        "?tab=tools",
        "?tab=versions",
        "?version=1",
        "?tab=changes&from=2&version=1",
    ];
    for tab in tabs {
        let page = browser.send(get.clone(), &format!("/workflows/payments{tab}"), &[]).await;
        assert_eq!(page.status, 200, "{tab}");
        assert!(page.text.contains("Payments") && !page.text.contains("/edit"), "{tab}");
    }
    assert_eq!(browser.send(get, "/workflows/nothing", &[]).await.status, 404);
}
