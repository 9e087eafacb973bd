//! The real `claude` command line, offline: its model is a scripted one on loopback, its home a folder of the test.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::model::ScriptedModel;

/// Names the executable.
const CLAUDE: &str = "COUNTERSIGN_CLAUDE";

/// How long a run may take. It needs some seconds, most of them before the first request.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often a run is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// A run to be, of `claude -p`.
pub struct Claude {
    command: Command,
    /// Settings and output. Not in the home, which the client reads settings from by itself.
    own: TempDir,
}

/// A run that has ended.
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// The result it printed as JSON; null where it printed none.
    pub result: Value,
    /// All it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// A process that goes, and its children with it, when nobody waits for it any more.
struct Alive(Child);

impl Claude {
    /// The executable. `None` where the environment names none; says so loudly.
    pub fn find() -> Option<PathBuf> {
        let Some(path) = std::env::var_os(CLAUDE) else {
            eprintln!("SKIPPED WITH CLAUDE CODE: {CLAUDE} names no executable of @anthropic-ai/claude-code.");
            return None;
        };
        // The client runs in another folder than the tests.
        Some(std::path::absolute(path).expect("a path"))
    }

    /// A run in this folder, with this home; sessions that are to be resumed share a home.
    pub fn new(executable: &Path, model: &ScriptedModel, home: &Path, folder: &Path) -> Self {
        let own = TempDir::new().expect("a folder");
        let mut command = Command::new(executable);
        command.current_dir(folder).env_clear().env("HOME", home).args(["-p", "--output-format", "json"]);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("CLAUDE_CODE_TMPDIR", own.path()).env("TMPDIR", own.path());
        command.env("ANTHROPIC_BASE_URL", &model.url).env("ANTHROPIC_API_KEY", "sk-ant-of-no-use");
        command.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1").env("DISABLE_AUTOUPDATER", "1");
        // As root it refuses to bypass permissions, except in a sandbox.
        command.env("IS_SANDBOX", "1");
        command.stdin(Stdio::null()).process_group(0);
        Self { command, own }
    }

    /// Gives it settings, beside those in its home and its folder.
    pub fn settings(mut self, settings: &Value) -> Self {
        let file = self.own.path().join("settings.json");
        std::fs::write(&file, settings.to_string()).expect("a file");
        self.command.arg("--settings").arg(file);
        self
    }

    /// Takes up a session again.
    pub fn resume(self, session: &str) -> Self {
        self.args(["--resume", session])
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Adds a variable to the environment, which hooks inherit.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Asks it something and waits until it has ended.
    pub async fn ask(mut self, prompt: &str) -> Ran {
        self.command.arg("--").arg(prompt);
        self.run().await
    }

    /// Waits until it has ended, asked nothing: a resumed session goes on with the call that was deferred.
    pub async fn run(mut self) -> Ran {
        let (stdout, stderr) = (self.own.path().join("stdout"), self.own.path().join("stderr"));
        // Files and not pipes: a child it leaves behind would keep a pipe open.
        self.command.stdout(File::create(&stdout).expect("a file")).stderr(File::create(&stderr).expect("a file"));
        let mut child = Alive(self.command.spawn().expect("claude"));
        let ended = tokio::time::timeout(PATIENCE, child.ended()).await;
        let read = |file| String::from_utf8_lossy(&std::fs::read(file).expect("its output")).into_owned();
        let (stdout, stderr) = (read(stdout), read(stderr));
        let Ok(status) = ended else { panic!("claude still runs after {PATIENCE:?}: {stdout}{stderr}") };
        Ran { status, result: serde_json::from_str(&stdout).unwrap_or_default(), stdout, stderr }
    }
}

impl Ran {
    /// A text in the result that must be there.
    pub fn text(&self, name: &str) -> &str {
        self.result[name].as_str().unwrap_or_else(|| panic!("no {name}: {}{}", self.stdout, self.stderr))
    }
}

impl Alive {
    // Tokio's own processes are a feature that nothing else here needs.
    async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.0.try_wait().expect("its state") {
                return status;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // Once it is known to have ended, its number may be another's.
        if matches!(self.0.try_wait(), Ok(None)) {
            let group = format!("-{}", self.0.id());
            drop(Command::new("kill").args(["-KILL", "--", &group]).status());
            drop(self.0.kill());
            drop(self.0.wait());
        }
    }
}
