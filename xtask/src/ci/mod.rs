//! `cargo xtask test`: everything CI runs, step by step, with one count at the end.

mod counts;
pub mod end2end;
mod examples;
mod report;
mod steps;

use anyhow::{Result, bail};
use counts::Counts;
use report::{Report, Verdict};
use std::time::Instant;
use steps::STEPS;

/// Steps that `--quick` leaves out: they need what is installed for them, and take minutes.
const SLOW: [&str; 2] = ["examples", "end2end"];

/// What to run.
#[derive(clap::Args)]
pub struct Options {
    /// Leave out the browser, PostgreSQL and the examples
    #[arg(long)]
    pub quick: bool,
    /// Run only the steps whose name begins so (fmt, tidy, supply, clippy, assets, tests, doc, examples, end2end …)
    #[arg(long, value_name = "STEP")]
    pub only: Option<String>,
}

/// Runs the steps in order. A failed step does not stop the later ones, so one run shows all faults.
/// Tells whether all of them passed; the plain count is the last thing printed.
pub fn run(options: &Options) -> Result<bool> {
    let chosen: Vec<_> = STEPS.iter().filter(|step| is_wanted(step.name, options)).collect();
    if chosen.is_empty() {
        bail!("no such step; there are {}", STEPS.map(|step| step.name).join(", "));
    }
    let mut report = Report::default();
    for (at, step) in chosen.iter().enumerate() {
        println!("\n[{}/{}] {}: {}", at + 1, chosen.len(), step.name, step.purpose);
        let started = Instant::now();
        let mut counts = Counts::default();
        let verdict = match (step.run)(options, &mut counts) {
            Ok(()) => Verdict::Passed,
            Err(error) => {
                println!("{} FAILED: {error:#}", step.name);
                Verdict::Failed
            }
        };
        report.add(step.name, verdict, counts, started.elapsed());
    }
    report.print();
    Ok(!report.failed())
}

fn is_wanted(name: &str, options: &Options) -> bool {
    match &options.only {
        Some(only) => name.starts_with(only.as_str()),
        None => !(options.quick && SLOW.contains(&name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(quick: bool, only: Option<&str>) -> Vec<&'static str> {
        let options = Options { quick, only: only.map(str::to_owned) };
        STEPS.iter().map(|step| step.name).filter(|name| is_wanted(name, &options)).collect()
    }

    #[test]
    fn everything_runs_unless_told_otherwise() {
        assert_eq!(wanted(false, None).len(), STEPS.len());
        assert!(!wanted(true, None).contains(&"end2end") && !wanted(true, None).contains(&"examples"));
        assert_eq!(wanted(false, Some("clippy")).len(), 3);
        assert_eq!(wanted(true, Some("end2end")), ["end2end"]);
    }
}
