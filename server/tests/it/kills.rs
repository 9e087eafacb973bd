//! SIGKILL at random instants: nothing acknowledged is lost, nothing happens twice.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{
    load::start_run,
    process::{Installation, Running},
    sound,
    trials::{is_long, random, trials},
};

/// Kills of the short form.
const KILLS: u64 = 25;
/// Connections asking at the same time.
const AT_ONCE: usize = 64;
/// The longest a restart may take.
const RESTART: Duration = Duration::from_secs(1);

/// A call that was answered before the kill.
struct Acknowledged {
    run: String,
    call: Value,
    answer: Value,
}

/// A restart may take a second; on a machine that runs the other tests as well, three.
fn assert_quick(server: &Running) {
    let limit = if is_long() { RESTART } else { RESTART * 3 };
    assert!(server.ready_in <= limit, "ready only after {:?}", server.ready_in);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_lost_no_answered_check() {
    let mut random = random();
    let site = Installation::new();
    let client = reqwest::Client::new();
    let mut server = site.start();
    let run = start_run(&server, &client, &site).await;
    let (mut slowest, mut answered) = (Duration::ZERO, 0);
    for round in 0..trials(KILLS) {
        let (acknowledged, begun) = (Mutex::new(Vec::new()), Notify::new());
        let lane = |lane| ask_on(&server, &client, &site, &run, format!("{round}-{lane}"), (&acknowledged, &begun));
        let load = join_all((0..AT_ONCE).map(lane));
        let pause = Duration::from_millis(random.random_range(5..200));
        // The instant is one at which answers are being given, not one before the first.
        let under_load = async {
            begun.notified().await;
            tokio::time::sleep(pause).await;
        };
        tokio::select! { _ = load => {}, () = under_load => {} }
        server.kill();
        server = site.start();
        assert_quick(&server);
        slowest = slowest.max(server.ready_in);
        let acknowledged = acknowledged.into_inner().expect("a list");
        answered += acknowledged.len();
        for known in acknowledged {
            let path = format!("/runs/{}/gate-checks", known.run);
            let (_, again) = server.post(&client, &site.hook, &path, &known.call).await.expect("an answer");
            assert_eq!(again, known.answer, "an acknowledged check was lost");
        }
    }
    assert!(answered >= usize::try_from(trials(KILLS)).expect("a count"), "{answered} answers prove little");
    eprintln!("{answered} answers, the slowest restart {slowest:?}");
    leaves_are_whole(&site, server).await;
}

/// Asks one call after another until the server is gone.
async fn ask_on(
    server: &Running,
    client: &reqwest::Client,
    site: &Installation,
    run: &str,
    lane: String,
    (acknowledged, begun): (&Mutex<Vec<Acknowledged>>, &Notify),
) {
    for number in 0.. {
        let id = format!("{lane}-{number}");
        let call = json!({"session_id": "s1", "tool": "look_up", "tool_use_id": id, "input": {"account": "acc_1"}});
        let path = format!("/runs/{run}/gate-checks");
        let Some((200, answer)) = server.post(client, &site.hook, &path, &call).await else { return };
        acknowledged.lock().expect("a list").push(Acknowledged { run: run.to_owned(), call, answer });
        begun.notify_one();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_survives_a_kill_and_wakes_the_agent_once() {
    let mut random = random();
    let site = Installation::new();
    let client = reqwest::Client::new();
    let mut server = site.start();
    for round in 0..trials(KILLS) {
        let case = Case::suspend(&server, &client, &site, round).await;
        let decided = case.decide(&server, &client, &site);
        let pause = Duration::from_micros(random.random_range(0..12_000));
        tokio::select! { () = decided => {}, () = tokio::time::sleep(pause) => {} }
        server.kill();
        server = site.start();
        // Whoever heard no answer asks again; nobody needs to know whether the first try was stored.
        case.decide(&server, &client, &site).await;
        case.runs_once(&server, &client, &site).await;
    }
    leaves_are_whole(&site, server).await;
}

/// One suspended payment.
struct Case {
    run: String,
    approval: String,
    ballot: Value,
    call: Value,
}

impl Case {
    async fn suspend(server: &Running, client: &reqwest::Client, site: &Installation, round: u64) -> Self {
        let run = start_run(server, client, site).await;
        let id = format!("note-{round}");
        let facts = json!({"facts": {"status": "OPEN"}});
        server.post(client, &site.ledger, &format!("/runs/{run}/facts"), &facts).await.expect("an answer");
        let call = json!({"session_id": "s1", "tool": "note", "tool_use_id": id, "input": {"text": "x"}});
        let path = format!("/runs/{run}/gate-checks");
        let (_, answer) = server.post(client, &site.hook, &path, &call).await.expect("an answer");
        let approval = answer["approval_id"].as_str().expect("an approval").to_owned();
        let path = format!("/approvals/{approval}");
        let (_, shown) = server.get(client, &site.hook, &path).await.expect("an answer");
        let ballot = json!({"verdict": "approve", "revision": 1, "package_digest": shown["package_digest"]});
        Self { run, approval, ballot, call }
    }

    async fn decide(&self, server: &Running, client: &reqwest::Client, site: &Installation) {
        let path = format!("/approvals/{}/decisions", self.approval);
        let reply = server.post(client, &site.reviewers[0], &path, &self.ballot).await;
        assert!(matches!(reply, None | Some((200 | 201, _))), "{reply:?}");
    }

    async fn runs_once(&self, server: &Running, client: &reqwest::Client, site: &Installation) {
        let path = format!("/approvals/{}/decision?wait=5", self.approval);
        let (_, outcome) = server.get(client, &site.hook, &path).await.expect("an answer");
        assert_eq!(outcome["status"], "approved");
        let path = format!("/runs/{}/gate-checks", self.run);
        let (_, first) = server.post(client, &site.hook, &path, &self.call).await.expect("an answer");
        let (_, again) = server.post(client, &site.hook, &path, &self.call).await.expect("an answer");
        assert_eq!((&first["outcome"], &first), (&json!("allow"), &again));
        let path = format!("/runs/{}/timeline?limit=200", self.run);
        let (_, timeline) = server.get(client, &site.hook, &path).await.expect("an answer");
        let items = timeline["items"].as_array().expect("items");
        for once in
            ["decision.recorded", "approval.approved", "resumption.queued", "resumption.delivered", "approval.consumed"]
        {
            assert_eq!(items.iter().filter(|item| item["kind"] == once).count(), 1, "{once}: {items:?}");
        }
    }
}

/// The database is sound, and the log has every number once.
async fn leaves_are_whole(site: &Installation, server: Running) {
    server.kill();
    sound::check(&site.database()).await.expect("a sound database");
}
