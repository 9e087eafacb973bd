//! The server under development: started again whenever what it was built from has changed.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Where `countersign serve` keeps its data while it is being worked on.
const DATA: &str = "countersign-data/dev";

/// The server, running or not.
pub struct Running {
    command: &'static str,
    args: Vec<String>,
    child: Option<Child>,
}

impl Running {
    /// A server that is not started yet.
    pub fn new(is_demo: bool, args: &[String]) -> Self {
        let command = if is_demo { "demo" } else { "serve" };
        Self { command, args: with_data(is_demo, args), child: None }
    }

    /// Starts it, in place of the one that runs.
    pub fn restart(&mut self) -> Result<()> {
        self.stop();
        let mut command = Command::new(workspace::debug_server());
        command.current_dir(workspace::root()).args([self.command, "--dev", "--site"]).arg(workspace::site());
        command.args(&self.args);
        println!("  $ {}", process::shown(&command));
        // It ends when this end of its input is closed, so that it never outlives us.
        let child = command.stdin(Stdio::piped()).spawn().context("cannot start the server")?;
        self.child = Some(child);
        Ok(())
    }

    /// How it ended, once, if it has ended by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.as_mut()?.try_wait().ok().flatten()?;
        self.child = None;
        Some(status)
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // One that has ended meanwhile needs no end. What it had committed is on the disk.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The arguments, with a data folder unless they name one; the demo has its own.
fn with_data(is_demo: bool, args: &[String]) -> Vec<String> {
    let names = |arg: &String| ["--data", "--database-url"].iter().any(|name| arg.starts_with(name));
    let mut all = args.to_vec();
    if !is_demo && !args.iter().any(names) {
        all.extend(["--data".to_owned(), DATA.to_owned()]);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_lies_where_it_is_wanted() {
        let with = |is_demo, args: &[&str]| {
            let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
            with_data(is_demo, &args).join(" ")
        };
        assert_eq!(with(false, &["--listen", "127.0.0.1:9"]), "--listen 127.0.0.1:9 --data countersign-data/dev");
        assert_eq!(with(false, &["--data=/tmp/a"]), "--data=/tmp/a");
        assert_eq!(with(false, &["--database-url", "postgres://x"]), "--database-url postgres://x");
        assert_eq!(with(true, &["--pace", "5"]), "--pace 5");
    }
}
