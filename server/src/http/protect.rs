//! The layers around every route, in the one order that is right.

use std::any::Any;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use tower_http::catch_panic::CatchPanicLayer;

use super::{origin::Origin, problem::Problem, request_id, security, web_session};
use crate::{error::StoreError, store::Database};

/// Puts the layers around the routes. From the outside in: request id, security headers, panics caught, Origin
/// check, cookies marked, session.
pub fn protect(routes: Router, database: &Database, origin: &Origin) -> Router {
    let of = origin.clone();
    routes
        .layer(web_session::layer(database, origin))
        .layer(from_fn_with_state(of.clone(), web_session::secure_cookies))
        .layer(from_fn_with_state(of.clone(), security::check))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(of, security::headers))
        .layer(from_fn(request_id::layer))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape the layer asks for")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = format!("a request panicked: {}", said.unwrap_or("without a message"));
    Problem::from(StoreError::Unexpected(message)).into_response()
}
