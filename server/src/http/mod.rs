//! HTTP: routes, who may call them, bodies in and problems out. No rules, no SQL.

pub mod api;
pub mod approval;
pub mod assets;
pub mod body;
mod bulk;
mod by_name;
pub mod caller;
pub mod channel;
mod closure;
pub mod console;
pub mod decide;
mod delegation;
#[cfg(debug_assertions)]
pub mod dev;
pub mod endpoints;
mod escalation;
mod fill;
pub mod form;
pub mod group;
pub mod key;
pub mod notification;
pub mod openapi;
pub mod operation;
pub mod origin;
pub mod pages;
pub mod person;
pub mod posted;
pub mod problem;
pub mod profile;
pub mod protect;
pub mod query;
pub mod reference;
pub mod request_id;
pub mod routes;
mod run;
mod saved_view;
pub mod schema;
pub mod security;
pub mod set_up;
pub mod sign_in;
pub mod web_session;
pub mod workflow;

use axum::{Router, extract::Request, http::Method, response::IntoResponse as _};
use domain::{Refusal, refusal::Code};

use crate::desk::Desk;
use routes::{Access, Route, Routes};

/// What handlers need.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub desk: Desk,
    /// The built console.
    pub site: assets::Site,
}

/// Every route with who may call it.
pub fn declared() -> Vec<Route> {
    collected().finish().1
}

fn collected() -> Routes {
    let routes = profile::routes(decide::routes(sign_in::routes(pages::routes(api::routes(Routes::default())))));
    let routes = delegation::routes(set_up::routes(workflow::routes(routes)));
    let routes = channel::routes(notification::routes(routes));
    let routes = crate::agents::claude_code::routes(endpoints::routes(bulk::routes(saved_view::routes(
        approval::routes(routes),
    ))));
    let routes = crate::agents::mcp::routes(routes);
    let routes = reference::routes(schema::routes(closure::routes(escalation::routes(run::routes(key::routes(
        group::routes(person::routes(routes)),
    ))))));
    let (get, anybody) = (Method::GET, Access::Public);
    routes.add(get.clone(), "/assets/{name}", anybody, assets::serve).add(get, "/openapi.json", anybody, openapi::serve)
}

/// The declared routes; for a console that is being worked on, those of its own too.
#[cfg_attr(not(debug_assertions), expect(unused_variables, reason = "a release knows no such console"))]
fn served(site: &assets::Site) -> Routes {
    #[cfg(debug_assertions)]
    if site.paths().reload.is_some() {
        return dev::routes(collected());
    }
    collected()
}

/// The whole server behind its layers.
pub fn router(state: AppState, origin: &origin::Origin) -> Router {
    // Pages spawn what they load; a second router in one process finds it done.
    let _ = any_spawner::Executor::init_tokio();
    let (routes, _) = served(&state.site).finish();
    let routes =
        routes.fallback(pages::not_found).method_not_allowed_fallback(method_not_allowed).with_state(state.clone());
    let protected = protect::Protected::new(routes, state, origin.clone());
    Router::new().fallback(move |request: Request| protected.clone().answer(request))
}

async fn method_not_allowed() -> axum::response::Response {
    let refusal = Refusal::new(Code::MethodNotAllowed, "This address knows other methods; `allow` names them.");
    problem::Problem::from(refusal).into_response()
}
