//! HTTP: routes, who may call them, bodies in and problems out. No rules, no SQL.

pub mod api;
pub mod assets;
pub mod body;
pub mod caller;
pub mod console;
pub mod decide;
pub mod pages;
pub mod problem;
pub mod query;
pub mod request_id;
pub mod routes;
pub mod security;
pub mod sign_in;
pub mod web_session;

use crate::desk::Desk;

/// What handlers need.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub desk: Desk,
    /// The built console.
    pub site: assets::Site,
}
