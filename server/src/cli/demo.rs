//! `countersign demo`

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use clap::Args;

use super::{
    Stopped,
    serve::{Ready, Serve},
    storage::Storage,
};
use crate::demo::{self, Address, Options, Voice};

/// Where the demo keeps its data unless a folder is named.
const FOLDER: &str = "countersign-data/demo";

/// How long a resumption fails in the demo: long enough to be found in the queue.
const REPAIR: Duration = Duration::from_mins(2);

#[derive(Args)]
pub(super) struct Demo {
    #[command(flatten)]
    serve: Serve,
    /// Which stories are told: the same seed tells the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Seconds until the next customer comes, about
    #[arg(long, value_name = "SECONDS", default_value_t = 40, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pace: u64,
}

impl Demo {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let storage = storage.or_in(FOLDER);
        let options = Options {
            seed: self.seed,
            pace: Duration::from_secs(self.pace),
            repair: REPAIR,
            folder: storage.folder()?,
            voice: Voice::Aloud,
        };
        let play = |desk, ready: Ready| async move {
            let address = Address { local: format!("http://{}", local(ready.address)), url: ready.url };
            demo::play(desk, address, options).await.map_err(|trouble| Stopped::Failed(trouble.to_string()))
        };
        self.serve.run_beside(&storage, play).await
    }
}

/// How programs on this machine reach a listener, also one on all addresses.
fn local(listener: SocketAddr) -> SocketAddr {
    if listener.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listener.port());
    }
    listener
}
