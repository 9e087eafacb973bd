//! Steps that run beside the others: a compiler that optimises one crate, or an installer that waits for the network,
//! leaves a core idle.

use super::steps::Step;
use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The steps under way, all in one process after another.
pub struct Beside {
    child: Child,
    log: PathBuf,
}

impl Beside {
    /// Starts this program once more with these steps alone; what it prints is kept until it is waited for.
    pub fn start(steps: &[&Step]) -> Result<Self> {
        let log = workspace::target().join("beside.log");
        let to = File::create(&log).with_context(|| log.display().to_string())?;
        let mut again = Command::new(std::env::current_exe()?);
        again.arg("test").args(steps.iter().flat_map(|step| ["--only", step.name]));
        again.stdin(Stdio::null()).stderr(to.try_clone()?).stdout(to);
        let child = again.spawn().with_context(|| format!("cannot start `{}`", process::shown(&again)))?;
        Ok(Self { child, log })
    }

    /// Waits, and shows what was printed meanwhile.
    pub fn finish(mut self) -> Result<()> {
        let status = self.child.wait()?;
        for line in std::fs::read_to_string(&self.log)?.lines() {
            println!("  | {line}");
        }
        if !status.success() {
            bail!("a step beside the others failed ({status})");
        }
        Ok(())
    }
}
