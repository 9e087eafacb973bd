//! The real binary as a process of its own, to be killed at any instant.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::Instant,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{PAYMENTS, console::PASSWORD, engine::Throwaway, memory::Memory};

/// A data directory with people, keys and a workflow, made through the command line.
pub struct Installation {
    folder: TempDir,
    /// Where its database is, unless it is in the folder.
    url: Option<Arc<Throwaway>>,
    /// The harness's key.
    pub hook: String,
    /// The ledger's key.
    pub ledger: String,
    /// Tokens of two reviewers.
    pub reviewers: [String; 2],
}

/// A running server. Dropping it kills it, as a crash would.
pub struct Running {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// How long it took to be ready.
    pub ready_in: std::time::Duration,
}

impl Installation {
    /// Sets everything up on SQLite.
    pub fn new() -> Self {
        Self::on(None)
    }

    /// Sets everything up, on a PostgreSQL database where one is given.
    pub fn on(url: Option<Arc<Throwaway>>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let command = |path: &Path, arguments: &[&str]| command(on(path, url.as_deref()), arguments);
        let path = folder.path();
        site(path);
        std::fs::write(path.join("payments.yaml"), PAYMENTS).expect("a file");
        for (name, group) in [("ana", "compliance"), ("tomas", "risk"), ("dev", "none"), ("rosa", "none")] {
            let email = format!("{name}@example.com");
            let person = ["person", "add", "--email", &email, "--name", name, "--role", "reviewer", "--group", group];
            command(path, &[&person[..], &["--password-stdin"]].concat());
        }
        let file = path.join("payments.yaml");
        command(path, &["workflow", "publish", file.to_str().expect("a path")]);
        let key = |arguments: &[&str]| command(path, &[&["key", "create"], arguments].concat()).trim().to_owned();
        let token =
            |name: &str| key(&["--name", name, "--scope", "reviewer", "--owner", &format!("{name}@example.com")]);
        Self {
            hook: key(&["--name", "agent", "--scope", "hook", "--begins-runs", "--owner", "dev@example.com"]),
            ledger: key(&["--name", "ledger", "--scope", "system", "--source", "ledger"]),
            reviewers: [token("ana"), token("tomas")],
            folder,
            url,
        }
    }

    /// Starts the server and waits until it says it is ready.
    pub fn start(&self) -> Running {
        self.start_as(|_| {}).expect("a server that is ready")
    }

    /// Starts the server prepared in some way; gives how it ended if it was never ready.
    pub fn start_as(&self, prepare: impl FnOnce(&mut Command)) -> Result<Running, ExitStatus> {
        let started = Instant::now();
        let path = self.folder.path();
        let site = path.join("site");
        let mut command = on(path, self.url.as_deref());
        command.args(["serve", "--listen", "127.0.0.1:0", "--site"]).arg(site);
        prepare(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut child = command.spawn().expect("the server");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        match line.split(' ').find(|word| word.starts_with("http://")) {
            Some(url) => Ok(Running { child, url: url.to_owned(), ready_in: started.elapsed() }),
            None => Err(child.wait().expect("its end")),
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command on the data; gives what it prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        command(on(self.folder.path(), self.url.as_deref()), arguments)
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("countersign.db")
    }
}

impl Running {
    /// SIGKILL: no destructor, no flush.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// How it ended; `None` while it runs.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    /// Waits until it ends by itself.
    pub async fn ended(mut self) -> ExitStatus {
        tokio::task::spawn_blocking(move || self.child.wait().expect("its end")).await.expect("no panic")
    }

    /// What it holds in memory, where the system tells.
    pub fn memory(&self) -> Option<Memory> {
        Memory::of(&self.child.id().to_string())
    }

    /// Asks it to stop, as an operator would; gives how it ended.
    pub fn terminate(self) -> impl Future<Output = ExitStatus> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill").success());
        self.ended()
    }

    /// Posts JSON; `None` when the server died before it answered.
    pub async fn post(&self, client: &reqwest::Client, key: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let url = format!("{}/api/v1{path}", self.url);
        let sent = client.post(url).bearer_auth(key).header("content-type", "application/json").body(body.to_string());
        read(sent).await
    }

    /// Gets JSON.
    pub async fn get(&self, client: &reqwest::Client, key: &str, path: &str) -> Option<(u16, Value)> {
        read(client.get(format!("{}/api/v1{path}", self.url)).bearer_auth(key)).await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn read(request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, serde_json::from_str(&response.text().await.ok()?).ok()?))
}

/// A console without files: the server starts, its pages have no looks.
fn site(folder: &Path) {
    std::fs::create_dir(folder.join("site")).expect("a folder");
    let manifest = r#"{"css":"a.css","js":"a.js","wasm":"a.wasm","favicon":"a.svg","fonts":{"inter":"a.woff2"}}"#;
    std::fs::write(folder.join("site/manifest.json"), manifest).expect("a file");
}

/// A folder for the `PATH`, with a `countersign` that works like an installed one.
pub fn commands(folder: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    site(folder);
    let commands = folder.join("bin");
    std::fs::create_dir(&commands).expect("a folder");
    let site = folder.join("site");
    let text = format!(
        "#!/bin/sh\nfor word; do [ \"$word\" = serve ] && set -- \"$@\" --site {} && break; done\nexec {} \"$@\"\n",
        site.display(),
        env!("CARGO_BIN_EXE_countersign"),
    );
    let file = commands.join("countersign");
    std::fs::write(&file, text).expect("a file");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("a program");
    commands
}

/// The command on the data of a folder.
pub fn binary(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("--data").arg(folder);
    command
}

/// The command on the data of a folder, or on the database that is given instead.
fn on(folder: &Path, url: Option<&Throwaway>) -> Command {
    let Some(url) = url else { return binary(folder) };
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.current_dir(folder).arg("--database-url").arg(&**url);
    command
}

fn command(mut binary: Command, arguments: &[&str]) -> String {
    let mut child = binary.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command");
    writeln!(child.stdin.take().expect("its input"), "{PASSWORD}").ok();
    let output = child.wait_with_output().expect("its output");
    assert!(output.status.success(), "{arguments:?} failed");
    String::from_utf8(output.stdout).expect("text")
}
