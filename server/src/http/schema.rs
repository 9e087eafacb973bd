//! `/workflow.schema.json`: the language of definitions as a JSON Schema, for editors that complete and check as one types.

use axum::{
    http::{Method, header},
    response::{IntoResponse as _, Response},
};

use super::routes::{Access, Routes};

/// The schema. It says less than the check at publication, and nothing else.
pub const SCHEMA: &str = include_str!("../../../docs/workflow.schema.json");

/// Anybody may read it: it is the same in every installation.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::GET, "/workflow.schema.json", Access::Public, serve)
}

async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], SCHEMA).into_response()
}
