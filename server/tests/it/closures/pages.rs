//! Closures in the console: the list, a receipt, what waits for a person, and the forms of whoever settles it.

use axum::http::Method;
use domain::Role;
use serde_json::json;

use super::{Stage, tracker::Mood};
use crate::support::{Browser, PASSWORD, Stored, TestConsole, on_both};

on_both!(
    a_receipt_is_found_and_told_in_full,
    a_reviewer_settles_what_was_handed_over,
    what_is_missing_is_told_at_its_field_and_kept,
    an_administrator_tries_and_replays_what_is_left,
    others_read_a_receipt_and_change_nothing,
);

pub(super) async fn signed_in<'c>(console: &'c TestConsole, email: &str) -> Browser<'c> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(email, PASSWORD).await.status, 303);
    browser
}

pub(super) async fn page(browser: &mut Browser<'_>, path: &str) -> String {
    let reply = browser.send(Method::GET, path, &[]).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.text
}

/// A closure whose intake record is not there; gives its id and what it handed over.
pub(super) async fn handed_over(stage: &Stage<'_>, event: &str) -> (String, String) {
    let mut body = stage.event(event);
    body["context"]["intake_id"] = json!(format!("IN-{event}"));
    let id = stage.begun(&body).await;
    stage.work().await;
    let open = stage.follow_ups().await;
    let mine = open.iter().find(|one| one["closure_id"] == json!(id)).expect("a follow-up");
    (id, mine["follow_up_id"].as_str().expect("an id").to_owned())
}

async fn a_receipt_is_found_and_told_in_full(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let mut ana = signed_in(&console, "ana@example.com").await;
    assert!(page(&mut ana, "/closures").await.contains("No closures yet"));
    let whole = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    let (id, follow_up) = handed_over(&stage, "evt-2").await;
    let html = page(&mut ana, "/closures").await;
    let at = |id: &str| html.find(&format!("/closures/{id}")).expect("a row");
    assert!(at(&id) < at(&whole), "newest first");
    for said in ["3 done", "2 already, 1 blocked", "Needs a person", "Choose a closure"] {
        assert!(html.contains(said), "{said} in {html}");
    }
    let figures = html.split("Last 30 days").nth(1).expect("figures").replace("<!>", "");
    let counts: Vec<&str> = figures.split("tabular-nums\">").skip(1).take(4).map(|rest| &rest[..1]).collect();
    assert_eq!(counts, ["2", "1", "1", "0"], "{figures}");
    assert!(!page(&mut ana, "/closures?status=completed").await.contains(&id));
    assert!(page(&mut ana, "/closures?workflow=nothing").await.contains("No closure matches"));
    let html = page(&mut ana, "/closures?view=follow-ups").await;
    assert!(html.contains(&format!("/closures/{id}?view=follow-ups")) && !html.contains(&whole), "{html}");
    let html = page(&mut ana, &format!("/closures/{id}")).await;
    for said in [
        "Says what was expected",
        "2 of 3 mapped",
        "board/BM-198@3/research",
        "Lena Haas",
        "Mapping missing",
        &*follow_up,
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
    for unknown in ["/closures/clo_x", "/closures/clo_01j0000000e00800000000000r"] {
        assert_eq!(ana.send(Method::GET, unknown, &[]).await.status, 404, "{unknown}");
    }
    assert_eq!(ana.send(Method::GET, "/closures?cursor=x", &[]).await.status, 400);
}

async fn a_reviewer_settles_what_was_handed_over(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let (id, follow_up) = handed_over(&stage, "evt-1").await;
    let mut ana = signed_in(&console, "ana@example.com").await;
    let path = format!("/closures/{id}");
    let settled = [
        ("form", "resolve"),
        ("follow_up", &*follow_up),
        ("resolution", "Added & checked.\r\nTwice."),
        ("outcome", "again"),
    ];
    let done = ana.send(Method::POST, &path, &settled).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(done.headers["location"], *format!("{path}?done=resolved"));
    let html = page(&mut ana, &format!("{path}?done=resolved")).await;
    for said in ["The follow-up is resolved", "Added &amp; checked.", "Twice.", "Ana Ruiz"] {
        assert!(html.contains(said), "{said} in {html}");
    }
    assert!(!html.contains(r#"value="resolve""#), "there is nothing more to settle");
    assert!(page(&mut ana, "/closures?view=follow-ups").await.contains("Nothing needs a person"));
    let again = ana.send(Method::POST, &path, &settled).await;
    assert!(again.status == 409, "{}", again.text);
}

async fn what_is_missing_is_told_at_its_field_and_kept(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let (id, follow_up) = handed_over(&stage, "evt-1").await;
    let mut ana = signed_in(&console, "ana@example.com").await;
    let path = format!("/closures/{id}");
    let send = [("form", "resolve"), ("follow_up", &*follow_up), ("resolution", " "), ("outcome", "again")];
    let refused = ana.send(Method::POST, &path, &send).await;
    let fault = format!("resolution-{follow_up}-fault");
    assert!(refused.status == 422 && refused.text.contains(&fault), "{}", refused.text);
    let long = format!("A <b>long</b> word {}", "x".repeat(2_001));
    let send = [("form", "resolve"), ("follow_up", &*follow_up), ("resolution", &*long), ("outcome", "again")];
    let refused = ana.send(Method::POST, &path, &send).await;
    assert!(refused.status == 422 && refused.text.contains("A &lt;b&gt;long&lt;/b&gt; word"), "{}", refused.text);
    assert_eq!(ana.send(Method::POST, &path, &[("form", "close")]).await.status, 400);
    let unchosen = [("form", "resolve"), ("follow_up", &*follow_up), ("resolution", "Seen.")];
    let refused = ana.send(Method::POST, &path, &unchosen).await;
    let fault = format!("outcome-{follow_up}-fault");
    assert!(refused.status == 422 && refused.text.contains(&fault), "{}", refused.text);
    for lost in ["", "fup_x", "fup_01j0000000e00800000000000r"] {
        let send = [("form", "resolve"), ("follow_up", lost), ("resolution", "x"), ("outcome", "again")];
        assert_eq!(ana.send(Method::POST, &path, &send).await.status, 404, "{lost}");
    }
}

async fn an_administrator_tries_and_replays_what_is_left(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.tracker.moods([Mood::Refuses(503)]);
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    let mut iris = signed_in(&console, "iris@example.com").await;
    let path = format!("/closures/{id}");
    let html = page(&mut iris, &path).await;
    assert!(html.contains("Retry failed steps") && html.contains("Dry run"), "{html}");
    let before = Stored::of(&console).await;
    let tried = iris.send(Method::POST, &path, &[("form", "try")]).await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    let after = Stored::of(&console).await;
    for table in ["closure", "closure_step", "closure_mark", "follow_up", "event"] {
        assert!(!before.changed(&after).contains(&table), "{table}");
    }
    let replayed = iris.send(Method::POST, &path, &[("form", "replay")]).await;
    assert_eq!(replayed.status, 303, "{}", replayed.text);
    assert_eq!(replayed.headers["location"], *format!("{path}?done=replayed"));
    assert_eq!(iris.send(Method::POST, &path, &[("form", "replay")]).await.status, 409, "it is being worked");
    stage.work().await;
    let html = page(&mut iris, &path).await;
    assert!(html.contains("Completed") && html.contains("had it finish"), "{html}");
    assert!(!html.contains(r#"value="replay""#) && !html.contains(r#"value="try""#), "nothing is left");
}

async fn others_read_a_receipt_and_change_nothing(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let (id, follow_up) = handed_over(&stage, "evt-1").await;
    console.person("Ivo Brandt", &[Role::Auditor], &[]).await;
    let mut ivo = signed_in(&console, "ivo@example.com").await;
    let path = format!("/closures/{id}");
    let html = page(&mut ivo, &path).await;
    assert!(html.contains("Mapping missing") && !html.contains(&format!(r#"action="{path}""#)), "{html}");
    for form in ["resolve", "replay", "try"] {
        let send = [("form", form), ("follow_up", &*follow_up), ("resolution", "x"), ("outcome", "again")];
        assert_eq!(ivo.send(Method::POST, &path, &send).await.status, 403, "{form}");
    }
    let mut ana = signed_in(&console, "ana@example.com").await;
    assert_eq!(ana.send(Method::POST, &path, &[("form", "replay")]).await.status, 403);
}
