//! B5: one decision, without I/O, over 20 and over 1,000 rules: ours, Cedar and regorus with the same rules and requests,
//! in turn. Every decision is compared; that of Cedar is taken once with all policies and once with those of the action
//! alone, which its callers may pick out.

mod cedar;
mod ours;
mod rego;

use std::time::{Duration, Instant};

/// Tools that are asked about; each has one rule.
const RULES: [usize; 2] = [20, 1_000];
/// Rounds, each engine in turn.
const ROUNDS: usize = 5;
/// Decisions of an engine in a round.
const DECISIONS: usize = 2_000;
/// The whole comparison of decisions.
const COMPARED: usize = 1_000_000;
/// How long an engine may take for it.
const MINUTE: Duration = Duration::from_secs(60);

/// What is asked.
pub struct Asked {
    /// The number of the tool.
    pub tool: usize,
    /// The amount.
    pub amount: i64,
    /// Whether the account is open.
    pub is_open: bool,
}

impl Asked {
    fn of(dice: &mut Dice, rules: usize) -> Self {
        let tool = dice.below(rules as u64) as usize;
        Self { tool, amount: dice.below(2_000) as i64, is_open: dice.below(8) > 0 }
    }
}

/// The most a tool may be called with.
pub fn limit(tool: usize) -> i64 {
    100 + (tool as i64 * 37) % 1_800
}

/// An engine with its rules.
pub trait Engine {
    /// Its name.
    fn name(&self) -> String;
    /// Decides; gives how long that took, what can be made ready before left out.
    fn decide(&mut self, asked: &Asked) -> (bool, Duration);
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

fn main() {
    let compared = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(COMPARED);
    for rules in RULES {
        let mut engines: Vec<Box<dyn Engine>> = vec![
            Box::new(ours::Ours::new(rules)),
            Box::new(cedar::Cedar::new(rules, false)),
            Box::new(cedar::Cedar::new(rules, true)),
            Box::new(rego::Rego::new(rules)),
        ];
        let mut medians = vec![Vec::new(); engines.len()];
        for round in 0..ROUNDS {
            for (engine, medians) in engines.iter_mut().zip(&mut medians) {
                medians.push(median_of_round(engine.as_mut(), rules, round));
            }
        }
        for (engine, medians) in engines.iter().zip(&mut medians) {
            medians.sort();
            let (low, middle, high) = (medians[0], medians[ROUNDS / 2], medians[ROUNDS - 1]);
            println!("{rules:>5} rules  {:<24} p50 {middle:>10.2?}  (rounds {low:.2?} to {high:.2?})", engine.name());
        }
        compare(&mut engines, rules, compared);
    }
}

fn median_of_round(engine: &mut dyn Engine, rules: usize, round: usize) -> Duration {
    let mut dice = Dice(round as u64);
    // An engine that takes a millisecond is asked for a second.
    let deadline = Instant::now() + Duration::from_secs(2);
    let mut took = Vec::with_capacity(DECISIONS);
    while took.len() < DECISIONS && Instant::now() < deadline {
        took.push(engine.decide(&Asked::of(&mut dice, rules)).1);
    }
    took.sort();
    took[took.len() / 2]
}

/// Every engine says the same of every request. One that is slow is asked about as many as a minute lets it.
fn compare(engines: &mut [Box<dyn Engine>], rules: usize, wanted: usize) {
    let mut dice = Dice(99);
    let mut asked_of = vec![(0_usize, Duration::ZERO); engines.len()];
    for _ in 0..wanted {
        let asked = Asked::of(&mut dice, rules);
        let expected = asked.is_open && asked.amount <= limit(asked.tool);
        for (engine, (count, spent)) in engines.iter_mut().zip(&mut asked_of) {
            if *spent > MINUTE {
                continue;
            }
            let started = Instant::now();
            let (decision, _) = engine.decide(&asked);
            *spent += started.elapsed();
            *count += 1;
            let (tool, amount) = (asked.tool, asked.amount);
            assert_eq!(decision, expected, "{} about tool {tool} with {amount}", engine.name());
        }
    }
    for (engine, (count, _)) in engines.iter().zip(&asked_of) {
        println!("{rules:>5} rules  {:<24} {count} random requests, every decision as it should be", engine.name());
    }
}
