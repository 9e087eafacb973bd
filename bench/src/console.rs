//! The product under measurement: its release binary, set up through its command line as an operator would.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

/// Everybody's password.
pub const PASSWORD: &str = "orchard lantern seven boats";
/// Ana's email; she reviews for compliance.
pub const ANA: &str = "ana@example.com";

/// Two gates: payments with two conditions and a review above 100, and notes that one person must see.
const WORKFLOW: &str = include_str!("payments.yaml");

/// Where the product is.
#[derive(Debug, Clone)]
pub struct Product {
    /// The binary.
    pub binary: PathBuf,
    /// The built console, where the binary has none in it.
    pub site: Option<PathBuf>,
}

/// A data folder with people, keys and a workflow.
pub struct Installation {
    product: Product,
    folder: TempDir,
    /// The harness's key.
    pub hook: String,
    /// The ledger's key.
    pub ledger: String,
    /// Ana's token.
    pub ana: String,
}

/// A running server. Dropping it kills it, as a crash would.
pub struct Running {
    child: Child,
    /// Where it answers.
    pub url: String,
}

impl Installation {
    /// Sets everything up in a folder on the disk that is measured.
    pub fn new(product: &Product, disk: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("console-").tempdir_in(disk)?;
        let empty = String::new();
        let mut made =
            Self { product: product.clone(), folder, hook: empty.clone(), ledger: empty.clone(), ana: empty };
        let file = made.path().join("payments.yaml");
        std::fs::write(&file, WORKFLOW)?;
        for (name, group) in [("ana", "compliance"), ("dev", "none"), ("rosa", "none")] {
            let email = format!("{name}@example.com");
            let person = ["person", "add", "--email", &email, "--name", name, "--role", "reviewer", "--group", group];
            made.run(&[&person[..], &["--password-stdin"]].concat())?;
        }
        made.run(&["workflow", "publish", &file.to_string_lossy()])?;
        made.hook = made.key(&["--name", "agent", "--scope", "hook", "--owner", "dev@example.com"])?;
        made.ledger = made.key(&["--name", "ledger", "--scope", "system", "--source", "ledger"])?;
        made.ana = made.key(&["--name", "ana", "--scope", "reviewer", "--owner", ANA])?;
        Ok(made)
    }

    fn key(&self, arguments: &[&str]) -> Result<String> {
        Ok(self.run(&[&["key", "create"], arguments].concat())?.trim().to_owned())
    }

    /// Runs a command on the data; gives what it prints.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // A command that reads nothing may have ended before it is written to.
        drop(writeln!(child.stdin.take().context("its input")?, "{PASSWORD}"));
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("countersign {arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Starts the server and waits until it says it is ready.
    pub fn start(&self) -> Result<Running> {
        let mut command = self.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        if let Some(site) = &self.product.site {
            command.arg("--site").arg(site);
        }
        let log = std::fs::File::create(self.path().join("log"))?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned);
        let running = Running { child, url: url.clone().unwrap_or_default() };
        if url.is_none() {
            let log = std::fs::read_to_string(self.path().join("log")).unwrap_or_default();
            bail!("the server did not start: {line}{log}");
        }
        Ok(running)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.product.binary);
        command.arg("--data").arg(self.path()).env("RUST_LOG", "warn");
        command
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.path().join("countersign.db")
    }
}

impl Running {
    /// The resident set, in KiB.
    pub fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }

    /// SIGKILL: no destructor, no flush.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop, as an operator would, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
