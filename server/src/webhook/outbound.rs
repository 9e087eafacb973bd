//! One request to one endpoint: resolved once, sent to the very addresses that were checked, never redirected.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    http::{Method, Request, Response, header},
};
use chrono::TimeDelta;
use domain::Time;
use futures::future::BoxFuture;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use url::{Position, Url};

use super::{
    Secret,
    exchange::asked,
    guard::{check_url, forbidden},
};
use crate::error::StoreError;

/// A whole delivery may take this long, from the name to the last byte that is read.
const PATIENCE: Duration = Duration::from_secs(15);
/// Of an answer this much is read; what it says is of no interest.
const MOST_READ: usize = 64 << 10;
/// An answer that is read may be as long.
pub(super) const MOST_ANSWERED: usize = 4 << 20;
/// How long the rest of an answer is waited for once its status is known.
const LINGER: Duration = Duration::from_secs(1);

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Finds the addresses of a name and port.
pub type Resolve = Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Sends to endpoints; cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    tls: Arc<ClientConfig>,
    resolve: Resolve,
    patience: Duration,
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// Where.
    pub url: String,
    /// Whether that may be a private network.
    pub allow_private: bool,
    /// What signs it: the secret, and during a rotation the one before. Without any it is not signed.
    pub secrets: Vec<Secret>,
    /// The same for every try.
    pub id: String,
    /// When it is sent.
    pub at: Time,
    /// The body.
    pub body: String,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Why it failed; `None` for a 2xx.
    pub cause: Option<String>,
    /// How long the receiver wants to be left alone.
    pub asked: Option<TimeDelta>,
    /// How long it took.
    pub took: Duration,
}

impl Answer {
    /// Whether the receiver says that it will never take anything again.
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

impl Outbound {
    /// Sends to whatever the system's resolver finds, and trusts whom the system trusts.
    pub fn new() -> Result<Self, StoreError> {
        Self::with(Arc::new(|host, port| Box::pin(look_up(host, port))), PATIENCE)
    }

    /// Sends to what this finds, within this time.
    pub fn with(resolve: Resolve, patience: Duration) -> Result<Self, StoreError> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            tracing::warn!("the system trusts no certificate authority: nothing can be sent to https endpoints");
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| StoreError::Unexpected(format!("TLS: {error}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(tls), resolve, patience })
    }

    /// Sends a message and says how it went.
    pub async fn send(&self, message: &Message) -> Answer {
        let started = Instant::now();
        let sent = tokio::time::timeout(self.patience, self.exchange(message)).await;
        let (status, cause, asked) = match sent {
            Ok(Ok(response)) => {
                let (status, asked) = (response.status().as_u16(), asked(&response, message.at));
                drain(response).await;
                (Some(status), complaint(status), asked)
            }
            Ok(Err(cause)) => (None, Some(cause), None),
            Err(_) => (None, Some(format!("no answer within {} ms", self.patience.as_millis())), None),
        };
        Answer { status, cause, asked, took: started.elapsed() }
    }

    /// Posts JSON to the console that was named at the command line, wherever it is, and reads the answer.
    ///
    /// # Errors
    /// What went wrong on the way; an answer of any status is none.
    pub async fn post(&self, url: &str, headers: &[(&str, String)], body: String) -> Result<(u16, Bytes), String> {
        let url = check_url(url, true)?;
        let request = with_host(Method::POST, &url).header(header::CONTENT_TYPE, "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
        self.read(&url, request).await
    }

    /// Gets what the console that was named at the command line has at an address.
    ///
    /// # Errors
    /// What went wrong on the way; an answer of any status is none.
    pub async fn get(&self, url: &str) -> Result<(u16, Bytes), String> {
        let url = check_url(url, true)?;
        let request = with_host(Method::GET, &url).body(Full::default()).map_err(|error| error.to_string())?;
        self.read(&url, request).await
    }

    async fn read(&self, url: &Url, request: Request<Full<Bytes>>) -> Result<(u16, Bytes), String> {
        let asked = async {
            let response = self.connected(url, true, request).await?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), MOST_ANSWERED).collect().await;
            Ok((status, body.map_err(|error| format!("the answer broke off: {error}"))?.to_bytes()))
        };
        let late = |_| Err(format!("no answer within {} s", self.patience.as_secs()));
        tokio::time::timeout(self.patience, asked).await.unwrap_or_else(late)
    }

    async fn exchange(&self, message: &Message) -> Result<Response<Incoming>, String> {
        let url = check_url(&message.url, message.allow_private)?;
        let request = request(&url, message)?;
        self.connected(&url, message.allow_private, request).await
    }

    /// Asks over a connection of its own to an address that was checked.
    async fn connected(
        &self,
        url: &Url,
        allow_private: bool,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, String> {
        ask(self.stream(url, allow_private).await?, request).await
    }

    /// A connection to an address that was checked. Nothing has been asked yet.
    pub(super) async fn stream(&self, url: &Url, allow_private: bool) -> Result<Box<dyn Stream>, String> {
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses = self.allowed(host(url), port, allow_private).await?;
        let stream = TcpStream::connect(&addresses[..]).await.map_err(|error| format!("no connection: {error}"))?;
        if url.scheme() != "https" {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host(url).to_owned()).map_err(|error| error.to_string())?;
        let stream = TlsConnector::from(self.tls.clone()).connect(name, stream).await;
        Ok(Box::new(stream.map_err(|error| format!("no secure connection: {error}"))?))
    }

    /// The addresses of a host, each of them one that may be sent to.
    ///
    /// # Errors
    /// Why nothing may be sent there, or why there is no address.
    pub async fn allowed(&self, host: &str, port: u16, allow_private: bool) -> Result<Vec<SocketAddr>, String> {
        let found = if let Ok(address) = host.parse() {
            vec![SocketAddr::new(address, port)]
        } else {
            let found = (self.resolve)(host.to_owned(), port).await;
            found.map_err(|error| format!("{host} was not found: {error}"))?
        };
        if let Some(why) = found.iter().find_map(|address| forbidden(address.ip(), allow_private)) {
            return Err(format!("not sent: {why}"));
        }
        if found.is_empty() { Err(format!("{host} has no address")) } else { Ok(found) }
    }

    /// How long something that is sent may take as a whole.
    pub const fn patience(&self) -> Duration {
        self.patience
    }
}

/// The host as a name or an address without brackets.
fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
}

fn request(url: &Url, message: &Message) -> Result<Request<Full<Bytes>>, String> {
    let bare = with_host(Method::POST, url).header(header::CONTENT_TYPE, "application/json");
    let body = Full::new(Bytes::from(message.body.clone()));
    if message.secrets.is_empty() {
        return bare.body(body).map_err(|error| error.to_string());
    }
    let timestamp = message.at.timestamp();
    let signed = message.secrets.iter().map(|secret| secret.sign(&message.id, timestamp, &message.body));
    let signatures = signed.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    bare.header("webhook-id", &message.id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures.join(" "))
        .body(body)
        .map_err(|error| error.to_string())
}

/// A request for what the address names.
pub(super) fn with_host(method: Method, url: &Url) -> axum::http::request::Builder {
    let authority = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..])
        .header(header::HOST, authority)
        .header(header::USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
}

/// Asks over a connection of its own: no proxy, no redirect, nothing kept for another request.
pub(super) async fn ask(stream: Box<dyn Stream>, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, String> {
    let unanswered = |error: hyper::Error| format!("no answer: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(unanswered)?;
    // It ends with the response: whoever drops that, drops the connection.
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(unanswered)
}

async fn look_up(host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}

/// What is wrong with a status; nothing with 2xx.
fn complaint(status: u16) -> Option<String> {
    match status {
        200..=299 => None,
        300..=399 => Some(format!("answered {status}; redirects are not followed")),
        410 => Some("answered 410: it takes nothing any more".to_owned()),
        _ => Some(format!("answered {status}")),
    }
}

/// Reads some of the answer, so that a receiver that still writes is not cut off.
async fn drain(mut response: Response<Incoming>) {
    let read = async {
        let mut read = 0;
        while let Some(Ok(frame)) = response.body_mut().frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read >= MOST_READ {
                return;
            }
        }
    };
    drop(tokio::time::timeout(LINGER, read).await);
}
