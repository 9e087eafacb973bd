//! Mail, sent to a real mail server and read back.

use axum::http::Method;
use chrono::TimeDelta;
use domain::{Role, channel::Channel, notification::Dispatch};

use super::{
    channels::{iris, send, set, states},
    tell, waiting,
};
use crate::support::{Browser, Down, ORIGIN, TestConsole, mailbox::Mailbox, on_both};

on_both!(
    mails_reach_those_who_may_decide_and_whoever_asked,
    who_may_not_decide_any_more_is_sent_nothing,
    a_mail_whose_end_nobody_saw_is_sent_again_with_its_id,
    servers_that_do_not_take_a_mail_are_told_as_they_are,
);

const PAGE: &str = "/admin/notifications";

/// Sets a mail server on loopback.
async fn with_mail(browser: &mut Browser<'_>, port: u16, account: Option<(&str, &str)>) {
    let port = port.to_string();
    let (user, password) = account.unwrap_or_default();
    let fields = [
        ("form", "mail"),
        ("host", "127.0.0.1"),
        ("port", &*port),
        ("security", "none"),
        ("user", user),
        ("mail_password", password),
        ("from", "countersign@example.com"),
    ];
    set(browser, &fields).await;
}

async fn mails_reach_those_who_may_decide_and_whoever_asked(console: TestConsole) {
    let Some(mailbox) = Mailbox::start(Some("countersign:open sesame")).await else { return };
    let agent = console.cast().await;
    let mut iris = iris(&console).await;
    with_mail(&mut iris, mailbox.port, Some(("countersign", "open sesame"))).await;
    set(&mut iris, &[("form", "test"), ("channel", "mail")]).await;
    let test = mailbox.next().await;
    assert_eq!((&*test.to, test.header("Subject")), ("iris@example.com", "This is a test of Countersign"));
    let approval = waiting(&agent).await;
    tell(&console).await;
    assert_eq!(send(&console, Channel::Mail).await, 3);
    let mails = mailbox.take(3).await;
    assert_eq!(
        mails.iter().map(|mail| &*mail.to).collect::<Vec<_>>(),
        ["ana@example.com", "mira@example.com", "tomas@example.com"]
    );
    for mail in &mails {
        assert_eq!(mail.header("Subject"), "An approval waits for your decision");
        assert_eq!(mail.header("Content-Type"), "text/plain; charset=utf-8");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert!(mail.header("Message-ID").starts_with("<dsp_"), "{}", mail.text);
        let body = mail.body();
        assert!(body.contains(&format!("\n{ORIGIN}/approvals/{approval}\n")), "{body}");
        assert!(
            body.contains(
                "Tool: pay\nWorkflow: Payments\nSubject: acc_1\nRisk: high\nDecide by: 2026-11-22 09:00 UTC\n"
            ),
            "{body}"
        );
        assert!(!mail.text.contains("ACME"), "{}", mail.text);
    }
    assert!(states(&console).await.iter().all(|state| matches!(state, Dispatch::Sent { attempt: 1, .. })));
    for token in [console.token("ana").await, console.token("tomas").await] {
        agent.approve(&token, &approval).await.expect(201);
    }
    tell(&console).await;
    assert_eq!(send(&console, Channel::Mail).await, 1);
    let told = mailbox.next().await;
    assert_eq!((&*told.to, told.header("Subject")), ("rosa@example.com", "What you requested was approved"));
}

async fn who_may_not_decide_any_more_is_sent_nothing(console: TestConsole) {
    let Some(mailbox) = Mailbox::start(None).await else { return };
    let agent = console.cast().await;
    let mut iris = iris(&console).await;
    with_mail(&mut iris, mailbox.port, None).await;
    waiting(&agent).await;
    tell(&console).await;
    let leave = vec!["risk".to_owned()];
    console
        .desk
        .change_groups(&server::desk::Caller::CommandLine, "tomas@example.com", vec![], leave)
        .await
        .expect("left");
    assert_eq!(send(&console, Channel::Mail).await, 3);
    let mails = mailbox.take(2).await;
    assert_eq!(mails.iter().map(|mail| &*mail.to).collect::<Vec<_>>(), ["ana@example.com", "mira@example.com"]);
    assert!(mailbox.is_quiet().await);
}

async fn a_mail_whose_end_nobody_saw_is_sent_again_with_its_id(console: TestConsole) {
    let Some(mailbox) = Mailbox::start(None).await else { return };
    let agent = console.cast().await;
    let mut iris = iris(&console).await;
    with_mail(&mut iris, mailbox.port, None).await;
    for name in ["ana", "mira", "tomas"] {
        console
            .desk
            .disable_person(&server::desk::Caller::CommandLine, &format!("{name}@example.com"))
            .await
            .expect("disabled");
    }
    console.person("Slow Reviewer", &[Role::Reviewer], &["risk"]).await;
    waiting(&agent).await;
    tell(&console).await;
    // The server dies between the sending and the note of it.
    let desk = console.desk.clone();
    let sending = tokio::spawn(async move { desk.send_notifications(Channel::Mail, ORIGIN).await });
    let first = mailbox.next().await;
    sending.abort();
    drop(sending.await);
    assert!(matches!(states(&console).await[..], [Dispatch::Sending { attempt: 1, .. }]));
    assert_eq!(send(&console, Channel::Mail).await, 0, "its worker may still be there");
    console.pass(TimeDelta::minutes(3));
    assert_eq!(send(&console, Channel::Mail).await, 1);
    let again = mailbox.next().await;
    assert_eq!(again.header("Message-ID"), first.header("Message-ID"));
}

async fn servers_that_do_not_take_a_mail_are_told_as_they_are(console: TestConsole) {
    let agent = console.cast().await;
    let mut iris = iris(&console).await;
    let down = Down::new();
    let port = down.url().rsplit(':').next().and_then(|rest| rest.split('/').next()).expect("a port").parse();
    with_mail(&mut iris, port.expect("a number"), None).await;
    let refused = iris.send(Method::POST, PAGE, &[("form", "test"), ("channel", "mail")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Mail did not take the test: "), "{}", refused.text);
    let Some(mailbox) = Mailbox::start(None).await else { return };
    // Without TLS nothing is said to a server that was promised to have it.
    let port = mailbox.port.to_string();
    let tls = [
        ("form", "mail"),
        ("host", "127.0.0.1"),
        ("port", &*port),
        ("security", "starttls"),
        ("from", "c@example.com"),
        ("mail_private", "on"),
    ];
    set(&mut iris, &tls).await;
    assert_eq!(iris.send(Method::POST, PAGE, &[("form", "test"), ("channel", "mail")]).await.status, 409);
    set(&mut iris, &tls[..5]).await;
    let refused = iris.send(Method::POST, PAGE, &[("form", "test"), ("channel", "mail")]).await.text;
    assert!(refused.contains("a loopback address"), "private networks need permission: {refused}");
    assert!(mailbox.is_quiet().await);
    with_mail(&mut iris, mailbox.port, None).await;
    for name in ["Full Mailbox", "Gone Away"] {
        console.person(name, &[Role::Reviewer], &["risk"]).await;
    }
    waiting(&agent).await;
    tell(&console).await;
    assert_eq!(send(&console, Channel::Mail).await, 5);
    mailbox.take(3).await;
    let mut failed: Vec<(String, bool)> = states(&console)
        .await
        .into_iter()
        .filter_map(|state| match state {
            Dispatch::Failed { cause, next_try, .. } => Some((cause, next_try.is_some())),
            _ => None,
        })
        .collect();
    failed.sort();
    let [(gone, is_tried), (full, is_tried_again)] = &failed[..] else { panic!("{failed:?}") };
    assert!(gone.contains("550") && !is_tried, "{gone}");
    assert!(full.contains("452") && *is_tried_again, "{full}");
    console.pass(TimeDelta::seconds(6));
    assert_eq!(send(&console, Channel::Mail).await, 1);
}
