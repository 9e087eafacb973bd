//! A receiver that is down, slow, lying and back, as the reviewer and the agent meet it.

use axum::http::Method;
use serde_json::json;

use crate::support::{ANA, Act, Browser, Down, Hooked, PASSWORD, Stored, TestConsole, on_both};

on_both!(down_slow_lying_and_back_is_one_resumption_and_one_decision);

/// How often each kind of event is in the run's log.
async fn counts<const N: usize>(hooked: &Hooked<'_>, kinds: [&str; N]) -> [usize; N] {
    let log = hooked.agent.kinds().await;
    kinds.map(|kind| log.iter().filter(|logged| *logged == kind).count())
}

/// Whether the reviewer sees that the session was not woken, why, and how to have it tried again; and that nobody is
/// asked to decide.
async fn is_shown(ana: &mut Browser<'_>, approval: &str, cause: &str) {
    let queue = ana.send(Method::GET, "/approvals", &[]).await.text;
    assert!(queue.contains("Resumption failed") && queue.contains(approval), "{queue}");
    let page = ana.send(Method::GET, &format!("/approvals/{approval}"), &[]).await.text;
    assert!(page.contains(cause), "{cause}: {page}");
    for page in [queue, page] {
        assert!(page.contains("name=\"form\" value=\"retry\""), "{page}");
        assert!(!page.contains("name=\"verdict\""), "nobody decides again: {page}");
    }
}

async fn down_slow_lying_and_back_is_one_resumption_and_one_decision(console: TestConsole) {
    let down = Down::new();
    let hooked = Hooked::at(&console, &down.url()).await;
    let mut ana = Browser::new(&console);
    assert_eq!(ana.sign_in(ANA, PASSWORD).await.status, 303);
    let approval = hooked.approved("s2").await;

    // Down: nothing listens.
    assert_eq!(hooked.round().await, 1);
    is_shown(&mut ana, &approval, "no connection").await;
    let reject = json!({"verdict": "reject", "notes": "Too late."});
    assert_eq!(hooked.agent.decide(&hooked.ana, &approval, reject.clone()).await.problem(), "409 already_decided");

    // Slow.
    let receiver = down.come_up([Act::Trickle, Act::Status(500), Act::Status(200)]);
    hooked.pass(6);
    let slow = hooked.deliver(&receiver).await;
    is_shown(&mut ana, &approval, "no answer within 400 ms").await;

    // Lying: it refuses what it has applied. The agent was woken by it and did what it may.
    hooked.pass(332);
    let applied = hooked.deliver(&receiver).await;
    assert!(applied.is_signed_with(&hooked.secret));
    assert_eq!(applied.json()["data"]["approval_id"], *approval);
    let again = hooked.agent.check_in("s2", "note-1", "note", json!({"text": "s2"})).await;
    assert_eq!(again["outcome"], "allow", "{again}");
    is_shown(&mut ana, &approval, "answered 500").await;
    assert_eq!(hooked.agent.decide(&hooked.ana, &approval, reject).await.problem(), "409 already_decided");

    // Back: the reviewer has it tried, and the receiver knows the id.
    let retried = ana.send(Method::POST, &format!("/approvals/{approval}"), &[("form", "retry")]).await;
    assert_eq!(retried.status, 303, "{}", retried.text);
    let back = hooked.deliver(&receiver).await;
    for other in [&slow, &applied] {
        assert_eq!((back.id(), &back.body), (other.id(), &other.body));
        assert!(other.is_signed_with(&hooked.secret));
    }
    assert!(back.is_signed_with(&hooked.secret) && back.timestamp() > slow.timestamp());
    let resumption = hooked.resumption(&approval).await;
    assert_eq!((&resumption["state"], &resumption["resumption_id"]), (&json!("resumed"), &json!(back.id())));
    assert!(!ana.send(Method::GET, "/approvals", &[]).await.text.contains(&approval));

    // Nothing more is sent, and one of each was enough.
    hooked.pass(24 * 3_600);
    assert_eq!(hooked.round().await, 0);
    assert!(receiver.is_quiet().await);
    assert_eq!(Stored::of(&console).await.rows("resumption").len(), 1);
    let kinds = ["decision.recorded", "resumption.queued", "approval.consumed", "resumption.delivered"];
    assert_eq!(counts(&hooked, kinds).await, [1; 4]);
    assert_eq!(counts(&hooked, ["resumption.attempted", "resumption.failed", "resumption.retried"]).await, [4, 3, 1]);
}
