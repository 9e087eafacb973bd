//! HTTP/1.1 on one connection, and no more than a load generator needs: it shares two cores with what it measures, so
//! that a client's comforts would be charged to the server.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection that is kept open.
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The `Set-Cookie` header's name and value, if there is one.
    pub cookie: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

struct Head {
    length: usize,
    status: u16,
    body: Option<usize>,
    cookie: Option<String>,
}

impl Wire {
    /// Connects to `http://host:port` or `host:port`.
    pub async fn connect(url: &str) -> Result<Self> {
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(16 << 10) })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Reply> {
        self.stream.write_all(request).await?;
        let head = loop {
            if let Some(head) = head(&self.read)? {
                break head;
            }
            self.more().await?;
        };
        self.read.drain(..head.length);
        let body = match head.body {
            Some(length) => self.take(length).await?,
            None => self.chunks().await?,
        };
        Ok(Reply { status: head.status, cookie: head.cookie, body })
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.read.len() < length {
            self.more().await?;
        }
        let rest = self.read.split_off(length);
        Ok(std::mem::replace(&mut self.read, rest))
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let (start, size) = loop {
                match httparse::parse_chunk_size(&self.read) {
                    Ok(httparse::Status::Complete(found)) => break found,
                    Ok(httparse::Status::Partial) => self.more().await?,
                    Err(_) => bail!("a chunk without a size"),
                }
            };
            self.take(start).await?;
            let size = usize::try_from(size)?;
            let chunk = self.take(size + 2).await?;
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
}

impl Reply {
    /// The body as JSON, if the status is as expected.
    pub fn json(&self, status: u16) -> Result<Value> {
        if self.status != status {
            bail!("answered {} instead of {status}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        Ok(serde_json::from_slice(&self.body)?)
    }
}

fn head(read: &[u8]) -> Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(read)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let value = |name: &str| {
        let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()
    };
    let is_chunked = value("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    let body = match value("content-length") {
        Some(length) => Some(length.trim().parse()?),
        None if is_chunked => None,
        None => Some(0),
    };
    let cookie = value("set-cookie").and_then(|value| value.split(';').next()).map(str::to_owned);
    Ok(Some(Head { length, status, body, cookie }))
}

/// A `POST` of JSON with a key.
pub fn post(path: &str, key: &str, body: &str) -> Vec<u8> {
    let headers = format!("authorization: Bearer {key}\r\ncontent-type: application/json\r\n");
    request("POST", path, &headers, body)
}

/// A `GET` with these header lines.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    request("GET", path, headers, "")
}

/// A request to whoever is on loopback.
pub fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nhost: {HOST}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}

/// What servers on loopback are called.
pub const HOST: &str = "127.0.0.1";

#[cfg(test)]
mod tests {
    use super::*;

    async fn answered(answer: &'static [u8]) -> Result<Reply> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let peer = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            let mut asked = vec![0; 1_024];
            let length = stream.read(&mut asked).await?;
            // In two parts, as networks do.
            let (first, second) = answer.split_at(answer.len() / 2);
            stream.write_all(first).await?;
            stream.flush().await?;
            tokio::task::yield_now().await;
            stream.write_all(second).await?;
            anyhow::Ok(length)
        });
        let reply = Wire::connect(&address).await?.send(&get("/", "")).await?;
        assert!(peer.await?? > 20);
        Ok(reply)
    }

    #[tokio::test]
    async fn answers_are_read_whole_with_a_length_or_in_chunks() -> Result<()> {
        let reply = answered(b"HTTP/1.1 303 X\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 5\r\n\r\nhello").await?;
        assert_eq!((reply.status, reply.cookie.as_deref(), &reply.body[..]), (303, Some("a=b"), &b"hello"[..]));
        let reply =
            answered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
                .await?;
        assert_eq!((reply.status, &reply.body[..]), (200, &b"hello world"[..]));
        Ok(())
    }

    #[tokio::test]
    async fn an_answer_that_ends_too_soon_is_an_error() {
        assert!(answered(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello").await.is_err());
    }
}
