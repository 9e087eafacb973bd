//! Refusals as RFC 9457 problem documents; what broke here answers an empty-handed 500 with an id to report.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Refusal, refusal::Code};
use serde_json::json;

use crate::error::Error;

/// An error on its way out.
#[derive(Debug)]
pub struct Problem(Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The result of an API handler.
pub type Answer<T = Response> = Result<T, Problem>;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self.0 {
            Error::Refused(refusal) => refused(&refusal),
            Error::Moved => {
                refused(&Refusal::new(Code::Conflict, "Somebody changed this at the same moment; try again."))
            }
            Error::Broken(error) => {
                let id = super::request_id::current();
                tracing::error!(%error, request_id = %id, "a request broke");
                document(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    &json!({
                        "type": "about:blank", "title": "Internal error", "status": 500, "code": "internal_error",
                        "detail": "Something broke on our side. Report the request_id; the log has the cause.",
                        "request_id": id,
                    }),
                )
            }
        }
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = json!({
        "type": "about:blank", "title": refusal.code.title(), "status": status.as_u16(), "code": refusal.code.as_str(),
        "detail": refusal.message,
    });
    if !refusal.errors.is_empty() {
        body["errors"] = json!(refusal.errors);
    }
    for (name, value) in &refusal.extra {
        body[name] = value.clone();
    }
    let mut response = document(status, &body);
    if refusal.code == Code::NotSignedIn {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if matches!(refusal.code, Code::Unavailable | Code::TooMany) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn document(status: StatusCode, body: &serde_json::Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
