//! Sessions woken by webhook: one record a decision, sent until it is taken, always with the same id.

use std::time::Duration;

use domain::resumption::ATTEMPTS;
use serde_json::json;
use server::{desk::Caller, workers};

use crate::support::{
    Act, Hooked, Receiver, TestConsole,
    hooked::{add, outbound},
    on_both,
};

async fn a_decision_reaches_the_endpoint(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.suspended("s2").await;
    assert_eq!(hooked.round().await, 0, "nothing is sent before the decision");
    hooked.agent.approve(&hooked.ana, &approval).await.expect(201);
    let got = hooked.deliver(&receiver).await;
    assert!(got.is_signed_with(&hooked.secret));
    assert!(got.id().starts_with("res_"), "{}", got.id());
    assert_eq!(got.timestamp(), console.clock.now().timestamp());
    assert_eq!(got.header("content-type"), "application/json");
    let body = got.json();
    assert_eq!((&body["type"], &body["data"]["status"]), (&json!("approval.decided"), &json!("approved")));
    let resumption = hooked.resumption(&approval).await;
    assert_eq!((&resumption["state"], &resumption["resumption_id"]), (&json!("resumed"), &json!(got.id())));
    // The harness may fetch it as well; it gets the same, and nothing is sent again.
    assert_eq!(hooked.agent.outcome(&approval).await, body["data"]);
    assert_eq!(hooked.round().await, 0);
    assert!(receiver.is_quiet().await);
    let kinds = hooked.agent.kinds().await;
    let told: Vec<&String> = kinds.iter().filter(|kind| kind.starts_with("resumption.")).collect();
    assert_eq!(told, ["resumption.queued", "resumption.attempted", "resumption.delivered"]);
}

async fn a_harness_that_fetches_first_is_not_sent_anything(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    assert_eq!(hooked.agent.outcome(&approval).await["status"], "approved");
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
    assert_eq!(hooked.round().await, 0);
    assert!(receiver.is_quiet().await);
}

async fn tries_follow_the_schedule_until_one_is_taken(console: TestConsole) {
    // Down, lying (it applied what it refuses), silent, and back.
    let receiver = Receiver::start([Act::Close, Act::Status(500), Act::Hang]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    let first = hooked.deliver(&receiver).await;
    let mut last = first.clone();
    // Seconds after which nothing is due yet, and after which the next try is, jitter included.
    for (early, due, cause) in [(4, 2, "no answer"), (299, 32, "answered 500"), (1_799, 182, "no answer within 400 ms")]
    {
        let resumption = hooked.resumption(&approval).await;
        assert_eq!(resumption["state"], "failed", "{resumption}");
        assert!(resumption["cause"].as_str().expect("a cause").starts_with(cause), "{resumption}");
        hooked.pass(early);
        assert_eq!(hooked.round().await, 0, "too early");
        hooked.pass(due);
        let next = hooked.deliver(&receiver).await;
        assert_eq!((next.id(), &next.body), (first.id(), &first.body));
        assert!(next.timestamp() > last.timestamp(), "the time is that of the try");
        assert!(next.is_signed_with(&hooked.secret));
        last = next;
    }
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
    assert_eq!(hooked.agent.kinds().await.iter().filter(|kind| *kind == "resumption.queued").count(), 1);
}

async fn a_person_is_needed_when_no_try_is_left(console: TestConsole) {
    let receiver = Receiver::start((0..ATTEMPTS).map(|_| Act::Status(502))).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    let first = hooked.deliver(&receiver).await;
    for _ in 1..ATTEMPTS {
        hooked.pass(11 * 3_600);
        assert_eq!(hooked.deliver(&receiver).await.id(), first.id());
    }
    hooked.pass(30 * 24 * 3_600);
    assert_eq!(hooked.round().await, 0);
    let resumption = hooked.resumption(&approval).await;
    assert_eq!((&resumption["attempts"], &resumption["next_try"]), (&json!(ATTEMPTS), &json!(null)), "{resumption}");
    let retried = hooked.post(&hooked.ana, &approval, "retry", &json!({})).await.expect(200);
    assert_eq!(retried["state"], "queued");
    assert_eq!(hooked.deliver(&receiver).await.id(), first.id());
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
    assert_eq!(hooked.post(&hooked.ana, &approval, "retry", &json!({})).await.problem(), "409 illegal_move");
    // The decision was made once.
    let decided = hooked.agent.kinds().await.iter().filter(|kind| *kind == "decision.recorded").count();
    assert_eq!(decided, 1);
}

async fn retrying_and_abandoning_need_a_reviewer_or_an_admin(console: TestConsole) {
    let receiver = Receiver::start([Act::Status(500), Act::Status(500)]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let admin = hooked.admin().await;
    let pending = hooked.suspended("s9").await;
    assert_eq!(hooked.post(&hooked.ana, &pending, "retry", &json!({})).await.problem(), "404 not_found");
    let approval = hooked.approved("s2").await;
    assert_eq!(hooked.post(&hooked.ana, &approval, "retry", &json!({})).await.problem(), "409 illegal_move");
    hooked.deliver(&receiver).await;
    for path in ["retry", "abandon"] {
        let refused = hooked.post(&hooked.agent.key, &approval, path, &json!({"reason": "x"})).await;
        assert_eq!(refused.problem(), "403 wrong_scope", "{path}");
    }
    for (body, problem) in [
        (json!({}), "422 invalid_field"),
        (json!({"reason": " "}), "422 invalid_field"),
        (json!({"why": "x"}), "422 unknown_field"),
    ] {
        assert_eq!(hooked.post(&hooked.ana, &approval, "abandon", &body).await.problem(), problem);
    }
    // A retry brings the next try forward, and counts as one.
    hooked.post(&admin, &approval, "retry", &json!({})).await.expect(200);
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["attempts"], 2);
    let abandoned =
        hooked.post(&admin, &approval, "abandon", &json!({"reason": "The agent is gone."})).await.expect(200);
    assert_eq!((&abandoned["state"], &abandoned["reason"]), (&json!("abandoned"), &json!("The agent is gone.")));
    hooked.pass(24 * 3_600);
    assert_eq!(hooked.round().await, 0, "nothing is sent any more");
    // The decision stands, and whoever fetches it has it.
    assert_eq!(hooked.agent.outcome(&approval).await["status"], "approved");
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
}

async fn both_secrets_sign_during_a_rotation(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let rotated = console.desk.rotate_endpoint(&Caller::CommandLine, "agent", None).await.expect("rotated").reveal();
    assert_ne!(rotated, hooked.secret);
    hooked.approved("s2").await;
    let during = hooked.deliver(&receiver).await;
    assert!(during.is_signed_with(&rotated) && during.is_signed_with(&hooked.secret));
    hooked.pass(24 * 3_600);
    hooked.approved("s3").await;
    let after = hooked.deliver(&receiver).await;
    assert!(after.is_signed_with(&rotated) && !after.is_signed_with(&hooked.secret));
}

async fn an_expired_approval_is_told_too(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    hooked.agent.prepare().await;
    hooked.session("s2", "agent").await;
    let answer = hooked.agent.check_in("s2", "pay-1", "pay", json!({"to": "ACME", "amount": 250})).await;
    assert_eq!(answer["outcome"], "suspend", "{answer}");
    hooked.pass(25 * 3_600);
    hooked.desk.expire_overdue().await.expect("expired");
    assert_eq!(hooked.deliver(&receiver).await.json()["data"]["status"], "expired");
}

async fn a_worker_that_died_is_replaced_after_its_lease(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    let lost = hooked.desk.lease_deliveries(std::collections::HashMap::new(), 4, 64).await.expect("leased");
    assert_eq!(lost.len(), 1);
    assert_eq!(hooked.round().await, 0, "nobody else takes it meanwhile");
    assert_eq!(hooked.resumption(&approval).await["state"], "delivering");
    hooked.pass(61);
    let got = hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
    // The first worker was only slow: its delivery repeats the id and changes nothing.
    for late in lost {
        hooked.desk.deliver_leased(late).await.expect("recorded");
    }
    assert_eq!(receiver.next().await.id(), got.id());
    assert_eq!(hooked.agent.kinds().await.iter().filter(|kind| *kind == "resumption.delivered").count(), 1);
}

async fn two_workers_never_take_the_same_record(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    for number in 0..6 {
        hooked.approved(&format!("s{number}0")).await;
    }
    let lease = || hooked.desk.lease_deliveries(std::collections::HashMap::new(), 64, 64);
    let (one, two, three) = tokio::join!(lease(), lease(), lease());
    let mut ids: Vec<String> = [one, two, three]
        .into_iter()
        .flat_map(|taken| taken.expect("leased"))
        .map(|taken| taken.id().to_string())
        .collect();
    let taken = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), taken), (6, 6));
}

async fn a_slow_endpoint_keeps_nobody_else_waiting(console: TestConsole) {
    let slow = Receiver::start((0..64).map(|_| Act::Hang)).await;
    let quick = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &slow).await;
    add(&console, "quick", &quick.url, true).await;
    for number in 0..6 {
        hooked.approved(&format!("slow-{number}")).await;
    }
    let mut desk = console.desk.clone();
    desk.outbound = outbound(Duration::from_mins(1));
    let worker = tokio::spawn(workers::delivery::run(desk, std::future::pending()));
    for _ in 0..4 {
        slow.next().await;
    }
    // Woken by the news of the decision, while four deliveries hang.
    let approval = hooked.suspended_at("quick", "quick").await;
    hooked.agent.approve(&hooked.ana, &approval).await.expect(201);
    assert_eq!(quick.next().await.json()["data"]["approval_id"], approval);
    assert!(slow.is_quiet().await, "no more than four go to one endpoint at once");
    worker.abort();
}

on_both!(
    a_decision_reaches_the_endpoint,
    a_harness_that_fetches_first_is_not_sent_anything,
    tries_follow_the_schedule_until_one_is_taken,
    a_person_is_needed_when_no_try_is_left,
    retrying_and_abandoning_need_a_reviewer_or_an_admin,
    both_secrets_sign_during_a_rotation,
    an_expired_approval_is_told_too,
    a_worker_that_died_is_replaced_after_its_lease,
    two_workers_never_take_the_same_record,
    a_slow_endpoint_keeps_nobody_else_waiting,
);
