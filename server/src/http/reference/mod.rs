//! `/docs/api`: the API for reading. Made of the same document as `/openapi.json`, rendered here without a line of
//! script, and no part of the console's wasm.
//!
//! Anybody may read it: it says nothing that `/openapi.json` does not, and whoever writes a client has no account yet.

mod card;
mod example;
mod field;
mod operation;
mod page;

use std::sync::LazyLock;

use axum::{
    extract::State,
    http::{HeaderMap, Method, header},
    response::{Html, IntoResponse as _},
};

use self::operation::Reference;
use super::{
    AppState, openapi,
    problem::Answer,
    query::Query,
    routes::{Access, Routes},
    security,
    sign_in::theme_of,
};

/// Where the page is.
pub const PATH: &str = "/docs/api";

/// The page.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::GET, PATH, Access::Public, serve)
}

async fn serve(State(state): State<AppState>, query: Query, headers: HeaderMap) -> Answer {
    static REFERENCE: LazyLock<Reference> = LazyLock::new(|| Reference::read(&openapi::document(&super::declared())));
    query.only(&["q"])?;
    let wanted = query.text("q").map(str::trim).unwrap_or_default();
    let html = page::render(&REFERENCE, wanted, theme_of(&headers), state.site.paths());
    Ok(([(header::CONTENT_SECURITY_POLICY, security::csp(None))], Html(html)).into_response())
}
