//! What is assigned, in lists: in front of what needs somebody's decision, and narrowed to; and who ends it on the page.

use std::collections::BTreeSet;

use axum::http::Method;
use domain::{
    Role,
    id::ApprovalId,
    queue::{QueueQuery, View},
};
use serde_json::json;

use super::{WHY, assign, cast, give_back};
use crate::{
    runs::viewer,
    support::{Agent, Browser, PASSWORD, TestConsole, on_both},
};

on_both!(
    what_is_beyond_a_page_of_assignments_stands_among_the_others,
    a_vote_ends_what_its_reviewer_may_not_decide_any_more,
    a_list_is_narrowed_to_whom_it_is_assigned,
    the_console_narrows_to_them_too,
    a_lead_ends_an_assignment_on_the_page,
);

/// A note that waits for Compliance, in a run of its own.
async fn note(agent: &Agent<'_>) -> String {
    let run = agent.again().await;
    let asked = run.check("note-1", "note", json!({"text": "Hello."})).await;
    asked["approval_id"].as_str().expect("an approval").to_owned()
}

async fn what_is_beyond_a_page_of_assignments_stands_among_the_others(console: TestConsole) {
    let agent = cast(&console).await;
    let mira = console.token("mira").await;
    let (mut assigned, mut others) = (Vec::<ApprovalId>::new(), Vec::<ApprovalId>::new());
    for at in 0..110 {
        let approval = note(&agent).await;
        if at % 2 == 0 {
            assign(&console, &mira, &approval, "ana@example.com").await.expect(200);
        }
        let list = if at % 2 == 0 { &mut assigned } else { &mut others };
        list.push(approval.parse().expect("an id"));
    }
    let ana = viewer(&console, &[Role::Reviewer]).await;
    let mut query = QueueQuery::of(View::NeedsMyDecision);
    let mut pages = Vec::new();
    loop {
        let page = console.desk.queue_page(&ana, &query).await.expect("a page");
        assert_eq!(page.counts.mine, 110);
        pages.push(page.rows.iter().map(|row| row.id).collect::<Vec<_>>());
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    // Neither has a deadline, so that the order is the one they came in.
    let (front, behind) = assigned.split_at(50);
    let mut rest = [behind, &others].concat();
    rest.sort_unstable();
    assert_eq!(pages, [[front, &rest[..50]].concat(), rest[50..].to_vec()]);
}

async fn a_vote_ends_what_its_reviewer_may_not_decide_any_more(console: TestConsole) {
    let agent = cast(&console).await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let payment = agent.suspended_payment("pay-1").await;
    agent.post("sessions", &json!({"framework": "test", "id": "s2"})).await.expect(201);
    let asked = agent.check_in("s2", "note-1", "note", json!({"text": "Hello."})).await;
    let hello = asked["approval_id"].as_str().expect("an approval").to_owned();
    let to = async |approval: &str| agent.approval(approval).await["assigned_to"]["name"].clone();
    let mira = console.token("mira").await;
    assign(&console, &tomas, &payment, "mira@example.com").await.expect(200);
    assign(&console, &ana, &hello, "mira@example.com").await.expect(200);
    agent.approve(&mira, &hello).await.expect(201);
    assert_eq!(agent.outcome(&hello).await["status"], "approved");
    assert_eq!(to(&payment).await, json!(null), "she approved another call of the run");
    let told = assign(&console, &tomas, &payment, "mira@example.com").await;
    assert!(told.text.contains("Mira Okafor approved an earlier step of this run"), "{}", told.text);
    // Whoever is left is still asked, and a group is.
    assign(&console, &tomas, &payment, "ana@example.com").await.expect(200);
    let asked = agent.check_in("s2", "note-2", "note", json!({"text": "Again."})).await;
    let again = asked["approval_id"].as_str().expect("an approval").to_owned();
    agent.decide(&ana, &again, json!({"verdict": "reject", "notes": "No."})).await.expect(201);
    assert_eq!(to(&payment).await, "Ana Ruiz", "a rejection excludes nobody");
}

async fn ids(console: &TestConsole, token: &str, query: &str) -> BTreeSet<String> {
    let page = console.get(token, &format!("/approvals?{query}")).await.expect(200);
    page["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

async fn a_list_is_narrowed_to_whom_it_is_assigned(console: TestConsole) {
    let agent = cast(&console).await;
    let (ana, mira, tomas) = (console.token("ana").await, console.token("mira").await, console.token("tomas").await);
    let (hers, theirs, free, done) = (note(&agent).await, note(&agent).await, note(&agent).await, note(&agent).await);
    let now = assign(&console, &mira, &hers, "ana@example.com").await.expect(200);
    assign(&console, &mira, &theirs, "compliance").await.expect(200);
    agent.decide(&mira, &done, json!({"verdict": "reject", "notes": "No."})).await.expect(201);
    let by_id = format!("assignee={}", now["assigned_to"]["person_id"].as_str().expect("an id"));
    for (token, query, expected) in [
        (&ana, "assignee=me", vec![&hers]),
        (&tomas, "assignee=me", vec![]),
        (&tomas, "assignee=ana%40example.com&sort=risk", vec![&hers]),
        (&tomas, "assignee=ANA%40Example.com", vec![&hers]),
        (&tomas, &by_id, vec![&hers]),
        (&tomas, "assignee=compliance", vec![&theirs]),
        (&tomas, "assignee=none", vec![&free]),
        (&tomas, "assignee=none&status=rejected", vec![]),
        (&tomas, "assignee=none&q=hello&risk=low", vec![&free]),
        (&tomas, "assignee=nobody%40example.com", vec![]),
        (&tomas, "assignee=Ana%20Ruiz", vec![]),
        (&agent.key, "assignee=me", vec![]),
        (&agent.key, "assignee=ana%40example.com", vec![&hers]),
    ] {
        let listed = ids(&console, token, query).await;
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let nobodys = console.key("spare", &[domain::Scope::Hook], None).await;
    for (token, query) in [(&nobodys, "assignee=me"), (&ana, "assignee=usr_ana")] {
        assert_eq!(
            console.get(token, &format!("/approvals?{query}")).await.problem(),
            "400 malformed_request",
            "{query}"
        );
    }
    let long = format!("/approvals?assignee={}", "g".repeat(201));
    assert_eq!(console.get(&ana, &long).await.problem(), "400 malformed_request");
    give_back(&console, &ana, &hers).await.expect(200);
    assert_eq!(ids(&console, &ana, "assignee=none").await, BTreeSet::from([hers, free]));
}

async fn read(browser: &mut Browser<'_>, path: &str) -> String {
    let page = browser.send(Method::GET, path, &[]).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    page.text.replace("<!>", "").replace("<bdi>", "").replace("</bdi>", "")
}

async fn the_console_narrows_to_them_too(console: TestConsole) {
    let agent = cast(&console).await;
    let mira = console.token("mira").await;
    let (hers, theirs, free) = (note(&agent).await, note(&agent).await, note(&agent).await);
    let now = assign(&console, &mira, &hers, "ana@example.com").await.expect(200);
    assign(&console, &mira, &theirs, "compliance").await.expect(200);
    let by_id = format!("/approvals?assignee={}", now["assigned_to"]["person_id"].as_str().expect("an id"));
    let mut ana = Browser::new(&console);
    assert_eq!(ana.sign_in("ana@example.com", PASSWORD).await.status, 303);
    let all = read(&mut ana, "/approvals").await;
    for link in ["/approvals?assignee=me", "/approvals?assignee=none", "/approvals?assignee=compliance", &by_id] {
        assert!(all.contains(&format!("href=\"{link}\"")), "{link}: {all}");
    }
    for (path, chip, expected) in [
        ("/approvals?assignee=me", "You", vec![&hers]),
        ("/approvals?assignee=none", "Nobody", vec![&free]),
        ("/approvals?assignee=compliance", "compliance", vec![&theirs]),
        (&by_id, "Ana Ruiz", vec![&hers]),
        ("/approvals?assignee=tomas%40example.com", "Tomas Lindqvist", vec![]),
        ("/approvals?assignee=nobody%40example.com", "nobody@example.com", vec![]),
        ("/approvals?view=mine&assignee=me", "You", vec![&hers]),
    ] {
        let page = read(&mut ana, path).await;
        assert!(page.contains(&format!("Assigned to {chip}, clear")), "{path}: {page}");
        for id in [&hers, &theirs, &free] {
            assert_eq!(page.contains(&format!("href=\"/approvals/{id}\"")), expected.contains(&id), "{path}: {id}");
        }
    }
    let path = "/approvals?assignee=me";
    let saved = ana.send(Method::POST, path, &[("form", "save_view"), ("name", "For me")]).await;
    assert_eq!((saved.status.as_u16(), saved.headers["location"].to_str().expect("text")), (303, path));
    let list = read(&mut ana, "/approvals").await;
    let count = "For me<span class=\"text-xs tabular-nums text-faint font-normal\">1</span>";
    assert!(list.contains(count) && list.contains(&format!("href=\"{path}\"")), "{list}");
}

async fn a_lead_ends_an_assignment_on_the_page(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = agent.suspended_payment("pay-1").await;
    assign(&console, &console.token("tomas").await, &approval, "ana@example.com").await.expect(200);
    let path = format!("/approvals/{approval}");
    let form = "value=\"give_back\"";
    for (person, is_shown) in [("mira", false), ("rosa", false), ("ana", true), ("tomas", true), ("sue", true)] {
        let mut browser = Browser::new(&console);
        assert_eq!(browser.sign_in(&format!("{person}@example.com"), PASSWORD).await.status, 303);
        let page = read(&mut browser, &path).await;
        assert!(page.contains("Assigned to") && page.contains(WHY), "{person}: {page}");
        assert_eq!(page.contains(form), is_shown, "{person}: {page}");
        if person == "sue" {
            assert!(page.contains("End the assignment"), "{page}");
            assert_eq!(browser.send(Method::POST, &path, &[("form", "give_back")]).await.status, 303);
            assert!(!read(&mut browser, &path).await.contains(form));
        }
    }
    assert_eq!(agent.approval(&approval).await["assigned_to"], json!(null));
}
