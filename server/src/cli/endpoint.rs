//! `countersign endpoint …`

use clap::{Args, Subcommand};

use super::{
    Stopped,
    storage::{Storage, read_line},
};
use crate::desk::{Caller, Desk, endpoint::NewEndpoint};

#[derive(Subcommand)]
pub(super) enum Endpoint {
    /// Register an endpoint and print its secret, alone, on standard output; it is shown this once
    Add(Add),
    /// Give an endpoint another secret and print it; the one before signs too for a day
    Rotate {
        /// Its name, or its `end_…` id
        endpoint: String,
        /// Read the secret from standard input instead of making one
        #[arg(long)]
        secret_stdin: bool,
    },
    /// Stop sending to an endpoint
    Disable {
        /// Its name, or its `end_…` id
        endpoint: String,
    },
    /// Send to an endpoint again
    Enable {
        /// Its name, or its `end_…` id
        endpoint: String,
    },
    /// List endpoints, tab-separated: id, name, address, state
    List,
}

#[derive(Args)]
pub(super) struct Add {
    /// How sessions name it
    #[arg(long)]
    name: String,
    /// Where the outcome is posted
    #[arg(long)]
    url: String,
    /// Read the secret from standard input instead of making one
    #[arg(long)]
    secret_stdin: bool,
    /// Allow a private network and plain http
    #[arg(long)]
    allow_private: bool,
}

impl Endpoint {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let desk = storage.open().await?;
        let done = self.apply(&desk).await;
        desk.database.close().await;
        done
    }

    async fn apply(self, desk: &Desk) -> Result<(), Stopped> {
        let caller = &Caller::CommandLine;
        let given = |is_given: bool| is_given.then(read_line).transpose();
        match self {
            Self::Add(Add { name, url, secret_stdin, allow_private }) => {
                let new = NewEndpoint { name, url, secret: given(secret_stdin)?, allow_private };
                println!("{}", desk.add_endpoint(caller, new).await?.reveal());
            }
            Self::Rotate { endpoint, secret_stdin } => {
                let secret = given(secret_stdin)?;
                println!("{}", desk.rotate_endpoint(caller, &endpoint, secret.as_deref()).await?.reveal());
            }
            Self::Disable { endpoint } => {
                desk.disable_endpoint(caller, &endpoint).await?;
                println!("disabled {endpoint}");
            }
            Self::Enable { endpoint } => {
                desk.enable_endpoint(caller, &endpoint).await?;
                println!("enabled {endpoint}");
            }
            Self::List => {
                for row in desk.list_endpoints(caller).await? {
                    let state = if row.disabled_at.is_some() { "disabled" } else { "active" };
                    println!("{}\t{}\t{}\t{state}", row.id, row.name, row.url);
                }
            }
        }
        Ok(())
    }
}
