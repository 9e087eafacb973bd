//! The forms of the queue that keep a view, rename it, or keep it no more. They stand on the page they are about: what is
//! kept is what its address asks for.

use axum::{
    extract::{Request, State},
    http::{Method, Uri},
    response::Response,
};
use domain::{Refusal, queue::QueueQuery};

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{desk::PersonCaller, error::Result};

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/approvals", Access::Form, post)
}

async fn post(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply(&state, &person, &parts.uri, &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, person: &PersonCaller, uri: &Uri, fields: &Form) -> Result<Done> {
    let here = uri.path_and_query().map_or("/approvals", |here| here.as_str()).to_owned();
    let id = || fields.text("id").parse().map_err(|_| Refusal::not_found("view"));
    match fields.text("form") {
        "save_view" => state.desk.save_view(person, fields.text("name"), asked(uri)).await?,
        "rename_view" => state.desk.rename_view(person, id()?, fields.text("name")).await?,
        "remove_view" => state.desk.remove_view(person, id()?).await?,
        _ => return Err(posted::unknown_form()),
    }
    Ok(Done::See(here))
}

/// What the page asks for, as its address says.
fn asked(uri: &Uri) -> QueueQuery {
    let query = uri.query().unwrap_or_default().as_bytes();
    QueueQuery::read(|name| {
        form_urlencoded::parse(query).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    })
}
