//! The command line: one binary, every command on the same database, beside a running server or without one.

mod child;
mod delegation;
mod demo;
mod endpoint;
mod exec;
mod group;
mod hook;
mod hooks;
mod key;
mod person;
mod runner;
mod serve;
mod storage;
mod target;
mod workflow;

use std::{io::IsTerminal as _, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};
use domain::Refusal;
use tracing_subscriber::EnvFilter;

use crate::error::{Error, StoreError};

/// What is logged unless `RUST_LOG` says otherwise. The session layer calls every expired cookie
/// suspicious, and rmcp tells of each request.
const LOGGED: &str = "info,rmcp=warn,tower_sessions=error,tower_sessions_core=error";
/// What commands log that end by themselves.
const LOGGED_BESIDE: &str = "warn,tower_sessions=error,tower_sessions_core=error";

/// Review console that makes agent workflows stop where a human must sign.
#[derive(Parser)]
#[command(name = "countersign", version, propagate_version = true)]
struct CommandLine {
    #[command(flatten)]
    storage: storage::Storage,
    /// How log lines are written, to standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate the database, then serve the console and the API
    Serve(serve::Serve),
    /// Serve with sample people and agents that arrive over HTTP, to see how it works
    Demo(demo::Demo),
    /// Add, change and disable people, set passwords
    #[command(subcommand)]
    Person(person::Person),
    /// List and create groups
    #[command(subcommand)]
    Group(group::Group),
    /// Name who decides in somebody's place while they are away
    #[command(subcommand)]
    Delegation(delegation::Delegation),
    /// Create and revoke API keys
    #[command(subcommand)]
    Key(key::Key),
    /// Register where sessions are woken by webhook
    #[command(subcommand)]
    Endpoint(endpoint::Endpoint),
    /// Register the systems that closures write to
    #[command(subcommand)]
    Target(target::Target),
    /// Check and publish workflow definitions
    #[command(subcommand)]
    Workflow(workflow::Workflow),
    /// Do the steps of a published workflow in their order, each verified before the next begins
    Exec(Box<exec::Exec>),
    /// Answer a hook of Claude Code: reads its input, prints the console's answer
    Hook(hook::Hook),
    /// Write and check the hooks of a project
    #[command(subcommand)]
    Hooks(hooks::Hooks),
    /// Have suspended sessions of this host go on once people have decided
    Runner(runner::Runner),
    /// What the runner and the executor start: becomes the program
    #[command(hide = true)]
    RunnerChild(child::Child),
}

/// Why a command ends with 1.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("{}", tell(.0))]
    Refused(Box<Refusal>),
    #[error("{0}")]
    Failed(String),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Refused(refusal),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for Stopped {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A refusal with a line for each field that is wrong.
fn tell(refusal: &Refusal) -> String {
    let place = |line: Option<u32>, column: Option<u32>| match (line, column) {
        (Some(line), Some(column)) => format!("{line}:{column}: "),
        (Some(line), None) => format!("{line}: "),
        _ => String::new(),
    };
    let fields = refusal.errors.iter().filter(|field| field.message != refusal.message || field.line.is_some());
    fields.fold(refusal.message.clone(), |told, field| {
        let at = if field.path.is_empty() { String::new() } else { format!("{}: ", field.path) };
        format!("{told}\n  {}{at}{}", place(field.line, field.column), field.message)
    })
}

/// Runs the command that was typed. Ends with 0 when it is done, 1 when it was refused or failed, 2 for a command
/// that cannot be understood.
pub fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let typed = match CommandLine::try_parse_from(&words) {
        Ok(typed) => typed,
        Err(error) => return hook::misunderstood(&words, &error).unwrap_or_else(|| error.exit()),
    };
    start_log(typed.log, matches!(typed.command, Command::Serve(_) | Command::Runner(_)));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(&error.into()),
    };
    match runtime.block_on(typed.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stopped) => ended(&stopped),
    }
}

fn ended(stopped: &Stopped) -> ExitCode {
    eprintln!("countersign: {stopped}");
    ExitCode::FAILURE
}

fn start_log(format: LogFormat, is_server: bool) {
    let usual = if is_server { LOGGED } else { LOGGED_BESIDE };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().init(),
    }
}

impl CommandLine {
    async fn run(self) -> Result<(), Stopped> {
        match self.command {
            Command::Serve(serve) => serve.run(&self.storage).await,
            Command::Demo(demo) => demo.run(&self.storage).await,
            Command::Person(person) => person.run(&self.storage).await,
            Command::Group(group) => group.run(&self.storage).await,
            Command::Delegation(delegation) => delegation.run(&self.storage).await,
            Command::Key(key) => key.run(&self.storage).await,
            Command::Endpoint(endpoint) => endpoint.run(&self.storage).await,
            Command::Target(target) => target.run(&self.storage).await,
            Command::Workflow(workflow) => workflow.run(&self.storage).await,
            Command::Exec(exec) => Box::pin(exec.run(&self.storage)).await,
            Command::Hook(hook) => hook.run().await,
            Command::Hooks(hooks) => hooks.run().await,
            Command::Runner(runner) => runner.run().await,
            Command::RunnerChild(child) => child.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;
    use domain::{FieldError, refusal::Code};

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }

    const GOOD: &[&str] = &[
        "countersign serve",
        "countersign serve --listen 0.0.0.0:443 --public-url https://a.example --data /var/lib/countersign",
        "countersign demo",
        "countersign demo --listen 127.0.0.1:0 --seed 7 --pace 5 --data /tmp/demo",
        "countersign --database-url postgres://localhost/countersign person list",
        "countersign person add --email a@b.c --name A --role reviewer --role admin --group risk --password-stdin",
        "countersign person password a@b.c --password-stdin --log json",
        "countersign person change a@b.c --name A --role admin --role reviewer",
        "countersign person groups a@b.c --add risk --remove compliance",
        "countersign person groups a@b.c --remove compliance",
        "countersign person enable a@b.c",
        "countersign group create risk",
        "countersign group list",
        "countersign delegation add --from a@b.c --to d@b.c --start 2026-11-23 --until 2026-11-27 --group risk",
        "countersign delegation list",
        "countersign key create --name bot --scope hook --scope agent --owner a@b.c --expires 30d",
        "countersign key revoke bot",
        "countersign target add --name tracker --url https://t.example/api --kind http --credential-stdin --honours-keys",
        "countersign target disable tracker",
        "countersign workflow check a.yaml",
        "countersign exec sprint-review --input sprint=7",
        "countersign exec release --input version=1.4.0 --data /tmp/a --directory . --analysis local --console-only",
        "countersign hook guard --server https://a.example",
        "countersign hooks install --server https://a.example --workflow refunds --project /srv/app",
        "countersign hooks install --server https://a.example --workflow refunds --managed",
        "countersign hooks install --server http://a.example --workflow refunds --allow-http --by-command",
        "countersign hooks doctor",
        "countersign hooks install --server https://a.example --workflow refunds --runner build-7",
        "countersign runner --server https://a.example --allow-dir /srv --allow-dir /home/agent --at-once 4",
        "countersign runner --server https://a.example --allow-dir . --claude /opt/claude --settings s.json --pass AWS_PROFILE",
    ];

    const BAD: &[&str] = &[
        "countersign",
        "countersign serve --listen nowhere",
        "countersign exec",
        "countersign exec sprint-review --input sprint",
        "countersign exec sprint-review --anew --resume run_01j1x6q34xfvqr28t5cy4tp001",
        "countersign hook sometime --server https://a.example",
        "countersign demo --pace 0",
        "countersign runner --server https://a.example",
        "countersign runner --server https://a.example --allow-dir . --at-once 0",
        "countersign person add --email a@b.c --name A --role reviewer",
        "countersign person add --email a@b.c --name A --role boss --password-stdin",
        "countersign person change a@b.c",
        "countersign person groups a@b.c",
        "countersign group create",
        "countersign target add --name tracker --url https://t.example --kind ftp",
        "countersign delegation add --from a@b.c --to d@b.c --start 2026-11-23",
        "countersign delegation end a@b.c",
        "countersign key create --name bot",
        "countersign key create --name bot --scope everything",
        "countersign key create --name bot --scope hook --expires soon",
        "countersign --data a --database-url postgres://b person list",
    ];

    #[test]
    fn commands_are_understood() {
        let is_understood = |line: &&&str| CommandLine::try_parse_from(line.split(' ')).is_ok();
        assert_eq!(GOOD.iter().find(|line| !is_understood(line)), None);
        assert_eq!(BAD.iter().find(is_understood), None);
    }

    #[test]
    fn refusals_name_the_place() {
        let mut field = FieldError::new("stages.kyc", "unknown policy");
        (field.line, field.column) = (Some(3), Some(7));
        let refusal = Refusal::new(Code::InvalidWorkflow, "1 fault").with_errors(vec![field]);
        assert_eq!(tell(&refusal), "1 fault\n  3:7: stages.kyc: unknown policy");
        assert_eq!(tell(&Refusal::invalid("email", "not one")), "not one");
    }
}
