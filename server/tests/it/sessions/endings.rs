//! How sessions end while something else goes on, and what the store knows of them.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::{Method, header};
use chrono::TimeDelta;
use domain::Role;
use server::{
    desk::{Caller, person::PersonChange},
    store::web_session,
};
use tower_sessions::session::Id;

use super::{EMAIL, ana};
use crate::support::{Browser, PASSWORD, Stored, Stream, TestConsole, on_both, trials::trials};

on_both![
    sign_out_ends_what_goes_on_beside_it,
    the_store_knows_sessions_by_a_hash_only,
    a_stream_ends_with_a_lost_role,
    streams_of_other_browsers_end_with_an_own_new_password,
    streams_elsewhere_end_when_signed_out_from_here,
];

/// Sign-outs of the short form, each at another moment of what goes on beside it.
const TRIALS: u64 = 12;
/// Requests that are always under way.
const BESIDE: usize = 8;
/// What the slowest machine needs to tell a browser.
const SECONDS: Duration = Duration::from_secs(5);
const NEW: &str = "orchard lantern seven";

/// What of the store mentions a session by what it is kept by.
async fn kept(console: &TestConsole, cookie: &str) -> Vec<String> {
    let id: Id = cookie.parse().expect("an id");
    let stored = Stored::of(console).await;
    stored.tables_with(&hex(&web_session::digest(id).bytes()[..])).into_iter().map(str::to_owned).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text");
        text
    })
}

async fn signed_in(console: &TestConsole) -> Browser<'_> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.status, 303);
    browser
}

/// Whether a request with this cookie is answered as one of somebody who is signed in: every other one changes
/// something.
async fn is_let_in(console: &TestConsole, cookie: &str, turn: usize) -> bool {
    let mut copy = Browser::with(console, cookie);
    if turn.is_multiple_of(2) {
        return copy.is_signed_in().await;
    }
    let reply = copy.send(Method::POST, "/profile", &[("form", "keys"), ("keys", "off")]).await;
    match reply.headers[header::LOCATION].to_str().expect("text") {
        "/profile?saved=keys" => true,
        "/sign-in?to=%2Fprofile" => false,
        other => panic!("{other}: {}", reply.text),
    }
}

async fn sign_out_ends_what_goes_on_beside_it(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let console = Arc::new(console);
    let mut were_let_in = 0;
    let trials = trials(TRIALS);
    for trial in 0..trials {
        let mut browser = signed_in(&console).await;
        let cookie = browser.cookie.clone().expect("a cookie");
        // Each request finds that the use of the session has to be noted, and writes that when it is answered.
        console.pass(TimeDelta::minutes(2));
        let is_over = Arc::new(AtomicBool::new(false));
        let beside: Vec<_> = (0..BESIDE)
            .map(|worker| {
                let (console, cookie, is_over) = (console.clone(), cookie.clone(), is_over.clone());
                tokio::spawn(async move {
                    let mut let_in = 0;
                    for turn in worker.. {
                        let began_after = is_over.load(Ordering::SeqCst);
                        let is_in = is_let_in(&console, &cookie, turn).await;
                        assert!(!(began_after && is_in), "let in after the sign-out was answered");
                        if began_after {
                            break;
                        }
                        let_in += u64::from(is_in);
                    }
                    let_in
                })
            })
            .collect();
        for turn in 0..usize::try_from(trial % 5).expect("few") {
            assert!(is_let_in(&console, &cookie, turn).await);
        }
        let reply = browser.send(Method::POST, "/sign-out", &[]).await;
        is_over.store(true, Ordering::SeqCst);
        assert_eq!(reply.status, 303, "{}", reply.text);
        for worker in beside {
            were_let_in += worker.await.expect("no panic");
        }
        // Whoever was under way has written all they had to.
        assert_eq!(kept(&console, &cookie).await, Vec::<String>::new(), "the session came back");
        assert!(!Browser::with(&console, &cookie).is_signed_in().await);
    }
    eprintln!("{were_let_in} requests were let in beside {trials} sign-outs");
    assert!(were_let_in > trials, "nothing went on beside the sign-outs");
}

async fn the_store_knows_sessions_by_a_hash_only(console: TestConsole) {
    let mut browser = ana(&console).await;
    console.pass(TimeDelta::minutes(2));
    assert!(browser.is_signed_in().await);
    let cookie = browser.cookie.clone().expect("a cookie");
    let Id(number) = cookie.parse().expect("an id");
    assert_eq!(kept(&console, &cookie).await, ["web_session"], "what is looked for can be found");
    let stored = Stored::of(&console).await;
    for written in
        [cookie, hex(&number.to_le_bytes()), hex(&number.to_be_bytes()), number.to_string(), format!("{number:x}")]
    {
        assert_eq!(stored.tables_with(&written), Vec::<&str>::new(), "{written}");
    }
}

/// Reads a stream to its end, which must come at once.
async fn ends(mut stream: Stream) {
    let began = Instant::now();
    while stream.next().await.is_some() {}
    assert!(began.elapsed() < SECONDS, "{:?}", began.elapsed());
}

async fn a_stream_ends_with_a_lost_role(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer, Role::Auditor], &["compliance"]).await;
    let browser = signed_in(&console).await;
    let stream = Stream::of(browser.listen("", None).await);
    let fewer = PersonChange { name: None, roles: Some(vec![Role::Auditor]) };
    console.desk.change_person(&Caller::CommandLine, EMAIL, fewer).await.expect("changed");
    ends(stream).await;
    assert_eq!(browser.listen("", None).await.status(), 401);
}

async fn streams_of_other_browsers_end_with_an_own_new_password(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let (mut here, elsewhere) = (signed_in(&console).await, signed_in(&console).await);
    let before = here.cookie.clone().expect("a cookie");
    let [mine, other] = [here.listen("", None).await, elsewhere.listen("", None).await].map(Stream::of);
    let fields = [("form", "password"), ("current_password", PASSWORD), ("password", NEW), ("password_again", NEW)];
    assert_eq!(here.send(Method::POST, "/profile", &fields).await.status, 303);
    tokio::join!(ends(mine), ends(other));
    assert_eq!(elsewhere.listen("", None).await.status(), 401);
    assert_eq!(Browser::with(&console, &before).listen("", None).await.status(), 401);
    // Here it goes on, under the new id.
    drop(Stream::of(here.listen("", None).await));
}

async fn streams_elsewhere_end_when_signed_out_from_here(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let (mut here, elsewhere) = (signed_in(&console).await, signed_in(&console).await);
    let [mut mine, other] = [here.listen("", None).await, elsewhere.listen("", None).await].map(Stream::of);
    assert_eq!(here.send(Method::POST, "/profile", &[("form", "sessions")]).await.status, 303);
    ends(other).await;
    assert_eq!(elsewhere.listen("", None).await.status(), 401);
    mine.places_until("session.signed_out").await;
    assert!(here.is_signed_in().await);
}
