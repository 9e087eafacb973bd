//! What people do with their own account.

use axum::http::{Method, header};
use chrono::TimeDelta;
use domain::{Role, event::Event};
use server::store::event;

use crate::support::{Browser, PASSWORD, Reply, TestConsole, on_both};

on_both![
    a_new_password_ends_every_other_session,
    a_change_of_password_is_guarded_like_a_sign_in,
    a_password_that_is_not_good_is_told_at_its_field,
    two_changes_at_once_leave_one_password,
    keys_are_kept_for_the_person,
    other_browsers_are_signed_out,
    nobodys_profile_is_not_shown,
];

const EMAIL: &str = "ana@example.com";
const NEW: &str = "orchard lantern seven";

async fn ana(console: &TestConsole) -> Browser<'_> {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.status, 303);
    browser
}

async fn change(browser: &mut Browser<'_>, current: &str, new: &str, again: &str) -> Reply {
    let fields = [("form", "password"), ("current_password", current), ("password", new), ("password_again", again)];
    browser.send(Method::POST, "/profile", &fields).await
}

async fn changes(console: &TestConsole) -> usize {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    log.iter().filter(|logged| matches!(logged.entry.event, Event::PasswordChanged { .. })).count()
}

async fn a_new_password_ends_every_other_session(console: TestConsole) {
    let mut browser = ana(&console).await;
    let before = browser.cookie.clone().expect("a cookie");
    let mut other = Browser::new(&console);
    other.sign_in(EMAIL, PASSWORD).await;

    let reply = change(&mut browser, PASSWORD, NEW, NEW).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    assert_eq!(reply.headers[header::LOCATION], "/profile?saved=password");
    assert_eq!(changes(&console).await, 1);
    // Here it goes on, under an id that nobody knew before.
    assert_ne!(browser.cookie.as_deref(), Some(&*before));
    assert!(browser.is_signed_in().await);
    assert!(!other.is_signed_in().await);
    assert!(!Browser::with(&console, &before).is_signed_in().await);

    assert_eq!(Browser::new(&console).sign_in(EMAIL, PASSWORD).await.status, 401);
    console.pass(TimeDelta::seconds(1));
    assert_eq!(Browser::new(&console).sign_in(EMAIL, NEW).await.status, 303);
}

async fn a_change_of_password_is_guarded_like_a_sign_in(console: TestConsole) {
    let mut browser = ana(&console).await;
    for doublings in 0..4 {
        let reply = change(&mut browser, "not the passphrase", NEW, NEW).await;
        assert_eq!(reply.status, 422);
        assert!(reply.text.contains("This is not your current password"), "{}", reply.text);
        console.pass(TimeDelta::seconds(1 << doublings) - TimeDelta::microseconds(1));
        // Neither here nor at the door, not even with the right one.
        assert_eq!(change(&mut browser, PASSWORD, NEW, NEW).await.status, 422, "after {doublings} doublings");
        assert_eq!(Browser::new(&console).sign_in(EMAIL, PASSWORD).await.status, 401);
        console.pass(TimeDelta::microseconds(1));
    }
    assert_eq!(changes(&console).await, 0);
    assert!(browser.is_signed_in().await);
    assert_eq!(change(&mut browser, PASSWORD, NEW, NEW).await.status, 303);
    assert_eq!(changes(&console).await, 1);
}

async fn a_password_that_is_not_good_is_told_at_its_field(console: TestConsole) {
    let mut browser = ana(&console).await;
    for (new, again, field, told) in [
        ("short", "short", "password", "Use 15 to 256 characters"),
        ("passwordpassword", "passwordpassword", "password", "on the lists that attackers try first"),
        (PASSWORD, PASSWORD, "password", "differs from the current one"),
        (NEW, "orchard lantern eight", "password_again", "The two do not agree"),
    ] {
        let reply = change(&mut browser, PASSWORD, new, again).await;
        assert_eq!(reply.status, 422, "{new}");
        assert!(reply.text.contains(told), "{new}: {}", reply.text);
        assert!(reply.text.contains(&format!("id=\"{field}-message\"")), "{new}: {}", reply.text);
        assert!(!reply.text.contains(&format!("value=\"{new}\"")), "what was typed is shown again");
    }
    let reply = browser.send(Method::POST, "/profile", &[("form", "unknown")]).await;
    assert_eq!(reply.status, 422);
    // No try was counted: the right password changes it at once.
    assert_eq!(change(&mut browser, PASSWORD, NEW, NEW).await.status, 303);
}

async fn two_changes_at_once_leave_one_password(console: TestConsole) {
    let mut one = ana(&console).await;
    let mut other = Browser::new(&console);
    other.sign_in(EMAIL, PASSWORD).await;
    let (first, second) = futures::join!(
        change(&mut one, PASSWORD, NEW, NEW),
        change(&mut other, PASSWORD, "another good passphrase", "another good passphrase")
    );
    // The later one is refused, or finds its session ended.
    let is_done =
        |reply: &&Reply| reply.headers.get(header::LOCATION).is_some_and(|to| to == "/profile?saved=password");
    let done = [&first, &second].into_iter().filter(is_done).count();
    assert!(done >= 1, "{} {}", first.status, second.status);
    assert_eq!(changes(&console).await, done);
}

async fn keys_are_kept_for_the_person(console: TestConsole) {
    let mut browser = ana(&console).await;
    for (value, shown) in [("off", "Switch keys on"), ("on", "Switch keys off")] {
        let reply = browser.send(Method::POST, "/profile", &[("form", "keys"), ("keys", value)]).await;
        assert_eq!(reply.status, 303, "{}", reply.text);
        assert_eq!(reply.headers[header::LOCATION], "/profile?saved=keys");
        let mut other = Browser::new(&console);
        other.sign_in(EMAIL, PASSWORD).await;
        let page = other.send(Method::GET, "/profile?saved=keys", &[]).await;
        assert!(page.text.contains(shown) && page.text.contains("Your choice was kept"), "{}", page.text);
    }
    let page = browser.send(Method::GET, "/profile?saved=everything", &[]).await;
    assert!(!page.text.contains("Saved"), "{}", page.text);
}

async fn other_browsers_are_signed_out(console: TestConsole) {
    let mut browser = ana(&console).await;
    let mut other = Browser::new(&console);
    other.sign_in(EMAIL, PASSWORD).await;
    let page = browser.send(Method::GET, "/profile", &[]).await;
    assert_eq!(page.text.matches("This browser").count(), 1);
    assert!(page.text.contains("Sign out of the other one"));

    let reply = browser.send(Method::POST, "/profile", &[("form", "sessions")]).await;
    assert_eq!(reply.status, 303);
    assert!(browser.is_signed_in().await && !other.is_signed_in().await);
    let page = browser.send(Method::GET, "/profile", &[]).await;
    assert!(!page.text.contains("Sign out of the other"));
}

async fn nobodys_profile_is_not_shown(console: TestConsole) {
    let mut nobody = Browser::new(&console);
    for method in [Method::GET, Method::POST] {
        let reply = nobody.send(method, "/profile", &[("form", "keys"), ("keys", "off")]).await;
        assert_eq!(reply.status, 303);
        assert_eq!(reply.headers[header::LOCATION], "/sign-in?to=%2Fprofile");
    }
}
