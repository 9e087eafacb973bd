//! The forms of the inbox: opening a message, and reading them all.

use axum::{
    extract::{Request, State},
    http::Method,
    response::Response,
};
use domain::{Refusal, id::NotificationId};

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{desk::PersonCaller, error::Result};

/// The page.
const PAGE: &str = "/inbox";

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, PAGE, Access::Form, read)
}

async fn read(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply(&state, &person, &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, person: &PersonCaller, fields: &Form) -> Result<Done> {
    let id: NotificationId = fields.text("id").parse().map_err(|_| Refusal::not_found("message"))?;
    match fields.text("form") {
        "open" => state.desk.open_notification(person, id).await.map(Done::See),
        "read" => state.desk.read_notifications(person, id).await.map(|()| Done::See(format!("{PAGE}?done=read"))),
        _ => Err(posted::unknown_form()),
    }
}
