//! `countersign hook …`: what Claude Code runs as a command hook. It passes the question on and prints the answer; when
//! it cannot, it prints one that lets no tool run.

mod markers;
mod process;

use std::{
    ffi::OsString,
    io::{Read as _, stdin},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Args, error::ErrorKind};
use futures::FutureExt as _;

use self::process::Client;
use super::Stopped;
use crate::{
    agents::claude_code::{PREFIX, heard::heard, phases, said::Event, settings::KEY},
    webhook::Outbound,
};

/// Longer than the console holds a call, shorter than the client waits for this command.
const PATIENCE: Duration = Duration::from_secs(590);
/// The longest input; more is no hook's.
const MOST_READ: u64 = 2 << 20;

#[derive(Args)]
pub(super) struct Hook {
    /// pre-tool-use, guard, post-tool-use, post-tool-use-failure, permission-request, user-prompt-submit,
    /// session-start, stop or subagent-stop
    #[arg(value_parser = event)]
    event: Event,
    /// The console's address
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_URL")]
    server: String,
    /// The workflow of a run that a session begins
    #[arg(long, value_name = "NAME", env = "COUNTERSIGN_WORKFLOW")]
    workflow: Option<String>,
    /// The runner that resumes a session that begins: the name of its key
    #[arg(long, value_name = "NAME", env = "COUNTERSIGN_RUNNER")]
    runner: Option<String>,
    /// Mirror how far the run is in files of the project
    #[arg(long)]
    markers: bool,
}

fn event(slug: &str) -> Result<Event, String> {
    let known = Event::ALL.map(Event::slug).join(", ");
    Event::of(slug).ok_or_else(|| format!("expected one of {known}"))
}

impl Hook {
    pub(super) async fn run(self) -> Result<(), Stopped> {
        let answer = match self.ask().await {
            Ok(answer) => answer,
            Err(why) => self.event.refused(&why).to_json(self.event).to_string(),
        };
        println!("{answer}");
        Ok(())
    }

    async fn ask(&self) -> Result<String, String> {
        let mut input = String::new();
        stdin()
            .take(MOST_READ)
            .read_to_string(&mut input)
            .map_err(|error| format!("The input is unreadable: {error}."))?;
        let key = variable(KEY).ok_or_else(|| format!("{KEY} is not set."))?;
        let mut headers = vec![("authorization", format!("Bearer {key}"))];
        let client = Client::of_this_command(host().as_deref(), variable("CLAUDE_CODE_ENTRYPOINT").as_deref());
        let around = [
            ("countersign-run", variable("COUNTERSIGN_RUN")),
            ("countersign-subject", variable("COUNTERSIGN_SUBJECT")),
            ("countersign-requested-by", variable("COUNTERSIGN_REQUESTED_BY")),
            ("countersign-workflow", self.workflow.clone()),
            ("countersign-interactive", client.asks_somebody.then(|| "true".to_owned())),
            ("countersign-client", client.name),
            ("countersign-client-age", client.age.map(|age| age.as_millis().to_string())),
            ("countersign-host", host()),
            ("countersign-runner", self.runner.clone()),
            (phases::ASKS, self.markers.then(|| "true".to_owned())),
        ];
        headers.extend(around.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let outbound = Outbound::with(Arc::new(|host, port| look_up(host, port).boxed()), PATIENCE);
        let outbound = outbound.map_err(|error| error.to_string())?;
        let server = self.server.trim_end_matches('/');
        let url = format!("{server}{PREFIX}{}", self.event.slug());
        let folder = folder(&input);
        let (status, body) = outbound.post(&url, &headers, input).await.map_err(|why| format!("{server}: {why}."))?;
        let answer: serde_json::Value =
            serde_json::from_slice(&body).map_err(|_| format!("{server} answered {status} and no JSON."))?;
        if let (Some(folder), Ok(phases)) = (folder, serde_json::from_value(answer[phases::KEY].clone())) {
            // The files are a convenience: an answer is not lost for them.
            if let Err(error) = markers::mirror(&folder, &phases) {
                eprintln!("{}: {error}", folder.display());
            }
        }
        // What stands between may answer as well; nothing but a decision of the console's lets a tool run.
        let heard = (status == 200).then(|| heard(self.event, &answer)).flatten();
        heard
            .map(|answer| answer.to_string())
            .ok_or_else(|| format!("{server} answered {status}, and nothing that is an answer to a hook."))
    }
}

/// The project that the client works in.
fn folder(input: &str) -> Option<PathBuf> {
    let input: serde_json::Value = serde_json::from_str(input).ok()?;
    let folder = variable("CLAUDE_PROJECT_DIR").or_else(|| input["cwd"].as_str().map(str::to_owned))?;
    Some(PathBuf::from(folder)).filter(|folder| folder.is_absolute() && folder.is_dir())
}

/// What is answered to a client whose settings this command does not understand; `None` where no hook is meant. It ends
/// well all the same: some endings of a command say something to the client.
pub(super) fn misunderstood(typed: &[OsString], error: &clap::Error) -> Option<ExitCode> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return None;
    }
    let event = meant(typed.iter().skip(1).filter_map(|word| word.to_str()))?;
    eprintln!("{error}");
    let why = error.to_string();
    let why = why.lines().next().unwrap_or_default();
    println!("{}", event.refused(&format!("The hook in the settings is wrong: {why}.")).to_json(event));
    Some(ExitCode::SUCCESS)
}

/// The hook that is meant by a command line that is not understood, if one is.
fn meant<'w>(mut words: impl Iterator<Item = &'w str>) -> Option<Event> {
    loop {
        match words.next()? {
            "--data" | "--database-url" | "--log" => drop(words.next()),
            flag if flag.starts_with('-') => {}
            "hook" => break,
            _ => return None,
        }
    }
    // A hook that is none is most likely misspelt: the call it was to ask about may not run.
    Some(words.find_map(Event::of).unwrap_or(Event::PreToolUse))
}

/// A variable of the environment that the client or its user has set.
#[expect(clippy::disallowed_methods, reason = "the command line reads its configuration here, once")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// What this machine calls itself.
pub(super) fn host() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    name.map(|name| name.trim().to_owned()).or_else(|| variable("HOSTNAME")).filter(|name| !name.is_empty())
}

/// The addresses of a name.
pub(super) async fn look_up(host: String, port: u16) -> std::io::Result<Vec<std::net::SocketAddr>> {
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_meant_where_hook_is_the_command() {
        let of = |line: &str| meant(line.split(' '));
        assert_eq!(of("hook stop --sever https://a.example"), Some(Event::Stop));
        assert_eq!(of("--data /srv hook --sever x guard"), Some(Event::Guard));
        assert_eq!(of("--log=json hook"), Some(Event::PreToolUse));
        assert_eq!(of("hook pretooluse"), Some(Event::PreToolUse));
        for other in ["key create --scope hook", "--data hook serve", "hooks install", ""] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
