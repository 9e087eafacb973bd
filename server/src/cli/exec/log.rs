//! The execution's log and its closure report below the working folder, both made of what the console has recorded.

use std::{
    fmt::Write as _,
    fs::{File, TryLockError},
    io::Write,
    path::PathBuf,
};

use chrono::{DateTime, Utc};
use domain::step::numbered;
use serde_json::{Map, Value, json};

use super::folder::Folder;
use crate::cli::Stopped;

/// The longest name of an input in a file's name.
const LONGEST: usize = 60;

/// Where an execution is written down.
pub(super) struct Log {
    folder: Folder,
    reports: Folder,
    workflow: String,
    input: (String, String),
    /// Held as long as this execution goes on: two at once would do every step twice.
    _lock: File,
}

/// What is known of the execution.
pub(super) struct Entry<'a> {
    pub(super) run: &'a Value,
    pub(super) steps: &'a Value,
    pub(super) digest: String,
    pub(super) status: &'a str,
    pub(super) error: Option<&'a str>,
    pub(super) now: DateTime<Utc>,
    pub(super) console: &'a str,
}

impl Log {
    /// Takes the lock for this workflow and input.
    pub(super) fn open(folder: Folder, workflow: &str, input: (&str, &str)) -> Result<Self, Stopped> {
        let reports = folder.folder("reports")?;
        let lock = folder.lock(&format!("{workflow}-{}.lock", slug(input.1)))?;
        match lock.try_lock() {
            // Who holds it, for whoever looks.
            Ok(()) => lock.set_len(0).and_then(|()| write_id(&lock))?,
            Err(TryLockError::WouldBlock) => {
                let message = format!("{workflow} for {} is executed in this folder already", input.1);
                return Err(Stopped::Failed(message));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let input = (input.0.to_owned(), input.1.to_owned());
        Ok(Self { folder, reports, workflow: workflow.to_owned(), input, _lock: lock })
    }

    /// Writes the log as it is now; whoever reads it sees the whole of it or the one before.
    pub(super) fn write(&self, entry: &Entry<'_>) -> Result<PathBuf, Stopped> {
        let text = serde_json::to_string_pretty(&self.shape(entry)).unwrap_or_default() + "\n";
        self.folder.replace(&format!("{}.json", self.stem(entry)), &text)
    }

    /// Writes the closure report.
    pub(super) fn report(&self, entry: &Entry<'_>) -> Result<PathBuf, Stopped> {
        self.reports.replace(&format!("{}-closure.md", self.stem(entry)), &self.told(entry))
    }

    fn stem(&self, entry: &Entry<'_>) -> String {
        let start = moment(&entry.run["started_at"]).map(|at| at.format("%Y%m%dT%H%M%SZ").to_string());
        format!("{}-{}-{}", self.workflow, slug(&self.input.1), start.unwrap_or_default())
    }

    fn shape(&self, entry: &Entry<'_>) -> Value {
        let started = moment(&entry.run["started_at"]);
        let is_over = entry.status != "running" && entry.status != "waiting";
        let ended = moment(&entry.run["ended_at"]).or(is_over.then_some(entry.now));
        let until = ended.unwrap_or(entry.now);
        let seconds = started.map(|started| (until - started).num_seconds().max(0));
        let mut completed = Vec::new();
        let mut evidence = Map::new();
        for (position, step) in entry.steps["items"].as_array().into_iter().flatten().enumerate() {
            let name = numbered(position, step["step"].as_str().unwrap_or_default());
            if step["status"] == "verified" {
                completed.push(name.clone());
            }
            if !step["evidence"].is_null() {
                evidence.insert(name, flat(step));
            }
        }
        let mut log = json!({
            "workflow": self.workflow,
            "status": entry.status,
            "start_time": started.map(|at| at.to_rfc3339()),
            "end_time": ended.map(|at| at.to_rfc3339()),
            "duration_seconds": seconds,
            "steps_completed": completed,
            "step_evidence": evidence,
            "enforcement": {
                "mode": "external",
                "guarantee": "Order, checks and approvals are kept by the executor and the console, not by an agent",
                "approval_gate": "blocking",
                "run_id": entry.run["run_id"],
                "workflow_version": entry.run["version"],
                "workflow_digest": entry.digest,
                "console": entry.console,
                "executor": concat!("countersign ", env!("CARGO_PKG_VERSION")),
            },
        });
        log[self.input.0.as_str()] = json!(self.input.1);
        if let Some(error) = entry.error {
            log["error"] = json!(error);
        }
        log
    }

    fn told(&self, entry: &Entry<'_>) -> String {
        let log = self.shape(entry);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut out = format!("# {} for {}: {}\n\n", self.workflow, self.input.1, entry.status);
        for (name, key) in [("Started", "start_time"), ("Ended", "end_time"), ("Seconds", "duration_seconds")] {
            let _ = writeln!(out, "- {name}: {}", text(&log[key]));
        }
        let _ = writeln!(out, "- Run: {}\n- Definition: {}\n", text(&entry.run["run_id"]), entry.digest);
        out += "| step | status | what was found |\n|---|---|---|\n";
        for (position, step) in entry.steps["items"].as_array().into_iter().flatten().enumerate() {
            let name = numbered(position, step["step"].as_str().unwrap_or_default());
            let _ = writeln!(out, "| {name} | {} | {} |", text(&step["status"]), cell(step));
        }
        if let Some(error) = entry.error {
            let _ = writeln!(out, "\nStopped: {error}");
        }
        out
    }
}

/// The evidence as the log has it: what a program printed as JSON stands beside what was looked at.
fn flat(step: &Value) -> Value {
    let mut evidence = step["evidence"].as_object().cloned().unwrap_or_default();
    if let Some(Value::Object(output)) = evidence.remove("output") {
        for (name, value) in output {
            evidence.entry(name).or_insert(value);
        }
    }
    if let Some(at) = evidence.get("decided_at").cloned() {
        evidence.insert("timestamp".to_owned(), at);
    }
    evidence.into()
}

fn cell(step: &Value) -> String {
    let evidence = &step["evidence"];
    let found = if evidence["response"].is_string() {
        let who = evidence["reviewers"].as_array().into_iter().flatten().filter_map(|vote| vote["name"].as_str());
        format!("{} by {}", evidence["status"].as_str().unwrap_or_default(), who.collect::<Vec<_>>().join(", "))
    } else if evidence["output"].is_object() {
        evidence["output"].to_string()
    } else {
        evidence["summary"].as_str().or(step["error"].as_str()).unwrap_or_default().to_owned()
    };
    found.replace('|', "\\|").replace(['\n', '\r'], " ").chars().take(500).collect()
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}

/// A name that stands in files' names: letters, digits, dots and hyphens.
fn slug(text: &str) -> String {
    let kept = text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' });
    let slug: String = kept.take(LONGEST).collect();
    slug.trim_matches(['-', '.']).to_owned()
}

fn write_id(mut lock: &File) -> std::io::Result<()> {
    Write::write_all(&mut lock, format!("{}\n", std::process::id()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_hold_nothing_else() {
        assert_eq!(slug("Sprint 7"), "Sprint-7");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("1.4.0"), "1.4.0");
    }

    #[test]
    fn one_execution_of_one_input_at_a_time() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let open = |sprint: &str| Log::open(Folder::below(folder.path())?, "sprint-review", ("sprint", sprint));
        let Ok(first) = open("Sprint 7") else { panic!("the first is refused") };
        assert!(open("Sprint 7").is_err());
        assert!(open("Sprint 8").is_ok());
        drop(first);
        assert!(open("Sprint 7").is_ok());
    }
}
