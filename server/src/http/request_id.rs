//! An id for each request: in its log lines, in its answer, and in what it says when it broke.

use axum::{
    http::{HeaderName, HeaderValue},
    response::Response,
};

tokio::task_local! {
    static CURRENT: String;
}

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request being answered.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_else(|_| "none".to_owned())
}

/// Gives a request an id while it is answered.
pub async fn give(answer: impl Future<Output = Response>) -> Response {
    let id = format!("{:016x}", rand::random::<u64>());
    let mut response = CURRENT.scope(id.clone(), answer).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
