//! One session: looked at, had go on, reported.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use domain::resumption::Reported;
use tokio::sync::watch;

use super::{
    Stop,
    console::{Console, Lent, Unheard},
    place::{Dirs, Settings},
    process::{Running, Start},
    told,
};
use crate::{
    agents::claude_code::resumed::{self, Ended},
    desk::session::{CLAUDE_CODE, is_session_id},
};

/// How often the console is told that the client still works: often within a lease.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// The first pause before a report is sent again; it doubles.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A report is sent as often; a console that is away for longer has taken the runner for dead.
const REPORTS: u32 = 20;

/// What a turn needs.
pub(super) struct Setup {
    pub(super) console: Console,
    pub(super) hook_key: String,
    pub(super) dirs: Dirs,
    pub(super) claude: PathBuf,
    pub(super) settings: Settings,
    pub(super) environment: Vec<(OsString, OsString)>,
}

/// Has a session go on and reports how that went.
pub(super) async fn take(setup: &Setup, lent: Lent, stop: watch::Receiver<Stop>) {
    let (resumption, session) = (&lent.resumption_id, &lent.session.id);
    tracing::info!(%resumption, %session, approval = lent.approval_id, run = lent.run_id, status = lent.status, attempt = lent.attempt, "took a session");
    let Some(ended) = go_on(setup, &lent, stop).await else {
        tracing::warn!(%resumption, %session, "the lease was lost: the client was ended, and nothing is reported");
        return;
    };
    report(setup, &lent, &ended).await;
}

/// Lets the client go on; `None` when the lease was lost meanwhile.
async fn go_on(setup: &Setup, lent: &Lent, stop: watch::Receiver<Stop>) -> Option<Ended> {
    let start = match prepared(setup, lent).await {
        Ok(start) => start,
        Err(ended) => return Some(ended),
    };
    let mut running = match start.start().await {
        Ok(running) => running,
        Err(error) => {
            return Some(Ended::with(Reported::Failed, format!("{} did not start: {error}", setup.claude.display())));
        }
    };
    watch_over(setup, lent, &mut running, stop).await
}

/// Everything that must hold before the client is started, looked at right before.
async fn prepared(setup: &Setup, lent: &Lent) -> Result<Start, Ended> {
    // The console has looked at these as well; what reaches a command line is looked at here.
    if lent.session.framework != CLAUDE_CODE || !is_session_id(&lent.session.id) {
        return Err(Ended::with(Reported::Failed, "not a session id of Claude Code"));
    }
    let cwd = setup.dirs.within(&lent.session.cwd).map_err(|why| Ended::with(Reported::CwdRefused, why))?;
    setup.settings.must_be_unchanged().map_err(|why| Ended::with(Reported::SettingsRefused, why))?;
    let gate = setup.settings.gate();
    let asked = setup.console.is_gate_there(gate, &setup.hook_key, &lent.session.id).await;
    asked.map_err(|why| Ended::with(Reported::GateUnreachable, why))?;
    let args = arguments(lent, setup.settings.file());
    Ok(Start { program: setup.claude.clone(), args, cwd, environment: setup.environment.clone() })
}

/// The fixed arguments. A call that waits is made again by itself, and a prompt could lose it; where none waits, the client
/// is told in words of our own that people have decided.
fn arguments(lent: &Lent, settings: &std::path::Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["-p", "--resume"].map(OsString::from).into();
    args.push((&lent.session.id).into());
    args.extend(["--output-format", "json", "--settings"].map(OsString::from));
    args.push(settings.into());
    if lent.origin != "gate" {
        let status = match &*lent.status {
            "approved" => "was approved",
            "rejected" => "was rejected",
            "revoked" => "was approved, and the approval was taken back",
            _ => "has expired without a decision",
        };
        args.push("--".into());
        args.push(format!("Countersign: what you waited for {status} (approval {}). Go on.", lent.approval_id).into());
    }
    args
}

/// Waits for the end, and tells the console meanwhile that there is one to come.
async fn watch_over(
    setup: &Setup,
    lent: &Lent,
    running: &mut Running,
    mut stop: watch::Receiver<Stop>,
) -> Option<Ended> {
    let mut signs = tokio::time::interval(SIGN_OF_LIFE);
    signs.tick().await;
    loop {
        tokio::select! {
            ended = running.ended() => {
                return Some(match ended {
                    Ok(output) => {
                        resumed::read(output.status.success(), &output.stdout, &output.stderr, lent.tool_use_id.as_deref())
                    }
                    Err(error) => Ended::with(Reported::Failed, error.to_string()),
                });
            }
            _ = signs.tick() => match setup.console.extend(lent).await {
                Ok(()) => {}
                Err(Unheard::Away(why)) => {
                    // Its hooks cannot ask either, so that nothing runs ungated meanwhile.
                    tracing::warn!(why, resumption = lent.resumption_id, "the console does not answer; the client goes on");
                }
                Err(Unheard::Lost(why) | Unheard::Refused(why)) => {
                    tracing::warn!(why, resumption = lent.resumption_id, "the console takes this runner for dead");
                    running.kill().await;
                    return None;
                }
            },
            () = told(&mut stop, Stop::Now) => {
                running.kill().await;
                return Some(Ended::with(Reported::GivenBack, "the runner was told to stop"));
            }
        }
    }
}

/// Reports the end until the console has it.
async fn report(setup: &Setup, lent: &Lent, ended: &Ended) {
    let (resumption, outcome, detail) = (&lent.resumption_id, ended.outcome, ended.detail.as_deref());
    let mut pause = PAUSE;
    for _ in 0..REPORTS {
        match setup.console.report(lent, ended).await {
            Ok(noted) => {
                let next_try = noted.next_try.map(|at| at.to_rfc3339());
                tracing::info!(%resumption, %outcome, detail, state = noted.state, next_try, "reported");
                return;
            }
            Err(Unheard::Lost(why) | Unheard::Refused(why)) => {
                tracing::warn!(%resumption, %outcome, detail, why, "the report was not taken");
                return;
            }
            Err(Unheard::Away(why)) => {
                tracing::warn!(%resumption, %outcome, why, "the report could not be sent, trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    tracing::error!(%resumption, %outcome, detail, "the report was given up");
}
