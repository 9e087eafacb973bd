//! Notifications: who is told what, in the console and besides.

mod channels;
mod mail;

use axum::http::{Method, header};
use chrono::TimeDelta;
use domain::{
    Role, Scope,
    event::Event,
    id::NotificationId,
    notification::{InboxPage, InboxQuery, Topic},
};
use serde_json::json;
use server::{
    desk::{Caller, PersonCaller},
    store,
};

use crate::support::{Act, Agent, Browser, Hooked, PASSWORD, Receiver, Stored, TestConsole, on_both};

on_both!(
    those_who_may_decide_are_told_and_nobody_else,
    whoever_asked_is_told_what_became_of_it,
    leads_administrators_and_deciders_are_told_what_concerns_them,
    what_is_cut_off_is_told_once,
    an_inbox_is_read_without_script,
    what_cannot_be_read_keeps_nobody_from_being_told,
);

/// Somebody by the first name.
async fn somebody(console: &TestConsole, first: &str) -> PersonCaller {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let email = format!("{first}@example.com");
    let person = store::person::find_by_email(&mut tx, &email).await.expect("read").expect("the person");
    PersonCaller { id: person.id, name: person.name, email: person.email, roles: person.roles, groups: person.groups }
}

/// Tells people of all that happened; gives of how many events.
async fn tell(console: &TestConsole) -> usize {
    // Events have their numbers then.
    Stored::of(console).await;
    console.desk.make_notifications().await.expect("told")
}

async fn inbox(console: &TestConsole, first: &str) -> InboxPage {
    let viewer = somebody(console, first).await;
    console.desk.inbox_page(&viewer, &InboxQuery::default()).await.expect("a page")
}

/// What somebody was told, the latest first.
async fn topics(console: &TestConsole, first: &str) -> Vec<Topic> {
    inbox(console, first).await.rows.into_iter().map(|row| row.notice.topic).collect()
}

/// A payment that waits for compliance and risk.
async fn waiting(agent: &Agent<'_>) -> String {
    agent.prepare().await;
    agent.suspended_payment("pay-1").await
}

async fn those_who_may_decide_are_told_and_nobody_else(console: TestConsole) {
    let agent = console.cast().await;
    console.person("Olga Outsider", &[Role::Reviewer], &["others"]).await;
    console.person("Iris Admin", &[Role::Admin], &["compliance"]).await;
    console.person("Gone Reviewer", &[Role::Reviewer], &["risk"]).await;
    console.desk.disable_person(&Caller::CommandLine, "gone@example.com").await.expect("disabled");
    let approval = waiting(&agent).await;
    // Whoever joins a group afterwards may not decide this one.
    console.person("Late Comer", &[Role::Reviewer], &[]).await;
    console.pass(TimeDelta::seconds(1));
    let (join, leave) = (vec!["risk".to_owned()], Vec::new());
    console.desk.change_groups(&Caller::CommandLine, "late@example.com", join, leave).await.expect("joined");
    assert_eq!(tell(&console).await, 1);
    for told in ["ana", "tomas", "mira"] {
        let page = inbox(&console, told).await;
        let [row] = &page.rows[..] else { panic!("{told}: {page:?}") };
        assert_eq!((row.notice.topic, page.unread), (Topic::ApprovalOpened, 1), "{told}");
        assert_eq!(row.notice.path, format!("/approvals/{approval}"));
        assert_eq!((row.notice.tool.as_deref(), row.notice.subject.as_deref()), (Some("pay"), Some("acc_1")));
        assert!(row.notice.due.is_some_and(|due| due > page.now));
        let said = serde_json::to_string(&row.notice).expect("JSON");
        assert!(!said.contains("ACME"), "what the call holds is not told: {said}");
    }
    // The owner of the agent and the requester are excluded, an administrator decides nothing.
    for untold in ["dev", "rosa", "olga", "iris", "late", "gone"] {
        assert!(topics(&console, untold).await.is_empty(), "{untold}");
    }
    assert_eq!(tell(&console).await, 0, "nothing is told twice");
}

async fn whoever_asked_is_told_what_became_of_it(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let asked = waiting(&agent).await;
    agent.decide(&ana, &asked, json!({"verdict": "request_information", "notes": "Which one?"})).await.expect(201);
    tell(&console).await;
    assert_eq!(topics(&console, "rosa").await, [Topic::InformationRequested]);
    let answer = json!({"answer": "The first."});
    console.post(&agent.key, &format!("/approvals/{asked}/information"), &answer).await.expect(200);
    agent.approve(&ana, &asked).await.expect(201);
    agent.approve(&tomas, &asked).await.expect(201);
    tell(&console).await;
    assert_eq!(topics(&console, "rosa").await, [Topic::ApprovalApproved, Topic::InformationRequested]);
    let other = agent.again().await;
    let rejected = waiting(&other).await;
    let no = json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."});
    other.decide(&console.token("mira").await, &rejected, no).await.expect(201);
    tell(&console).await;
    assert_eq!(topics(&console, "rosa").await[0], Topic::ApprovalRejected);
    // Those who decide are told nothing of what they did.
    assert_eq!(topics(&console, "ana").await, [Topic::ApprovalOpened, Topic::ApprovalOpened]);
    let late = agent.again().await;
    waiting(&late).await;
    tell(&console).await;
    console.pass(TimeDelta::hours(25));
    console.desk.expire_overdue().await.expect("expired");
    tell(&console).await;
    for told in ["rosa", "ana", "tomas", "mira"] {
        assert_eq!(topics(&console, told).await[0], Topic::ApprovalExpired, "{told}");
    }
}

async fn leads_administrators_and_deciders_are_told_what_concerns_them(console: TestConsole) {
    let receiver = Receiver::start([Act::Status(410)]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    console.person("Iris Admin", &[Role::Admin], &[]).await;
    console.person("Lena Brandt", &[Role::SupportLead], &[]).await;
    console.person("Luis Ortega", &[Role::SupportLead], &[]).await;
    let summary = json!({
        "customer_id": "cust_1", "root_cause_analysis": "Lost twice.", "refund_amount": null, "recommended_action": "Call.",
    });
    let opened = hooked.agent.post("escalations", &summary).await.expect(201);
    let case = opened["escalation_id"].as_str().expect("an id").to_owned();
    let lena = console.key("lena", &[Scope::SupportLead], Some("lena@example.com")).await;
    let body = json!({"to": "luis@example.com", "reason": "Knows the carrier."});
    console.post(&lena, &format!("/escalations/{case}/assign"), &body).await.expect(200);
    tell(&console).await;
    assert_eq!(topics(&console, "lena").await, [Topic::EscalationOpened]);
    assert_eq!(topics(&console, "luis").await, [Topic::EscalationAssigned, Topic::EscalationOpened]);
    let page = inbox(&console, "luis").await;
    assert!(page.rows.iter().all(|row| row.notice.path == format!("/escalations/{case}")), "{page:?}");
    let said = serde_json::to_string(&page).expect("JSON");
    assert!(!said.contains("cust_1") && !said.contains("Lost"), "{said}");
    // An endpoint that takes nothing any more: only a person can help.
    hooked.approved("s2").await;
    hooked.deliver(&receiver).await;
    tell(&console).await;
    assert_eq!(topics(&console, "iris").await, [Topic::ResumptionFailed]);
    assert_eq!(topics(&console, "ana").await[0], Topic::ResumptionFailed);
    assert!(!topics(&console, "mira").await.contains(&Topic::ResumptionFailed));
}

async fn what_is_cut_off_is_told_once(console: TestConsole) {
    let agent = console.cast().await;
    waiting(&agent).await;
    Stored::of(&console).await;
    // Several servers, each of which may be cut off anywhere.
    let beside = console.beside().await;
    let cut = tokio::time::timeout(std::time::Duration::from_millis(3), beside.desk.make_notifications()).await;
    drop(cut);
    let (one, other) = tokio::join!(console.desk.make_notifications(), beside.desk.make_notifications());
    assert!(one.expect("told") + other.expect("told") <= 1);
    tell(&console).await;
    for told in ["ana", "tomas", "mira"] {
        assert_eq!(topics(&console, told).await, [Topic::ApprovalOpened], "{told}");
    }
    Stored::of(&console).await;
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = store::event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    let made = log.iter().filter_map(|logged| match &logged.entry.event {
        Event::NotificationMade { people, .. } => Some(people.len()),
        _ => None,
    });
    assert_eq!(made.collect::<Vec<_>>(), [3], "the log says once who was told");
}

async fn an_inbox_is_read_without_script(console: TestConsole) {
    let agent = console.cast().await;
    let first = waiting(&agent).await;
    waiting(&agent.again().await).await;
    tell(&console).await;
    let mut ana = Browser::new(&console);
    assert_eq!(ana.sign_in("ana@example.com", PASSWORD).await.status, 303);
    let page = ana.send(Method::GET, "/inbox", &[]).await;
    assert_eq!((page.status.as_u16(), page.text.matches("sr-only\">Unread").count()), (200, 2), "{}", page.text);
    assert!(page.text.contains("2 unread") && !page.text.contains("ACME"), "{}", page.text);
    let rows = inbox(&console, "ana").await.rows;
    let oldest = rows[1].id.to_string();
    let opened = ana.send(Method::POST, "/inbox", &[("form", "open"), ("id", &oldest)]).await;
    assert_eq!(opened.headers[header::LOCATION], format!("/approvals/{first}"));
    assert_eq!(inbox(&console, "ana").await.unread, 1);
    // What is somebody else's is not there.
    let mut tomas = Browser::new(&console);
    assert_eq!(tomas.sign_in("tomas@example.com", PASSWORD).await.status, 303);
    for id in [&oldest, &NotificationId::from_uuid(uuid::Uuid::nil()).to_string(), "ntf_"] {
        assert_eq!(tomas.send(Method::POST, "/inbox", &[("form", "open"), ("id", id)]).await.status, 404, "{id}");
    }
    // What came after the page was made stays unread.
    waiting(&agent.again().await).await;
    tell(&console).await;
    let read = ana.send(Method::POST, "/inbox", &[("form", "read"), ("id", &rows[0].id.to_string())]).await;
    assert_eq!(read.headers[header::LOCATION], "/inbox?done=read");
    let page = inbox(&console, "ana").await;
    assert_eq!((page.unread, page.rows[0].read_at, page.rows.len()), (1, None, 3));
    assert_eq!(inbox(&console, "tomas").await.unread, 3);
    let next = InboxQuery { cursor: Some(page.rows[1].id) };
    let rest = console.desk.inbox_page(&somebody(&console, "ana").await, &next).await.expect("a page");
    assert_eq!((rest.rows.len(), rest.is_continued, rest.next_cursor), (1, true, None));
}

/// Changes the database past the server.
async fn meddle(console: &TestConsole, statement: &str) {
    use crate::support::engine::Kept;
    use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
    if let Kept::Postgres(url) = &console.kept {
        let mut conn = PgConnection::connect(url).await.expect("PostgreSQL");
        sqlx::query(AssertSqlSafe(statement)).execute(&mut conn).await.expect("done");
    } else {
        let file = console.kept.file().expect("a file");
        let mut conn = SqliteConnection::connect(file.to_str().expect("a path")).await.expect("the file");
        sqlx::query(AssertSqlSafe(statement)).execute(&mut conn).await.expect("done");
    }
}

async fn what_cannot_be_read_keeps_nobody_from_being_told(console: TestConsole) {
    let agent = console.cast().await;
    waiting(&agent).await;
    meddle(&console, "UPDATE event_payload SET payload = '{}' WHERE event_id IN (SELECT id FROM event WHERE kind = 'approval.opened')").await;
    waiting(&agent.again().await).await;
    meddle(&console, "UPDATE approval SET state = '{}' WHERE status = 'pending'").await;
    waiting(&agent.again().await).await;
    assert_eq!(tell(&console).await, 1, "the last of three");
    assert_eq!(topics(&console, "ana").await, [Topic::ApprovalOpened]);
    assert_eq!(tell(&console).await, 0);
    meddle(&console, "DELETE FROM notification_cursor").await;
    let lost = console.desk.make_notifications().await.expect_err("nothing says how far it came");
    assert!(lost.to_string().contains("notification_cursor"), "{lost}");
    assert_eq!(topics(&console, "ana").await, [Topic::ApprovalOpened], "nobody is told again");
}
