//! The console's pages: Leptos renders them, with the desk of whoever is signed in.

use std::sync::Arc;

use app::desk::{AnswerStatus, Incoming};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::Digest;
use leptos::prelude::{expect_context, provide_context};
use leptos_axum::ResponseOptions;
use tower_sessions::Session;

use super::{
    AppState,
    caller::{PageCaller, sign_in_path},
    console::Console,
    fill::Texts,
    origin::Origin,
    routes::{Access, Routes},
    security,
    sign_in::theme_of,
    web_session,
};
use crate::desk::PersonCaller;

/// Every page and who may see it.
pub fn routes(routes: Routes) -> Routes {
    let get = Method::GET;
    routes
        .add(get.clone(), "/", Access::Public, home)
        .add(get.clone(), "/sign-in", Access::Page, sign_in)
        .add(get.clone(), "/approvals", Access::Page, page)
        .add(get.clone(), "/approvals/bulk", Access::Page, page)
        .add(get.clone(), "/approvals/{id}", Access::Page, page)
        .add(get.clone(), "/approvals/{id}/decide", Access::Page, back_to_approval)
        .add(get.clone(), "/admin", Access::Page, page)
        .add(get.clone(), "/admin/groups", Access::Page, page)
        .add(get.clone(), "/admin/groups/{name}", Access::Page, page)
        .add(get.clone(), "/admin/keys", Access::Page, page)
        .add(get.clone(), "/admin/keys/new", Access::Page, page)
        .add(get.clone(), "/admin/connect", Access::Page, page)
        .add(get.clone(), "/admin/people/new", Access::Page, page)
        .add(get.clone(), "/admin/people/{id}", Access::Page, page)
        .add(get.clone(), "/profile", Access::Page, page)
        .add(get.clone(), "/inbox", Access::Page, page)
        .add(get.clone(), "/runs", Access::Page, page)
        .add(get.clone(), "/runs/{id}", Access::Page, page)
        .add(get.clone(), "/escalations", Access::Page, page)
        .add(get.clone(), "/escalations/{id}", Access::Page, page)
        .add(get.clone(), "/closures", Access::Page, page)
        .add(get.clone(), "/closures/{id}", Access::Page, page)
        .add(get.clone(), "/audit", Access::Page, page)
        .add(get.clone(), "/audit/{leaf}", Access::Page, page)
        .add(get.clone(), "/admin/out-of-office", Access::Page, page)
        .add(get.clone(), "/admin/endpoints", Access::Page, page)
        .add(get.clone(), "/admin/deliveries", Access::Page, page)
        .add(get.clone(), "/admin/notifications", Access::Page, page)
        .add(get.clone(), "/workflows", Access::Page, page)
        .add(get.clone(), "/workflows/new", Access::Page, page)
        .add(get.clone(), "/workflows/{name}", Access::Page, page)
        .add(get, "/workflows/{name}/edit", Access::Page, page)
        .add(Method::POST, "/calls/{*name}", Access::Form, call)
}

async fn home() -> Redirect {
    Redirect::to("/approvals")
}

/// The address a decision was posted to, asked for again: the page itself.
async fn back_to_approval(request: Request) -> Redirect {
    let path = request.uri().path();
    Redirect::to(path.strip_suffix("/decide").unwrap_or(path))
}

async fn page(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let Some(person) = person else {
        return Redirect::to(&sign_in_path(request.uri())).into_response();
    };
    let incoming = incoming(&state, &request);
    render(&state, Some(person), request, incoming).await
}

async fn sign_in(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    if person.is_some() {
        return Redirect::to("/approvals").into_response();
    }
    let mut incoming = incoming(&state, &request);
    // A database that does not answer says so elsewhere; signing in is offered all the same.
    incoming.set_up_waits = state.desk.set_up_waits().await.unwrap_or(false);
    render(&state, None, request, incoming).await
}

/// Whatever no route names.
pub async fn not_found(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") || request.method() != Method::GET {
        return super::problem::Problem::from(domain::Refusal::not_found("address")).into_response();
    }
    let incoming = incoming(&state, &request);
    let mut response = render(&state, person, request, incoming).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// What every page is given.
pub fn incoming(state: &AppState, request: &Request) -> Incoming {
    Incoming {
        theme: theme_of(request.headers()),
        base_url: request.extensions().get::<Origin>().map(Origin::url).unwrap_or_default(),
        assets: state.site.paths().clone(),
        ..Incoming::default()
    }
}

/// Renders the page at the request's address.
pub async fn render(state: &AppState, person: Option<PersonCaller>, request: Request, incoming: Incoming) -> Response {
    let console = Console::new(state.desk.clone(), person).in_session(session(&request));
    let texts = Texts::default();
    let filling = texts.filling();
    let context = move || {
        provide_context::<Arc<dyn app::desk::Desk>>(Arc::new(console.clone()));
        provide_context(incoming.clone());
        provide_context(filling.clone());
        let options = expect_context::<ResponseOptions>();
        let nonce = leptos::nonce::use_nonce();
        options.insert_header(header::CONTENT_SECURITY_POLICY, security::csp(nonce.as_deref()));
        provide_context(answer_status(options));
    };
    texts.fill(leptos_axum::render_app_async_with_context(context, app::shell::shell)(request).await).await
}

/// The session that asks.
fn session(request: &Request) -> Option<Digest> {
    request.extensions().get::<Session>().and_then(web_session::digest_of)
}

fn answer_status(options: ResponseOptions) -> AnswerStatus {
    AnswerStatus(Arc::new(move |status| {
        options.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }))
}

/// What the browser asks after the page has loaded.
async fn call(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request<Body>) -> Response {
    let console = Console::new(state.desk.clone(), person).in_session(session(&request));
    let context = move || {
        provide_context::<Arc<dyn app::desk::Desk>>(Arc::new(console.clone()));
        provide_context(answer_status(expect_context::<ResponseOptions>()));
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}
