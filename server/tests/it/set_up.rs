//! The first-run set-up: a link that works once, for one, while there is nobody.

use axum::http::Method;
use domain::Role;

use crate::support::{Browser, PASSWORD, Reply, TestConsole, on_both};

on_both!(
    from_the_link_to_the_first_workflow,
    wrong_and_used_links_open_nothing,
    of_two_one_gets_in,
    whoever_is_added_otherwise_ends_the_link,
    a_newer_link_ends_the_older,
    a_refusal_uses_nothing_up,
);

const FIRST: [(&str, &str); 4] =
    [("name", "Mira Okafor"), ("email", "mira@example.com"), ("password", PASSWORD), ("password_again", PASSWORD)];

async fn token(console: &TestConsole) -> String {
    console.desk.open_set_up().await.expect("the database").expect("nobody is there")
}

async fn begin(browser: &mut Browser<'_>, token: &str, fields: [(&str, &str); 4]) -> Reply {
    let mut all = vec![("form", "administrator"), ("token", token)];
    all.extend(fields);
    browser.send(Method::POST, &format!("/set-up?token={token}"), &all).await
}

fn leads_to(reply: &Reply) -> &str {
    assert_eq!(reply.status, 303, "{}", reply.text);
    reply.headers["location"].to_str().expect("text")
}

async fn people(console: &TestConsole) -> Vec<String> {
    let people = console.desk.list_people(&server::desk::Caller::CommandLine).await.expect("people");
    people.into_iter().map(|person| person.email).collect()
}

async fn from_the_link_to_the_first_workflow(console: TestConsole) {
    let token = token(&console).await;
    let mut browser = Browser::new(&console);
    let sign_in = browser.send(Method::GET, "/sign-in", &[]).await;
    assert!(sign_in.text.contains("Set-up is waiting") && !sign_in.text.contains(&token), "{}", sign_in.text);
    let page = browser.send(Method::GET, &format!("/set-up?token={token}"), &[]).await;
    assert!(page.text.contains("step 2 of 4") && page.text.contains("migrations applied"), "{}", page.text);
    assert_eq!(leads_to(&begin(&mut browser, &token, FIRST).await), "/set-up");
    assert!(browser.is_signed_in().await);
    let page = browser.send(Method::GET, "/set-up", &[]).await;
    assert!(page.text.contains("step 3 of 4") && page.text.contains("mira@example.com"), "{}", page.text);
    let sample = [("form", "sample"), ("sample", "support-resolution")];
    assert_eq!(leads_to(&browser.send(Method::POST, "/set-up", &sample).await), "/set-up?step=agent");
    let page = browser.send(Method::GET, "/set-up", &[]).await;
    assert!(
        page.text.contains("step 4 of 4") && page.text.contains("Nobody is in the group support-leads yet"),
        "{}",
        page.text
    );
    // Left, and come back to by signing in.
    let mut later = Browser::new(&console);
    assert_eq!(leads_to(&later.sign_in("mira@example.com", PASSWORD).await), "/set-up");
    assert_eq!(leads_to(&later.send(Method::POST, "/set-up", &[("form", "finish")]).await), "/approvals");
    assert_eq!(leads_to(&later.send(Method::GET, "/set-up", &[]).await), "/approvals");
    assert_eq!(leads_to(&Browser::new(&console).sign_in("mira@example.com", PASSWORD).await), "/approvals");
}

async fn wrong_and_used_links_open_nothing(console: TestConsole) {
    let right = token(&console).await;
    let mut browser = Browser::new(&console);
    assert_eq!(leads_to(&browser.send(Method::GET, "/set-up", &[]).await), "/sign-in");
    assert_eq!(leads_to(&browser.send(Method::GET, "/set-up?token=wrong", &[]).await), "/sign-in?set-up=refused");
    // One after another is made to wait, and the right one never.
    assert_eq!(browser.send(Method::GET, "/set-up?token=wrong", &[]).await.status, 429);
    assert_eq!(begin(&mut browser, "wrong", FIRST).await.status, 429);
    assert!(people(&console).await.is_empty());
    assert_eq!(leads_to(&begin(&mut browser, &right, FIRST).await), "/set-up");
    let mut other = Browser::new(&console);
    let again = [("name", "Eve"), ("email", "eve@example.com"), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(leads_to(&begin(&mut other, &right, again).await), "/sign-in?set-up=refused");
    assert_eq!(people(&console).await, ["mira@example.com"]);
    assert!(!other.is_signed_in().await);
    // Whoever is no administrator has no business there.
    console.person("Ana Ruiz", &[Role::Reviewer], &[]).await;
    other.sign_in("ana@example.com", PASSWORD).await;
    assert_eq!(leads_to(&other.send(Method::GET, "/set-up", &[]).await), "/approvals");
    let finish = other.send(Method::POST, "/set-up", &[("form", "finish")]).await;
    assert_ne!(finish.status, 303);
}

async fn of_two_one_gets_in(console: TestConsole) {
    let token = token(&console).await;
    let (mut one, mut two) = (Browser::new(&console), Browser::new(&console));
    let other = [("name", "Eve"), ("email", "eve@example.com"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let (first, second) = tokio::join!(begin(&mut one, &token, FIRST), begin(&mut two, &token, other));
    let mut told = [leads_to(&first), leads_to(&second)];
    told.sort_unstable();
    assert_eq!(told, ["/set-up", "/sign-in?set-up=refused"]);
    assert_eq!(people(&console).await.len(), 1);
}

async fn whoever_is_added_otherwise_ends_the_link(console: TestConsole) {
    let token = token(&console).await;
    console.person("Ana Ruiz", &[Role::Reviewer], &[]).await;
    let mut browser = Browser::new(&console);
    assert_eq!(leads_to(&begin(&mut browser, &token, FIRST).await), "/sign-in?set-up=refused");
    assert_eq!(people(&console).await, ["ana@example.com"]);
    assert!(console.desk.open_set_up().await.expect("the database").is_none());
    assert!(!browser.send(Method::GET, "/sign-in", &[]).await.text.contains("Set-up is waiting"));
}

async fn a_newer_link_ends_the_older(console: TestConsole) {
    let (older, newer) = (token(&console).await, token(&console).await);
    let mut browser = Browser::new(&console);
    assert_eq!(leads_to(&begin(&mut browser, &older, FIRST).await), "/sign-in?set-up=refused");
    assert_eq!(leads_to(&begin(&mut browser, &newer, FIRST).await), "/set-up");
}

async fn a_refusal_uses_nothing_up(console: TestConsole) {
    let token = token(&console).await;
    let mut browser = Browser::new(&console);
    let with = |password, again| [FIRST[0], FIRST[1], ("password", password), ("password_again", again)];
    for (fields, words) in
        [(with("short", "short"), "characters"), (with(PASSWORD, "other"), "The two passwords differ")]
    {
        let refused = begin(&mut browser, &token, fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains(words) && refused.text.contains("mira@example.com"), "{}", refused.text);
    }
    let mut elsewhere = Browser::new(&console);
    elsewhere.origin = "https://evil.example";
    assert_eq!(begin(&mut elsewhere, &token, FIRST).await.status, 403);
    assert!(people(&console).await.is_empty());
    assert_eq!(leads_to(&begin(&mut browser, &token, FIRST).await), "/set-up");
}
