//! `countersign hook …`: what Claude Code runs as a command hook. It passes the question on and prints the answer; when
//! it cannot, it prints one that lets no tool run.

use std::{
    io::{Read as _, stdin},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use futures::FutureExt as _;

use super::Stopped;
use crate::{
    agents::claude_code::{
        PREFIX,
        said::{Event, Said},
        settings::KEY,
    },
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
        let is_interactive = variable("CLAUDE_CODE_ENTRYPOINT").is_some_and(|entry| entry == "cli");
        let around = [
            ("countersign-run", variable("COUNTERSIGN_RUN")),
            ("countersign-subject", variable("COUNTERSIGN_SUBJECT")),
            ("countersign-requested-by", variable("COUNTERSIGN_REQUESTED_BY")),
            ("countersign-workflow", self.workflow.clone()),
            ("countersign-interactive", is_interactive.then(|| "true".to_owned())),
            ("countersign-host", host()),
            ("countersign-runner", self.runner.clone()),
        ];
        headers.extend(around.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let outbound = Outbound::with(Arc::new(|host, port| look_up(host, port).boxed()), PATIENCE);
        let outbound = outbound.map_err(|error| error.to_string())?;
        let server = self.server.trim_end_matches('/');
        let url = format!("{server}{PREFIX}{}", self.event.slug());
        let (status, body) = outbound.post(&url, &headers, input).await.map_err(|why| format!("{server}: {why}."))?;
        let answer: serde_json::Value =
            serde_json::from_slice(&body).map_err(|_| format!("{server} answered {status} and no JSON."))?;
        // What stands between may answer as well; nothing but a decision of the console's lets a tool run.
        let is_decided = !self.must_decide() || answer["hookSpecificOutput"]["hookEventName"] == self.event.name();
        if status == 200 && is_decided {
            Ok(answer.to_string())
        } else {
            Err(format!("{server} answered {status} and no decision."))
        }
    }

    fn must_decide(&self) -> bool {
        matches!(self.event.refused(""), Said::Deny(_)) && self.event != Event::PermissionRequest
    }
}

/// A variable of the environment that the client or its user has set.
#[expect(clippy::disallowed_methods, reason = "the command line reads its configuration here, once")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// What this machine calls itself.
fn host() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    name.map(|name| name.trim().to_owned()).or_else(|| variable("HOSTNAME")).filter(|name| !name.is_empty())
}

pub(super) async fn look_up(host: String, port: u16) -> std::io::Result<Vec<std::net::SocketAddr>> {
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}
