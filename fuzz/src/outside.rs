//! Everything else strangers send: keys, cookies, headers, addresses, secrets. The real router answers them, and nobody
//! is let in.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
    response::Response,
};
use domain::{
    Digest,
    id::{ApprovalId, KeyId, PersonId, RunId},
    refusal::Code,
};
use server::{
    clock::Clock,
    desk::{Caller, Desk, key::KeySecret},
    http::{
        AppState,
        assets::Site,
        body::if_match,
        declared,
        origin::Origin,
        routes::{Access, Route},
    },
    ids::Ids,
    password::Passwords,
    store::Database,
    vault::Vault,
    webhook::{Outbound, Secret},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const ORIGIN: &str = "https://console.test";
const HOST: &str = "console.test";
const COOKIE: &str = "__Host-countersign=";
const METHODS: [Method; 6] = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS];

/// A server on which nobody is.
struct Place {
    runtime: Runtime,
    router: Router,
    desk: Desk,
    routes: Vec<Route>,
    _folder: TempDir,
}

static PLACE: LazyLock<Place> = LazyLock::new(Place::new);

/// What must hold of any bytes: a request as HTTP/1 writes it, method, address, headers, blank line, body.
pub fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for line in text.lines().take(20) {
        words(line.split_once(": ").map_or(line, |(_, value)| value));
    }
    if let Some(request) = request(data) {
        PLACE.is_not_let_in(request);
    }
}

/// Each reader of a text gives back what it read, and one text for one thing.
fn words(text: &str) {
    macro_rules! is_itself {
        ($($kind:ty),*) => {$(
            if let Ok(id) = text.parse::<$kind>() {
                assert_eq!(id.to_string(), text, "two texts for one {}", stringify!($kind));
            }
        )*};
    }
    is_itself!(RunId, ApprovalId, KeyId, PersonId);
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text.to_lowercase());
    }
    if let Ok(secret) = Secret::parse(text) {
        assert_eq!(secret.reveal(), text.trim(), "two texts for one secret");
        let signed = |body: &str| secret.sign("msg_1", 1, body).expect("signed");
        assert_ne!(signed(text), signed(&format!("{text} ")));
        assert!(!format!("{secret:?}").contains(text.trim()), "a secret is shown");
    }
    if let Some(secret) = KeySecret::presented(text) {
        assert!(secret.reveal() == text && text.starts_with("csk_"), "{text:?}");
        assert!(text == "csk_" || !format!("{secret:?}").contains(text), "a secret is shown");
    }
    if let Ok(origin) = Origin::parse(text) {
        let url = origin.url();
        assert_eq!(Origin::parse(&url).as_ref(), Ok(&origin), "{text:?} is {url}");
        let (_, authority) = url.split_once("://").expect("a scheme");
        assert!(origin.is_served_as(authority) && origin.is_own(&url, authority), "{url}");
        assert!(origin.is_https() || authority_is_near(authority), "plain http to {authority}");
    }
    is_served_by_its_name(text);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(header::IF_MATCH, value);
    }
    if let Ok(Some(revision)) = if_match(&headers) {
        assert!(text.contains(&revision.to_string()), "{text:?} is not revision {revision}");
    }
}

/// A name that a public server answers to is its own, or that of the very machine.
fn is_served_by_its_name(host: &str) {
    let served = Origin::parse(ORIGIN).expect("an origin").is_served_as(host);
    let is_own = matches!(&*host.to_lowercase(), HOST | "console.test:443");
    assert!(!served || is_own || authority_is_near(host), "answers to {host:?}");
}

/// Host and port of this machine, and nothing else beside them.
fn authority_is_near(authority: &str) -> bool {
    let lower = authority.to_lowercase();
    let host = match lower.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => &lower,
    };
    let is_v4 = host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    host == "localhost" || is_v4 || host == "[::1]"
}

/// The request, if these bytes are one that can reach a server.
fn request(data: &[u8]) -> Option<Request<Body>> {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let (method, path) = first.split_once(' ')?;
    let method = METHODS.into_iter().find(|known| known.as_str() == method)?;
    let mut request = Request::builder().method(method).uri(path.trim());
    let mut names_host = false;
    let mut used = first.len() + 1;
    for line in lines {
        used += line.len() + 1;
        let Some(at) = line.iter().position(|byte| *byte == b':') else { break };
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        let value = line[at + 1..].trim_ascii();
        names_host |= name == header::HOST;
        request = request.header(name, HeaderValue::from_bytes(value).ok()?);
    }
    if !names_host {
        request = request.header(header::HOST, HOST);
    }
    request.body(Body::from(data.get(used..).unwrap_or_default().to_vec())).ok()
}

impl Place {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (runtime, folder) = (runtime.expect("a runtime"), TempDir::new().expect("a folder"));
        let clock = Clock::manual("2026-11-21T09:00:00Z".parse().expect("a time"));
        let ids = Arc::new(Ids::seeded(clock.clone(), 7));
        let file = folder.path().join("countersign.db");
        let origin = Origin::parse(ORIGIN).expect("an origin");
        let (router, desk) = runtime.block_on(async {
            let database = Database::open_sqlite(&file, clock, ids).await.expect("SQLite");
            let outbound = Outbound::new().expect("TLS");
            let desk = Desk::with_passwords(database, Vault::new([7; 32]), outbound, Passwords::cheap());
            let state = AppState { desk: desk.clone(), site: Site::default() };
            (server::http::router(state, &origin), desk)
        });
        Self { runtime, router, desk, routes: declared(), _folder: folder }
    }

    /// Whoever asks has no key and no session: they get what everybody gets, or a refusal.
    fn is_not_let_in(&self, request: Request<Body>) {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let about = format!("{method} {path}");
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("infallible");
            let status = response.status();
            assert!(!status.is_server_error(), "{about}: {status}");
            assert!(!status.is_success() || self.is_for_everybody(&method, &path), "{about}: {status}");
            gives_nothing_away(&response, &about);
            let people = self.desk.list_people(&Caller::CommandLine).await.expect("people");
            let keys = self.desk.list_keys(&Caller::CommandLine).await.expect("keys");
            assert!(people.is_empty() && keys.is_empty(), "{about} let somebody in");
            if matches!(status.as_u16(), 400..=499) {
                is_a_reason(response, status, &about).await;
            }
        });
    }

    /// Whether strangers may have this: not what is granted to keys and roles.
    fn is_for_everybody(&self, method: &Method, path: &str) -> bool {
        let is_at = |declared: &str| {
            let (declared, asked): (Vec<&str>, Vec<&str>) = (declared.split('/').collect(), path.split('/').collect());
            let is_part = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
            declared.len() == asked.len() && declared.iter().zip(&asked).all(is_part)
        };
        let asked = if *method == Method::HEAD { &Method::GET } else { method };
        let mut granted = self.routes.iter().filter(|route| matches!(route.access, Access::Granted(_)));
        !granted.any(|route| route.method == *asked && is_at(&route.path))
    }
}

fn gives_nothing_away(response: &Response, about: &str) {
    let headers = response.headers();
    for name in ["content-security-policy", "x-content-type-options", "referrer-policy", "x-request-id"] {
        assert!(headers.contains_key(name), "{about}: no {name}");
    }
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{about} may be read elsewhere");
    for cookie in headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().expect("text");
        let is_removed = cookie.contains("Max-Age=0");
        assert!(is_removed || !cookie.starts_with(COOKIE), "{about} begins a session: {cookie}");
        assert!(cookie.ends_with("Secure") || cookie.contains("; Secure"), "{about}: {cookie}");
    }
    if let Some(to) = headers.get(header::LOCATION) {
        let to = to.to_str().expect("text");
        let is_ours = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
        assert!(is_ours && to.bytes().all(|byte| byte.is_ascii_graphic()), "{about} sends people to {to:?}");
    }
}

/// A refusal that is no page says why, under a code and a status that belong together.
async fn is_a_reason(response: Response, status: StatusCode, about: &str) {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind != "application/problem+json" {
        return;
    }
    let told = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    if told.is_empty() {
        return;
    }
    let problem: serde_json::Value = serde_json::from_slice(&told).expect("a problem");
    let code = Code::ALL.iter().find(|code| problem["code"] == code.as_str());
    assert_eq!(code.map(|code| code.status()), Some(status.as_u16()), "{about}: {problem}");
}
