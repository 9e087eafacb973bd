//! The live stream: what it tells, where it goes on, and when it ends.

use std::time::{Duration, Instant};

use axum::http::{Method, Request, header};
use chrono::TimeDelta;
use domain::{Actor, Role, SystemActor, event::Event};
use futures::FutureExt as _;
use serde_json::json;
use server::{desk::Caller, password::Password};

use crate::support::{Browser, ORIGIN, PASSWORD, Stream, TestConsole, on_both, process::Installation};

on_both![
    news_comes_in_order_with_ids_and_kinds_only,
    news_is_gathered,
    a_stream_goes_on_without_gap_or_repetition,
    too_much_at_once_is_a_reset,
    everybody_who_is_signed_in_may_listen,
    streams_are_counted,
    a_stream_ends_with_its_session,
    listening_does_not_keep_a_session_alive,
    a_stream_outlives_the_first_half_hour_but_not_the_day,
    streams_end_when_the_server_stops,
];

/// What the slowest machine needs to tell a browser.
const SECONDS: Duration = Duration::from_secs(5);

async fn signed_in<'a>(console: &'a TestConsole, name: &str) -> Browser<'a> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{name}@example.com"), PASSWORD).await.status, 303);
    browser
}

/// Events that concern nobody.
async fn record(console: &TestConsole, count: usize) {
    let work = console.desk.database.write(move |tx| {
        async move {
            for _ in 0..count {
                tx.record(Actor::System(SystemActor::Engine), Event::SignInRefused { person: None });
            }
            Ok(())
        }
        .boxed()
    });
    work.await.expect("recorded");
}

async fn news_comes_in_order_with_ids_and_kinds_only(console: TestConsole) {
    let agent = console.cast().await;
    let mut stream = Stream::of(signed_in(&console, "ana").await.listen("", None).await);
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let mut leaves = Vec::new();
    while !leaves.iter().any(|leaf: &serde_json::Value| leaf["kind"] == "session.suspended") {
        let message = stream.next().await.expect("more");
        assert_eq!(message.id, message.places().last().copied());
        leaves.extend(message.leaves());
    }
    // Her sign-in may be told after she began to listen.
    leaves.retain(|leaf| !leaf["run"].is_null());
    let places: Vec<_> = leaves.iter().map(|leaf| leaf["leaf_index"].as_i64().expect("a place")).collect();
    assert!(places.is_sorted_by(|earlier, later| earlier < later), "{places:?}");
    for leaf in &leaves {
        let members: Vec<&String> = leaf.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["approval", "kind", "leaf_index", "run"]);
        assert_eq!(leaf["run"], *agent.run);
    }
    let opened = leaves.iter().find(|leaf| leaf["kind"] == "approval.opened").expect("an approval");
    assert_eq!(opened["approval"], *approval);
}

async fn news_is_gathered(console: TestConsole) {
    let agent = console.cast().await;
    let mut stream = Stream::of(signed_in(&console, "ana").await.listen("", None).await);
    let (first, began) = (console.desk.log_end() + 1, Instant::now());
    let write = async {
        for score in 0..40 {
            agent.record(json!({"score": score})).await.expect(200);
        }
        agent.prepare().await;
    };
    let read = async {
        let (mut messages, mut places) = (0, Vec::new());
        loop {
            let message = stream.next().await.expect("more");
            messages += 1;
            places.extend(message.places());
            if message.leaves().iter().any(|leaf| leaf["kind"] == "tool.executed") {
                return (messages, places);
            }
        }
    };
    let ((), (messages, places)) = tokio::join!(write, read);
    assert!(places.iter().copied().eq(first..=console.desk.log_end()), "{places:?}");
    let allowed = 2 + began.elapsed().as_millis() / 250;
    assert!(messages <= allowed, "{messages} messages where {allowed} may come");
}

async fn a_stream_goes_on_without_gap_or_repetition(console: TestConsole) {
    let agent = console.cast().await;
    let browser = signed_in(&console, "ana").await;
    let first = console.desk.log_end() + 1;
    let mut stream = Stream::of(browser.listen("", None).await);
    agent.prepare().await;
    let mut places = stream.places_until("tool.executed").await;
    // The connection is lost; meanwhile, and while the browser comes back, things happen.
    drop(stream);
    agent.record(json!({"score": 1})).await.expect(200);
    let last = places.last().expect("some").to_string();
    let come_back = async {
        let mut stream = Stream::of(browser.listen("?after=0", Some(&last)).await);
        stream.places_until("session.suspended").await
    };
    let (more, _) = tokio::join!(come_back, agent.suspended_payment("pay-1"));
    places.extend(more);
    assert!(places.iter().copied().eq(first..=console.desk.log_end()), "{first}: {places:?}");
    let mut again = Stream::of(browser.listen(&format!("?after={}", first - 1), None).await);
    assert_eq!(again.places_until("session.suspended").await, places);
    for (query, id) in [("?after=x", None), ("", Some("x")), ("?since=1", None)] {
        assert_eq!(browser.listen(query, id).await.status(), 400, "{query} {id:?}");
    }
}

async fn too_much_at_once_is_a_reset(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let browser = signed_in(&console, "ana").await;
    let began = console.desk.log_end();
    let mut stream = Stream::of(browser.listen("", None).await);
    record(&console, 501).await;
    let reset = stream.next().await.expect("a message");
    assert_eq!((&*reset.event, reset.id), ("reset", Some(began + 501)));
    // It goes on after what it does not tell.
    record(&console, 1).await;
    assert_eq!(stream.next().await.expect("a message").places(), [began + 502]);

    for (after, wanted) in [(began, "reset"), (began + 1, "reset"), (began + 2, ""), (began + 900, "reset")] {
        let mut late = Stream::of(browser.listen(&format!("?after={after}"), None).await);
        let message = late.next().await.expect("a message");
        assert_eq!((&*message.event, message.id), (wanted, Some(began + 502)), "after {after}");
    }
}

async fn everybody_who_is_signed_in_may_listen(console: TestConsole) {
    assert_eq!(Browser::new(&console).listen("", None).await.status(), 401);
    for (name, role) in
        [("ana", Role::Auditor), ("ben", Role::SupportLead), ("cy", Role::Admin), ("di", Role::Reviewer)]
    {
        console.person(name, &[role], &[]).await;
        let mut stream = Stream::of(signed_in(&console, name).await.listen("", None).await);
        record(&console, 1).await;
        // What was recorded just before may be told, too: on PostgreSQL word of it comes a moment later.
        let told = stream.places_until("session.sign_in_refused").await;
        assert_eq!(told.last(), Some(&console.desk.log_end()));
    }
}

async fn streams_are_counted(console: TestConsole) {
    for name in ["ana", "tomas"] {
        console.person(name, &[Role::Reviewer], &[]).await;
    }
    let browser = signed_in(&console, "ana").await;
    let mut streams = Vec::new();
    for _ in 0..16 {
        streams.push(Stream::of(browser.listen("", None).await));
    }
    let refused = browser.listen("", None).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().expect("value")));
    assert_eq!(signed_in(&console, "tomas").await.listen("", None).await.status(), 200);
    streams.pop();
    assert_eq!(browser.listen("", None).await.status(), 200);
}

async fn a_stream_ends_with_its_session(console: TestConsole) {
    for name in ["ana", "tomas"] {
        console.person(name, &[Role::Reviewer], &[]).await;
    }
    let other = signed_in(&console, "tomas").await;
    let mut others = Stream::of(other.listen("", None).await);
    for way in ["sign-out", "password", "disabled"] {
        let mut browser = signed_in(&console, "ana").await;
        let mut stream = Stream::of(browser.listen("", None).await);
        let began = Instant::now();
        match way {
            "sign-out" => drop(browser.send(Method::POST, "/sign-out", &[]).await),
            "password" => {
                let password = Password::new(PASSWORD);
                console.desk.change_password(&Caller::CommandLine, "ana@example.com", password).await.expect("changed");
            }
            _ => console.desk.disable_person(&Caller::CommandLine, "ana@example.com").await.expect("disabled"),
        }
        while stream.next().await.is_some() {}
        assert!(began.elapsed() < SECONDS, "{way}");
        assert_eq!(browser.listen("", None).await.status(), 401, "{way}");
    }
    others.places_until("person.disabled").await;
}

async fn listening_does_not_keep_a_session_alive(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &[]).await;
    let mut browser = signed_in(&console, "ana").await;
    let refreshed = |browser: &Browser<'_>| {
        let cookie = format!("__Host-countersign={}", browser.cookie.as_deref().unwrap_or_default());
        let request = Request::post("/calls/refresh_queue").header(header::HOST, "console.test");
        let request = request.header(header::ORIGIN, ORIGIN).header(header::COOKIE, cookie);
        let request =
            request.header(header::CONTENT_TYPE, "application/json").header(header::ACCEPT, "application/json");
        let body = json!({"query": {"view": "all", "cursor": null}, "shown": []}).to_string();
        console.send(request.body(axum::body::Body::from(body)).expect("a request"))
    };
    let mut stream = Stream::of(browser.listen("", None).await);
    for _ in 0..2 {
        console.pass(TimeDelta::minutes(14));
        assert_eq!(refreshed(&browser).await.status, 200);
        drop(browser.listen("", None).await);
    }
    record(&console, 1).await;
    assert!(stream.next().await.is_some());
    console.pass(TimeDelta::minutes(2));
    assert!(stream.next().await.is_none(), "nobody used the session for half an hour");
    assert_eq!(refreshed(&browser).await.status, 401);
    assert!(!browser.is_signed_in().await);

    // Asking as the page spares no check.
    let again = signed_in(&console, "ana").await;
    browser.cookie = again.cookie;
    assert_eq!(refreshed(&browser).await.status, 200);
    console.desk.disable_person(&Caller::CommandLine, "ana@example.com").await.expect("disabled");
    assert_eq!(refreshed(&browser).await.status, 401);
}

async fn a_stream_outlives_the_first_half_hour_but_not_the_day(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &[]).await;
    let mut browser = signed_in(&console, "ana").await;
    let mut stream = Stream::of(browser.listen("", None).await);
    for _ in 0..23 {
        console.pass(TimeDelta::minutes(20));
        assert!(browser.is_signed_in().await);
        record(&console, 1).await;
        // On PostgreSQL what happened just before may be numbered after the stream began.
        assert_eq!(stream.next().await.expect("it goes on").places().last(), Some(&console.desk.log_end()));
    }
    console.pass(TimeDelta::minutes(20));
    assert!(stream.next().await.is_none());
}

async fn streams_end_when_the_server_stops(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &[]).await;
    let browser = signed_in(&console, "ana").await;
    let mut stream = Stream::of(browser.listen("", None).await);
    console.desk.end_streams();
    assert!(stream.next().await.is_none());
    assert_eq!(browser.listen("", None).await.status(), 503);
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_waits_for_no_stream() {
    let installation = Installation::new();
    let server = installation.start();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let form = format!("email=ana%40example.com&to=&password={}", PASSWORD.replace(' ', "+"));
    let sign_in = client.post(format!("{}/sign-in", server.url)).header("origin", &server.url);
    let answer = sign_in.header("content-type", "application/x-www-form-urlencoded").body(form).send();
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.status(), 303, "{ORIGIN}");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a pair").to_owned();
    let listen = client.get(format!("{}/api/v1/live", server.url)).header("cookie", cookie);
    let mut stream = listen.send().await.expect("an answer");
    assert_eq!(stream.status(), 200);
    let began = Instant::now();
    let ended = server.terminate();
    while stream.chunk().await.is_ok_and(|chunk| chunk.is_some()) {}
    assert!(ended.await.success());
    assert!(began.elapsed() < SECONDS, "it took {:?}", began.elapsed());
}
