//! An answer of the server.

use axum::{body::to_bytes, http::StatusCode, response::Response};
use serde_json::Value;

/// Status, headers and body of an answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Reply {
    /// Reads a response to its end.
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        // A stream of events has no end to wait for.
        let is_endless = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if is_endless { axum::body::Body::empty() } else { body };
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        Self { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body, if the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// Status and `code` of a problem, e.g. `409 expired`.
    pub fn problem(&self) -> String {
        let body = self.json();
        format!("{} {}", self.status.as_u16(), body["code"].as_str().unwrap_or("?"))
    }
}
