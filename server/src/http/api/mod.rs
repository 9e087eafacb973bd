//! The HTTP API under `/api/v1`: JSON in, JSON out, every call one use case.

pub mod answers;
pub mod approvals;
pub mod audit;
pub mod closures;
pub mod concerns;
pub mod escalations;
pub mod health;
pub mod live;
mod operations;
pub mod requests;
pub mod runners;
pub mod runs;
pub mod signatures;
pub mod stages;
pub mod steps;
pub mod workflows;

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use super::routes::Routes;

/// Every call of the API: who may make it, what it takes and gives.
pub fn routes(routes: Routes) -> Routes {
    let routes = operations::workflows::routes(operations::health::routes(routes));
    let routes = operations::approvals::routes(operations::requests::routes(operations::runs::routes(routes)));
    let routes = operations::signatures::routes(operations::steps::routes(routes));
    let routes = operations::escalations::routes(operations::runners::routes(operations::stages::routes(routes)));
    let routes = operations::closures::routes(operations::concerns::routes(routes));
    operations::audit::routes(operations::live::routes(routes))
}

/// 200 with JSON.
fn ok(body: impl Serialize) -> Response {
    Json(body).into_response()
}
