//! How long a refusal takes, with passwords hashed at their real cost: as long for an account that there is not as for
//! one that there is. The short form bounds what a refusal costs from below; the long form compares means.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use rand::RngExt as _;
use server::password::{Password, Passwords};

use crate::support::{
    ANA, Browser, TestConsole, on_both,
    trials::{is_long, random, trials},
};

on_both!(refusals_cost_the_same);

/// Pairs of tries of the short form.
const PAIRS: u64 = 4;
/// How far two means may be apart, in hundredths of one.
const APART: f64 = 5.0;

/// What was measured of one kind of try, in microseconds.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn add(&mut self, took: Duration) {
        self.0.push(took.as_secs_f64() * 1e6);
    }

    fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Without the slowest twentieth, which is the machine's and not the account's.
    fn mean(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.truncate(sorted.len() - sorted.len() / 20);
        let count = u32::try_from(sorted.len()).expect("few");
        sorted.iter().sum::<f64>() / f64::from(count)
    }
}

async fn refused(console: &TestConsole, email: &str) -> Duration {
    let began = Instant::now();
    let reply = Browser::new(console).sign_in(email, "not the passphrase").await;
    let took = began.elapsed();
    assert_eq!(reply.status, 401, "{email}: {}", reply.text);
    took
}

async fn one_hash() -> Duration {
    let began = Instant::now();
    Passwords::new().hash(Password::new("orchard lantern seven"), [7; 16]).await.expect("a hash");
    began.elapsed()
}

async fn refusals_cost_the_same(console: TestConsole) {
    let console = console.with_real_passwords();
    console.person("Ana Ruiz", &[domain::Role::Reviewer], &["compliance"]).await;
    let mut random = random();
    let mut hash = Times::default();
    // Whether there is such an account, and whether it has to wait.
    let mut times: [[Times; 2]; 2] = Default::default();
    for pair in 0..trials(PAIRS) {
        hash.add(one_hash().await);
        // A name of its own, so that no row of an earlier try is found sooner; as long as the other.
        let unknown = format!("{:03x}@example.com", pair % 4_096);
        for has_to_wait in [false, true] {
            if !has_to_wait {
                console.pass(TimeDelta::minutes(16));
            }
            let is_first: bool = random.random();
            for is_known in [is_first, !is_first] {
                let took = refused(&console, if is_known { ANA } else { &unknown }).await;
                times[usize::from(is_known)][usize::from(has_to_wait)].add(took);
            }
        }
    }
    for has_to_wait in [0, 1] {
        let [unknown, known] = [&times[0][has_to_wait], &times[1][has_to_wait]];
        for tries in [unknown, known] {
            // However busy the machine is, nothing takes less than it must: half is left to noise.
            assert!(tries.least() > hash.least() / 2.0, "{} µs without a hash of {}", tries.least(), hash.least());
        }
        let apart = (unknown.mean() - known.mean()).abs() / known.mean() * 100.0;
        eprintln!(
            "waits: {has_to_wait}, unknown {:.0} µs, known {:.0} µs, {apart:.2} % apart",
            unknown.mean(),
            known.mean()
        );
        assert!(!is_long() || apart < APART, "{apart:.2} % apart");
    }
}
