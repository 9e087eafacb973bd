//! `countersign exec`: does the steps of a published workflow in their order, each verified before the next begins.
//!
//! The order, what was verified and who agreed are the console's; this process does what it is told next, looks at its
//! host, and reports. Killed at any instant, it goes on where it was.

mod analyse;
mod check;
mod console;
mod folder;
mod gate;
mod inputs;
mod local;
mod log;
mod process;
mod remote;
mod walk;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use domain::{
    id::RunId,
    step::StepStatus,
    workflow::{Deed, Workflow},
};
use serde_json::{Map, Value, json};

use self::{
    analyse::By,
    console::{Console, Published},
    folder::Folder,
    local::Local,
    log::Log,
    remote::Remote,
    walk::Walk,
};
use super::{Stopped, hook::variable, serve::asked_to_stop, storage::Storage};
use crate::rules::definition;

/// Where a server on this machine usually is.
const USUAL: &str = "http://127.0.0.1:8080";

#[derive(Args)]
pub(super) struct Exec {
    /// The published workflow
    workflow: String,
    /// What it is begun with
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = inputs::pair)]
    inputs: Vec<(String, String)>,
    /// Whom or what it is about, instead of the input of that name
    #[arg(long)]
    subject: Option<String>,
    /// Who asked for it, by email: needed where a policy excludes the requester
    #[arg(long, value_name = "EMAIL")]
    requested_by: Option<String>,
    /// An unfinished run to resume, instead of the newest one of the same definition and inputs
    #[arg(long, value_name = "RUN")]
    resume: Option<RunId>,
    /// Begin anew, even if an unfinished run is there
    #[arg(long, conflicts_with = "resume")]
    anew: bool,
    /// The working folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Who looks at the evidence: claude where it is found, or this program alone
    #[arg(long, value_enum, default_value_t = Analysis::Auto)]
    analysis: Analysis,
    /// The client of Claude
    #[arg(long, value_name = "PATH", default_value = "claude")]
    claude: String,
    /// Wait for the console, even where there is a terminal to ask at
    #[arg(long)]
    console_only: bool,
    /// Where people open the console, with `--data`
    #[arg(long, value_name = "URL", default_value = USUAL)]
    public_url: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Analysis {
    Auto,
    Claude,
    Local,
}

impl Exec {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let console = self.console(storage).await?;
        let done = tokio::select! {
            done = self.execute(&console) => done,
            () = asked_to_stop() => Err(Stopped::Failed("stopped. Start again to resume".to_owned())),
        };
        console.close().await;
        done
    }

    /// The console over HTTP where one is named, else the database of this machine.
    async fn console(&self, storage: &Storage) -> Result<Console, Stopped> {
        match variable("COUNTERSIGN_URL").filter(|_| !storage.is_named()) {
            Some(url) => {
                let missing = "COUNTERSIGN_KEY: a key with the scope hook is needed (key create --scope hook)";
                let key = variable("COUNTERSIGN_KEY").ok_or_else(|| Stopped::Failed(missing.to_owned()))?;
                Ok(Console::Remote(Remote::new(&url, key)?))
            }
            None => Ok(Console::Local(Box::new(Local::open(storage, &self.public_url).await?))),
        }
    }

    async fn execute(&self, console: &Console) -> Result<(), Stopped> {
        let folder = self.directory.canonicalize();
        let folder = folder.map_err(|error| Stopped::Failed(format!("{}: {error}", self.directory.display())))?;
        let published = console.workflow(&self.workflow, None).await?;
        let (published, workflow, run) = self.run_to_go_on(console, published).await?;
        let given = run["inputs"].as_object().cloned().unwrap_or_default();
        let (name, value) = inputs::leading(&workflow, &given);
        let log = Log::open(Folder::below(&folder)?, &workflow.name, (&name, &value))?;
        announce(&workflow, &published, &run, console);
        let by = self.analysts();
        let walk = Walk {
            console,
            workflow: &workflow,
            digest: published.digest.to_string(),
            inputs: run["inputs"].clone(),
            folder,
            log,
            by,
            is_asked_here: !self.console_only,
        };
        Box::pin(walk.go(run)).await
    }

    /// The unfinished run of the same definition and inputs, or a new one.
    async fn run_to_go_on(
        &self,
        console: &Console,
        published: Published,
    ) -> Result<(Published, Workflow, Value), Stopped> {
        if let Some(id) = self.resume {
            let run = console.run(id).await?;
            let version = run["version"].as_u64().and_then(|version| u32::try_from(version).ok());
            let published = console.workflow(run["workflow"].as_str().unwrap_or_default(), version).await?;
            let workflow = self.with_steps(&published)?;
            return Ok((published, workflow, run));
        }
        let workflow = self.with_steps(&published)?;
        let inputs = inputs::typed(&workflow, &self.inputs).map_err(|why| Stopped::Failed(format!("--input {why}")))?;
        let subject = self.subject.clone().unwrap_or_else(|| inputs::leading(&workflow, &inputs).1);
        if !self.anew
            && let Some(run) = unfinished(console, &published, &workflow, &subject, &inputs).await?
        {
            return Ok((published, workflow, run));
        }
        let session = format!("exec-{:032x}", rand::random::<u128>());
        let mut body = json!({
            "workflow": workflow.name, "version": published.version, "subject": subject, "inputs": inputs,
            "session": {"framework": "countersign-exec", "id": session, "resume": {"via": "poll"}},
        });
        if let Some(who) = &self.requested_by {
            body["requested_by"] = json!(who);
        }
        let started = console.start(body).await?;
        let id = started["run_id"].as_str().and_then(|id| id.parse().ok());
        let id: RunId = id.ok_or_else(|| Stopped::Failed("the console began no run".to_owned()))?;
        Ok((published, workflow, console.run(id).await?))
    }

    /// The definition, if there is something to execute in it. It is the console's text, by its digest.
    fn with_steps(&self, published: &Published) -> Result<Workflow, Stopped> {
        let digest = domain::Digest::of("workflow/v1", published.source.as_bytes());
        if digest != published.digest {
            return Err(Stopped::Failed(format!("the text of {} is not what was published", self.workflow)));
        }
        let workflow = definition::parse(&published.source)?;
        if workflow.steps.is_empty() {
            let message = format!("{} has no steps: there is nothing to execute", workflow.name);
            return Err(Stopped::Failed(message));
        }
        Ok(workflow)
    }

    fn analysts(&self) -> By {
        match self.analysis {
            Analysis::Claude => By::Claude(self.claude.clone()),
            Analysis::Auto if is_found(&self.claude) => By::Claude(self.claude.clone()),
            Analysis::Auto | Analysis::Local => By::Local,
        }
    }
}

/// Whether there is such a program.
fn is_found(program: &str) -> bool {
    if program.contains('/') {
        return std::path::Path::new(program).is_file();
    }
    let path = variable("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The newest run that goes on, of the same version and inputs.
async fn unfinished(
    console: &Console,
    published: &Published,
    workflow: &Workflow,
    subject: &str,
    inputs: &Map<String, Value>,
) -> Result<Option<Value>, Stopped> {
    for (id, status) in console.runs(&workflow.name, subject).await? {
        if status != "active" && status != "suspended" {
            continue;
        }
        let run = console.run(id).await?;
        if run["version"] == published.version && run["inputs"].as_object() == Some(inputs) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

fn announce(workflow: &Workflow, published: &Published, run: &Value, console: &Console) {
    let id = run["run_id"].as_str().unwrap_or_default();
    println!("{} for {}", workflow.title, run["subject"].as_str().unwrap_or_default());
    println!("  version {}, digest {}", published.version, published.digest);
    println!("  {}/runs/{id}", console.url());
    if !workflow.steps.iter().any(|step| matches!(step.deed, Deed::Approval(_))) {
        println!("  No step asks people: nobody approves this execution.");
    }
}

/// The status of a step in an answer.
fn status_of(answer: &Value) -> Option<StepStatus> {
    answer["status"].as_str()?.parse().ok()
}
