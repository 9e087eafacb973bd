//! A browser at the console.

use axum::{
    body::Body,
    http::{Method, Request, header},
};

use domain::Role;

use super::{ORIGIN, PASSWORD, Reply, TestConsole};

/// The email of Ana Ruiz, who is signed in where one person is enough.
pub const ANA: &str = "ana@example.com";
const COOKIE: &str = "__Host-countersign";

/// A browser at the console: keeps the session cookie and sends what browsers send.
pub struct Browser<'a> {
    /// The console it is at.
    pub console: &'a TestConsole,
    /// The session cookie.
    pub cookie: Option<String>,
    /// The origin it says its forms come from.
    pub origin: &'a str,
}

impl<'a> Browser<'a> {
    /// A browser nobody is signed in with.
    pub fn new(console: &'a TestConsole) -> Self {
        Self { console, cookie: None, origin: ORIGIN }
    }

    /// A browser that holds this cookie.
    pub fn with(console: &'a TestConsole, cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()), ..Self::new(console) }
    }

    /// Sends a request as browsers do.
    pub async fn send(&mut self, method: Method, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(&method).uri(path).header(header::HOST, "console.test");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("{COOKIE}={cookie}"));
        }
        if method == Method::POST {
            request = request.header(header::ORIGIN, self.origin);
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let reply = self.console.send(request.body(Body::from(body)).expect("a request")).await;
        for set in reply.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("text");
            if let Some(value) = set.split(';').next().and_then(|pair| pair.strip_prefix("__Host-countersign=")) {
                self.cookie = (!set.contains("Max-Age=0")).then(|| value.to_owned());
            }
        }
        reply
    }

    /// Signs somebody in.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.send(Method::POST, "/sign-in", &[("email", email), ("password", password), ("to", "")]).await
    }

    /// Whether the session is good; asking is using it.
    pub async fn is_signed_in(&mut self) -> bool {
        let reply = self.send(Method::GET, "/api/v1/approvals", &[]).await;
        match reply.status.as_u16() {
            200 => true,
            401 => false,
            other => panic!("{other}: {}", reply.text),
        }
    }

    /// Adds Ana Ruiz and signs her in.
    pub async fn ana(console: &'a TestConsole) -> Self {
        console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
        let mut browser = Self::new(console);
        assert_eq!(browser.sign_in(ANA, PASSWORD).await.status, 303);
        browser
    }

    /// Listens to what happens; the address and headers may say after what.
    pub async fn listen(&self, query: &str, last_event_id: Option<&str>) -> axum::response::Response {
        let mut request = Request::get(format!("/api/v1/live{query}")).header(header::HOST, "console.test");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("{COOKIE}={cookie}"));
        }
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let request = request.header(header::ACCEPT, "text/event-stream").body(Body::empty());
        self.console.answer(request.expect("a request")).await
    }
}
