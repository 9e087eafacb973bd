//! `countersign runner`: takes the sessions of this host that may go on, has Claude Code resume them, and reports.

mod console;
mod environment;
mod place;
mod process;
mod turn;

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use tokio::{sync::watch, task::JoinSet};

use self::{
    console::{Console, Unheard},
    place::{Dirs, Settings},
    turn::Setup,
};
use super::{Stopped, hook::variable};
use crate::{
    agents::claude_code::settings::{KEY, doctor::in_clear_text},
    webhook::check_url,
};

/// The variable that holds the runner's key.
const RUNNER_KEY: &str = "COUNTERSIGN_RUNNER_KEY";
/// The first pause while the console does not answer; it doubles.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[derive(Args)]
pub(super) struct Runner {
    /// The console's address
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_URL")]
    server: String,
    /// A folder in which sessions may go on; may be repeated
    #[arg(long = "allow-dir", value_name = "DIR", required = true)]
    allow_dir: Vec<PathBuf>,
    /// The client
    #[arg(long, value_name = "PATH", default_value = "claude")]
    claude: PathBuf,
    /// The client's settings, with the hooks; without it the runner writes a file of its own
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Sessions that go on at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    at_once: u16,
    /// A further variable of the environment that the client gets; may be repeated
    #[arg(long, value_name = "NAME")]
    pass: Vec<String>,
    /// Send keys in the clear to a console on another machine
    #[arg(long)]
    allow_http: bool,
}

impl Runner {
    pub(super) async fn run(self) -> Result<(), Stopped> {
        let server = self.server.trim_end_matches('/').to_owned();
        check_url(&server, true).map_err(|why| Stopped::Failed(format!("--server: {why}")))?;
        if let Some(why) = in_clear_text(&server).filter(|_| !self.allow_http) {
            return Err(Stopped::Failed(format!("{why} Give the console TLS, or say --allow-http.")));
        }
        let key = needed(RUNNER_KEY, "a key of the scope runner")?;
        let hook_key = needed(KEY, "a key of the scope hook, which the client's hooks use")?;
        let dirs = Dirs::new(&self.allow_dir).map_err(Stopped::Failed)?;
        let claude = place::program(&self.claude).map_err(|why| Stopped::Failed(format!("--claude: {why}")))?;
        let settings = match &self.settings {
            Some(file) => Settings::read(file, self.allow_http),
            None => Settings::write(&server, &std::env::current_exe()?),
        };
        let settings = settings.map_err(|why| Stopped::Failed(format!("--settings: {why}")))?;
        let environment = environment::scrubbed(&self.pass, &server);
        let console = Console::new(&server, key).map_err(Stopped::Failed)?;
        tracing::info!(%server, claude = %claude.display(), settings = %settings.file().display(), digest = %settings.digest(), "the runner waits for sessions");
        let setup = Arc::new(Setup { console, hook_key, dirs, claude, settings, environment });
        serve(setup, self.at_once).await
    }
}

fn needed(name: &str, what: &str) -> Result<String, Stopped> {
    variable(name).ok_or_else(|| Stopped::Failed(format!("{name} is not set: it holds {what}")))
}

/// How far the runner is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    /// It is not.
    Not,
    /// It takes nothing more; what goes on is waited for.
    Soon,
    /// What goes on is ended and given back.
    Now,
}

async fn serve(setup: Arc<Setup>, at_once: u16) -> Result<(), Stopped> {
    let (stop, stopped) = watch::channel(Stop::Not);
    tokio::spawn(async move {
        super::serve::asked_to_stop().await;
        tracing::info!("stopping: what goes on is waited for; ask again to end it and give it back");
        stop.send_replace(Stop::Soon);
        super::serve::asked_to_stop().await;
        tracing::warn!("stopping now: what goes on is given back");
        stop.send_replace(Stop::Now);
        std::future::pending::<()>().await;
    });
    let mut hands = JoinSet::new();
    for _ in 0..at_once {
        hands.spawn(hand(setup.clone(), stopped.clone()));
    }
    let mut ended = Ok(());
    while let Some(one) = hands.join_next().await {
        let one = one.map_err(|error| Stopped::Failed(error.to_string())).and_then(|one| one);
        if ended.is_ok() {
            ended = one;
        }
    }
    setup.settings.remove();
    ended
}

/// Waits until the runner is told to stop so far.
async fn told(stop: &mut watch::Receiver<Stop>, at_least: Stop) {
    drop(stop.wait_for(|stop| *stop >= at_least).await);
}

/// Takes one session after the other.
async fn hand(setup: Arc<Setup>, mut stop: watch::Receiver<Stop>) -> Result<(), Stopped> {
    let mut pause = PAUSE;
    loop {
        let taken = tokio::select! {
            taken = setup.console.lease() => taken,
            () = told(&mut stop, Stop::Soon) => return Ok(()),
        };
        match taken {
            Ok(taken) => {
                pause = PAUSE;
                if let Some(lent) = taken {
                    turn::take(&setup, lent, stop.clone()).await;
                }
            }
            Err(Unheard::Refused(why)) => {
                return Err(Stopped::Failed(format!("the console refuses this runner: {why}")));
            }
            Err(Unheard::Lost(why) | Unheard::Away(why)) => {
                tracing::warn!(why, seconds = pause.as_secs(), "the console does not answer, trying again");
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = told(&mut stop, Stop::Soon) => return Ok(()),
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
