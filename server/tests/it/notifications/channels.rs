//! Slack and the signed webhook: one message for each event, sent until it is taken, and quiet hours.

use axum::http::Method;
use domain::{Role, channel::ChannelsQuery, notification::Dispatch, resumption::ATTEMPTS};
use serde_json::json;
use server::desk::Caller;

use super::{Agent, somebody, tell, waiting};
use crate::support::{
    Act, Browser, ORIGIN, PASSWORD, Receiver, Stored, TestConsole,
    hooked::{add, outbound},
    on_both,
};
use domain::channel::Channel;
use std::time::Duration;

on_both!(
    slack_is_told_once_for_everybody_without_what_the_call_holds,
    a_message_is_tried_as_long_as_there_are_tries_and_again_by_a_person,
    nobody_is_disturbed_in_quiet_hours,
    an_endpoint_is_sent_signed_notifications,
    channels_are_for_administrators_and_their_secrets_are_not_shown,
);

const PAGE: &str = "/admin/notifications";

/// Iris, who administers, signed in.
pub async fn iris(console: &TestConsole) -> Browser<'_> {
    console.person("Iris Admin", &[Role::Admin], &[]).await;
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in("iris@example.com", PASSWORD).await.status, 303);
    browser
}

/// Posts a form of the page, which must be done.
pub async fn set(browser: &mut Browser<'_>, fields: &[(&str, &str)]) {
    let reply = browser.send(Method::POST, PAGE, fields).await;
    assert_eq!(reply.status, 303, "{fields:?}: {}", reply.text);
}

/// Sends what is due by a channel, with little patience.
pub async fn send(console: &TestConsole, channel: Channel) -> usize {
    let mut desk = console.desk.clone();
    desk.outbound = outbound(Duration::from_millis(800));
    desk.send_notifications(channel, ORIGIN).await.expect("sent")
}

/// How far the messages are, the latest first.
pub async fn states(console: &TestConsole) -> Vec<Dispatch> {
    let viewer = somebody(console, "iris").await;
    let page = console.desk.channels_page(&viewer, &ChannelsQuery::default()).await.expect("a page");
    page.rows.into_iter().map(|row| row.state).collect()
}

async fn with_slack<'a>(console: &'a TestConsole, receiver: &Receiver) -> (Agent<'a>, Browser<'a>) {
    let agent = console.cast().await;
    let mut iris = iris(console).await;
    set(&mut iris, &[("form", "slack"), ("slack_secret", &receiver.url), ("slack_private", "on")]).await;
    (agent, iris)
}

async fn slack_is_told_once_for_everybody_without_what_the_call_holds(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let (agent, mut iris) = with_slack(&console, &receiver).await;
    let approval = waiting(&agent).await;
    tell(&console).await;
    assert_eq!(send(&console, Channel::Slack).await, 1, "three people are told by one message");
    let got = receiver.next().await;
    assert!(!got.headers.contains_key("webhook-signature"), "{got:?}");
    assert!(!got.body.contains("ACME"), "{}", got.body);
    let body = got.json();
    assert_eq!(body["text"], "An approval waits for a decision");
    assert_eq!(body["blocks"][0]["text"]["type"], "plain_text");
    let link = format!("<{ORIGIN}/approvals/{approval}|Open in Countersign>");
    assert_eq!(body["blocks"][1]["text"]["text"], link);
    // What became of it is for whoever asked, and goes to no shared place unless they say so.
    for token in [console.token("ana").await, console.token("tomas").await] {
        agent.approve(&token, &approval).await.expect(201);
    }
    tell(&console).await;
    assert_eq!(send(&console, Channel::Slack).await, 0);
    // A test is sent at once, and its outcome told.
    set(&mut iris, &[("form", "test"), ("channel", "slack")]).await;
    assert!(receiver.next().await.body.contains("This is a test"));
    assert!(receiver.is_quiet().await);
    assert!(matches!(states(&console).await[..], [Dispatch::Sent { attempt: 1, .. }]));
}

async fn a_message_is_tried_as_long_as_there_are_tries_and_again_by_a_person(console: TestConsole) {
    let receiver = Receiver::start((0..ATTEMPTS).map(|_| Act::Status(500))).await;
    let (agent, mut iris) = with_slack(&console, &receiver).await;
    waiting(&agent.again().await).await;
    let approval = waiting(&agent).await;
    console.post(&agent.key, &format!("/approvals/{approval}/cancel"), &json!({"reason": "Twice."})).await.expect(200);
    tell(&console).await;
    // What waits no more is not told of: the other one is tried.
    assert_eq!(send(&console, Channel::Slack).await, 2);
    receiver.next().await;
    let said = states(&console).await;
    assert!(
        matches!(&said[0], Dispatch::Dropped { because, .. } if because == "the approval waits no more"),
        "{said:?}"
    );
    // Seconds after which nothing is due yet, and after which the next try is, jitter included.
    for (early, due) in [(4, 2), (299, 32), (1_799, 182), (7_199, 722), (17_999, 1_802), (35_999, 3_602)] {
        console.pass(chrono::TimeDelta::seconds(early));
        assert_eq!(send(&console, Channel::Slack).await, 0, "too early");
        console.pass(chrono::TimeDelta::seconds(due));
        assert_eq!(send(&console, Channel::Slack).await, 1);
        receiver.next().await;
    }
    let said = states(&console).await;
    let Dispatch::Failed { attempts: ATTEMPTS, cause, next_try: None, .. } = &said[1] else { panic!("{said:?}") };
    assert_eq!(cause, "answered 500");
    console.pass(chrono::TimeDelta::minutes(1));
    assert_eq!(send(&console, Channel::Slack).await, 0, "a person is needed");
    // Her session has ended in all that time.
    assert_eq!(iris.sign_in("iris@example.com", PASSWORD).await.status, 303);
    let page = iris.send(Method::GET, "/admin/notifications?only=failed", &[]).await.text;
    assert!(page.contains("Needs a person") && page.contains("7 of 7") && !page.contains("waits no more"), "{page}");
    let id = page.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    set(&mut iris, &[("form", "again"), ("id", id)]).await;
    assert_eq!(iris.send(Method::POST, PAGE, &[("form", "again"), ("id", id)]).await.status, 409);
    assert_eq!(send(&console, Channel::Slack).await, 1);
    receiver.next().await;
    assert!(matches!(states(&console).await[1], Dispatch::Sent { attempt: 1, .. }));
    // The test tells what really happened, and a channel that is off sends nothing.
    set(&mut iris, &[("form", "remove"), ("channel", "slack")]).await;
    let refused = iris.send(Method::POST, PAGE, &[("form", "test"), ("channel", "slack")]).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
}

/// The form of the profile with quiet hours from eight to ten in London, where it is nine.
const QUIET: [(&str, &str); 6] = [
    ("form", "notifications"),
    ("slack_approval_opened", "on"),
    ("quiet", "on"),
    ("quiet_from", "08:00"),
    ("quiet_to", "10:00"),
    ("zone", "Europe/London"),
];

async fn nobody_is_disturbed_in_quiet_hours(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let (agent, _) = with_slack(&console, &receiver).await;
    for (name, fields) in [("ana", &QUIET[..]), ("mira", &QUIET[..]), ("tomas", &QUIET[..1])] {
        let mut browser = Browser::new(&console);
        assert_eq!(browser.sign_in(&format!("{name}@example.com"), PASSWORD).await.status, 303);
        let kept = browser.send(Method::POST, "/profile", fields).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        let page = browser.send(Method::GET, "/profile", &[]).await.text;
        assert_eq!(page.contains("Europe/London"), name != "tomas", "{page}");
        let bad = browser.send(Method::POST, "/profile", &[&QUIET[..5], &[("zone", "Mars/Olympus")]].concat()).await;
        assert_eq!(bad.status, 422);
        assert!(bad.text.contains("expected the name of a time zone") && bad.text.contains("Mars/Olympus"));
    }
    let (first, second) = (waiting(&agent).await, waiting(&agent.again().await).await);
    tell(&console).await;
    // Tomas wants nothing by Slack, and the others sleep.
    assert_eq!(send(&console, Channel::Slack).await, 2);
    let ten = "2026-11-21T10:00:00Z".parse().expect("a time");
    assert!(states(&console).await.iter().all(|state| *state == Dispatch::Waiting { due: ten, attempts: 0 }));
    assert_eq!(send(&console, Channel::Slack).await, 0);
    for token in [console.token("ana").await, console.token("tomas").await] {
        agent.approve(&token, &first).await.expect(201);
    }
    console.pass(chrono::TimeDelta::minutes(60));
    assert_eq!(send(&console, Channel::Slack).await, 2);
    let got = receiver.next().await;
    assert!(got.body.contains(&second) && receiver.is_quiet().await, "what was decided meanwhile is not sent");
}

async fn an_endpoint_is_sent_signed_notifications(console: TestConsole) {
    let receiver = Receiver::start([Act::Status(503)]).await;
    let agent = console.cast().await;
    let mut iris = iris(&console).await;
    let secret = add(&console, "pager", &receiver.url, true).await;
    set(&mut iris, &[("form", "webhook"), ("endpoint", "pager")]).await;
    let approval = waiting(&agent).await;
    tell(&console).await;
    assert_eq!(send(&console, Channel::Webhook).await, 1);
    let first = receiver.next().await;
    console.pass(chrono::TimeDelta::seconds(6));
    assert_eq!(send(&console, Channel::Webhook).await, 1);
    let got = receiver.next().await;
    assert!(got.is_signed_with(&secret) && got.id().starts_with("dsp_"));
    assert_eq!((got.id(), &got.body), (first.id(), &first.body), "every try is the same");
    let body = got.json();
    let ids = [somebody(&console, "ana").await, somebody(&console, "tomas").await, somebody(&console, "mira").await];
    let mut told: Vec<String> = ids.iter().map(|person| person.id.to_string()).collect();
    told.sort();
    assert_eq!((&body["type"], &body["data"]["people"]), (&json!("notification.made"), &json!(told)));
    assert_eq!(body["data"]["url"], format!("{ORIGIN}/approvals/{approval}"));
    console.desk.disable_endpoint(&Caller::CommandLine, "pager").await.expect("disabled");
    waiting(&agent.again().await).await;
    tell(&console).await;
    assert_eq!(send(&console, Channel::Webhook).await, 1);
    assert!(matches!(&states(&console).await[0], Dispatch::Failed { next_try: None, .. }) && receiver.is_quiet().await);
}

/// The form of a mail server that asks for an account.
const MAIL: [(&str, &str); 7] = [
    ("form", "mail"),
    ("host", "mail.example.com"),
    ("port", "587"),
    ("security", "starttls"),
    ("user", "countersign"),
    ("mail_password", "open sesame"),
    ("from", "countersign@example.com"),
];

/// Addresses that are no incoming webhook's.
const NO_WEBHOOKS: [&str; 5] =
    ["http://hooks.slack.test/x", "https://127.0.0.1/x", "https://10.0.0.1/x", "ftp://a.test/", "x"];

async fn channels_are_for_administrators_and_their_secrets_are_not_shown(console: TestConsole) {
    console.cast().await;
    let mut iris = iris(&console).await;
    let slack = [("form", "slack"), ("slack_secret", "https://hooks.slack.test/services/T0/B0/zzz")];
    let mut ana = Browser::new(&console);
    assert_eq!(ana.sign_in("ana@example.com", PASSWORD).await.status, 303);
    assert_eq!(ana.send(Method::POST, PAGE, &MAIL).await.status, 403);
    assert_eq!(ana.send(Method::GET, PAGE, &[]).await.status, 403);
    for url in NO_WEBHOOKS {
        let refused = iris.send(Method::POST, PAGE, &[("form", "slack"), ("slack_secret", url)]).await;
        assert_eq!(refused.status, 422, "{url}");
    }
    set(&mut iris, &MAIL).await;
    set(&mut iris, &slack).await;
    let page = iris.send(Method::GET, PAGE, &[]).await.text;
    assert!(page.contains("mail.example.com") && !page.contains("open sesame") && !page.contains("hooks.slack"));
    let stored = Stored::of(&console).await;
    for secret in ["open sesame", "services/T0", "6f70656e20736573616d65"] {
        assert_eq!(stored.tables_with(secret), Vec::<&str>::new(), "{secret}");
    }
    // The password stays with its server and its account.
    set(&mut iris, &[&MAIL[..5], &[("from", "other@example.com")]].concat()).await;
    let moved = [&[("form", "mail"), ("host", "mail.evil.test")][..], &MAIL[2..5], &MAIL[6..]].concat();
    let refused = iris.send(Method::POST, PAGE, &moved).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("kept for other settings"), "{}", refused.text);
    for (field, value) in [
        ("host", "mail example"),
        ("port", "0"),
        ("port", "smtp"),
        ("security", "none"),
        ("security", "magic"),
        ("from", "nobody"),
        ("from", "a@example.com\r\nBcc: eve@example.com"),
    ] {
        let fields: Vec<(&str, &str)> =
            MAIL.iter().map(|(name, text)| (*name, if *name == field { value } else { *text })).collect();
        let refused = iris.send(Method::POST, PAGE, &fields).await;
        assert_eq!(refused.status, 422, "{field} {value:?}");
        assert!(refused.text.contains(&format!("id=\"{field}-fault\"")), "{field} {value:?}: {}", refused.text);
        assert!(!refused.text.contains("open sesame"));
    }
}
