//! `countersign hooks …`: the hooks in a project's settings of Claude Code, written and looked over.

use std::{
    fs,
    net::{IpAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use url::Url;

use super::{Stopped, hook::variable};
use crate::{
    agents::claude_code::settings::{KEY, Wanted, faults},
    webhook::{check_url, is_private},
};

/// The file in a project that the client reads.
const FILE: &str = ".claude/settings.json";
/// The oldest client that suspends a call.
const OLDEST: [u32; 3] = [2, 1, 89];

#[derive(Subcommand)]
pub(super) enum Hooks {
    /// Write the hooks into a project's .claude/settings.json; what is there besides stays
    Install(Install),
    /// Look for ways round the gates: settings, names, the client's version
    Doctor {
        /// The project
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
    },
}

#[derive(Args)]
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
}

impl Hooks {
    pub(super) fn run(self) -> Result<(), Stopped> {
        match self {
            Self::Install(install) => install.run(),
            Self::Doctor { project } => doctor(&project),
        }
    }
}

impl Install {
    fn run(self) -> Result<(), Stopped> {
        let url = check_url(&self.server, true).map_err(|why| Stopped::Failed(format!("--server: {why}")))?;
        let file = self.project.join(FILE);
        let settings = if file.exists() { read(&file)? } else { json!({}) };
        let program = std::env::current_exe()?.display().to_string();
        let server = self.server.trim_end_matches('/').to_owned();
        let wanted =
            Wanted { server, workflow: Some(self.workflow), runner: self.runner, program, by_command: self.by_command };
        let settings = wanted.installed_in(settings).map_err(|why| failed(&file, &why))?;
        write(&file, &settings)?;
        println!("wrote {}", file.display());
        println!(
            "Start the client with {KEY} set to a key of the scope hook, and COUNTERSIGN_SUBJECT or COUNTERSIGN_RUN."
        );
        if let Some(why) = refused_name(&url).filter(|_| !self.by_command) {
            println!("warning: {why}");
        }
        Ok(())
    }
}

/// Writes beside the file first: a client that reads meanwhile sees the old hooks or the new ones.
fn write(file: &Path, settings: &Value) -> Result<(), Stopped> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string_pretty(settings).map_err(|error| failed(file, &error.to_string()))?;
    let beside = file.with_extension("json.new");
    fs::write(&beside, text + "\n")?;
    Ok(fs::rename(&beside, file)?)
}

fn read(file: &Path) -> Result<Value, Stopped> {
    let text = fs::read_to_string(file).map_err(|error| failed(file, &error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(file, &error.to_string()))
}

fn failed(file: &Path, why: &str) -> Stopped {
    Stopped::Failed(format!("{}: {why}", file.display()))
}

fn doctor(project: &Path) -> Result<(), Stopped> {
    let file = project.join(FILE);
    let settings = read(&file)?;
    let mut found = faults(&settings);
    let urls = settings["hooks"]["PreToolUse"].as_array().into_iter().flatten();
    let urls = urls.flat_map(|entry| entry["hooks"].as_array().into_iter().flatten());
    for url in urls.filter_map(|handler| handler["url"].as_str()).filter_map(|url| Url::parse(url).ok()) {
        found.extend(refused_name(&url));
    }
    found.extend(client_fault());
    if variable(KEY).is_none() {
        found.push(format!("{KEY} is not set here: without it the console does not know who asks."));
    }
    println!(
        "note: whoever may write {} can take the hooks out; an agent with a shell under the same user can.",
        file.display()
    );
    for fault in &found {
        println!("fault: {fault}");
    }
    match found.len() {
        0 => {
            println!("{}: no faults", file.display());
            Ok(())
        }
        1 => Err(failed(&file, "1 fault")),
        many => Err(failed(&file, &format!("{many} faults"))),
    }
}

/// Why the client would not ask at this address. An address in figures is asked, a name that leads there is not.
fn refused_name(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    if host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok() {
        return None;
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
    let version = version_of(&told)?;
    let [major, minor, patch] = OLDEST;
    (version < OLDEST)
        .then(|| format!("{} is older than {major}.{minor}.{patch}: it does not suspend calls.", told.trim()))
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
        assert!(version_of("2.1.9").expect("a version") < OLDEST);
        assert!(version_of("3.0.0").expect("a version") > OLDEST);
        assert_eq!(version_of("claude"), None);
    }

    #[test]
    fn names_of_private_addresses_are_told_and_figures_are_not() {
        let url = |text: &str| Url::parse(text).expect("an address");
        assert_eq!(refused_name(&url("http://10.1.2.3:8080/a")), None);
        assert_eq!(refused_name(&url("http://localhost:8080/a")), None);
        assert!(refused_name(&url("http://nowhere.invalid/a")).expect("a fault").contains("not found"));
    }
}
