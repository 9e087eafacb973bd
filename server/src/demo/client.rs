//! The public API as an agent's harness calls it: JSON over HTTP, patient with what passes, honest about the rest.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::Value;

use super::Trouble;

/// Longer than the longest poll.
const TIMEOUT: Duration = Duration::from_secs(75);
/// How often a call is tried when the server is out of reach; the wait doubles up to [`LONGEST_WAIT`].
const TRIES: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// One key's way to the API; cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Client {
    /// A client for the API below this address, such as `http://127.0.0.1:8080`.
    pub fn new(address: &str, key: &str) -> Result<Self, Trouble> {
        // The server is this very process: a proxy from the environment would only be in the way.
        let http = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build();
        let http = http.map_err(|error| Trouble::Unreachable(error.to_string()))?;
        Ok(Self { http, base: format!("{address}/api/v1"), key: key.to_owned() })
    }

    /// The same way with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, Trouble> {
        self.send(|| self.request(Method::GET, path)).await
    }

    /// Calls. Every call of this demo may be repeated: it carries its own id, or `once` does.
    pub async fn post(&self, path: &str, body: &Value, once: Option<&str>) -> Result<Value, Trouble> {
        self.send(|| {
            let request = self.request(Method::POST, path).json(body);
            match once {
                Some(once) => request.header("idempotency-key", once),
                None => request,
            }
        })
        .await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, Trouble> {
        self.send(|| self.request(Method::PATCH, path).json(body)).await
    }

    /// Publishes a text.
    pub async fn put(&self, path: &str, text: &'static str) -> Result<Value, Trouble> {
        self.send(|| self.request(Method::PUT, path).header(header::CONTENT_TYPE, "application/yaml").body(text)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key)
    }

    async fn send(&self, request: impl Fn() -> RequestBuilder + Send + Sync) -> Result<Value, Trouble> {
        let mut wait = FIRST_WAIT;
        let mut last = String::new();
        for _ in 0..TRIES {
            match request().send().await {
                Ok(answer) if is_passing(answer.status()) => last = answer.status().to_string(),
                Ok(answer) => return read(answer).await,
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        Err(Trouble::Unreachable(last))
    }
}

/// Whether trying again may help.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

async fn read(answer: reqwest::Response) -> Result<Value, Trouble> {
    let status = answer.status();
    let text = answer.text().await.map_err(|error| Trouble::Unreachable(error.to_string()))?;
    let body: Value = serde_json::from_str(&text).map_err(|_| Trouble::Unclear(format!("{status}: {text}")))?;
    if status.is_success() {
        return Ok(body);
    }
    let word = |name: &str| body[name].as_str().unwrap_or("no reason given").to_owned();
    Err(Trouble::Refused { code: word("code"), message: word("detail") })
}
