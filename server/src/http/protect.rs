//! What stands around every route, in the one order that is right: request id, security headers, panics caught, Origin
//! check, cookies marked, session, pages compressed. One step, not one layer each, for whoever comes with a key: every
//! layer costs every request several allocations.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{
    Router,
    extract::Request,
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    response::{IntoResponse as _, Response},
};
use futures::FutureExt as _;
use tower::ServiceExt as _;
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate},
};

use super::{AppState, origin::Origin, problem::Problem, request_id, security, web_session};
use crate::{
    agents::{claude_code, mcp},
    error::StoreError,
};

/// The routes behind their protection.
#[derive(Clone)]
pub struct Protected {
    state: AppState,
    origin: Origin,
    /// For requests that bring a cookie or may be given one.
    with_session: Router,
    /// For a key at the API: it has no session, and none is begun for it.
    without: Router,
}

impl Protected {
    /// Puts the protection around the routes.
    pub fn new(routes: Router, state: AppState, origin: Origin) -> Self {
        let with_session = routes.clone().layer(pages_compressed());
        let with_session = with_session.layer(web_session::layer(&state.desk.database, &origin));
        Self { state, origin, with_session, without: routes }
    }

    /// Answers a request.
    pub async fn answer(self, request: Request) -> Response {
        request_id::give(async {
            let mut response = match security::check(&self.origin, &request) {
                Ok(()) => self.routed(request).await,
                Err(refusal) => {
                    // No client of hooks is a browser; what a page of another site sends is no hook's.
                    let hook = hook_path(&request).filter(|_| !security::is_of_a_browser(&request));
                    understood(hook, Problem::from(refusal).into_response()).await
                }
            };
            security::add_headers(&self.origin, &mut response);
            response
        })
        .await
    }

    async fn routed(&self, mut request: Request) -> Response {
        let has_key = request.headers().contains_key(header::AUTHORIZATION);
        let has_cookie = request.headers().contains_key(header::COOKIE);
        // Only the API, tools and hooks know keys; a form may begin a session for whoever sends it.
        let path = request.uri().path();
        let is_alone =
            has_key && !has_cookie && (path == mcp::PATH || path.starts_with("/api/") || path.starts_with("/hooks/"));
        let hook = hook_path(&request);
        let routes = if is_alone { &self.without } else { &self.with_session };
        request.extensions_mut().insert(self.origin.clone());
        request.extensions_mut().insert(self.state.clone());
        let answered = AssertUnwindSafe(routes.clone().oneshot(request)).catch_unwind().await;
        let mut response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(panic) => panicked(&*panic),
        };
        web_session::secure_cookies(&self.origin, &mut response);
        understood(hook, response).await
    }
}

/// The address of a hook, if that is what is asked.
fn hook_path(request: &Request) -> Option<String> {
    let path = request.uri().path();
    (request.method() == Method::POST && path.starts_with(claude_code::PREFIX)).then(|| path.to_owned())
}

/// An answer as the client of a hook understands it.
async fn understood(hook: Option<String>, response: Response) -> Response {
    match hook {
        Some(path) => claude_code::understood(&path, response).await,
        None => response,
    }
}

/// Rendered pages repeat themselves: a tenth of them has to be sent. What is not a page is small, or compressed already,
/// or a stream. Nothing secret stands in a page beside what somebody else chose: there is no token against forgery,
/// and the session's id is in the cookie alone.
fn pages_compressed() -> CompressionLayer<impl Predicate> {
    let is_page = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
    };
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_page)
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = format!("a request panicked: {}", said.unwrap_or("without a message"));
    Problem::from(StoreError::Unexpected(message)).into_response()
}
