//! `countersign hooks …`: the hooks in the settings of Claude Code, written and looked over.

mod doctor;
mod file;

use std::{
    net::{IpAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::json;
use url::Url;

use self::doctor::Doctor;
use super::Stopped;
use crate::{
    agents::claude_code::settings::{KEY, Wanted, doctor::in_clear_text},
    webhook::{check_url, is_private},
};

/// The file in a project that the client reads.
const FILE: &str = ".claude/settings.json";
/// The oldest client whose hooks can block when they fail.
const OLDEST: [u32; 3] = [2, 1, 295];
/// What an administrator settles for everybody on the machine.
const MANAGED: &str = if cfg!(target_os = "macos") {
    "/Library/Application Support/ClaudeCode/managed-settings.json"
} else if cfg!(windows) {
    "C:\\Program Files\\ClaudeCode\\managed-settings.json"
} else {
    "/etc/claude-code/managed-settings.json"
};

#[derive(Subcommand)]
pub(super) enum Hooks {
    /// Write the hooks into a project's .claude/settings.json; what is there besides stays
    Install(Install),
    /// Look for ways round the gates: settings, names, the client's version, the console itself
    Doctor(Doctor),
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Install {
    /// The console's address
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_URL")]
    server: String,
    /// The workflow of runs that sessions begin
    #[arg(long, value_name = "NAME")]
    workflow: String,
    /// The project
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// The runner that resumes the project's sessions: the name of its key
    #[arg(long, value_name = "NAME")]
    runner: Option<String>,
    /// Ask through this program alone: Claude Code sends no HTTP to names of private addresses
    #[arg(long)]
    by_command: bool,
    /// Mirror how far the run is in files of the project, `.WORKFLOW-STAGE-done`, for other tools; no gate reads them
    #[arg(long)]
    markers: bool,
    /// Write managed settings, for everybody on this machine: no other hooks count then, and no agent may change them
    #[arg(long, conflicts_with = "project")]
    managed: bool,
    /// Where managed settings are
    #[arg(long, value_name = "FILE", default_value = MANAGED, hide = true)]
    managed_file: PathBuf,
    /// Let the key go in clear text to another machine
    #[arg(long)]
    allow_http: bool,
}

impl Hooks {
    pub(super) async fn run(self) -> Result<(), Stopped> {
        match self {
            Self::Install(install) => install.run(),
            Self::Doctor(doctor) => doctor.run().await,
        }
    }
}

impl Install {
    fn run(self) -> Result<(), Stopped> {
        let url = check_url(&self.server, true).map_err(|why| Stopped::Failed(format!("--server: {why}")))?;
        if let Some(why) = in_clear_text(&self.server).filter(|_| !self.allow_http) {
            return Err(Stopped::Failed(format!("--server: {why} Use https, or allow it with --allow-http.")));
        }
        let file = if self.managed { self.managed_file } else { self.project.join(FILE) };
        let settings = if file.exists() { file::read(&file)? } else { json!({}) };
        let program = std::env::current_exe()?.display().to_string();
        let server = self.server.trim_end_matches('/').to_owned();
        let (by_command, markers, managed, runner) = (self.by_command, self.markers, self.managed, self.runner);
        let wanted = Wanted { server, workflow: Some(self.workflow), runner, program, by_command, markers, managed };
        let settings = wanted.installed_in(settings).map_err(|why| failed(&file, &why))?;
        file::write(&file, &settings)?;
        println!("wrote {}", file.display());
        println!(
            "Start the client with {KEY} set to a key of the scope hook, and COUNTERSIGN_RUN; or, if the key was made with \
             --begins-runs, COUNTERSIGN_SUBJECT."
        );
        if let Some(why) = refused_name(&url).filter(|_| !self.by_command) {
            println!("warning: {why}");
        }
        Ok(())
    }
}

fn failed(file: &Path, why: &str) -> Stopped {
    Stopped::Failed(format!("{}: {why}", file.display()))
}

/// Why the client would not ask at this address. An address in figures is asked, a name that leads there is not.
fn refused_name(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        let is_on_a_link = match address {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        };
        return is_on_a_link.then(|| format!("{address} is a link-local address: Claude Code sends nothing there."));
    }
    let port = url.port_or_known_default().unwrap_or(443);
    match (host, port).to_socket_addrs() {
        Ok(found) => {
            let refused = found.map(|address| address.ip()).find(|ip| !ip.is_loopback() && is_private(*ip))?;
            Some(format!(
                "{host} leads to {refused}: Claude Code sends no HTTP there. Install with --by-command, or use the address in figures."
            ))
        }
        Err(error) => Some(format!("{host} was not found: {error}")),
    }
}

/// What is wrong with the client, as far as it tells its version.
fn client_fault() -> Option<String> {
    let told = std::process::Command::new("claude").arg("--version").output();
    let Ok(told) = told else { return Some("The program `claude` was not found, or did not start.".to_owned()) };
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let Some(version) = version_of(&told) else {
        return Some(format!("`claude --version` says {:?}, which is no version: it may be too old.", told.trim()));
    };
    let [major, minor, patch] = OLDEST;
    (version < OLDEST).then(|| {
        format!("{} is older than {major}.{minor}.{patch}: when a hook fails there, the tool runs.", told.trim())
    })
}

fn version_of(told: &str) -> Option<[u32; 3]> {
    let mut parts = told.split_whitespace().next()?.split('.').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(version_of("2.1.329 (Claude Code)"), Some([2, 1, 329]));
        assert!(version_of("2.1.294").expect("a version") < OLDEST);
        assert!(version_of("3.0.0").expect("a version") > OLDEST);
        assert_eq!(version_of("claude"), None);
    }

    #[test]
    fn names_of_private_addresses_are_told_and_figures_are_not() {
        let url = |text: &str| Url::parse(text).expect("an address");
        assert_eq!(refused_name(&url("http://10.1.2.3:8080/a")), None);
        assert_eq!(refused_name(&url("http://localhost:8080/a")), None);
        for link in ["http://169.254.1.2/a", "http://[fe80::1]/a"] {
            assert!(refused_name(&url(link)).expect("a fault").contains("link-local"), "{link}");
        }
        assert!(refused_name(&url("http://nowhere.invalid/a")).expect("a fault").contains("not found"));
    }
}
