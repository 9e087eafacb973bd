//! `countersign target …`

use clap::{Args, Subcommand, ValueEnum};
use domain::target::TargetKind;

use super::{
    Stopped,
    storage::{Storage, read_line},
};
use crate::desk::{Caller, Desk, target::NewTarget};

#[derive(Subcommand)]
pub(super) enum Target {
    /// Register a system that closures may read from and write to
    Add(Add),
    /// Replace the credential of a target by one from standard input
    Credential {
        /// Its name
        target: String,
    },
    /// Stop sending to a target
    Disable {
        /// Its name
        target: String,
    },
    /// Send to a target again
    Enable {
        /// Its name
        target: String,
    },
    /// List targets, tab-separated: id, name, kind, address, state
    List,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Http,
    Archive,
}

#[derive(Args)]
pub(super) struct Add {
    /// How definitions name it
    #[arg(long)]
    name: String,
    /// Where its records lie below; for an archive also a folder, <file:///var/lib/archive>
    #[arg(long)]
    url: String,
    /// What it is
    #[arg(long, value_enum)]
    kind: Kind,
    /// Read its credential from standard input; it is sealed, and never shown again
    #[arg(long)]
    credential_stdin: bool,
    /// Allow a private network and plain http
    #[arg(long)]
    allow_private: bool,
    /// It answers a request that comes again with the same Idempotency-Key without doing it again
    #[arg(long)]
    honours_keys: bool,
}

impl Target {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let desk = storage.open().await?;
        let done = self.apply(&desk).await;
        desk.database.close().await;
        done
    }

    async fn apply(self, desk: &Desk) -> Result<(), Stopped> {
        let caller = &Caller::CommandLine;
        match self {
            Self::Add(Add { name, url, kind, credential_stdin, allow_private, honours_keys }) => {
                let kind = match kind {
                    Kind::Http => TargetKind::Http,
                    Kind::Archive => TargetKind::Archive,
                };
                let credential = credential_stdin.then(read_line).transpose()?;
                let new = NewTarget { name, url, kind, credential, allow_private, honours_keys };
                println!("{}", desk.add_target(caller, new).await?.id);
            }
            Self::Credential { target } => {
                desk.rekey_target(caller, &target, &read_line()?).await?;
                println!("replaced the credential of {target}");
            }
            Self::Disable { target } => {
                desk.disable_target(caller, &target, true).await?;
                println!("disabled {target}");
            }
            Self::Enable { target } => {
                desk.disable_target(caller, &target, false).await?;
                println!("enabled {target}");
            }
            Self::List => {
                for row in desk.list_targets(caller).await? {
                    let state = if row.disabled_at.is_some() { "disabled" } else { "active" };
                    println!("{}\t{}\t{}\t{}\t{state}", row.id, row.name, row.kind, row.url);
                }
            }
        }
        Ok(())
    }
}
