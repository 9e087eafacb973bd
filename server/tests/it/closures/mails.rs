//! A closure's mail: one to each of the people of a group, by the outbox, and to nobody else.

use std::time::Duration;

use domain::{
    Role,
    channel::{Channel, MailSettings, Security},
    notification::{Notices, Quiet},
};
use serde_json::json;
use server::desk::Caller;

use super::{
    Stage,
    own::{iris, staged},
    statuses,
};
use crate::support::{Agent, ORIGIN, Stored, TestConsole, mailbox::Mailbox, on_both, work_closures};

on_both!(
    the_people_of_a_group_are_mailed_once_each,
    a_try_that_was_cut_off_mails_nobody_twice,
    whoever_has_left_by_then_is_not_mailed,
    without_a_channel_or_a_group_a_person_is_asked,
);

const MAILED: &str = r#"
closure:
  - id: tell
    after: tool.executed
    where: 'event.context.tool == "look_up"'
    steps:
      - { id: told, kind: notification, target: email, to: risk }
"#;

async fn with_mail(console: &TestConsole, port: u16) {
    let settings = MailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plain,
        user: None,
        from: "countersign@example.com".to_owned(),
        allow_private: false,
    };
    console.desk.set_mail(&iris(console).await, settings, None).await.expect("mail");
}

async fn send(console: &TestConsole) -> usize {
    console.desk.send_notifications(Channel::Mail, ORIGIN).await.expect("sent")
}

async fn outbox(console: &TestConsole) -> usize {
    Stored::of(console).await.rows("dispatch").len()
}

/// Tomas sleeps all day.
async fn asleep(console: &TestConsole) {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let found = server::store::person::find_by_email(&mut tx, "tomas@example.com").await.expect("read");
    drop(tx);
    let tomas = found.expect("Tomas");
    let who = server::desk::PersonCaller {
        id: tomas.id,
        name: tomas.name,
        email: tomas.email,
        roles: tomas.roles,
        groups: tomas.groups,
    };
    let quiet = Some(Quiet { from: 0, to: 24 * 60 - 1, zone: "UTC".to_owned() });
    console.desk.set_notices(&who, Notices { quiet, ..Notices::default() }).await.expect("kept");
}

async fn begun(console: &TestConsole) -> (Stage<'_>, Agent<'_>) {
    let (stage, agent) = staged(console, MAILED).await;
    console.person("Gone Reviewer", &[Role::Reviewer], &["risk"]).await;
    console.desk.disable_person(&Caller::CommandLine, "gone@example.com").await.expect("disabled");
    agent.prepare().await;
    assert_eq!(stage.follow().await, 1);
    (stage, agent)
}

async fn the_people_of_a_group_are_mailed_once_each(console: TestConsole) {
    let Some(mailbox) = Mailbox::start(None).await else { return };
    let (stage, _) = begun(&console).await;
    with_mail(&console, mailbox.port).await;
    asleep(&console).await;
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!((&receipt["status"], &receipt["notifications"]), (&json!("completed"), &json!(["email to risk"])));
    assert_eq!(receipt["steps"][0]["state"]["confirmed"], "In the outbox for 2 people of risk");
    assert!(receipt["steps"][0]["idempotency_key"].as_str().is_some_and(|key| key.ends_with("/told/email/risk")));
    assert_eq!(send(&console).await, 2);
    let mails = mailbox.take(2).await;
    assert_eq!(mails.iter().map(|mail| &*mail.to).collect::<Vec<_>>(), ["mira@example.com", "tomas@example.com"]);
    let id = receipt["closure_id"].as_str().expect("an id");
    for mail in &mails {
        assert_eq!(mail.header("Subject"), "A case was closed");
        let body = mail.body();
        assert!(body.contains("Workflow: payments\nSubject: acc_1\n"), "{body}");
        assert!(body.contains(&format!("\n{ORIGIN}/closures/{id}\n")) && !body.contains("ACME"), "{body}");
    }
    stage.work().await;
    assert_eq!((send(&console).await, mailbox.is_quiet().await), (0, true), "nobody is mailed twice");
}

async fn a_try_that_was_cut_off_mails_nobody_twice(console: TestConsole) {
    let Some(mailbox) = Mailbox::start(None).await else { return };
    let (stage, _) = begun(&console).await;
    with_mail(&console, mailbox.port).await;
    for milliseconds in [1, 3, 6, 10] {
        let cut = tokio::time::timeout(Duration::from_millis(milliseconds), work_closures(&stage.desk)).await;
        drop(cut);
        stage.pass(200);
    }
    // What was cut off may still be stored beside the first of these, which then leaves the closure alone.
    for _ in 0..2 {
        stage.work().await;
        stage.pass(200);
    }
    let receipt = stage.newest().await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("completed"), vec!["done"]), "{receipt}");
    assert_eq!(outbox(&console).await, 2);
}

async fn whoever_has_left_by_then_is_not_mailed(console: TestConsole) {
    let Some(mailbox) = Mailbox::start(None).await else { return };
    let (stage, _) = begun(&console).await;
    with_mail(&console, mailbox.port).await;
    stage.work().await;
    let leave = vec!["risk".to_owned()];
    console.desk.change_groups(&Caller::CommandLine, "tomas@example.com", vec![], leave).await.expect("left");
    assert_eq!(send(&console).await, 2);
    assert_eq!(&*mailbox.next().await.to, "mira@example.com");
    assert!(mailbox.is_quiet().await);
}

async fn without_a_channel_or_a_group_a_person_is_asked(console: TestConsole) {
    let (stage, agent) = begun(&console).await;
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!(receipt["steps"][0]["state"]["detail"], "The channel email is not set.", "{receipt}");
    assert_eq!((stage.follow_ups().await.len(), outbox(&console).await), (1, 0));
    let id = receipt["closure_id"].as_str().expect("an id").to_owned();
    let asked = stage.follow_ups().await.remove(0);
    with_mail(&console, 1).await;
    stage.resolve(&asked).await;
    stage.replay(&id).await.expect(202);
    stage.work().await;
    assert_eq!((&stage.receipt(&id).await["status"], outbox(&console).await), (&json!("completed"), 2));
    for person in ["mira@example.com", "tomas@example.com"] {
        let leave = vec!["risk".to_owned()];
        console.desk.change_groups(&Caller::CommandLine, person, vec![], leave).await.expect("left");
    }
    agent.again().await.prepare().await;
    assert_eq!(stage.follow().await, 1);
    stage.work().await;
    let receipt = stage.newest().await;
    let detail = "There is no group risk, or nobody in it may sign in.";
    assert_eq!((&receipt["steps"][0]["state"]["detail"], outbox(&console).await), (&json!(detail), 2));
}
