//! Where the claims agent is woken: receivers of signed webhooks on loopback. One takes what comes; its standby is down
//! at first, and comes up a while after it was needed.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::State,
    handler::Handler as _,
    http::{HeaderMap, StatusCode},
};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinSet,
};

use super::{
    Trouble,
    memory::{Door, Memory},
    voice::Voice,
};
use crate::{
    clock::Clock,
    desk::{Caller, Desk, endpoint::NewEndpoint},
    webhook::Secret,
};

/// The name of the endpoint.
pub const CLAIMS: &str = "claims-agent";
/// The name of the endpoint of the standby.
pub const STANDBY: &str = "claims-standby";

/// How far the time of a message may be off, in seconds.
const TOLERANCE: i64 = 300;

/// A receiver; cheap to clone.
#[derive(Clone)]
pub struct Receiver(Arc<Inner>);

struct Inner {
    name: &'static str,
    secret: Secret,
    clock: Clock,
    /// Outcomes that have come in, by approval.
    outcomes: watch::Sender<BTreeMap<String, Value>>,
    is_down: AtomicBool,
    needed: Notify,
}

/// Both receivers, for as long as this value lives.
pub struct Receivers {
    /// Takes what comes.
    pub claims: Receiver,
    /// Is down at first.
    pub standby: Receiver,
    _serving: JoinSet<()>,
}

impl Receivers {
    /// Opens both, at the addresses they had before, and registers them as endpoints if they are new. Loopback is
    /// allowed to these two endpoints and to no other.
    ///
    /// # Errors
    /// No port, or an endpoint that cannot be registered. A port that somebody has taken since is told instead: the
    /// agent then sleeps until a later start.
    pub async fn open(desk: &Desk, memory: &Memory, voice: &Voice, repair: Duration) -> Result<Self, Trouble> {
        let mut serving = JoinSet::new();
        let claims = Receiver::open(desk, memory, voice, (CLAIMS, false), &mut serving).await?;
        let standby = Receiver::open(desk, memory, voice, (STANDBY, true), &mut serving).await?;
        serving.spawn(standby.clone().come_up(voice.clone(), repair));
        Ok(Self { claims, standby, _serving: serving })
    }
}

impl Receiver {
    async fn open(
        desk: &Desk,
        memory: &Memory,
        voice: &Voice,
        (name, is_down): (&'static str, bool),
        serving: &mut JoinSet<()>,
    ) -> Result<Self, Trouble> {
        let (listener, door) = door(desk, memory, name).await?;
        memory.change(|kept| kept.doors.insert(name.to_owned(), door.clone()))?;
        let secret = Secret::parse(&door.secret).map_err(crate::error::Error::from)?;
        let receiver = Self::new(name, secret, desk.database.clock().clone(), is_down);
        match listener {
            Some(listener) => {
                let service = take.with_state(receiver.clone()).into_make_service();
                serving.spawn(async move { drop(axum::serve(listener, service).await) });
            }
            None => voice.tell("demo", name, &format!("port {} is taken; nothing sent here arrives", door.port)),
        }
        Ok(receiver)
    }

    fn new(name: &'static str, secret: Secret, clock: Clock, is_down: bool) -> Self {
        let (outcomes, is_down) = (watch::Sender::new(BTreeMap::new()), AtomicBool::new(is_down));
        Self(Arc::new(Inner { name, secret, clock, outcomes, is_down, needed: Notify::new() }))
    }

    /// The name of its endpoint.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// Waits for the outcome of an approval. It may have come already, and may come again.
    pub async fn woken(&self, approval: &str) -> Value {
        let mut outcomes = self.0.outcomes.subscribe();
        let came = outcomes.wait_for(|outcomes| outcomes.contains_key(approval)).await;
        let outcome = came.map(|outcomes| outcomes[approval].clone());
        match outcome {
            Ok(outcome) => outcome,
            // The sender lives as long as this value.
            Err(_) => std::future::pending().await,
        }
    }

    /// Stays down until it was needed, and for so long afterwards.
    async fn come_up(self, voice: Voice, repair: Duration) {
        self.0.needed.notified().await;
        let seconds = repair.as_secs();
        voice.tell(self.name(), "", &format!("is down, the resumption has failed; back in {seconds} s"));
        tokio::time::sleep(repair).await;
        self.0.is_down.store(false, Ordering::SeqCst);
        voice.tell(self.name(), "", "is up again: Retry on the approval wakes the agent, and so does the next try");
    }

    /// Takes a message that is signed with the secret, once it is up.
    fn judge(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let Some(message) = self.verified(headers, body) else { return StatusCode::UNAUTHORIZED };
        let outcome = Some(&message["data"]).filter(|_| message["type"] == "approval.decided");
        if self.0.is_down.load(Ordering::SeqCst) {
            if outcome.is_some() {
                self.0.needed.notify_one();
            }
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        if let Some((outcome, approval)) = outcome.and_then(|data| Some((data, data["approval_id"].as_str()?))) {
            self.0.outcomes.send_modify(|outcomes| {
                outcomes.insert(approval.to_owned(), outcome.clone());
            });
        }
        // A test from the console is taken, too, and wakes nobody.
        StatusCode::NO_CONTENT
    }

    /// The message, if the secret signed it and not long ago.
    fn verified(&self, headers: &HeaderMap, body: &[u8]) -> Option<Value> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let (id, signatures) = (text("webhook-id")?, text("webhook-signature")?);
        let sent_at: i64 = text("webhook-timestamp")?.parse().ok()?;
        let body = std::str::from_utf8(body).ok()?;
        if self.0.clock.now().timestamp().abs_diff(sent_at) > TOLERANCE.unsigned_abs() {
            return None;
        }
        let expected = self.0.secret.sign(id, sent_at, body).ok()?;
        let is_ours = |signature: &str| bool::from(signature.as_bytes().ct_eq(expected.as_bytes()));
        signatures.split(' ').any(is_ours).then(|| serde_json::from_str(body).ok()).flatten()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver.judge(&headers, &body)
}

/// The listener at the endpoint's address, and what is to be remembered of it.
async fn door(desk: &Desk, memory: &Memory, name: &str) -> Result<(Option<TcpListener>, Door), Trouble> {
    let here = Caller::CommandLine;
    let known = memory.recall().doors.get(name).cloned();
    let endpoint = desk.list_endpoints(&here).await?.into_iter().find(|endpoint| endpoint.name == name);
    let Some(endpoint) = endpoint else {
        let listener = listen(0).await.map_err(|error| Trouble::Receiver(error.to_string()))?;
        let port = listener.local_addr().map_err(|error| Trouble::Receiver(error.to_string()))?.port();
        let url = format!("http://127.0.0.1:{port}/wake");
        let new = NewEndpoint { name: name.to_owned(), url, secret: None, allow_private: true };
        let secret = desk.add_endpoint(&here, new).await?.reveal();
        return Ok((Some(listener), Door { port, secret }));
    };
    let port = url::Url::parse(&endpoint.url).ok().and_then(|url| url.port()).unwrap_or(0);
    let secret = match known {
        Some(known) => known.secret,
        None => desk.rotate_endpoint(&here, name, None).await?.reveal(),
    };
    Ok((listen(port).await.ok(), Door { port, secret }))
}

async fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;

    const AT: i64 = 1_795_251_600;

    fn receiver(is_down: bool) -> Receiver {
        let clock = Clock::manual(chrono::DateTime::from_timestamp(AT, 0).expect("a time"));
        Receiver::new(CLAIMS, Secret::parse(&secret(1)).expect("a secret"), clock, is_down)
    }

    fn secret(byte: u8) -> String {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        format!("whsec_{}", STANDARD.encode([byte; 32]))
    }

    /// Signed by the reference library.
    fn judged(receiver: &Receiver, byte: u8, sent_at: i64, body: &Value) -> u16 {
        let reference = standardwebhooks::Webhook::new(&secret(byte)).expect("a secret");
        let body = body.to_string();
        let signature = reference.sign("res_1", sent_at, body.as_bytes()).expect("signed");
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "res_1".parse().expect("a value"));
        headers.insert("webhook-timestamp", sent_at.into());
        headers.insert("webhook-signature", format!("v1,other {signature}").parse().expect("a value"));
        receiver.judge(&headers, body.as_bytes()).as_u16()
    }

    #[tokio::test]
    async fn only_what_the_secret_signed_wakes_anybody() {
        let receiver = receiver(false);
        let decided = json!({"type": "approval.decided", "data": {"approval_id": "apr_1", "status": "approved"}});
        for (byte, sent_at) in [(2, AT), (1, AT - 301), (1, AT + 301)] {
            assert_eq!(judged(&receiver, byte, sent_at, &decided), 401);
        }
        assert_eq!(receiver.judge(&HeaderMap::new(), decided.to_string().as_bytes()), 401);
        assert_eq!(judged(&receiver, 1, AT, &json!({"type": "endpoint.test", "data": {"approval_id": "apr_1"}})), 204);
        assert!(receiver.0.outcomes.borrow().is_empty());
        for _ in 0..2 {
            assert_eq!(judged(&receiver, 1, AT - 299, &decided), 204);
        }
        assert_eq!(receiver.woken("apr_1").await, decided["data"]);
    }

    #[tokio::test]
    async fn a_standby_comes_up_a_while_after_it_was_needed() {
        let receiver = receiver(true);
        let lines = Arc::new(Mutex::new(Vec::new()));
        let voice = Voice::Kept(lines.clone());
        let mut up = tokio::spawn(receiver.clone().come_up(voice, Duration::ZERO));
        let decided = json!({"type": "approval.decided", "data": {"approval_id": "apr_1", "status": "approved"}});
        // A test is no need, nor is what somebody else has signed.
        assert_eq!(judged(&receiver, 1, AT, &json!({"type": "endpoint.test"})), 503);
        assert_eq!(judged(&receiver, 2, AT, &decided), 401);
        tokio::time::timeout(Duration::from_millis(50), &mut up).await.expect_err("it stays down");
        assert_eq!(judged(&receiver, 1, AT, &decided), 503);
        up.await.expect("it comes up");
        assert_eq!(judged(&receiver, 1, AT, &decided), 204);
        assert_eq!(receiver.woken("apr_1").await, decided["data"]);
        assert_eq!(lines.lock().expect("lock").len(), 2);
    }
}
