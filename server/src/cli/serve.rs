//! `countersign serve`

use std::{
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use domain::channel::Channel;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{Stopped, storage::Storage};
use crate::{
    desk::Desk,
    http::{self, AppState, assets::Site, origin::Origin},
    workers,
};

/// Where `cargo xtask build` leaves the console.
const BUILT: &str = "target/site";
/// How long requests may take to finish once the server was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(super) struct Serve {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Address people open, such as <https://countersign.example.com>; needed unless the listener is loopback
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_PUBLIC_URL")]
    public_url: Option<String>,
    /// Folder of the built console, instead of the one in the binary
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// Let pages load themselves again, and end with the standard input: what `cargo xtask dev` needs
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    dev: bool,
}

/// Where a server that is ready can be reached.
pub(super) struct Ready {
    /// By people.
    pub(super) url: String,
    /// By programs on this machine.
    pub(super) address: SocketAddr,
}

impl Serve {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let beside = |desk: Desk, ready: Ready| async move {
            offer_set_up(&desk, &ready.url).await?;
            std::future::pending().await
        };
        self.run_beside(storage, beside).await
    }

    /// Serves, with something else running from when the server is ready until it is told to stop. If that fails, the
    /// server stops.
    pub(super) async fn run_beside<F>(
        self,
        storage: &Storage,
        beside: impl FnOnce(Desk, Ready) -> F,
    ) -> Result<(), Stopped>
    where
        F: Future<Output = Result<(), Stopped>> + Send + 'static,
    {
        let named = self.public_url.as_deref().map(Origin::parse).transpose();
        let named = named.map_err(|error| Stopped::Failed(format!("--public-url: {error}")))?;
        if named.as_ref().is_none_or(|origin| !origin.is_https()) && !self.listen.ip().is_loopback() {
            let message = "plain http is served on loopback addresses only; \
                           put a proxy with TLS in front and name it with --public-url https://…";
            return Err(Stopped::Failed(message.to_owned()));
        }
        let site = self.site()?;
        let desk = storage.open().await?;
        let served = serve(&desk, site, self.listen, named, beside).await;
        desk.database.close().await;
        // A supervisor must see that it did not end by itself.
        desk.database.has_failed().map_or(served, |why| Err(Stopped::Failed(why)))
    }
}

/// While there is nobody, prints the link under which the first administrator is named.
async fn offer_set_up(desk: &Desk, url: &str) -> Result<(), Stopped> {
    if let Some(token) = desk.open_set_up().await? {
        let words = format!(
            "Nobody can sign in yet. Set up at {url}/set-up?token={token}\n\
             The link works once, until somebody is added; the next start prints another.\n"
        );
        let mut out = std::io::stdout();
        if let Err(error) = out.write_all(words.as_bytes()).and_then(|()| out.flush()) {
            tracing::warn!(%error, "the set-up link could not be printed; add people at the command line");
        }
    }
    Ok(())
}

impl Serve {
    #[cfg(debug_assertions)]
    fn site(&self) -> Result<Site, Stopped> {
        let site = built(self.site.as_deref())?;
        if self.dev {
            http::dev::end_with_input();
            return Ok(site.reloading());
        }
        Ok(site)
    }

    #[cfg(not(debug_assertions))]
    fn site(&self) -> Result<Site, Stopped> {
        built(self.site.as_deref())
    }
}

fn built(folder: Option<&Path>) -> Result<Site, Stopped> {
    let site = match (folder, Site::embedded()) {
        (Some(folder), _) => Site::read(folder),
        (None, Some(embedded)) => embedded,
        (None, None) => Site::read(Path::new(BUILT)),
    };
    site.map_err(|error| Stopped::Failed(error.to_string()))
}

async fn serve<F>(
    desk: &Desk,
    site: Site,
    listen: SocketAddr,
    named: Option<Origin>,
    beside: impl FnOnce(Desk, Ready) -> F,
) -> Result<(), Stopped>
where
    F: Future<Output = Result<(), Stopped>> + Send + 'static,
{
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| Stopped::Failed(format!("{listen}: {error}")))?;
    let address = listener.local_addr()?;
    let origin = named.unwrap_or_else(|| Origin::loopback(address));
    let router = http::router(AppState { desk: desk.clone(), site }, &origin);
    let (stop, stopped) = watch::channel(false);
    let workers = [
        tokio::spawn(workers::deadline::run(desk.clone())),
        tokio::spawn(workers::escalation::run(desk.clone())),
        tokio::spawn(workers::reconcile::run(desk.clone())),
        tokio::spawn(workers::sweep::run(desk.clone())),
        tokio::spawn(workers::search::run(desk.clone())),
        tokio::spawn(workers::drift::run(desk.clone())),
        tokio::spawn(workers::notification::tell(desk.clone())),
    ];
    let senders = Channel::ALL.iter().map(|channel| {
        let (desk, base) = (desk.clone(), origin.url());
        tokio::spawn(workers::notification::send(desk, *channel, base, told(stopped.clone())))
    });
    let senders = futures::future::join_all(senders);
    let deliveries = tokio::spawn(workers::delivery::run(desk.clone(), told(stopped.clone())));
    let closures = tokio::spawn(workers::closure::run(desk.clone(), told(stopped.clone())));
    let sending = futures::future::join3(deliveries, senders, closures);
    let stop_asked = stop.clone();
    let database = desk.database.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = asked_to_stop() => tracing::info!("stopping: requests under way are finished"),
            () = database.failed() => {}
        }
        stop_asked.send_replace(true);
    });
    tokio::spawn(end_streams(desk.clone(), stopped.clone()));
    let serving = axum::serve(listener, router).with_graceful_shutdown(told(stopped.clone()));
    // Whoever starts the server waits for this line; with port 0 it is the only place that names the port.
    println!("Countersign is ready at {} (listening on {address})", origin.url());
    std::io::stdout().flush()?;
    let company = tokio::spawn(keep_company(beside(desk.clone(), Ready { url: origin.url(), address }), stop));
    let served = tokio::select! {
        served = serving.into_future() => served,
        () = async { told(stopped).await; tokio::time::sleep(PATIENCE).await } => {
            tracing::warn!("some requests did not finish in time and were cut off");
            Ok(())
        }
    };
    workers.iter().for_each(JoinHandle::abort);
    wind_up(desk, sending).await;
    served?;
    company.await.map_err(|error| Stopped::Failed(error.to_string()))?
}

/// Finishes what is under way, once no more requests come.
async fn wind_up(desk: &Desk, sending: impl Future) {
    if tokio::time::timeout(PATIENCE, sending).await.is_err() {
        tracing::warn!("some deliveries or closures did not finish in time; they are taken up again");
    }
    if tokio::time::timeout(PATIENCE, desk.close_views()).await.is_err() {
        tracing::warn!("some views were not recorded in time");
    }
}

/// Ends the streams when the server is told to stop: nothing waits for them.
async fn end_streams(desk: Desk, stopped: watch::Receiver<bool>) {
    told(stopped).await;
    desk.end_streams();
}

/// Runs what runs beside the server until the server is told to stop; if it fails, it tells the server.
async fn keep_company(
    beside: impl Future<Output = Result<(), Stopped>>,
    stop: watch::Sender<bool>,
) -> Result<(), Stopped> {
    tokio::select! {
        ended = beside => {
            stop.send_replace(true);
            ended
        }
        () = told(stop.subscribe()) => Ok(()),
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Waits for ctrl-c or SIGTERM.
pub(super) async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
