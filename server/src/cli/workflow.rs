//! `countersign workflow …`

use std::path::PathBuf;

use clap::Subcommand;
use domain::{Digest, workflow::Version};

use super::{Stopped, storage::Storage};
use crate::{
    desk::Caller,
    rules::{Compiled, definition},
};

#[derive(Subcommand)]
pub(super) enum Workflow {
    /// Check a definition; no database is needed
    Check {
        /// The YAML text
        file: PathBuf,
    },
    /// Publish a definition; the same text again is the same version
    Publish {
        /// The YAML text
        file: PathBuf,
    },
}

impl Workflow {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        match self {
            Self::Check { file } => {
                let source = read(&file)?;
                let workflow = definition::parse(&source)?;
                let name = workflow.name.clone();
                let is_unattended =
                    !workflow.steps.is_empty() && workflow.steps.iter().all(|step| step.policy().is_none());
                let digest = Digest::of("workflow/v1", source.as_bytes());
                Compiled::new(workflow, Version { name: name.clone(), version: 0, digest })?;
                println!("{name}: no faults");
                if is_unattended {
                    println!("{name}: no step asks people; whoever executes it needs nobody's approval");
                }
                Ok(())
            }
            Self::Publish { file } => {
                let source = read(&file)?;
                let desk = storage.open().await?;
                let published = desk.publish_workflow(&Caller::CommandLine, None, &source).await;
                desk.database.close().await;
                let published = published?;
                let Version { name, version, digest } = published.version;
                println!("{name} version {version}, digest {digest}");
                if !published.standing.is_in_force() {
                    println!(
                        "{name} version {version} is proposed: it could let more through, or writes elsewhere for the \
                         first time. An administrator confirms it in the console: /workflows/{name}?tab=changes&version={version}"
                    );
                }
                Ok(())
            }
        }
    }
}

fn read(file: &PathBuf) -> Result<String, Stopped> {
    std::fs::read_to_string(file).map_err(|error| Stopped::Failed(format!("{}: {error}", file.display())))
}
