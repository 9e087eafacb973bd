//! One request to one registered target, and whether it can have had an effect.

use axum::{
    body::Bytes,
    http::{Method, Response, header},
};
use chrono::TimeDelta;
use domain::Time;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use url::Url;

use super::{
    guard::check_url,
    outbound::{MOST_ANSWERED, Outbound, ask, with_host},
};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    /// How.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Whether that may be a private network.
    pub allow_private: bool,
    /// Headers by name.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: String,
    /// When.
    pub at: Time,
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum Exchange {
    /// It was never sent: it has had no effect.
    NotSent(String),
    /// It was sent, and nobody knows what it did.
    Unanswered(String),
    /// It was answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The tag of what was read.
        etag: Option<String>,
        /// How long the target wants to be left alone.
        asked: Option<TimeDelta>,
        /// The body.
        body: Bytes,
    },
}

impl Outbound {
    /// Asks a target, by the rules by which everything goes out: resolved once, never redirected, within bounds.
    pub async fn ask_target(&self, asking: &Ask) -> Exchange {
        let late = || format!("no answer within {} ms", self.patience().as_millis());
        let url = match check_url(&asking.url, asking.allow_private) {
            Ok(url) => url,
            Err(why) => return Exchange::NotSent(format!("not sent: {why}")),
        };
        let stream = match tokio::time::timeout(self.patience(), self.stream(&url, asking.allow_private)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(why)) => return Exchange::NotSent(why),
            Err(_) => return Exchange::NotSent(late()),
        };
        let request = match request(&url, asking) {
            Ok(request) => request,
            Err(why) => return Exchange::NotSent(why),
        };
        let answered = async {
            let response = ask(stream, request).await?;
            let status = response.status().as_u16();
            let etag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
            let asked = asked(&response, asking.at);
            let body = Limited::new(response.into_body(), MOST_ANSWERED).collect().await;
            let body = body.map_err(|error| format!("the answer broke off: {error}"))?.to_bytes();
            Ok(Exchange::Answered { status, etag, asked, body })
        };
        match tokio::time::timeout(self.patience(), answered).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(why)) => Exchange::Unanswered(why),
            Err(_) => Exchange::Unanswered(late()),
        }
    }
}

fn request(url: &Url, asking: &Ask) -> Result<axum::http::Request<Full<Bytes>>, String> {
    let bare = with_host(asking.method.clone(), url).header(header::ACCEPT, "application/json");
    let bare = if asking.body.is_empty() { bare } else { bare.header(header::CONTENT_TYPE, "application/json") };
    let request = asking.headers.iter().fold(bare, |request, (name, value)| request.header(*name, value));
    request.body(Full::new(Bytes::from(asking.body.clone()))).map_err(|error| error.to_string())
}

/// How long a receiver that is overloaded wants to be left alone, in seconds or until a date.
pub(super) fn asked(response: &Response<Incoming>, now: Time) -> Option<TimeDelta> {
    if !matches!(response.status().as_u16(), 429 | 503) {
        return None;
    }
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match text.parse::<u32>() {
        Ok(seconds) => TimeDelta::seconds(i64::from(seconds)),
        Err(_) => chrono::DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now,
    };
    (asked > TimeDelta::zero()).then_some(asked)
}
