//! The closing lines: each step with its time, then the plain count that CI reads.

use super::counts::Counts;
use std::fmt::Write;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed,
}

/// What the steps came to.
#[derive(Default)]
pub struct Report {
    lines: Vec<String>,
    total: Counts,
}

impl Report {
    /// A step that failed without a failed test (a lint, a build) counts as one failure.
    pub fn add(&mut self, name: &str, verdict: Verdict, mut counts: Counts, took: Duration) {
        if verdict == Verdict::Failed && counts.failed == 0 {
            counts.failed = 1;
        }
        let word = if counts.failed > 0 { "FAILED" } else { "ok" };
        let mut line = format!("{word:<8}{name:<14}{:>7.1} s", took.as_secs_f32());
        if counts.passed > 0 {
            // Writing to a string cannot fail.
            let _ = write!(line, "   {} tests passed", counts.passed);
        }
        self.lines.push(line);
        self.total.add(counts);
    }

    pub const fn failed(&self) -> bool {
        self.total.failed > 0
    }

    pub fn print(&self) {
        println!("\n{}\n\n{}", self.lines.join("\n"), self.total.line());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_counts_once_whatever_it_was() {
        let mut report = Report::default();
        let second = Duration::from_secs(1);
        report.add("fmt", Verdict::Failed, Counts::default(), second);
        report.add("tests", Verdict::Failed, Counts { passed: 5, failed: 2, skipped: 0 }, second);
        report.add("doc", Verdict::Passed, Counts::default(), second);
        assert_eq!(report.total.line(), "5 passed, 3 failed");
        assert!(report.failed() && report.lines[2].starts_with("ok"));
    }
}
