//! A clock that jumps: nothing ends early, nothing lives for ever, and the log's order is its own.

use chrono::TimeDelta;
use domain::{Role, Time};
use serde_json::json;
use server::store::event;

use crate::support::{Act, Browser, Hooked, PASSWORD, Receiver, TestConsole, on_both};

on_both![
    the_log_keeps_its_order,
    nothing_expires_early_or_lives_for_ever,
    a_session_ends_when_the_clock_goes_back,
    a_session_outlives_a_small_correction,
    a_wait_set_by_a_wrong_clock_is_short,
    a_lease_taken_by_a_wrong_clock_is_taken_over,
    what_is_queued_is_sent_whatever_the_time,
    a_try_set_by_a_wrong_clock_is_made,
];

const EMAIL: &str = "ana@example.com";

/// Jumps the tests make: an hour and a day either way, and to the beginning of time.
fn jumps(console: &TestConsole) -> [TimeDelta; 5] {
    let to_1970 = Time::UNIX_EPOCH - console.clock.now();
    [TimeDelta::hours(1), TimeDelta::hours(-1), TimeDelta::days(1), TimeDelta::days(-1), to_1970]
}

async fn the_log_keeps_its_order(console: TestConsole) {
    let agent = console.cast().await;
    let mut asked = Vec::new();
    for (at, jump) in jumps(&console).into_iter().enumerate() {
        for (when, there) in [("before", TimeDelta::zero()), ("after", jump)] {
            console.pass(there);
            let id = format!("look-{at}-{when}");
            assert_eq!(agent.check(&id, "look_up", json!({"account": "acc_1"})).await["outcome"], "allow");
            asked.push(id);
        }
        console.pass(-jump);
    }
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    let places: Vec<i64> = log.iter().map(|logged| logged.leaf_index).collect();
    assert_eq!(places, (1..=i64::try_from(log.len()).expect("a count")).collect::<Vec<_>>());
    let checked = log.iter().filter_map(|logged| match &logged.entry.event {
        domain::event::Event::GateChecked { tool_use_id, .. } => Some(tool_use_id.clone()),
        _ => None,
    });
    assert_eq!(checked.collect::<Vec<_>>(), asked);
}

async fn nothing_expires_early_or_lives_for_ever(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    for jump in jumps(&console).into_iter().filter(|jump| *jump < TimeDelta::hours(24)) {
        console.pass(jump);
        console.desk.expire_overdue().await.expect("the timer's round");
        console.pass(-jump);
        console.desk.expire_overdue().await.expect("the timer's round");
        assert_eq!(agent.approval(&approval).await["status"], "pending", "after {jump}");
    }
    console.pass(TimeDelta::hours(24) - TimeDelta::seconds(1));
    console.desk.expire_overdue().await.expect("the timer's round");
    assert_eq!(agent.approval(&approval).await["status"], "pending");
    console.pass(TimeDelta::seconds(1));
    let path = format!("/approvals/{approval}/decision?wait=20");
    assert_eq!(console.get(&agent.key, &path).await.expect(200)["status"], "expired");
    // What has ended has ended, whatever the clock says afterwards.
    console.pass(TimeDelta::days(-2));
    assert_eq!(agent.approval(&approval).await["status"], "expired");
    assert!(agent.pay("pay-1").await["error"].as_str().expect("an error").starts_with("approval_expired"));
}

async fn signed_in(console: &TestConsole) -> Browser<'_> {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.status, 303);
    browser
}

async fn a_session_ends_when_the_clock_goes_back(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    for jump in jumps(&console).into_iter().filter(|jump| *jump < TimeDelta::zero()) {
        let mut browser = Browser::new(&console);
        assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.status, 303);
        // Used for seven hours: one is left.
        for _ in 0..21 {
            console.pass(TimeDelta::minutes(20));
            assert!(browser.is_signed_in().await);
        }
        console.pass(jump);
        assert!(!browser.is_signed_in().await, "signed in after {jump}: its eight hours would begin anew");
        console.pass(-jump);
    }
}

async fn a_session_outlives_a_small_correction(console: TestConsole) {
    let mut browser = signed_in(&console).await;
    console.pass(TimeDelta::seconds(-45));
    assert!(browser.is_signed_in().await);
}

async fn a_wait_set_by_a_wrong_clock_is_short(console: TestConsole) {
    signed_in(&console).await;
    console.pass(TimeDelta::days(1));
    for _ in 0..4 {
        assert_eq!(Browser::new(&console).sign_in(EMAIL, "wrong").await.status, 401);
        console.pass(TimeDelta::seconds(10));
    }
    console.pass(TimeDelta::days(-1));
    assert_eq!(Browser::new(&console).sign_in(EMAIL, PASSWORD).await.status, 303, "locked out for a day");
}

async fn a_lease_taken_by_a_wrong_clock_is_taken_over(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    console.pass(TimeDelta::days(1));
    // This worker dies with its lease.
    assert_eq!(hooked.desk.lease_deliveries([].into(), 4, 64).await.expect("leased").len(), 1);
    console.pass(TimeDelta::days(-1));
    assert!(hooked.desk.next_delivery(&[]).await.expect("read").expect("one") <= console.clock.now());
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
}

async fn what_is_queued_is_sent_whatever_the_time(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    console.pass(TimeDelta::hours(-1));
    assert!(hooked.desk.next_delivery(&[]).await.expect("read").expect("one") <= console.clock.now());
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
}

async fn a_try_set_by_a_wrong_clock_is_made(console: TestConsole) {
    let receiver = Receiver::start([Act::Status(500)]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    console.pass(TimeDelta::days(1));
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["state"], "failed");
    console.pass(TimeDelta::days(-1));
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
}
