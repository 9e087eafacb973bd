//! Reading how many tests passed from what the test runners print.

use serde_json::Value;

/// How many tests there were of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    pub const fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The plain line CI reads.
    pub fn line(self) -> String {
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }

    /// From `cargo test` and `cargo nextest run`: the sum over all their summaries.
    pub fn from_cargo(printed: &str) -> Self {
        let mut counts = Self::default();
        for line in printed.lines().map(str::trim) {
            let summary = line.strip_prefix("test result:").or_else(|| {
                line.starts_with("Summary [").then(|| line.split_once(" run: ")).flatten().map(|(_, rest)| rest)
            });
            for part in summary.unwrap_or_default().split([',', ';', '.']) {
                counts.count(part);
            }
        }
        counts
    }

    /// One part of a summary, such as `12 passed (1 slow)`.
    fn count(&mut self, part: &str) {
        let mut words = part.split_whitespace();
        let (Some(number), Some(word)) = (words.next().and_then(|number| number.parse::<u64>().ok()), words.next())
        else {
            return;
        };
        match word {
            "passed" => self.passed += number,
            "failed" | "timed" | "exec" | "error" | "errors" => self.failed += number,
            "ignored" | "skipped" => self.skipped += number,
            _ => {}
        }
    }

    /// From pytest: its last line, such as `1 failed, 10 passed in 50.32s`. What could not be set up has failed.
    pub fn from_pytest(printed: &str) -> Self {
        let mut counts = Self::default();
        let is_summary = |line: &&str| line.ends_with('s') || line.ends_with(')');
        let ended = |line: &'_ str| line.trim_matches(['=', ' ']).to_owned();
        let lines: Vec<_> = printed.lines().map(ended).collect();
        let summary = lines.iter().map(String::as_str).filter(is_summary).rev();
        let summary = summary.filter_map(|line| line.split_once(" in ")).map(|(parts, _)| parts);
        for part in summary.take(1).flat_map(|parts| parts.split(", ")) {
            counts.count(part);
        }
        counts
    }

    /// From `node --test` in TAP: `# pass 19`, `# fail 0` and so on at its end.
    pub fn from_node(printed: &str) -> Self {
        let number = |name: &str| {
            let mut lines = printed.lines().rev().filter_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
            lines.find_map(|rest| rest.trim().parse::<u64>().ok()).unwrap_or_default()
        };
        let (failed, skipped) = (number("fail ") + number("cancelled "), number("skipped ") + number("todo "));
        Self { passed: number("pass "), failed, skipped }
    }

    /// From Playwright's JSON report. A flaky test passed only on a second try: that is a failure.
    pub fn from_playwright(report: &str) -> Option<Self> {
        let report: Value = serde_json::from_str(report).ok()?;
        let number = |name: &str| report["stats"][name].as_u64();
        let errors = report["errors"].as_array().map_or(0, |errors| errors.len() as u64);
        let failed = number("unexpected")? + number("flaky")?;
        // Errors outside of tests (a server that did not start) come without a failed test.
        let failed = if failed == 0 { errors } else { failed };
        Some(Self { passed: number("expected")?, failed, skipped: number("skipped")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn cargo_test_is_summed_over_its_binaries() {
        let printed = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s\n\
            noise 9 passed\n\
            test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(Counts::from_cargo(printed), counts(7, 3, 1));
    }

    #[test]
    fn nextest_has_one_summary() {
        let printed =
            "     Summary [   0.061s] 12 tests run: 9 passed (1 slow), 1 failed, 1 timed out, 1 exec failed, 2 skipped";
        assert_eq!(Counts::from_cargo(printed), counts(9, 3, 2));
        assert_eq!(Counts::from_cargo("     Summary [   0.0s] 1 test run: 1 passed, 0 skipped"), counts(1, 0, 0));
    }

    #[test]
    fn pytest_ends_with_one_line() {
        let printed =
            "FAILED tests/test_a.py::test_b - took 3 passed in vain\n1 failed, 10 passed, 2 skipped in 50.32s\n";
        assert_eq!(Counts::from_pytest(printed), counts(10, 1, 2));
        assert_eq!(Counts::from_pytest("=== 98 passed in 131.02s (0:02:11) ===\n\n"), counts(98, 0, 0));
        assert_eq!(Counts::from_pytest("3 errors in 1.00s\n"), counts(0, 3, 0));
        assert_eq!(Counts::from_pytest("no tests ran in 0.01s\n"), counts(0, 0, 0));
    }

    #[test]
    fn node_counts_in_tap() {
        let printed = "# pass 3 more\nok 1 - a\n# tests 6\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n";
        assert_eq!(Counts::from_node(printed), counts(3, 2, 1));
        assert_eq!(Counts::from_node("npm error"), counts(0, 0, 0));
    }

    #[test]
    fn playwright_reports_in_json() {
        let report = r#"{"errors":[],"stats":{"expected":4,"skipped":1,"unexpected":2,"flaky":1}}"#;
        assert_eq!(Counts::from_playwright(report), Some(counts(4, 3, 1)));
        let report =
            r#"{"errors":[{"message":"no server"}],"stats":{"expected":0,"skipped":0,"unexpected":0,"flaky":0}}"#;
        assert_eq!(Counts::from_playwright(report), Some(counts(0, 1, 0)));
        assert_eq!(Counts::from_playwright("not json"), None);
    }

    #[test]
    fn the_closing_line_is_plain() {
        assert_eq!(counts(3, 0, 0).line(), "3 passed, 0 failed");
        assert_eq!(counts(3, 1, 2).line(), "3 passed, 1 failed, 2 skipped");
    }
}
