//! Whose a follow-up is: given by reviewers and administrators to whoever may settle it, told to them, and shown.

use axum::http::Method;
use domain::{Role, Scope, event::Event};
use serde_json::{Value, json};
use server::desk::Caller;

use super::{
    Stage,
    pages::{handed_over, page, signed_in},
};
use crate::support::{Reply, Stored, TestConsole, on_both};

on_both!(
    a_follow_up_is_given_to_whoever_may_settle_it,
    nobody_else_is_given_one,
    whoever_is_given_one_is_told,
    it_is_given_and_found_without_script,
    a_form_of_another_closure_changes_nothing,
);

/// A stage with a second reviewer, and what a closure handed over.
async fn staged(console: &TestConsole) -> (Stage<'_>, String, String) {
    let stage = Stage::set(console, true).await;
    console.person("Tomas Lindqvist", &[Role::Reviewer], &["risk"]).await;
    let (closure, follow_up) = handed_over(&stage, "evt-1").await;
    (stage, closure, follow_up)
}

async fn give(stage: &Stage<'_>, token: &str, follow_up: &str, body: &Value) -> Reply {
    stage.console.post(token, &format!("/follow-ups/{follow_up}/assign"), body).await
}

async fn assignments(stage: &Stage<'_>) -> usize {
    Stored::of(stage.console).await;
    let mut tx = stage.console.desk.database.read().await.expect("a snapshot");
    let log = server::store::event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    log.iter().filter(|logged| matches!(logged.entry.event, Event::FollowUpAssigned { .. })).count()
}

async fn a_follow_up_is_given_to_whoever_may_settle_it(console: TestConsole) {
    let (stage, _, follow_up) = staged(&console).await;
    let to_tomas = json!({"to": "tomas@example.com", "reason": "Keeps the registry."});
    let given = give(&stage, &stage.ana, &follow_up, &to_tomas).await.expect(200);
    assert_eq!(given["assigned_to"]["name"], "Tomas Lindqvist", "{given}");
    assert_eq!((&given["status"], &given["packet"]["owner"]), (&json!("open"), &json!("Lena Haas")));
    let again = give(&stage, &stage.admin, &follow_up, &to_tomas).await.expect(200);
    assert_eq!((again, assignments(&stage).await), (given.clone(), 1), "the same again changes nothing");
    let tomas = given["assigned_to"]["person_id"].as_str().expect("an id");
    let listed = console.get(&stage.ana, &format!("/follow-ups?assignee={tomas}")).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    let own = give(&stage, &stage.admin, &follow_up, &json!({"to": "ana@example.com"})).await.expect(200);
    assert_eq!((&own["assigned_to"]["name"], assignments(&stage).await), (&json!("Ana Ruiz"), 2));
    let listed = console.get(&stage.ana, &format!("/follow-ups?assignee={tomas}")).await.expect(200);
    assert_eq!(listed["items"], json!([]));
    // Whoever has it is one who may settle it, not the only one.
    stage.resolve(&json!({"follow_up_id": follow_up})).await;
    assert_eq!(give(&stage, &stage.ana, &follow_up, &json!({"to": ""})).await.problem(), "409 illegal_move");
}

async fn nobody_else_is_given_one(console: TestConsole) {
    let (stage, _, follow_up) = staged(&console).await;
    console.person("Ivo Brandt", &[Role::Auditor], &[]).await;
    console.person("Gone Reviewer", &[Role::Reviewer], &[]).await;
    console.desk.disable_person(&Caller::CommandLine, "gone@example.com").await.expect("disabled");
    for to in ["", "nobody@example.com", "ivo@example.com", "gone@example.com", "compliance"] {
        let refused = give(&stage, &stage.ana, &follow_up, &json!({"to": to})).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["path"]), (422, &json!("/to")), "{to}");
    }
    let long = json!({"to": "tomas@example.com", "reason": "x".repeat(401)});
    let refused = give(&stage, &stage.ana, &follow_up, &long).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["path"]), (422, &json!("/reason")));
    let auditor = console.key("ivo", &[Scope::Auditor], Some("ivo@example.com")).await;
    for key in [&stage.board, &auditor] {
        let refused = give(&stage, key, &follow_up, &json!({"to": "tomas@example.com"})).await;
        assert_eq!(refused.problem(), "403 wrong_scope");
    }
    let lost = give(&stage, &stage.ana, "fup_01j0000000e00800000000000r", &json!({"to": "tomas@example.com"})).await;
    assert_eq!(lost.problem(), "404 not_found");
    assert_eq!(assignments(&stage).await, 0);
}

async fn whoever_is_given_one_is_told(console: TestConsole) {
    let (stage, closure, follow_up) = staged(&console).await;
    give(&stage, &stage.ana, &follow_up, &json!({"to": "tomas@example.com"})).await.expect(200);
    Stored::of(&console).await;
    console.desk.make_notifications().await.expect("told");
    let mut tomas = signed_in(&console, "tomas@example.com").await;
    let inbox = page(&mut tomas, "/inbox").await;
    assert!(inbox.contains("A follow-up was given to you"), "{inbox}");
    let mut ana = signed_in(&console, "ana@example.com").await;
    assert!(!page(&mut ana, "/inbox").await.contains("given to you"));
    let html = page(&mut tomas, &format!("/closures/{closure}")).await;
    assert!(html.contains("Yours"), "{html}");
}

async fn it_is_given_and_found_without_script(console: TestConsole) {
    let (stage, closure, follow_up) = staged(&console).await;
    let mut iris = signed_in(&console, "iris@example.com").await;
    let path = format!("/closures/{closure}?view=follow-ups&owner=me");
    let mine = "/closures?view=follow-ups&owner=me";
    let html = page(&mut iris, &path).await;
    assert!(html.contains("Give to somebody") && html.contains("Nothing of yours waits"), "{html}");
    assert!(html.contains(&format!(r#"action="/closures/{closure}?view=follow-ups&amp;owner=me""#)), "{html}");
    assert!(!html.contains(r#"value="resolve""#), "an administrator settles nothing");
    let send = [("form", "assign"), ("follow_up", &*follow_up), ("to", "ana@example.com"), ("reason", "")];
    let given = iris.send(Method::POST, &path, &send).await;
    assert_eq!(given.status, 303, "{}", given.text);
    assert_eq!(given.headers["location"], *format!("{path}&done=assigned"), "the list stays narrowed");
    let mut ana = signed_in(&console, "ana@example.com").await;
    let html = page(&mut ana, mine).await;
    assert!(html.contains("Yours") && html.contains(&format!("waiting-{follow_up}")), "{html}");
    let wrong =
        [("form", "assign"), ("follow_up", &*follow_up), ("to", "iris@example.com"), ("reason", "<b>Keeps</b>")];
    let refused = ana.send(Method::POST, &path, &wrong).await;
    let fault = format!("to-{follow_up}-fault");
    assert!(refused.status == 422 && refused.text.contains(&fault), "{}", refused.text);
    assert!(refused.text.contains("&lt;b&gt;Keeps"), "what was typed is kept: {}", refused.text);
    let html = page(&mut iris, &format!("/closures/{closure}")).await;
    assert!(html.contains("Ana Ruiz"), "{html}");
    assert_eq!(assignments(&stage).await, 1);
}

async fn a_form_of_another_closure_changes_nothing(console: TestConsole) {
    let (stage, closure, follow_up) = staged(&console).await;
    let (_, other) = handed_over(&stage, "evt-2").await;
    assert_ne!(other, follow_up);
    let mut ana = signed_in(&console, "ana@example.com").await;
    let path = format!("/closures/{closure}");
    for form in ["resolve", "assign"] {
        let send = [
            ("form", form),
            ("follow_up", &*other),
            ("to", "ana@example.com"),
            ("resolution", "Seen."),
            ("outcome", "left"),
        ];
        assert_eq!(ana.send(Method::POST, &path, &send).await.status, 404, "{form}");
    }
    assert_eq!((stage.follow_ups().await.len(), assignments(&stage).await), (2, 0));
    let asked = format!("{path}?workflow=research&done=resolved&next=https%3A%2F%2Fevil.example");
    let send = [("form", "resolve"), ("follow_up", &*follow_up), ("resolution", "Seen."), ("outcome", "left")];
    let done = ana.send(Method::POST, &asked, &send).await;
    assert_eq!(done.headers["location"], *format!("{path}?workflow=research&done=resolved"), "nothing else is kept");
}
