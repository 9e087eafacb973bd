//! Signing in, being signed in, and ways that ends.

mod endings;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use chrono::TimeDelta;
use domain::{Role, event::Event};
use futures::future::join_all;
use server::{desk::Caller, password::Password, store::event};

use crate::support::{Browser, PASSWORD, TestConsole, on_both};

on_both![
    a_session_has_an_id_nobody_knew_before,
    a_session_ends_with_sign_out,
    a_session_ends_with_its_password_or_person,
    a_session_ends_when_nobody_uses_it,
    a_session_ends_after_eight_hours,
    refusals_tell_nothing,
    tries_wait_longer_each_time,
    many_tries_at_once_count_as_one,
    people_go_on_to_addresses_of_ours,
    other_sites_change_nothing,
    forms_are_small,
];

const EMAIL: &str = "ana@example.com";

async fn ana(console: &TestConsole) -> Browser<'_> {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let mut browser = Browser::new(console);
    let reply = browser.sign_in(" Ana@Example.com ", PASSWORD).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    assert!(browser.is_signed_in().await);
    browser
}

async fn refused_sign_ins(console: &TestConsole) -> usize {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    log.iter().filter(|logged| matches!(logged.entry.event, Event::SignInRefused { .. })).count()
}

async fn a_session_has_an_id_nobody_knew_before(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    let mut browser = Browser::with(&console, planted);
    let reply = browser.sign_in(EMAIL, PASSWORD).await;
    let set: Vec<&str> =
        reply.headers.get_all(header::SET_COOKIE).iter().map(|set| set.to_str().expect("text")).collect();
    let [set] = set[..] else { panic!("{set:?}") };
    let mut attributes: Vec<&str> = set.split("; ").skip(1).collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
    let first = browser.cookie.clone().expect("a cookie");
    assert_ne!(first, planted);
    assert!(!Browser::with(&console, planted).is_signed_in().await);

    // Signing in again ends the session before.
    browser.sign_in(EMAIL, PASSWORD).await;
    assert_ne!(browser.cookie.as_deref(), Some(&*first));
    assert!(browser.is_signed_in().await);
    assert!(!Browser::with(&console, &first).is_signed_in().await);

    if let Some(file) = console.kept.file() {
        let id = browser.cookie.expect("a cookie");
        for ending in ["", "-wal"] {
            let bytes = std::fs::read(format!("{}{ending}", file.display())).unwrap_or_default();
            assert!(!bytes.windows(id.len()).any(|window| window == id.as_bytes()), "the id itself is stored");
        }
    }
}

async fn a_session_ends_with_sign_out(console: TestConsole) {
    let mut browser = ana(&console).await;
    let id = browser.cookie.clone().expect("a cookie");
    let reply = browser.send(Method::POST, "/sign-out", &[]).await;
    assert_eq!((reply.status.as_u16(), &reply.headers[header::LOCATION]), (303, &"/sign-in".parse().expect("value")));
    assert!(browser.cookie.is_none());
    let set = reply.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(set.contains("Secure") && set.contains("Path=/"), "browsers ignore the removal: {set}");
    // A copy of the cookie is worth nothing, and using it late brings nothing back.
    console.pass(TimeDelta::minutes(2));
    let mut copy = Browser::with(&console, &id);
    assert!(!copy.is_signed_in().await);
    assert!(!Browser::with(&console, &id).is_signed_in().await);
    assert_eq!(Browser::new(&console).send(Method::POST, "/sign-out", &[]).await.status, 303);
}

async fn a_session_ends_with_its_password_or_person(console: TestConsole) {
    let mut browser = ana(&console).await;
    let changed = console.desk.change_password(&Caller::CommandLine, EMAIL, Password::new("another good passphrase"));
    changed.await.expect("changed");
    assert!(!browser.is_signed_in().await);
    assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.status, 401);
    console.pass(TimeDelta::seconds(1));
    assert_eq!(browser.sign_in(EMAIL, "another good passphrase").await.status, 303);
    assert!(browser.is_signed_in().await);

    console.desk.disable_person(&Caller::CommandLine, EMAIL).await.expect("disabled");
    assert!(!browser.is_signed_in().await);
    assert_eq!(browser.sign_in(EMAIL, "another good passphrase").await.status, 401);
}

async fn a_session_ends_when_nobody_uses_it(console: TestConsole) {
    let mut browser = ana(&console).await;
    for _ in 0..3 {
        console.pass(TimeDelta::minutes(29));
        assert!(browser.is_signed_in().await);
    }
    // Use within a minute of the last one noted is not noted.
    console.pass(TimeDelta::seconds(59));
    assert!(browser.is_signed_in().await);
    console.pass(TimeDelta::minutes(29) + TimeDelta::seconds(1));
    assert!(!browser.is_signed_in().await);
    assert!(browser.cookie.is_none());
}

async fn a_session_ends_after_eight_hours(console: TestConsole) {
    let mut browser = ana(&console).await;
    for _ in 0..23 {
        console.pass(TimeDelta::minutes(20));
        assert!(browser.is_signed_in().await);
    }
    console.pass(TimeDelta::minutes(20));
    assert!(!browser.is_signed_in().await);
    console.desk.sweep_sign_in().await.expect("swept");
}

async fn refusals_tell_nothing(console: TestConsole) {
    ana(&console).await;
    console.person("Dev Patel", &[Role::Auditor], &[]).await;
    console.desk.disable_person(&Caller::CommandLine, "dev@example.com").await.expect("disabled");
    let mut told = Vec::new();
    for (email, password) in [
        (EMAIL, "not the passphrase"),
        (EMAIL, PASSWORD),
        ("nobody@example.com", "not the passphrase"),
        ("nobody@example.com", "not the passphrase"),
        ("dev@example.com", PASSWORD),
        ("", ""),
    ] {
        let reply = Browser::new(&console).sign_in(email, password).await;
        assert_eq!(reply.status, 401, "{email}");
        assert!(reply.headers.get(header::SET_COOKIE).is_none());
        assert!(reply.text.contains("Email or password is wrong"), "{}", reply.text);
        assert!(!reply.text.contains(password) || password.is_empty());
        told.push(reply.text.matches("wrong").count());
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]));
    let page = Browser::new(&console).sign_in("\"><script>alert(1)</script>", "x").await;
    assert!(!page.text.contains("<script>alert"));
}

async fn tries_wait_longer_each_time(console: TestConsole) {
    ana(&console).await;
    for doublings in 0..12 {
        assert_eq!(Browser::new(&console).sign_in(EMAIL, "wrong").await.status, 401);
        let wait = (1 << doublings).min(900);
        console.pass(TimeDelta::seconds(wait) - TimeDelta::microseconds(1));
        assert_eq!(Browser::new(&console).sign_in(EMAIL, PASSWORD).await.status, 401, "after {doublings} doublings");
        console.pass(TimeDelta::microseconds(1));
    }
    assert_eq!(Browser::new(&console).sign_in(EMAIL, PASSWORD).await.status, 303);
    // Success starts afresh, and so does an administrator.
    assert_eq!(Browser::new(&console).sign_in(EMAIL, "wrong").await.status, 401);
    let changed = console.desk.change_password(&Caller::CommandLine, EMAIL, Password::new(PASSWORD));
    changed.await.expect("changed");
    assert_eq!(Browser::new(&console).sign_in(EMAIL, PASSWORD).await.status, 303);
}

async fn many_tries_at_once_count_as_one(console: TestConsole) {
    ana(&console).await;
    for (email, recorded) in [("nobody@example.com", 0), (EMAIL, 1)] {
        let tries = (0..20).map(|_| async { Browser::new(&console).sign_in(email, "wrong").await.status });
        assert!(join_all(tries).await.iter().all(|status| *status == 401));
        assert_eq!(refused_sign_ins(&console).await, recorded, "{email}");
    }
}

async fn people_go_on_to_addresses_of_ours(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    for (to, gone) in [
        ("/runs/run_1?a=b", "/runs/run_1?a=b"),
        ("", "/approvals"),
        ("//evil.example", "/approvals"),
        ("/\\evil.example", "/approvals"),
        ("https://evil.example", "/approvals"),
    ] {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("to", to), ("unknown", "field")];
        let reply = Browser::new(&console).send(Method::POST, "/sign-in", &fields).await;
        assert_eq!((reply.status.as_u16(), reply.headers[header::LOCATION].to_str().expect("text")), (303, gone));
        let theme = [("theme", "dark"), ("to", to)];
        let reply = Browser::new(&console).send(Method::POST, "/theme", &theme).await;
        assert_eq!((reply.status.as_u16(), reply.headers[header::LOCATION].to_str().expect("text")), (303, gone));
        assert!(reply.headers[header::SET_COOKIE].to_str().expect("text").starts_with("theme=dark; "));
    }
}

async fn other_sites_change_nothing(console: TestConsole) {
    let mut browser = ana(&console).await;
    for origin in ["null", "https://evil.example", "https://sub.console.test", "http://console.test"] {
        browser.origin = origin;
        for path in ["/sign-in", "/sign-out", "/theme", "/api/v1/runs", "/nowhere"] {
            let reply = browser.send(Method::POST, path, &[("theme", "dark")]).await;
            assert_eq!(reply.problem(), "403 cross_origin", "{origin} {path}");
            assert!(reply.headers.get(header::SET_COOKIE).is_none());
        }
    }
    assert!(browser.is_signed_in().await);
    assert_eq!(refused_sign_ins(&console).await, 0);

    let rebound = Request::get("/sign-in").header(header::HOST, "evil.example").body(Body::empty()).expect("a request");
    let reply = console.send(rebound).await;
    assert_eq!(reply.problem(), "403 cross_origin");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ] {
        assert_eq!(reply.headers[name], value);
    }
    assert!(reply.headers["content-security-policy"].to_str().expect("text").contains("default-src 'none'"));
    assert!(reply.headers.contains_key("x-request-id"));
}

async fn forms_are_small(console: TestConsole) {
    let large = "x".repeat(70_000);
    let reply = Browser::new(&console).sign_in(EMAIL, &large).await;
    assert_eq!(reply.problem(), "413 too_large");
    let json = Request::post("/sign-in")
        .header(header::HOST, "console.test")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{}"))
        .expect("a request");
    assert_eq!(console.send(json).await.problem(), "415 unsupported_media_type");
}
