//! Versions that could let more through: proposed by one administrator, put in force by another, and by nobody else.

use axum::http::Method;
use domain::{
    Role, Scope,
    workflow::shown::{DraftQuery, Review, WorkflowQuery},
};
use serde_json::{Value, json};
use server::desk::{
    Caller, PersonCaller,
    key::NewKey,
    workflow::{Ruling, Seen},
};

use crate::{
    support::{Browser, CLOSING, PASSWORD, PAYMENTS, Reply, TestConsole, on_both, request},
    workflows::caller,
};

on_both!(
    what_is_wider_waits_for_another_administrator,
    what_is_stricter_is_in_force_at_once,
    a_single_administrator_is_recorded_as_such,
    writing_elsewhere_waits_from_the_first_version_on,
    whoever_publishes_by_a_key_is_no_second,
    what_was_declined_is_never_used,
    a_newer_version_overtakes_what_waits,
    of_two_rulings_one_stands,
    the_form_works_without_script,
);

/// Two administrators, an auditor, and the payments workflow in force.
async fn office(console: &TestConsole) -> [PersonCaller; 2] {
    console.cast().await;
    console.person("Ida Novak", &[Role::Admin], &[]).await;
    console.person("Jon Bell", &[Role::Admin], &[]).await;
    console.person("Lena Vogt", &[Role::Auditor], &[]).await;
    [caller(console, "ida@example.com").await, caller(console, "jon@example.com").await]
}

fn looser() -> String {
    PAYMENTS.replace("<= 100", "<= 9999")
}

async fn publish(console: &TestConsole, by: &PersonCaller, text: &str) -> (u32, String) {
    let published = console.desk.publish_workflow(&Caller::Person(by.clone()), None, text).await.expect("a version");
    (published.version.version, published.standing.status().to_string())
}

async fn rule(console: &TestConsole, by: &PersonCaller, version: u32, ruling: Ruling) -> String {
    let live = console.desk.find_workflow(&Caller::CommandLine, "payments", None).await.expect("it").version.version;
    match console.desk.rule_on_version(by, "payments", Seen { version, base: Some(live) }, ruling).await {
        Ok(()) => "done".to_owned(),
        Err(server::error::Error::Refused(refusal)) => format!("{} {}", refusal.code.status(), refusal.code.as_str()),
        Err(other) => format!("{other:?}"),
    }
}

fn decline() -> Ruling {
    Ruling::Decline { reason: "Too wide.".to_owned() }
}

async fn review(console: &TestConsole, viewer: &PersonCaller, version: u32) -> Option<Review> {
    let query = WorkflowQuery { name: "payments".to_owned(), version: Some(version), changes: true, from: None };
    console.desk.workflow_page(viewer, &query).await.expect("a page").review
}

/// Starts a run of a version, or of whichever is in force.
async fn start(console: &TestConsole, key: &str, version: Option<u32>) -> Reply {
    let mut body = json!({"workflow": "payments", "subject": "ACME", "requested_by": "rosa@example.com"});
    if let Some(version) = version {
        body["version"] = version.into();
    }
    console.post(key, "/runs", &body).await
}

async fn kinds(console: &TestConsole) -> Vec<String> {
    let auditor = console.key("auditor", &[Scope::Auditor], None).await;
    let page = console.get(&auditor, "/audit/events?limit=200").await.expect(200);
    let kinds = page["items"].as_array().expect("events").iter().map(|event| event["kind"].as_str());
    kinds.flatten().filter(|kind| kind.starts_with("workflow.")).map(str::to_owned).collect()
}

async fn what_is_wider_waits_for_another_administrator(console: TestConsole) {
    let [ida, jon] = office(&console).await;
    let lena = caller(&console, "lena@example.com").await;
    let hook = console.key("hook", &[Scope::Hook], Some("dev@example.com")).await;
    assert_eq!(publish(&console, &ida, &looser()).await, (2, "proposed".to_owned()));
    // The same text again is the same version, and waits as it did.
    assert_eq!(publish(&console, &jon, &looser()).await, (2, "proposed".to_owned()));
    assert_eq!(start(&console, &hook, None).await.expect(201)["version"], 1);
    assert_eq!(start(&console, &hook, Some(2)).await.problem(), "409 not_in_force");
    let detail = console.get(&hook, "/workflows/payments").await.expect(200);
    assert_eq!((&detail["version"], &detail["status"]), (&json!(1), &json!("in_force")));
    let proposed = console.get(&hook, "/workflows/payments/versions/2").await.expect(200);
    assert_eq!(proposed["status"], "proposed");
    assert!(matches!(review(&console, &ida, 2).await, Some(Review::Waits { hindrance: Some(_) })));
    assert_eq!(review(&console, &jon, 2).await, Some(Review::Waits { hindrance: None }));
    assert_eq!(rule(&console, &ida, 2, Ruling::Confirm).await, "403 self_approval");
    assert_eq!(rule(&console, &ida, 2, decline()).await, "403 self_approval");
    assert_eq!(rule(&console, &lena, 2, Ruling::Confirm).await, "403 wrong_scope");
    assert_eq!(rule(&console, &jon, 9, Ruling::Confirm).await, "404 not_found");
    assert_eq!(rule(&console, &jon, 1, Ruling::Confirm).await, "409 conflict");
    assert_eq!(rule(&console, &jon, 2, Ruling::Confirm).await, "done");
    assert_eq!(rule(&console, &jon, 2, Ruling::Confirm).await, "409 conflict");
    assert_eq!(start(&console, &hook, None).await.expect(201)["version"], 2);
    assert!(matches!(review(&console, &ida, 2).await, Some(Review::Confirmed { by, .. }) if by == "Jon Bell"));
    let told = kinds(&console).await;
    for kind in ["workflow.proposed", "workflow.confirmed"] {
        assert_eq!(told.iter().filter(|one| *one == kind).count(), 1, "{kind} in {told:?}");
    }
}

async fn what_is_stricter_is_in_force_at_once(console: TestConsole) {
    let [ida, _] = office(&console).await;
    let title = PAYMENTS.replace("title: Payments", "title: Payments out");
    assert_eq!(publish(&console, &ida, &title).await, (2, "in_force".to_owned()));
    assert_eq!(review(&console, &ida, 2).await, None);
}

async fn a_single_administrator_is_recorded_as_such(console: TestConsole) {
    console.cast().await;
    console.person("Ida Novak", &[Role::Admin], &[]).await;
    let ida = caller(&console, "ida@example.com").await;
    assert_eq!(publish(&console, &ida, &looser()).await, (2, "in_force".to_owned()));
    assert_eq!(review(&console, &ida, 2).await, Some(Review::Unseconded));
    assert!(kinds(&console).await.contains(&"workflow.unseconded".to_owned()));
    // From the command line, the one administrator is another.
    let wider = PAYMENTS.replace("<= 100", "<= 99999");
    let published = console.desk.publish_workflow(&Caller::CommandLine, None, &wider).await.expect("a version");
    assert!(!published.standing.is_in_force());
    assert_eq!(rule(&console, &ida, 3, Ruling::Confirm).await, "done");
}

async fn writing_elsewhere_waits_from_the_first_version_on(console: TestConsole) {
    let [ida, jon] = office(&console).await;
    let hook = console.key("hook", &[Scope::Hook], Some("dev@example.com")).await;
    let closing = PAYMENTS.replace("name: payments", "name: closing") + CLOSING;
    assert_eq!(publish(&console, &ida, &closing).await, (1, "proposed".to_owned()));
    let body = json!({"workflow": "closing", "subject": "ACME", "requested_by": "rosa@example.com"});
    assert_eq!(console.post(&hook, "/runs", &body).await.problem(), "409 not_in_force");
    let list = console.desk.workflow_list(&jon, None).await.expect("a list");
    let row = list.rows.iter().find(|row| row.name == "closing").expect("a row");
    assert_eq!((row.is_live, row.proposed), (false, Some(1)));
    let query = WorkflowQuery { name: "closing".to_owned(), version: None, changes: true, from: None };
    let changes = console.desk.workflow_page(&jon, &query).await.expect("a page").changes.expect("from nothing");
    assert_eq!((changes.from, changes.comparison.expect("it can be read").looser.len()), (0, 2));
    console
        .desk
        .rule_on_version(&jon, "closing", Seen { version: 1, base: None }, Ruling::Confirm)
        .await
        .expect("confirmed");
    console.post(&hook, "/runs", &body).await.expect(201);
    // One more target asks once more; one less does not.
    let more = format!("{closing}      - {{ id: also, kind: notification, target: webhook }}\n");
    assert_eq!(publish(&console, &ida, &more).await, (2, "proposed".to_owned()));
    let without = closing.replace(CLOSING, "").replace("title: Payments", "title: Closing");
    assert_eq!(publish(&console, &ida, &without).await, (3, "in_force".to_owned()));
}

async fn whoever_publishes_by_a_key_is_no_second(console: TestConsole) {
    let [ida, jon] = office(&console).await;
    let key = console.key("pipeline", &[Scope::Admin], Some("ida@example.com")).await;
    let put = request(Method::PUT, &key, "/workflows/payments").body(axum::body::Body::from(looser()));
    let published = console.send(put.expect("a request")).await.expect(200);
    assert_eq!((&published["version"], &published["status"]), (&json!(2), &json!("proposed")));
    assert_eq!(rule(&console, &ida, 2, Ruling::Confirm).await, "403 self_approval");
    assert_eq!(rule(&console, &jon, 2, Ruling::Confirm).await, "done");
    // Nor is whoever made a key for somebody else.
    let new = NewKey {
        name: "of-jon".to_owned(),
        scopes: vec![Scope::Admin],
        owner: Some("jon@example.com".to_owned()),
        ..NewKey::default()
    };
    let made = console.desk.create_key(&Caller::Person(ida.clone()), new).await.expect("a key");
    let wider = PAYMENTS.replace("<= 100", "<= 99999");
    let put = request(Method::PUT, made.secret.reveal(), "/workflows/payments").body(axum::body::Body::from(wider));
    assert_eq!(console.send(put.expect("a request")).await.expect(200)["status"], "in_force", "nobody else is there");
    console.person("Kim Sato", &[Role::Admin], &[]).await;
    let widest = PAYMENTS.replace("<= 100", "<= 999999");
    let put = request(Method::PUT, made.secret.reveal(), "/workflows/payments").body(axum::body::Body::from(widest));
    assert_eq!(console.send(put.expect("a request")).await.expect(200)["status"], "proposed");
    for own in [&ida, &jon] {
        assert_eq!(rule(&console, own, 4, Ruling::Confirm).await, "403 self_approval");
    }
    assert_eq!(rule(&console, &caller(&console, "kim@example.com").await, 4, Ruling::Confirm).await, "done");
}

async fn what_was_declined_is_never_used(console: TestConsole) {
    let [ida, jon] = office(&console).await;
    let hook = console.key("hook", &[Scope::Hook], Some("dev@example.com")).await;
    publish(&console, &ida, &looser()).await;
    let empty = Ruling::Decline { reason: "  ".to_owned() };
    assert_eq!(rule(&console, &jon, 2, empty).await, "422 invalid_field");
    assert_eq!(rule(&console, &jon, 2, decline()).await, "done");
    assert_eq!(rule(&console, &jon, 2, Ruling::Confirm).await, "409 conflict");
    assert_eq!(start(&console, &hook, Some(2)).await.problem(), "409 not_in_force");
    let again = console.desk.publish_workflow(&Caller::Person(ida.clone()), None, &looser()).await;
    assert!(again.expect_err("declined").to_string().contains("Too wide."));
    assert_eq!(publish(&console, &ida, &PAYMENTS.replace("<= 100", "<= 150")).await, (3, "proposed".to_owned()));
}

async fn a_newer_version_overtakes_what_waits(console: TestConsole) {
    let [ida, jon] = office(&console).await;
    publish(&console, &ida, &looser()).await;
    let title = PAYMENTS.replace("title: Payments", "title: Payments out");
    assert_eq!(publish(&console, &ida, &title).await, (3, "in_force".to_owned()));
    assert_eq!(review(&console, &jon, 2).await, Some(Review::Overtaken { by: 3 }));
    assert_eq!(rule(&console, &jon, 2, Ruling::Confirm).await, "409 conflict");
    let list = console.desk.workflow_list(&jon, None).await.expect("a list");
    assert_eq!(list.rows[0].proposed, None);
    // Its text would wait for ever: it is refused, and says why.
    let again = console.desk.publish_workflow(&Caller::Person(ida.clone()), None, &looser()).await;
    assert!(again.expect_err("overtaken").to_string().contains("version 3 came in force"));
    // What was seen to replace one version does not replace another.
    assert_eq!(publish(&console, &ida, &PAYMENTS.replace("<= 100", "<= 500")).await.0, 4);
    let seen = Seen { version: 4, base: Some(1) };
    let moved = console.desk.rule_on_version(&jon, "payments", seen, Ruling::Confirm).await.expect_err("another base");
    assert!(moved.to_string().contains("meanwhile"), "{moved}");
}

async fn of_two_rulings_one_stands(console: TestConsole) {
    let [ida, jon] = office(&console).await;
    console.person("Kim Sato", &[Role::Admin], &[]).await;
    let kim = caller(&console, "kim@example.com").await;
    for version in 2..12 {
        let text = PAYMENTS.replace("<= 100", &format!("<= {}", 1_000 + version));
        assert_eq!(publish(&console, &ida, &text).await, (version, "proposed".to_owned()));
        let (one, other) =
            tokio::join!(rule(&console, &jon, version, Ruling::Confirm), rule(&console, &kim, version, decline()));
        assert_eq!([&one, &other].iter().filter(|told| **told == "done").count(), 1, "{one} {other}");
        let expected = if one == "done" { "in_force" } else { "declined" };
        let stands = console.desk.find_workflow(&Caller::CommandLine, "payments", Some(version)).await.expect("it");
        assert_eq!(stands.standing.status().as_str(), expected);
    }
}

async fn the_form_works_without_script(console: TestConsole) {
    let [ida, _] = office(&console).await;
    let draft = DraftQuery { name: Some("payments".to_owned()), source: Some(looser()), sample: None };
    assert!(console.desk.draft(&ida, draft).await.expect("a draft").needs_second);
    publish(&console, &ida, &looser()).await;
    let mut own = Browser::new(&console);
    own.sign_in("ida@example.com", PASSWORD).await;
    let at = "/workflows/payments?tab=changes&version=2";
    let page = own.send(Method::GET, at, &[]).await;
    assert!(page.text.contains("waits for a second administrator") && !page.text.contains("Confirm version 2"));
    let confirm = [("form", "rule"), ("version", "2"), ("base", "1"), ("act", "confirm")];
    assert_eq!(own.send(Method::POST, at, &confirm).await.status, 403);
    let mut other = Browser::new(&console);
    other.sign_in("jon@example.com", PASSWORD).await;
    assert!(other.send(Method::GET, at, &[]).await.text.contains("Confirm version 2"));
    let decline = [("form", "rule"), ("version", "2"), ("base", "1"), ("act", "decline"), ("reason", "")];
    let refused = other.send(Method::POST, at, &decline).await;
    assert!(refused.status == 422 && refused.text.contains("Confirm version 2"), "{}", refused.text);
    assert_eq!(other.send(Method::POST, at, &confirm).await.status, 303);
    assert!(
        other
            .send(Method::GET, "/workflows/payments?version=2", &[])
            .await
            .text
            .contains("Confirmed by a second administrator")
    );
    let row: Value = console.get(&console.token("ana").await, "/workflows/payments").await.expect(200);
    assert_eq!(row["version"], 2);
}
