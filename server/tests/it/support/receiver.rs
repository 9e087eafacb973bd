//! A receiver of webhooks that behaves as it is told: it takes, refuses, is slow, lies, or writes without end.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
};

/// How long a test waits for a request before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the receiver does with a request, once it has read it whole.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answers with this status.
    Status(u16),
    /// Answers with this status and one header.
    With(u16, &'static str, String),
    /// Closes without a word.
    Close,
    /// Keeps the connection and says nothing.
    Hang,
    /// Sends the head of an answer a byte at a time, and never ends it.
    Trickle,
    /// Answers 200 with this many bytes.
    Big(usize),
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// The headers, by their lower-case names.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: String,
}

/// A receiver that is down: its address is its own, and nothing listens there.
pub struct Down(TcpSocket);

impl Down {
    /// Takes an address.
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        Self(socket)
    }

    /// Where it will listen.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.0.local_addr().expect("an address"))
    }

    /// Listens from now on.
    pub fn come_up(self, script: impl IntoIterator<Item = Act>) -> Receiver {
        Receiver::at(self.0.listen(64).expect("it listens"), script)
    }
}

/// A receiver on loopback.
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    port: u16,
    received: tokio::sync::Mutex<mpsc::UnboundedReceiver<Received>>,
}

impl Receiver {
    /// Listens; does these acts one after the other, and takes everything afterwards.
    pub async fn start(script: impl IntoIterator<Item = Act>) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").await.expect("a port"), script)
    }

    fn at(listener: TcpListener, script: impl IntoIterator<Item = Act>) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let script: Arc<Mutex<VecDeque<Act>>> = Arc::new(Mutex::new(script.into_iter().collect()));
        let (tell, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), tell.clone()));
            }
        });
        let url = format!("http://127.0.0.1:{port}/hook");
        Self { url, port, received: tokio::sync::Mutex::new(received) }
    }

    /// Where it listens, under another name.
    pub fn url_at(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}/hook", self.port)
    }

    /// The next request.
    pub async fn next(&self) -> Received {
        let mut received = self.received.lock().await;
        tokio::time::timeout(PATIENCE, received.recv()).await.expect("a request in time").expect("a receiver")
    }

    /// Whether nothing more has arrived.
    pub async fn is_quiet(&self) -> bool {
        self.received.lock().await.try_recv().is_err()
    }
}

impl Received {
    /// A header that must be there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    /// The id, the same for every try.
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// When it was sent, in seconds.
    pub fn timestamp(&self) -> i64 {
        self.header("webhook-timestamp").parse().expect("seconds")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether one of its signatures is what the reference library makes with this secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let reference = Webhook::new(secret).expect("a secret");
        let expected = reference.sign(self.id(), self.timestamp(), self.body.as_bytes()).expect("signed");
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

async fn serve(stream: TcpStream, script: Arc<Mutex<VecDeque<Act>>>, tell: mpsc::UnboundedSender<Received>) {
    let mut stream = BufStream::new(stream);
    let Some(received) = read(&mut stream).await else { return };
    let act = script.lock().expect("the script").pop_front().unwrap_or(Act::Status(200));
    drop(tell.send(received));
    let answer = |status: u16, header: &str, length: usize| {
        format!("HTTP/1.1 {status} X\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n")
    };
    let head = match act {
        Act::Status(status) => answer(status, "", 0),
        Act::With(status, name, value) => answer(status, &format!("{name}: {value}\r\n"), 0),
        Act::Close => return,
        Act::Hang => return std::future::pending().await,
        Act::Trickle => return trickle(&mut stream).await,
        Act::Big(bytes) => return big(&mut stream, &answer(200, "", bytes), bytes).await,
    };
    drop(stream.write_all(head.as_bytes()).await);
    drop(stream.flush().await);
}

async fn trickle(stream: &mut BufStream<TcpStream>) {
    for byte in "HTTP/1.1 200 OK\r\nx-slow: ".bytes().chain(std::iter::repeat(b'x')) {
        if stream.write_u8(byte).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn big(stream: &mut BufStream<TcpStream>, head: &str, bytes: usize) {
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let block = vec![b'x'; 64 << 10];
    for _ in 0..bytes / block.len() {
        if stream.write_all(&block).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufStream<TcpStream>) -> Option<Received> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let headers: HashMap<String, String> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(Received { headers, body: String::from_utf8(body).ok()? })
}
