//! One execution: step after step, each begun only as the console says, written down after each.

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use domain::{
    id::{ApprovalId, RunId},
    inspect,
    step::{StepStatus, numbered},
    workflow::{Deed, Program, Step, Workflow},
};
use serde_json::{Map, Value, json};

use super::{
    analyse::{self, By},
    check,
    choice::session_name,
    console::{Console, Unheard},
    gate::{self, Answer},
    log::{Entry, Log},
    process, status_of,
};
use crate::{cli::Stopped, clock::Clock};

/// The most bytes of what steps printed that a program is given: a variable is no longer than 128 KiB.
const MOST_TOLD: usize = 64 << 10;

/// Everything an execution needs.
pub(super) struct Walk<'a> {
    pub(super) console: &'a Console,
    pub(super) workflow: &'a Workflow,
    pub(super) digest: String,
    /// What the run was begun with.
    pub(super) inputs: Value,
    pub(super) folder: PathBuf,
    pub(super) log: Log,
    pub(super) by: By,
    /// Which executor this is, as the console knows it.
    pub(super) executor: String,
    /// Whether a step that another one is at is begun again.
    pub(super) takes_over: bool,
    /// Whether the terminal asks.
    pub(super) is_asked_here: bool,
}

/// Why an execution does not go on, and what the log says of it.
struct Halt {
    status: &'static str,
    why: String,
}

impl Halt {
    fn failed(why: impl Into<String>) -> Self {
        Self { status: "failed", why: why.into() }
    }
}

impl From<Unheard> for Halt {
    fn from(unheard: Unheard) -> Self {
        Self { status: "interrupted", why: unheard.message() }
    }
}

impl From<Stopped> for Halt {
    fn from(stopped: Stopped) -> Self {
        Self { status: "interrupted", why: stopped.to_string() }
    }
}

impl Walk<'_> {
    /// Goes through the steps.
    pub(super) async fn go(&self, run: Value) -> Result<(), Stopped> {
        let id: RunId =
            run["run_id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(RunId::from_uuid(uuid::Uuid::nil()));
        for (position, step) in self.workflow.steps.iter().enumerate() {
            println!("Step {} of {}: {}", position + 1, self.workflow.steps.len(), step.id);
            if let Err(halt) = Box::pin(self.step(id, position, step)).await {
                self.write_down(id, halt.status, Some(&halt.why)).await;
                return Err(Stopped::Failed(format!("stopped at {}: {}", numbered(position, &step.id), halt.why)));
            }
            let is_last = position + 1 == self.workflow.steps.len();
            self.write_down(id, if is_last { "completed" } else { "running" }, None).await;
        }
        println!("Every step is verified.");
        Ok(())
    }

    async fn step(&self, run: RunId, position: usize, step: &Step) -> Result<(), Halt> {
        let who = json!({
            "session_id": session_name(&self.executor), "executor": self.executor, "take_over": self.takes_over,
        });
        let begun = match self.console.begin_step(run, &step.id, who).await {
            Ok(begun) => begun,
            Err(unheard) => return Err(self.not_begun(run, unheard).await),
        };
        let attempt = begun["attempt"].as_u64().unwrap_or_default();
        match (status_of(&begun), &step.deed) {
            (Some(StepStatus::Verified), _) => {
                println!("  verified before");
                Ok(())
            }
            (Some(StepStatus::Awaiting), Deed::Approval(_)) => {
                Box::pin(self.approval(run, step, &begun, attempt)).await
            }
            (Some(StepStatus::Running), Deed::Run(program)) => {
                let body = self.program(program, position, run, attempt).await?;
                self.reported(run, step, body).await
            }
            (Some(StepStatus::Running), Deed::Analyse(roles)) => {
                let steps = self.console.steps(run).await?;
                let evidence = analyse::analyse(roles, &self.by, &steps, &self.folder).await;
                self.reported(run, step, json!({"attempt": attempt, "evidence": evidence})).await
            }
            _ => Err(Halt::failed(format!("the console says {} of this step", begun["status"]))),
        }
    }

    /// A step that may not begin. Where an approval does not stand any more, the run is over.
    async fn not_begun(&self, run: RunId, unheard: Unheard) -> Halt {
        let Unheard::Refused(told) = &unheard else { return unheard.into() };
        if told.code == "wrong_step" && told.approval_status.is_some() {
            let why = told.message.clone();
            return match self.console.fail(run, &why).await {
                Ok(()) => Halt::failed(why),
                Err(unheard) => unheard.into(),
            };
        }
        // Another executor does the step, and may well verify it.
        let status = if told.is_elsewhere { "interrupted" } else { "failed" };
        Halt { status, why: told.message.clone() }
    }

    /// Runs the program and looks at what is verified; gives what is reported.
    async fn program(&self, program: &Program, position: usize, run: RunId, attempt: u64) -> Result<Value, Halt> {
        let (argv, mut env) = program.filled(&self.inputs).map_err(|missing| {
            Halt::failed(format!(
                "nothing was run: the run has no {missing}. Begin another with --anew --input NAME=VALUE"
            ))
        })?;
        println!("  $ {}", inspect::spelled(&argv.join(" ")));
        env.insert("COUNTERSIGN_RUN".to_owned(), run.to_string());
        env.insert("COUNTERSIGN_STEP".to_owned(), numbered(position, &self.workflow.steps[position].id));
        // Not from a file that others may change: what was found before is what the console has recorded.
        if let Some(before) = before(&self.console.steps(run).await?) {
            env.insert("COUNTERSIGN_STEPS".to_owned(), before);
        }
        let limit = program.timeout.map(Duration::from_secs);
        Ok(match process::run(&argv, &env, &self.folder, (true, limit)).await {
            Ok(output) if output.is_late => {
                let seconds = program.timeout.unwrap_or_default();
                let error = format!("{} was ended: it took longer than {seconds} s, its timeout", argv[0]);
                json!({"attempt": attempt, "evidence": check::evidence(&argv, &output), "error": error})
            }
            Ok(output) => {
                let found = check::look(&program.checks(), &self.folder, output.status);
                let checks: Vec<Value> =
                    found.iter().map(|one| json!({"passed": one.passed, "found": one.found})).collect();
                json!({"attempt": attempt, "evidence": check::evidence(&argv, &output), "checks": checks})
            }
            Err(error) => {
                let evidence = Map::from_iter([("argv".to_owned(), json!(argv))]);
                json!({"attempt": attempt, "evidence": evidence, "error": format!("{} could not be run: {error}", argv[0])})
            }
        })
    }

    /// Reports what was found; the console says whether that is enough.
    async fn reported(&self, run: RunId, step: &Step, mut body: Value) -> Result<(), Halt> {
        body["executor"] = json!(self.executor);
        let told = self.console.report(run, &step.id, body).await?;
        for check in told["evidence"]["verified"].as_array().into_iter().flatten() {
            let mark = if check["passed"] == true { "✓" } else { "✗" };
            println!("  {mark} {}", inspect::spelled(check["check"].as_str().unwrap_or_default()));
        }
        match status_of(&told) {
            Some(StepStatus::Verified) => Ok(()),
            _ => Err(Halt::failed(told["error"].as_str().unwrap_or("it is not verified"))),
        }
    }

    /// Waits for people. What counts is what the store says afterwards.
    async fn approval(&self, run: RunId, step: &Step, begun: &Value, attempt: u64) -> Result<(), Halt> {
        let id = begun["approval_id"].as_str().and_then(|id| id.parse::<ApprovalId>().ok());
        let id = id.ok_or_else(|| Halt::failed("the console names no approval"))?;
        self.write_down(run, "waiting", None).await;
        match gate::wait(self.console, id, self.is_asked_here).await? {
            Answer::No => {
                let url = self.console.url();
                let why = format!("not approved. Nothing was changed; the approval still waits: {url}/approvals/{id}");
                return Err(Halt { status: "cancelled", why });
            }
            Answer::Ended(how) => println!("  {how}"),
            Answer::Approved => println!("  approved"),
        }
        let told = self.console.report(run, &step.id, json!({"attempt": attempt})).await?;
        match (status_of(&told), told["evidence"]["approved"].as_bool()) {
            (Some(StepStatus::Verified), Some(true)) => Ok(()),
            _ => Err(Halt::failed(told["error"].as_str().unwrap_or("it is not approved"))),
        }
    }

    /// Writes the log, and the report once nothing follows. That it cannot be written stops nothing: the console has all.
    async fn write_down(&self, run: RunId, status: &str, error: Option<&str>) {
        let (detail, steps) = (self.console.run(run).await, self.console.steps(run).await);
        let (Ok(detail), Ok(steps)) = (detail, steps) else {
            eprintln!("countersign: the log could not be written: the console cannot be reached");
            return;
        };
        let now: DateTime<Utc> = Clock::System.now();
        let digest = self.digest.clone();
        let entry = Entry { run: &detail, steps: &steps, digest, status, error, now, console: self.console.url() };
        let written = self.log.write(&entry).and_then(|log| {
            let is_over = status == "completed" || error.is_some();
            let report = is_over.then(|| self.log.report(&entry)).transpose()?;
            Ok((log, report))
        });
        match written {
            Ok((log, Some(report))) => println!("Log {}\nReport {}", log.display(), report.display()),
            Ok(_) => {}
            Err(stopped) => eprintln!("countersign: {stopped}"),
        }
    }
}

/// What programs printed in the steps that are verified, for a program to hold what it does against; none where it is
/// more than a variable holds.
fn before(steps: &Value) -> Option<String> {
    let verified = steps["items"].as_array().into_iter().flatten().filter(|step| step["status"] == "verified");
    let output = |step: &Value| Some((step["step"].as_str()?.to_owned(), step["evidence"]["output"].clone()));
    let printed: Map<String, Value> = verified.filter_map(output).filter(|(_, output)| output.is_object()).collect();
    let text = Value::Object(printed).to_string();
    (text.len() <= MOST_TOLD).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_told_what_was_verified_and_nothing_else() {
        let step = |id: &str, status: &str, output: Value| json!({"step": id, "status": status, "evidence": {"output": output}});
        let steps = json!({"items": [
            step("staging", "verified", json!({"sha256": "ab"})),
            step("look", "verified", Value::Null),
            step("production", "running", json!({"sha256": "cd"})),
        ]});
        assert_eq!(before(&steps).as_deref(), Some(r#"{"staging":{"sha256":"ab"}}"#));
        let much = json!({"items": [step("staging", "verified", json!({"text": "x".repeat(MOST_TOLD)}))]});
        assert_eq!(before(&much), None);
    }
}
