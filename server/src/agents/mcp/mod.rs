//! The MCP server at `/mcp`: tools for the model's side, over use cases that its key may call anyway.
//!
//! Nothing is kept between two requests, in either era of the protocol: any replica answers any of them.

mod assertion;
mod consent;
mod decision;
mod escalate;
mod gate;
mod handoff;
mod protocol;
mod reply;
mod request;
pub mod tools;

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
};
use domain::{Refusal, canonical, permission::Action, refusal::Code};

use self::tools::Toolbox;
use crate::{
    desk::Caller,
    http::{
        AppState, body,
        origin::Origin,
        problem::Answer,
        request_id,
        routes::{Access, Routes},
    },
};

/// Where it is.
pub const PATH: &str = "/mcp";
/// What a client of the protocol has to accept. What is sent is always JSON.
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");

/// The server's one address. Streams and sessions are no part of it: other methods than POST are refused.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, PATH, Access::Granted(Action::CallTools), answer)
}

async fn answer(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Answer {
    is_meant_for(&origin, &request)?;
    let (mut parts, sent) = request.into_parts();
    let bytes = body::bytes(Request::new(sent)).await?;
    if let Err(refusal) = canonical::parse(&bytes) {
        return Ok(protocol::unreadable(&refusal.message));
    }
    parts.headers.entry(header::ACCEPT).or_insert(ACCEPTED);
    let toolbox = Toolbox { desk: state.desk, caller, console: origin.url(), request: request_id::current() };
    Ok(protocol::answer(toolbox, Request::from_parts(parts, Body::from(bytes))).await)
}

/// Refuses requests for another host, and those that another site's page has sent, whatever they bring: a client on
/// somebody's desk sends its key wherever it was told to.
fn is_meant_for(origin: &Origin, request: &Request) -> Result<(), Refusal> {
    let text = |headers: &HeaderMap, name| {
        headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?").to_owned())
    };
    let named = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let host = named.or_else(|| text(request.headers(), header::HOST)).unwrap_or_default();
    if !origin.is_served_as(&host) {
        let message = format!("This server is {}, not {host:?}.", origin.url());
        return Err(Refusal::new(Code::CrossOrigin, message));
    }
    match text(request.headers(), header::ORIGIN) {
        Some(from) if !origin.is_own(&from, &host) => {
            Err(Refusal::new(Code::CrossOrigin, "Pages of other sites may not call tools here. Nothing was done."))
        }
        _ => Ok(()),
    }
}
