//! The list as the console shows it.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::json;

use super::{note, payment};
use crate::support::{Browser, PASSWORD, TestConsole, on_both};

on_both!(the_console_shows_what_is_asked_for, what_was_taken_back_today_is_counted_where_it_is_listed);

/// A page as it is read: without the marks of its renderer.
async fn read(browser: &mut Browser<'_>, path: &str) -> String {
    let page = browser.send(Method::GET, path, &[]).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    page.text.replace("<!>", "").replace("<bdi>", "").replace("</bdi>", "")
}

/// The number beside the tab of this name.
fn tab(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!(">{name}<span")).unwrap_or_else(|| panic!("no tab {name} in {page}"));
    let (_, rest) = rest.split_once('>').expect("a tag's end");
    rest.split_once('<').expect("another tag").0.to_owned()
}

async fn the_console_shows_what_is_asked_for(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, mira) = (console.token("ana").await, console.token("mira").await);
    let (pay, asked, waits) = (payment(&agent).await, note(&agent, "One.").await, note(&agent, "Two.").await);
    let done = note(&agent, "Three.").await;
    agent.decide(&ana, &asked, json!({"verdict": "request_information", "notes": "Why?"})).await.expect(201);
    agent.decide(&mira, &done, json!({"verdict": "reject", "notes": "No."})).await.expect(201);
    let mut browser = Browser::new(&console);
    browser.sign_in("ana@example.com", PASSWORD).await;
    let all = read(&mut browser, "/approvals").await;
    let tabs =
        ["All pending", "High risk", "Due within 1 h", "Info requested", "Decided today"].map(|name| tab(&all, name));
    assert_eq!(tabs, ["3", "1", "0", "1", "1"]);
    for (path, expected) in [
        ("/approvals?view=high", vec![&pay]),
        ("/approvals?view=asked", vec![&asked]),
        ("/approvals?view=today", vec![&done]),
        ("/approvals?status=decided", vec![&done]),
        ("/approvals?q=two", vec![&waits]),
        ("/approvals?waiting_for=risk&sort=risk", vec![&pay]),
        ("/approvals?status=lost&sort=rank&risk=huge", vec![&pay, &asked, &waits]),
    ] {
        let page = read(&mut browser, path).await;
        for id in [&pay, &asked, &waits, &done] {
            assert_eq!(page.contains(&format!("href=\"/approvals/{id}\"")), expected.contains(&id), "{path}: {id}");
        }
    }
    let history = read(&mut browser, "/approvals?view=today").await;
    assert!(history.contains("Rejected") && history.contains("just now") && !history.contains("data-key=\"tick\""));
    let nothing = read(&mut browser, "/approvals?q=nothing&risk=low&sort=newest").await;
    assert!(
        nothing.contains("No approval matches") && nothing.contains("href=\"/approvals?sort=newest\""),
        "{nothing}"
    );
    assert!(nothing.contains("Risk Low, clear") && nothing.contains("Search “nothing”, clear"), "{nothing}");
    console.pass(TimeDelta::hours(23) + TimeDelta::minutes(30));
    browser.sign_in("ana@example.com", PASSWORD).await;
    let soon = read(&mut browser, "/approvals?view=soon").await;
    assert!(soon.contains(&format!("/approvals/{pay}")) && tab(&soon, "Due within 1 h") == "1", "{soon}");
}

async fn what_was_taken_back_today_is_counted_where_it_is_listed(console: TestConsole) {
    let agent = console.cast().await;
    let ana = console.token("ana").await;
    let given = note(&agent, "One.").await;
    agent.approve(&ana, &given).await.expect(201);
    let path = format!("/approvals/{given}/revoke");
    console.post(&ana, &path, &json!({"reason": "The wrong account."})).await.expect(200);
    let mut browser = Browser::new(&console);
    browser.sign_in("ana@example.com", PASSWORD).await;
    let today = read(&mut browser, "/approvals?view=today").await;
    assert!(today.contains(&format!("href=\"/approvals/{given}\"")), "{today}");
    assert_eq!(tab(&today, "Decided today"), "1");
}
