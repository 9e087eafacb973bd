//! Calls to the kernel that fail: a gate never allows what is not stored, and a failed sync ends the server.

use std::{process::ExitStatus, time::Duration};

use rand::RngExt as _;
use serde_json::Value;

use crate::support::{
    load::Load,
    process::{Installation, Running},
    shim::{ANY, DEEDS, Deed, Plan, Shim, Way},
    sound,
    trials::{is_long, random, trials},
};

/// Calls asked at the same time, so that several share a commit.
const AT_ONCE: usize = 6;
/// Every deed but syncs: what fails here can be got over.
const CHANGES: &[Deed] = &[Deed::Create, Deed::Write, Deed::Truncate, Deed::Remove];
/// The database file and its log, as the plan counts files.
const DATABASE: u64 = 1 << 1;
const LOG: u64 = 1 << 2;
/// How long a server that must end may take.
const END: Duration = Duration::from_secs(20);

/// A server under the shim.
fn start(site: &Installation, shim: &Shim) -> Running {
    site.start_as(|command| shim.watch(command)).expect("a server that is ready")
}

/// What is not an answer is a refusal that says so; `None` is a server that is gone.
fn is_answer_or_refusal(reply: Option<&(u16, Value)>) {
    let Some((status, body)) = reply else { return };
    let is_refused = matches!(status, 500 | 503) && body["code"].is_string() && body["outcome"].is_null();
    assert!(*status == 200 || is_refused, "{status}: {body}");
}

async fn ended(server: Running) -> ExitStatus {
    tokio::time::timeout(END, server.ended()).await.expect("it ends by itself")
}

/// Fails the n-th call for n = 1, 2, … until nothing of a round has failed, and answers how many rounds that took.
async fn fail_each(way: Way, times: u64) -> u64 {
    let site = Installation::new();
    let Some(shim) = Shim::on(site.folder()) else { return 0 };
    let mut server = start(&site, &shim);
    let mut load = Load::start(&site, None, &server).await;
    let mut nth = 0;
    loop {
        nth += 1;
        shim.arm(Plan { deeds: CHANGES, files: ANY, nth, times, way });
        for reply in load.ask_at_once(&server, AT_ONCE).await {
            is_answer_or_refusal(reply.as_ref());
        }
        shim.disarm();
        if server.has_ended().is_some() {
            server = start(&site, &shim);
        }
        let again = load.ask(&server).await.expect("an answer once the disk works");
        assert_eq!(again.0, 200, "after call {nth} failed ({way:?}): {}", again.1);
        load.again(&server).await;
        if shim.failed() == 0 {
            break;
        }
    }
    server.kill();
    sound::check_answers(&site.database(), &load.answered()).await.expect("a sound database");
    eprintln!("{way:?}, {times} times: {} rounds with a fault, {} answers", nth - 1, load.answered().len());
    nth - 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_is_got_over() {
    assert_ne!(fail_each(Way::Full, u64::MAX).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_once_is_got_over() {
    assert_ne!(fail_each(Way::Broken, 1).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_writes_are_got_over() {
    assert_ne!(fail_each(Way::Short, u64::MAX).await, 0);
}

/// A server whose sync of one of the files fails, while it is asked.
async fn sync_fails(files: u64, nth: u64) {
    let site = Installation::new();
    let Some(shim) = Shim::on(site.folder()) else { return };
    let server = start(&site, &shim);
    let load = Load::start(&site, None, &server).await;
    load.ask_on(&server, 4, |answered| answered >= 40).await;
    shim.arm(Plan { deeds: &[Deed::Sync], files, nth, times: 1, way: Way::Broken });
    load.ask_on(&server, 4, |_| shim.failed() > 0).await;
    assert_eq!(shim.failed(), 1);
    let before = load.answered().len();
    // What was under way may still have been stored before; what is asked now is refused.
    while let Some((status, body)) = load.ask(&server).await {
        assert_eq!((status, body["code"].as_str()), (503, Some("unavailable")), "{body}");
        assert!(!load.is_ready(&server).await, "ready after a failed sync");
    }
    assert_eq!(load.answered().len(), before);
    let status = ended(server).await;
    assert_eq!(status.code(), Some(1), "{status}");
    let server = start(&site, &shim);
    assert_eq!(load.ask(&server).await.expect("an answer").0, 200);
    server.kill();
    sound::check_answers(&site.database(), &load.answered()).await.expect("a sound database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_sync_fails_ends_the_server() {
    let nth = random().random_range(1..40);
    sync_fails(LOG, nth).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_whose_sync_fails_ends_the_server() {
    sync_fails(DATABASE, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_fails_leaves_everything_as_it_was() {
    let mut random = random();
    let site = Installation::new();
    let Some(shim) = Shim::on(site.folder()) else { return };
    let mut server = start(&site, &shim);
    let load = Load::start(&site, None, &server).await;
    let (mut refused, mut nth) = (0, 0);
    for _ in 0..trials(12) {
        for _ in 0..random.random_range(1..12) {
            assert_eq!(load.ask(&server).await.expect("an answer").0, 200);
        }
        server.kill();
        nth = if is_long() { nth + 1 } else { random.random_range(1..40) };
        let way = [Way::Full, Way::Broken, Way::Short, Way::Kill][random.random_range(0..4)];
        shim.arm(Plan { deeds: &DEEDS, files: ANY, nth, times: u64::MAX, way });
        let tried = site.start_as(|command| shim.watch(command));
        let has_failed = shim.failed() > 0;
        shim.disarm();
        match tried {
            Ok(started) => started.kill(),
            Err(status) => {
                refused += 1;
                assert!(status.code() == Some(1) || way == Way::Kill, "{way:?}: {status}");
            }
        }
        if !has_failed {
            nth = 0;
        }
        server = start(&site, &shim);
        assert_eq!(load.ask(&server).await.expect("an answer").0, 200);
    }
    server.kill();
    assert_ne!(refused, 0, "no start was disturbed");
    sound::check_answers(&site.database(), &load.answered()).await.expect("a sound database");
}
