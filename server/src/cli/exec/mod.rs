//! `countersign exec`: does the steps of a published workflow in their order, each verified before the next begins.
//!
//! The order, what was verified and who agreed are the console's; this process does what it is told next, looks at its
//! host, and reports. Killed at any instant, it goes on where it was.

mod analyse;
mod check;
mod choice;
mod console;
mod folder;
mod gate;
mod inputs;
mod local;
mod log;
mod process;
mod remote;
mod terminal;
mod walk;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use domain::{
    id::RunId,
    step::StepStatus,
    workflow::{Deed, Workflow},
};
use serde_json::Value;

use self::{
    analyse::By,
    choice::Chosen,
    console::{Console, Published},
    folder::Folder,
    local::Local,
    remote::Remote,
    walk::Walk,
};
use super::{Stopped, hook::variable, serve::asked_to_stop, storage::Storage};

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
    /// An unfinished run to resume, instead of this executor's newest one of the same definition and inputs
    #[arg(long, value_name = "RUN")]
    resume: Option<RunId>,
    /// Begin anew, even if an unfinished run is there
    #[arg(long, conflicts_with = "resume")]
    anew: bool,
    /// Go on with a run, or a step, of another executor: only if that one is gone for good
    #[arg(long, conflicts_with = "anew")]
    take_over: bool,
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
        let own = Folder::below(&folder)?;
        let executor = own.executor()?;
        let Chosen { published, workflow, run, log } = self.choose(console, own, &executor).await?;
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
            executor,
            takes_over: self.take_over,
            is_asked_here: !self.console_only,
        };
        Box::pin(walk.go(run)).await
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
