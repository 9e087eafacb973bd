//! Receivers that misbehave, and addresses nothing may be sent to.

mod down;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use server::{
    desk::{Caller, endpoint::NewEndpoint},
    webhook::{Outbound, Resolve},
};

use crate::support::{Act, Hooked, Receiver, TestConsole, hooked::add, on_both};

/// The cause of the last failure.
async fn cause(hooked: &Hooked<'_>, approval: &str) -> String {
    let resumption = hooked.resumption(approval).await;
    assert_eq!(resumption["state"], "failed", "{resumption}");
    resumption["cause"].as_str().expect("a cause").to_owned()
}

async fn a_redirect_is_not_followed(console: TestConsole) {
    let target = Receiver::start([]).await;
    let to = |url: &str| Act::With(302, "location", url.to_owned());
    let receiver = Receiver::start([to("http://169.254.169.254/latest/meta-data"), to(&target.url)]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    for _ in 0..2 {
        hooked.deliver(&receiver).await;
        assert_eq!(cause(&hooked, &approval).await, "answered 302; redirects are not followed");
        hooked.pass(600);
    }
    assert!(target.is_quiet().await);
}

async fn a_slow_answer_ends_with_the_patience(console: TestConsole) {
    let receiver = Receiver::start([Act::Trickle, Act::Big(10 << 20)]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    let started = Instant::now();
    hooked.deliver(&receiver).await;
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(cause(&hooked, &approval).await, "no answer within 400 ms");
    // An answer without end is a 2xx all the same; little of it is read.
    hooked.pass(6);
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
}

async fn a_receiver_that_is_gone_disables_its_endpoint(console: TestConsole) {
    let receiver = Receiver::start([Act::Status(410)]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let waiting = hooked.suspended("s3").await;
    let approval = hooked.approved("s2").await;
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["next_try"], json!(null));
    let refused = hooked.post(&hooked.ana, &approval, "retry", &json!({})).await;
    assert_eq!(refused.problem(), "409 conflict");
    // What is decided meanwhile is not sent, and says why.
    hooked.agent.approve(&hooked.ana, &waiting).await.expect(201);
    assert_eq!(hooked.round().await, 1);
    assert_eq!(cause(&hooked, &waiting).await, "not sent: the endpoint is disabled");
    assert!(receiver.is_quiet().await);
    let body = json!({"framework": "test", "id": "s4", "resume": {"via": "webhook", "endpoint": "agent"}});
    assert_eq!(hooked.agent.post("sessions", &body).await.problem(), "422 invalid_field");
    console.desk.enable_endpoint(&Caller::CommandLine, "agent").await.expect("enabled");
    hooked.post(&hooked.ana, &approval, "retry", &json!({})).await.expect(200);
    hooked.deliver(&receiver).await;
    assert_eq!(hooked.resumption(&approval).await["state"], "resumed");
}

async fn an_overloaded_receiver_is_left_alone_as_long_as_it_asks(console: TestConsole) {
    let later = |status, text: &str| Act::With(status, "retry-after", text.to_owned());
    let receiver =
        Receiver::start([later(429, "90"), later(503, "Sat, 21 Nov 2026 12:00:00 GMT"), later(503, "9999999")]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    hooked.approved("s2").await;
    for (early, due) in [(89, 2), (10_700, 12), (12 * 3_600 - 10, 20)] {
        hooked.deliver(&receiver).await;
        hooked.pass(early);
        assert_eq!(hooked.round().await, 0, "asked for more time than {early} s");
        hooked.pass(due);
    }
    hooked.deliver(&receiver).await;
}

async fn private_addresses_need_permission(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    for url in [
        "https://127.0.0.1/x",
        "https://10.1.2.3/x",
        "https://[::1]/x",
        "https://169.254.169.254/x",
        "http://agent.example.com/x",
    ] {
        let new = NewEndpoint { name: "bad".to_owned(), url: url.to_owned(), secret: None, allow_private: false };
        let refused = console.desk.add_endpoint(&Caller::CommandLine, new).await.expect_err(url);
        assert!(matches!(refused.code(), Some(domain::refusal::Code::InvalidField)), "{url}: {refused}");
    }
    // A name is looked at when it is used: it resolves to loopback.
    add(&console, "sneaky", &receiver.url_at("https", "localhost"), false).await;
    let approval = hooked.suspended_at("s2", "sneaky").await;
    hooked.agent.approve(&hooked.ana, &approval).await.expect(201);
    assert_eq!(hooked.round().await, 1);
    let cause = cause(&hooked, &approval).await;
    assert!(cause.starts_with("not sent: ") && cause.contains("a loopback address"), "{cause}");
    assert!(receiver.is_quiet().await);
}

async fn a_name_is_resolved_once_and_connected_to_what_was_checked(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let mut hooked = Hooked::start(&console, &receiver).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, real) = (asked.clone(), receiver.url.clone());
    // The first answer is the receiver, every later one the metadata service.
    let resolve: Resolve = Arc::new(move |_, _| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let receiver = real.trim_start_matches("http://").trim_end_matches("/hook").parse().expect("an address");
        let found = if first { receiver } else { "169.254.169.254:80".parse().expect("an address") };
        Box::pin(async move { Ok(vec![found]) })
    });
    hooked.desk.outbound = Outbound::with(resolve, Duration::from_secs(5)).expect("TLS");
    add(&console, "rebound", &receiver.url_at("http", "agent.test"), true).await;
    for session in ["s2", "s3"] {
        let approval = hooked.suspended_at(session, "rebound").await;
        hooked.agent.approve(&hooked.ana, &approval).await.expect(201);
        assert_eq!(hooked.round().await, 1);
    }
    assert!(receiver.next().await.header("host").starts_with("agent.test:"));
    assert!(receiver.is_quiet().await, "the second name led elsewhere, and nothing was sent there");
    assert_eq!(asked.load(Ordering::SeqCst), 2, "once for each delivery");
}

async fn a_session_names_an_endpoint_that_exists(console: TestConsole) {
    let receiver = Receiver::start([]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    for (resume, path) in [
        (json!({"via": "webhook", "endpoint": "nobody"}), "/session/resume/endpoint"),
        (json!({"via": "webhook"}), "/session/resume/endpoint"),
        (json!({"via": "poll", "endpoint": "agent"}), "/session/resume/endpoint"),
        (json!({"via": "pigeon"}), "/session/resume/via"),
    ] {
        let session = json!({"framework": "test", "id": "s1", "resume": resume});
        let body =
            json!({"workflow": "payments", "subject": "a", "requested_by": "rosa@example.com", "session": session});
        let refused = console.post(&hooked.agent.key, "/runs", &body).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(refused.json()["errors"][0]["path"], path, "{}", refused.text);
    }
}

on_both!(
    a_redirect_is_not_followed,
    a_slow_answer_ends_with_the_patience,
    a_receiver_that_is_gone_disables_its_endpoint,
    an_overloaded_receiver_is_left_alone_as_long_as_it_asks,
    private_addresses_need_permission,
    a_name_is_resolved_once_and_connected_to_what_was_checked,
    a_session_names_an_endpoint_that_exists,
);
