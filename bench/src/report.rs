//! What was measured against what was promised: a line each, as a table for the terminal and for `docs/`.

use std::fmt::Write as _;

use crate::{
    machine,
    rounds::{Paired, Plan, figure},
    stats,
};

/// The most a denominator may vary before nothing is said.
const MOST_SPREAD: f64 = 0.30;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More, for rates.
    More,
    /// Less, for times and sizes.
    Less,
}

/// A promise: what is divided by what, and how good the ratio must be.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// Its number.
    pub id: &'static str,
    /// What is measured.
    pub what: &'static str,
    /// Against what.
    pub against: &'static str,
    /// Which way is better.
    pub better: Better,
    /// The least that is good enough.
    pub floor: f64,
    /// What is aimed at.
    pub target: f64,
    /// What is suspected to stand in the way where the target is missed; a profile may say otherwise.
    pub obstacle: &'static str,
}

/// How a ratio stands to its promise.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The target is reached.
    Target,
    /// The floor is reached.
    Floor,
    /// Neither.
    Missed,
    /// Nothing can be said, and why.
    NotReported(String),
}

/// A line of the report.
#[derive(Debug, Clone)]
pub struct Line {
    /// The promise.
    pub promise: Promise,
    /// The median ratio.
    pub ratio: f64,
    /// How far the ratios are apart.
    pub spread: f64,
    /// Ours and the denominator's median, with their unit.
    pub figures: String,
    /// The load while it was measured.
    pub load: f64,
    /// How it stands.
    pub outcome: Outcome,
}

impl Promise {
    /// How a ratio stands to this promise.
    pub fn judge(&self, ratio: f64) -> Outcome {
        let reaches = |wanted: f64| match self.better {
            Better::More => ratio >= wanted,
            Better::Less => ratio <= wanted,
        };
        match (reaches(self.target), reaches(self.floor)) {
            (true, _) => Outcome::Target,
            (false, true) => Outcome::Floor,
            (false, false) => Outcome::Missed,
        }
    }

    /// The line of a measurement in rounds.
    pub fn line(self, paired: &Paired, unit: &str) -> Line {
        let (ours, peer) = (stats::median(&paired.ours), stats::median(&paired.peer));
        let (ratio, varies) = (paired.ratio(), stats::spread(&paired.peer));
        let outcome = if varies > MOST_SPREAD {
            Outcome::NotReported(format!("the denominator varied by {:.0} %", varies * 100.0))
        } else {
            self.judge(ratio)
        };
        let figures = format!("{} : {} {unit}", figure(ours), figure(peer));
        let (spread, load) = (stats::spread(&paired.ratios()), stats::median(&paired.load));
        Line { promise: self, ratio, spread, figures, load, outcome }
    }

    /// The line of something that does not vary.
    pub fn exact(self, ours: f64, peer: f64, unit: &str) -> Line {
        let (ratio, figures) = (ours / peer, format!("{} : {} {unit}", figure(ours), figure(peer)));
        Line { promise: self, ratio, spread: 0.0, figures, load: machine::load(), outcome: self.judge(ratio) }
    }

    /// The line of something that could not be measured.
    pub fn missing(self, why: String) -> Line {
        let outcome = Outcome::NotReported(why);
        Line { promise: self, ratio: 0.0, spread: 0.0, figures: "–".to_owned(), load: machine::load(), outcome }
    }

    /// A ratio that is wanted, with its sign.
    fn wanted(&self, ratio: f64) -> String {
        let sign = if self.better == Better::More { '≥' } else { '≤' };
        format!("{sign} {}", figure(ratio))
    }
}

impl Outcome {
    fn word(&self) -> String {
        match self {
            Self::Target => "target reached".to_owned(),
            Self::Floor => "floor reached".to_owned(),
            Self::Missed => "missed".to_owned(),
            Self::NotReported(why) => format!("not reported: {why}"),
        }
    }
}

impl Line {
    /// The ratio, where one may be told.
    pub fn told(&self) -> Option<f64> {
        (!matches!(self.outcome, Outcome::NotReported(_))).then_some(self.ratio)
    }

    fn ours(&self) -> String {
        self.told().map_or_else(|| "–".to_owned(), figure)
    }
}

/// The table in Markdown; it reads as well in a terminal.
pub fn table(lines: &[Line]) -> String {
    let mut text = String::from(
        "| | what | against | floor | target | ours | spread | ours : denominator | load | verdict |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for line in lines {
        let Promise { id, what, against, floor, target, .. } = line.promise;
        let (floor, target) = (line.promise.wanted(floor), line.promise.wanted(target));
        let (ours, spread, figures) = (line.ours(), line.spread * 100.0, &line.figures);
        let (load, word) = (line.load, line.outcome.word());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {id} | {what} | {against} | {floor} | {target} | **{ours}** | {spread:.0} % | {figures} | {load:.1} | {word} |"
        );
    }
    text
}

/// The page for `docs/`.
pub fn page(lines: &[Line], notes: &[String], plan: Plan) -> String {
    let form = plan.either("the full form", "the short form, which is for orientation only");
    let (rounds, seconds) = (plan.rounds, plan.length.as_secs());
    let mut text = format!(
        "# Benchmarks\n\n\
         Measured on {today} on {machine}, in {form}: {rounds} rounds of {seconds} s, ours and the denominator in turn. \
         Each figure is the median ratio of ours to its denominator; \"spread\" is how far the ratios of the rounds lie \
         apart. Client, server and denominator share the machine. Where the denominator itself varied by more than \
         30 %, nothing is reported.\n\n\
         ![Ratios with their floors and targets](benchmarks.svg)\n\n{table}",
        today = machine::today(),
        machine = machine::described(),
        table = table(lines),
    );
    let missed: Vec<&Line> = lines.iter().filter(|line| line.outcome != Outcome::Target).collect();
    if !missed.is_empty() {
        text.push_str("\n## What is suspected to stand in the way, until a profile says so\n\n");
        for line in missed {
            let _ = writeln!(text, "- **{}** ({}): {}", line.promise.id, line.outcome.word(), line.promise.obstacle);
        }
    }
    text.push_str("\n## Beside the table\n\n");
    for note in notes {
        let _ = writeln!(text, "- {note}");
    }
    text.push_str(HOW);
    text
}

const HOW: &str = "\n## How to run it\n\n\
    ```sh\n\
    cargo xtask bench                  # all of it\n\
    cargo xtask bench --quick          # a few minutes, for orientation\n\
    cargo xtask bench --only B1,B2     # some of it\n\
    cargo xtask bench --publish        # and write this page and its picture\n\
    ```\n\n\
    Before anything is measured, a payment must be allowed, another blocked, a third suspended and a repeated call \
    answered as before, and after SIGKILL every answer must be given again; after each throughput run, the checks in the \
    database must be as many as were answered, and the log without a gap. Otherwise nothing is reported.\n\n\
    Latencies under a fixed rate count from when a request was due, not from when it was sent. The disk measured is that \
    of the target folder (`--disk DIR` names another). A virtual disk may keep synced bytes in its host's memory: ratios \
    travel between machines, absolute figures do not.\n";

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Promise = Promise {
        id: "B1",
        what: "checks",
        against: "commits",
        better: Better::More,
        floor: 3.0,
        target: 5.0,
        obstacle: "two cores",
    };

    fn paired(ours: &[f64], peer: &[f64]) -> Paired {
        Paired { ours: ours.to_vec(), peer: peer.to_vec(), load: vec![1.5] }
    }

    #[test]
    fn ratios_are_judged_in_the_direction_that_is_better() {
        let times = Promise { better: Better::Less, floor: 2.0, target: 1.3, ..RATE };
        for (promise, ratio, outcome) in [
            (RATE, 5.0, Outcome::Target),
            (RATE, 3.0, Outcome::Floor),
            (RATE, 2.99, Outcome::Missed),
            (times, 1.3, Outcome::Target),
            (times, 2.0, Outcome::Floor),
            (times, 2.01, Outcome::Missed),
        ] {
            assert_eq!(promise.judge(ratio), outcome, "{ratio}");
        }
    }

    #[test]
    fn nothing_is_told_when_the_denominator_varies() {
        let line = RATE.line(&paired(&[60.0, 60.0, 60.0], &[10.0, 10.0, 13.1]), "a second");
        assert_eq!(line.told(), None);
        let text = table(&[line]);
        assert!(text.contains("not reported: the denominator varied by 31 %") && !text.contains("**6"), "{text}");
    }

    #[test]
    fn the_page_says_what_stands_in_the_way_of_what_was_missed() {
        let lines = [
            RATE.line(&paired(&[40.0, 41.0], &[10.0, 10.0]), "a second"),
            Promise { id: "B9", obstacle: "nothing", ..RATE }.exact(60.0, 10.0, "B"),
        ];
        let page = page(&lines, &["a note".to_owned()], Plan::new(true));
        assert!(page.contains("| B1 | checks | commits | ≥ 3.00 | ≥ 5.00 | **4.05** | 2 % | 40.5 : 10.0 a second | 1.5 | floor reached |"), "{page}");
        assert!(page.contains("- **B1** (floor reached): two cores"));
        assert!(!page.contains("- **B9**") && page.contains("- a note") && page.contains("orientation"));
    }
}
