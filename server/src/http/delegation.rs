//! The forms about being out of office: on the profile, on a person's page, and on the page of everybody's.

use axum::{
    extract::{Request, State},
    http::Method,
    response::Response,
};
use domain::Refusal;

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    person::ticked,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, delegation::NewDelegation},
    error::Result,
};

/// The form that sets a delegation.
pub const SET: &str = "delegate";
/// The form that ends one.
pub const END: &str = "end_delegation";

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/admin/out-of-office", Access::Form, post)
}

async fn post(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let caller = Caller::Person(person.clone());
    let outcome = match fields.text("form") {
        SET => set(&state, &caller, Some(fields.text("from").to_owned()), &fields).await,
        END => end(&state, &caller, &fields).await,
        _ => Err(posted::unknown_form()),
    };
    let outcome = outcome.map(|()| Done::See(format!("/admin/out-of-office?done={}", fields.text("form"))));
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

/// Sets a delegation: the principal's, or the caller's own.
pub(super) async fn set(state: &AppState, caller: &Caller, principal: Option<String>, fields: &Form) -> Result<()> {
    let new = NewDelegation {
        principal,
        delegate: fields.text("to").to_owned(),
        start: fields.text("start").to_owned(),
        until: fields.text("until").to_owned(),
        groups: ticked(fields, "group_"),
    };
    state.desk.add_delegation(caller, new).await.map(drop)
}

/// Ends a delegation.
pub(super) async fn end(state: &AppState, caller: &Caller, fields: &Form) -> Result<()> {
    let id = fields.text("delegation").parse().map_err(|_| Refusal::not_found("delegation"))?;
    state.desk.end_delegation(caller, id).await
}
