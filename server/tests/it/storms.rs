//! A storm of wrong passwords: the gates go on being right, memory and queue stay bounded, people still get in, and
//! nobody learns from it which accounts there are.

mod effort;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    ANA, PASSWORD,
    load::start_run,
    memory::Memory,
    process::{Installation, Running},
    trials::trials,
};

/// Tries a second.
const STORM: u32 = 50;
/// Tries of the short form.
const TRIES: u64 = 150;
/// Accounts that a storm on many goes through.
const ACCOUNTS: u64 = 10_000;
/// More than are computed and wait at once.
const AT_ONCE: u64 = 300;
/// Kilobytes that two hashes at once take.
const TWO_HASHES: u64 = 2 * 46 * 1_024;
/// Kilobytes for all else that is under way in a storm, pages of refusals above all; two more hashes have no room in it.
const BESIDE: u64 = 80 * 1_024;
/// The same when so many come at once, each of whom is rendered a page; all their hashes have no room in it.
const BESIDE_ALL: u64 = AT_ONCE * 1_024;

/// How many tries were answered with which status.
type Told = BTreeMap<u16, u64>;

/// A server, and browsers that follow no redirect.
struct Place {
    site: Installation,
    server: Running,
    client: reqwest::Client,
}

impl Place {
    fn new() -> Self {
        let site = Installation::new();
        let server = site.start();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self { site, server, client: client.expect("a client") }
    }

    /// Somebody wants in; gives the status.
    async fn sign_in(&self, email: &str, password: &str) -> u16 {
        let mut fields = form_urlencoded::Serializer::new(String::new());
        let body = fields.extend_pairs([("email", email), ("password", password), ("to", "")]).finish();
        let asked = self.client.post(format!("{}/sign-in", self.server.url)).header("origin", &self.server.url);
        let asked = asked.header("content-type", "application/x-www-form-urlencoded").body(body);
        asked.send().await.expect("an answer").status().as_u16()
    }

    /// Wrong passwords, each at its time, however long the answers to others take.
    async fn storm(&self, tries: u64, email: impl Fn(u64) -> String) -> Told {
        let begun = tokio::time::Instant::now();
        let all = (0..tries).map(|number| {
            let email = email(number);
            async move {
                let due = Duration::from_secs(1) / STORM * u32::try_from(number).expect("few");
                tokio::time::sleep_until(begun + due).await;
                self.sign_in(&email, "not the passphrase").await
            }
        });
        tally(join_all(all).await)
    }

    /// Calls at the gate until told to stop, of which each is answered as if nobody were there; gives how many.
    async fn gates_are_right(&self, is_over: &AtomicBool) -> u64 {
        let run = start_run(&self.server, &self.client, &self.site).await;
        let mut asked = 0;
        while !is_over.load(Ordering::Relaxed) {
            for (tool, input, outcome) in [
                ("look_up", json!({"account": "acc_1"}), "allow"),
                ("pay", json!({"to": "ACME", "amount": 1}), "block"),
                ("drop_tables", json!({}), "block"),
            ] {
                let id = format!("call-{asked}");
                let call = json!({"session_id": "s1", "tool": tool, "tool_use_id": id, "input": input});
                let path = format!("/runs/{run}/gate-checks");
                let (status, answer) =
                    self.server.post(&self.client, &self.site.hook, &path, &call).await.expect("an answer");
                assert_eq!((status, &answer["outcome"]), (200, &Value::from(outcome)), "{tool}: {answer}");
                asked += 1;
            }
        }
        asked
    }
}

fn tally(statuses: Vec<u16>) -> Told {
    statuses.into_iter().fold(Told::new(), |mut told, status| {
        *told.entry(status).or_default() += 1;
        told
    })
}

/// Nobody was let in, and nothing broke.
fn are_refusals(told: &Told) {
    assert!(told.keys().all(|status| matches!(status, 401 | 429)), "{told:?}");
}

/// Within two hashes of what it was.
fn is_bounded(before: Option<Memory>, after: Option<Memory>, beside: u64) {
    let (Some(before), Some(after)) = (before, after) else { return eprintln!("SKIPPED: no memory is told here") };
    eprintln!("{} kB before, {} kB at most, {} kB after", before.resident, after.peak, after.resident);
    let most = before.resident + TWO_HASHES + beside;
    assert!(after.peak <= most, "{} kB, which is more than two hashes beside {} kB", after.peak, before.resident);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_leaves_gates_right_and_memory_bounded() {
    let place = Place::new();
    // One sign-in and one check, so that what is allocated once is there.
    assert_eq!(place.sign_in("tomas@example.com", PASSWORD).await, 303);
    let before = place.server.memory();
    let tries = trials(TRIES);
    let is_over = AtomicBool::new(false);
    let storms = async {
        let on_one = place.storm(tries / 2, |_| ANA.to_owned()).await;
        let on_many = place.storm(tries / 2, |number| format!("nobody-{}@example.com", number % ACCOUNTS)).await;
        is_over.store(true, Ordering::Relaxed);
        (on_one, on_many)
    };
    let ((on_one, on_many), asked) = tokio::join!(storms, place.gates_are_right(&is_over));
    eprintln!("one account {on_one:?}, many {on_many:?}; {asked} calls at the gate beside");
    are_refusals(&on_one);
    are_refusals(&on_many);
    assert!(asked >= 3, "no call was answered beside the storm");
    is_bounded(before, place.server.memory(), BESIDE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_beyond_the_queue_are_turned_away_at_once() {
    let place = Place::new();
    assert_eq!(place.sign_in("tomas@example.com", PASSWORD).await, 303);
    let before = place.server.memory();
    let emails: Vec<String> = (0..AT_ONCE).map(|number| format!("nobody-{}@example.com", number % 7)).collect();
    let told = tally(join_all(emails.iter().map(|email| place.sign_in(email, "wrong"))).await);
    eprintln!("{told:?}");
    are_refusals(&told);
    assert!(told.get(&429).is_some_and(|turned_away| *turned_away > 0), "the queue has no end: {told:?}");
    is_bounded(before, place.server.memory(), BESIDE_ALL);
    // Whoever was turned away comes again, and others were never kept waiting.
    assert_eq!(place.sign_in("rosa@example.com", PASSWORD).await, 303);
}

/// The way that the manual names: somebody at the machine gives a new password, and that ends the wait. While somebody
/// goes on trying the next wait begins at once, so this is told of a storm that is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_kept_out_gets_in_by_a_new_password() {
    let place = Place::new();
    let mut has_to_wait = false;
    for _ in 0..50 {
        // Of two at once one gets the turn. When that is the wrong one, the account waits and the right one is refused.
        let (wrong, right) = tokio::join!(place.sign_in(ANA, "not the passphrase"), place.sign_in(ANA, PASSWORD));
        assert_eq!(wrong, 401);
        has_to_wait = right == 401;
        if has_to_wait {
            break;
        }
    }
    assert!(has_to_wait, "the right password always came first");
    place.site.run(&["person", "password", ANA, "--password-stdin"]);
    assert_eq!(place.sign_in(ANA, PASSWORD).await, 303);
}
