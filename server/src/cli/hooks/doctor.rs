//! `countersign hooks doctor`: every settings file the client reads, the client itself, and the console it asks.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use futures::FutureExt as _;
use serde_json::{Value, json};
use url::Url;

use super::{
    super::hook::{look_up, variable},
    FILE, MANAGED, Stopped, client_fault, file, refused_name,
};
use crate::{
    agents::claude_code::{
        PREFIX,
        said::Event,
        settings::{
            KEY,
            doctor::{Source, look_over},
        },
    },
    webhook::Outbound,
};

/// How long the console may take.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(in crate::cli) struct Doctor {
    /// The project
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// Where managed settings are
    #[arg(long, value_name = "FILE", default_value = MANAGED, hide = true)]
    managed_file: PathBuf,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<(), Stopped> {
        let mut faults = Vec::new();
        let sources = self.sources(&mut faults);
        let findings = look_over(&sources);
        faults.extend(findings.faults);
        if let Some(server) = &findings.server {
            let is_asked_over_http = sources.iter().any(|source| asks_over_http(&source.settings));
            let url = Url::parse(server).ok().filter(|_| is_asked_over_http);
            faults.extend(url.and_then(|url| refused_name(&url)));
            faults.extend(console_faults(server).await);
        }
        faults.extend(client_fault());
        if variable(KEY).is_none() {
            faults.push(format!("{KEY} is not set here: without it the console does not know who asks."));
        }
        for note in &findings.notes {
            println!("note: {note}");
        }
        for fault in &faults {
            println!("fault: {fault}");
        }
        match faults.len() {
            0 => {
                println!("{}: no faults", self.project.display());
                Ok(())
            }
            1 => Err(Stopped::Failed("1 fault".to_owned())),
            many => Err(Stopped::Failed(format!("{many} faults"))),
        }
    }

    /// The files the client reads, those that are there.
    fn sources(&self, faults: &mut Vec<String>) -> Vec<Source> {
        let home = variable("CLAUDE_CONFIG_DIR").map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".claude")));
        let own = home.map(|home| home.join("settings.json"));
        let of_project = [FILE, ".claude/settings.local.json"].map(|file| self.project.join(file));
        let managed = managed(&self.managed_file);
        let files = managed.iter().cloned().chain(own).chain(of_project);
        let mut sources = Vec::new();
        for path in files.filter(|path| path.exists()) {
            match file::read(&path) {
                Ok(settings) => {
                    let is_managed = managed.contains(&path);
                    if is_managed && others_may_write(&path) {
                        faults.push(format!("{} may be written by others than its owner.", path.display()));
                    }
                    sources.push(Source { name: path.display().to_string(), is_managed, settings });
                }
                Err(why) => faults.push(format!("{why}: the client reads no hooks there.")),
            }
        }
        sources
    }
}

/// An administrator's settings: the file, and what lies in the folder beside it.
fn managed(file: &Path) -> Vec<PathBuf> {
    let folder = file.with_extension("d");
    let is_read = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut more: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_read).collect();
    more.sort();
    std::iter::once(file.to_owned()).chain(more).collect()
}

fn asks_over_http(settings: &Value) -> bool {
    settings["hooks"].to_string().contains(PREFIX)
}

#[cfg(unix)]
fn others_may_write(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o022 != 0)
}

#[cfg(not(unix))]
const fn others_may_write(_: &Path) -> bool {
    false
}

/// What is wrong with the console: whether it answers, and whether it takes the key. The hook that is called does nothing.
async fn console_faults(server: &str) -> Option<String> {
    let outbound = Outbound::with(Arc::new(|host, port| look_up(host, port).boxed()), PATIENCE);
    let outbound = match outbound {
        Ok(outbound) => outbound,
        Err(error) => return Some(error.to_string()),
    };
    match outbound.get(&format!("{server}/healthz")).await {
        Ok((200, _)) => {}
        Ok((status, _)) => return Some(format!("{server}/healthz answers {status}: every tool call is denied.")),
        Err(why) => return Some(format!("{server}: {why}. Every tool call is denied.")),
    }
    let key = variable(KEY)?;
    let headers = [("authorization", format!("Bearer {key}"))];
    let url = format!("{server}{PREFIX}{}", Event::SubagentStop.slug());
    let answer = outbound.post(&url, &headers, json!({"session_id": "doctor"}).to_string()).await;
    let answer = match answer {
        Ok((200, body)) => serde_json::from_slice(&body).unwrap_or(Value::Null),
        Ok((status, _)) => return Some(format!("{url} answers {status}: every tool call is denied.")),
        Err(why) => return Some(format!("{url}: {why}.")),
    };
    match answer["systemMessage"].as_str() {
        Some(why) => Some(format!("the key in {KEY} is not taken. {why}")),
        None if answer == json!({}) => None,
        None => Some(format!("{url} answers as no Countersign does: something stands between.")),
    }
}
