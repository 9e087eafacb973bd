//! Approvals that wait long: their people are reminded, then others are asked as well; in business hours, if the policy
//! says so.

use axum::http::Method;
use chrono::TimeDelta;
use domain::{Role, SystemActor, Time, event::Event};
use serde_json::{Value, json};
use server::{desk::Caller, store};

use crate::support::{Agent, Browser, PASSWORD, PAYMENTS, TestConsole, on_both};

on_both!(
    reminded_then_raised_then_a_lead_decides,
    a_question_puts_everything_off,
    what_is_late_is_done_in_order_and_what_is_over_only_expires,
    a_reviewer_and_the_timer_at_the_same_moment,
    in_business_hours_nothing_happens_at_night,
);

const DEADLINE: &str = "deadline: { remind: 4h, raise: { after: 12h, to: leads }, expire: 24h }";

/// The usual cast with another deadline, and leads: Lea, Rosa who asked for the run, and Zoe who came later.
async fn cast<'a>(console: &'a TestConsole, deadline: &str) -> Agent<'a> {
    let agent = console.cast().await;
    console.person("Lea Brandt", &[Role::Reviewer], &["leads"]).await;
    console.person("Otto Kern", &[Role::Reviewer], &["leads"]).await;
    let leads = vec!["leads".to_owned()];
    console.desk.change_groups(&Caller::CommandLine, "rosa@example.com", leads, Vec::new()).await.expect("a lead");
    let text = PAYMENTS.replace("deadline: { expire: 24h }", deadline);
    console.desk.publish_workflow(&Caller::CommandLine, None, &text).await.expect("a workflow");
    let agent = agent.again().await;
    agent.prepare().await;
    agent
}

/// What the log says about reminders and raises, with the actor.
async fn told(console: &TestConsole) -> Vec<(String, Value)> {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = store::event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    let told = log.iter().map(|logged| &logged.entry).filter(|entry| {
        matches!(
            entry.event,
            Event::ApprovalReminded { .. } | Event::ApprovalRaised { .. } | Event::ApprovalExpired { .. }
        )
    });
    told.map(|entry| {
        assert_eq!(entry.actor, domain::Actor::System(SystemActor::Deadline));
        let mut payload = serde_json::to_value(&entry.event).expect("JSON");
        let payload = payload.as_object_mut().expect("an object");
        (
            entry.event.kind().to_owned(),
            payload.remove("groups").or_else(|| payload.remove("group")).unwrap_or_default(),
        )
    })
    .collect()
}

/// One round of the timer, whether or not the one in the background has made it.
async fn round(console: &TestConsole) {
    console.desk.expire_overdue().await.expect("a round");
    console.desk.take_steps().await.expect("a round");
}

async fn reminded_then_raised_then_a_lead_decides(console: TestConsole) {
    let agent = cast(&console, DEADLINE).await;
    let approval = agent.suspended_payment("pay-1").await;
    let (lea, tomas) = (console.token("lea").await, console.token("tomas").await);
    let opened = agent.approval(&approval).await;
    let at = |hours: i64| json!(console.clock.now() + TimeDelta::hours(hours));
    assert_eq!((&opened["remind_at"], &opened["raise_at"]), (&at(4), &at(12)));
    assert_eq!((&opened["raised_to"], &opened["raised_at"]), (&json!(null), &json!(null)));
    agent.approve(&tomas, &approval).await.expect(201);
    console.pass(TimeDelta::hours(4));
    round(&console).await;
    round(&console).await;
    assert_eq!(told(&console).await, [("approval.reminded".to_owned(), json!(["compliance"]))], "once");
    assert_eq!(agent.approve(&lea, &approval).await.problem(), "403 not_entitled");
    assert_eq!(mine(&console, "lea").await, (0, false));
    console.pass(TimeDelta::hours(8));
    round(&console).await;
    round(&console).await;
    let raised = ("approval.raised".to_owned(), json!("leads"));
    assert_eq!(told(&console).await[1..], [raised], "once");
    let seen = agent.approval(&approval).await;
    let now = json!(console.clock.now());
    assert_eq!((&seen["raised_to"], &seen["raised_at"], &seen["raise_at"]), (&json!("leads"), &now, &now));
    // What people have read stands: neither revision nor digest has moved, and Tomas's vote counts.
    assert_eq!((&seen["revision"], &seen["package_digest"]), (&opened["revision"], &opened["package_digest"]));
    let listed = console.get(&lea, "/approvals?status=pending").await.expect(200);
    let row = &listed["items"][0];
    assert_eq!((&row["raised_to"], &row["raised_at"]), (&json!("leads"), &now));
    // It is hers to decide now, and not Rosa's, who asked for it, nor that of a lead who came later.
    console.person("Zoe Lind", &[Role::Reviewer], &["leads"]).await;
    for (person, is_theirs) in [("lea", true), ("rosa", false), ("zoe", false), ("tomas", false)] {
        assert_eq!(mine(&console, person).await, (u32::from(is_theirs), is_theirs), "{person}");
    }
    assert_eq!(agent.approve(&console.token("rosa").await, &approval).await.problem(), "403 self_approval");
    assert_eq!(agent.approve(&console.token("zoe").await, &approval).await.problem(), "403 not_entitled");
    let decided = agent.approve(&lea, &approval).await.expect(201);
    assert_eq!((&decided["status"], &decided["group"]), (&json!("approved"), &json!("compliance")));
    assert_eq!(decided["by_raise"], "leads");
    let votes = agent.approval(&approval).await["votes"].clone();
    assert_eq!((&votes[0]["by_raise"], &votes[1]["by_raise"]), (&json!(null), &json!("leads")));
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
}

/// How many approvals a person's list counts, and whether their page of the one that waits offers a decision.
async fn mine(console: &TestConsole, person: &str) -> (u32, bool) {
    let mut browser = Browser::new(console);
    let signed_in = browser.sign_in(&format!("{person}@example.com"), PASSWORD).await;
    assert_eq!(signed_in.status.as_u16(), 303, "{}", signed_in.text);
    let shown = browser.send(Method::GET, "/approvals?view=mine", &[]).await.text;
    let count = shown.matches("data-row").count();
    let all = browser.send(Method::GET, "/approvals", &[]).await.text;
    let start = all.find("href=\"/approvals/apr_").expect("an approval") + "href=\"".len();
    let page = browser.send(Method::GET, all[start..].split('"').next().expect("an address"), &[]).await.text;
    (u32::try_from(count).expect("few"), page.contains("Decide for compliance"))
}

async fn a_question_puts_everything_off(console: TestConsole) {
    let agent = cast(&console, DEADLINE).await;
    let approval = agent.suspended_payment("pay-1").await;
    let ana = console.token("ana").await;
    console.pass(TimeDelta::hours(3));
    let ask = json!({"verdict": "request_information", "notes": "Which invoice?"});
    agent.decide(&ana, &approval, ask).await.expect(201);
    console.pass(TimeDelta::hours(10));
    round(&console).await;
    assert_eq!(told(&console).await, [], "it stands still");
    let body = json!({"answer": "Invoice 88."});
    console.post(&agent.key, &format!("/approvals/{approval}/information"), &body).await.expect(200);
    let seen = agent.approval(&approval).await;
    let at = |hours: i64| json!(console.clock.now() + TimeDelta::hours(hours));
    assert_eq!((&seen["remind_at"], &seen["raise_at"], &seen["state"]["expires_at"]), (&at(1), &at(9), &at(21)));
    console.pass(TimeDelta::hours(9));
    round(&console).await;
    let kinds: Vec<String> = told(&console).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["approval.reminded", "approval.raised"]);
    // A question of a lead's puts off only the end, and leaves it raised.
    let lea = console.token("lea").await;
    agent.decide(&lea, &approval, json!({"verdict": "request_information", "notes": "Why?"})).await.expect(201);
    console
        .post(&agent.key, &format!("/approvals/{approval}/information"), &json!({"answer": "Late."}))
        .await
        .expect(200);
    let reject = json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."});
    let rejected = agent.decide(&lea, &approval, reject).await.expect(201);
    assert_eq!((&rejected["status"], &rejected["by_raise"]), (&json!("rejected"), &json!("leads")));
}

async fn what_is_late_is_done_in_order_and_what_is_over_only_expires(console: TestConsole) {
    let agent = cast(&console, DEADLINE).await;
    let over = agent.suspended_payment("pay-1").await;
    console.pass(TimeDelta::hours(3));
    let other = agent.again().await;
    other.prepare().await;
    let late = other.suspended_payment("pay-2").await;
    // The server was away: the first is over, the second was to be reminded of, and to be raised.
    console.pass(TimeDelta::hours(22));
    let restarted = console.beside().await;
    round(&restarted).await;
    round(&console).await;
    assert_eq!(agent.outcome(&over).await["status"], "expired");
    let seen = agent.approval(&late).await;
    assert_eq!((&seen["status"], &seen["raised_to"]), (&json!("pending"), &json!("leads")));
    let told: Vec<String> = told(&console).await.into_iter().map(|(kind, _)| kind).collect();
    let of = |kind: &str| told.iter().filter(|told| *told == kind).count();
    assert_eq!((of("approval.reminded"), of("approval.raised"), of("approval.expired")), (1, 1, 1), "{told:?}");
    let at = |kind: &str| told.iter().position(|told| told == kind);
    assert!(at("approval.reminded") < at("approval.raised"), "{told:?}");
}

async fn a_reviewer_and_the_timer_at_the_same_moment(console: TestConsole) {
    let agent = cast(&console, DEADLINE).await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    for number in 0..10 {
        let run = agent.again().await;
        run.prepare().await;
        let approval = run.suspended_payment("pay-1").await;
        run.approve(&ana, &approval).await.expect(201);
        let digest = run.approval(&approval).await["package_digest"].clone();
        let body = json!({"verdict": "approve", "revision": 1, "package_digest": digest});
        let path = format!("/approvals/{approval}/decisions");
        console.pass(TimeDelta::hours(13));
        let (voted, _) = tokio::join!(console.post(&tomas, &path, &body), console.desk.take_steps());
        // Whoever was first: the vote stands, and nobody is told anything twice or afterwards.
        assert_eq!(voted.expect(201)["status"], "approved", "{number}");
        let kinds = run.kinds().await;
        let place = |wanted: &str| kinds.iter().position(|kind| kind == wanted);
        for once in ["approval.reminded", "approval.raised"] {
            assert!(kinds.iter().filter(|kind| *kind == once).count() <= 1, "{kinds:?}");
            assert!(place(once) < place("approval.approved"), "{kinds:?}");
        }
    }
}

async fn in_business_hours_nothing_happens_at_night(console: TestConsole) {
    let hours = "hours: { zone: Europe/Berlin, days: [mon, tue, wed, thu, fri], from: '09:00', to: '17:00' }";
    let agent = cast(&console, &DEADLINE.replace("expire: 24h", &format!("expire: 24h, {hours}"))).await;
    // It is Saturday morning. Counting begins on Monday at nine, which is eight o'clock in UTC.
    let approval = agent.suspended_payment("pay-1").await;
    let seen = agent.approval(&approval).await;
    let dues = [&seen["remind_at"], &seen["raise_at"], &seen["state"]["expires_at"]];
    let due = |text: &str| json!(text.parse::<Time>().expect("a time"));
    assert_eq!(dues, [&due("2026-11-23T12:00:00Z"), &due("2026-11-24T12:00:00Z"), &due("2026-11-25T16:00:00Z")]);
    // Asked on Monday at half past four and answered at night: half an hour of Monday is left for Tuesday.
    console.pass("2026-11-23T15:30:00Z".parse::<Time>().expect("a time") - console.clock.now());
    let ask = json!({"verdict": "request_information", "notes": "Which invoice?"});
    agent.decide(&console.token("ana").await, &approval, ask).await.expect(201);
    console.pass(TimeDelta::hours(6));
    let body = json!({"answer": "Invoice 88."});
    console.post(&agent.key, &format!("/approvals/{approval}/information"), &body).await.expect(200);
    let seen = agent.approval(&approval).await;
    assert_eq!(seen["raise_at"], due("2026-11-24T12:30:00Z"));
    assert_eq!(seen["state"]["expires_at"], due("2026-11-26T08:30:00Z"));
}
