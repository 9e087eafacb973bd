//! `cargo xtask test`: everything CI runs, step by step, with one count at the end.

mod beside;
mod counts;
pub mod end2end;
mod examples;
mod report;
mod steps;

use anyhow::{Result, bail};
use beside::Beside;
use counts::Counts;
use report::{Report, Verdict};
use std::time::Instant;
use steps::{STEPS, Step, When};

/// Steps that `--quick` leaves out: they need what is installed for them, and take minutes.
const SLOW: [&str; 3] = ["clients", "examples", "end2end"];

/// What to run.
#[derive(clap::Args)]
pub struct Options {
    /// Leave out the browser, PostgreSQL and the examples
    #[arg(long)]
    pub quick: bool,
    /// Run only the steps whose name begins so (fmt, tidy, supply, clippy, assets, tests, doc, examples, end2end …)
    #[arg(long, value_name = "STEP")]
    pub only: Vec<String>,
}

/// Runs the steps in order. A failed step does not stop the later ones, so one run shows all faults.
/// Tells whether all of them passed; the plain count is the last thing printed.
pub fn run(options: &Options) -> Result<bool> {
    let wanted: Vec<_> = STEPS.iter().filter(|step| is_wanted(step.name, options)).collect();
    if wanted.is_empty() {
        bail!("no such step; there are {}", STEPS.map(|step| step.name).join(", "));
    }
    // Whoever names steps gets them one after another, as they print.
    let is_beside = |step: &Step| options.only.is_empty() && step.when == When::Beside;
    let (beside, chosen): (Vec<&Step>, Vec<&Step>) = wanted.into_iter().partition(|step| is_beside(step));
    let mut under_way = None;
    let mut report = Report::default();
    for (at, step) in chosen.iter().enumerate() {
        // What a step of the first part installs, those beside it need; those of the last part need what they make.
        if under_way.is_none() && step.when == When::Compiling && !beside.is_empty() {
            under_way = Some((Beside::start(&beside)?, Instant::now()));
        }
        if step.when == When::After
            && let Some((steps, started)) = under_way.take()
        {
            let names: Vec<_> = beside.iter().map(|step| step.name).collect();
            println!("\nbeside these: {}", names.join(", "));
            report.add("beside", verdict("beside", steps.finish()), Counts::default(), started.elapsed());
        }
        println!("\n[{}/{}] {}: {}", at + 1, chosen.len(), step.name, step.purpose);
        let started = Instant::now();
        let mut counts = Counts::default();
        let outcome = verdict(step.name, (step.run)(options, &mut counts));
        report.add(step.name, outcome, counts, started.elapsed());
    }
    report.print();
    Ok(!report.failed())
}

fn verdict(name: &str, outcome: Result<()>) -> Verdict {
    match outcome {
        Ok(()) => Verdict::Passed,
        Err(error) => {
            println!("{name} FAILED: {error:#}");
            Verdict::Failed
        }
    }
}

fn is_wanted(name: &str, options: &Options) -> bool {
    if options.only.is_empty() {
        return !(options.quick && SLOW.contains(&name));
    }
    options.only.iter().any(|only| name.starts_with(only.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(quick: bool, only: &[&str]) -> Vec<&'static str> {
        let options = Options { quick, only: only.iter().map(|&name| name.to_owned()).collect() };
        STEPS.iter().map(|step| step.name).filter(|name| is_wanted(name, &options)).collect()
    }

    #[test]
    fn everything_runs_unless_told_otherwise() {
        assert_eq!(wanted(false, &[]).len(), STEPS.len());
        assert!(!wanted(true, &[]).contains(&"end2end") && !wanted(true, &[]).contains(&"examples"));
        assert_eq!(wanted(false, &["clippy"]).len(), 3);
        assert_eq!(wanted(true, &["end2end"]), ["end2end"]);
        assert_eq!(wanted(false, &["doc", "fmt"]), ["fmt", "doc"]);
    }

    /// Otherwise a step beside the others would be left out, or nobody would wait for it.
    #[test]
    fn something_compiles_before_and_something_waits_after() {
        let order: Vec<When> = STEPS.iter().map(|step| step.when).collect();
        assert!(order.is_sorted(), "{order:?}");
        for when in [When::Compiling, When::Beside, When::After] {
            assert!(order.contains(&when), "no step runs {when:?}");
        }
    }
}
