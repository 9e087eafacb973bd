//! The forms of the groups pages.

use axum::{
    extract::{Path as Segment, Request, State},
    http::Method,
    response::Response,
};
use domain::Refusal;

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{desk::Caller, error::Result};

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/admin/groups", Access::Form, create).add(
        Method::POST,
        "/admin/groups/{name}",
        Access::Form,
        change,
    )
}

async fn create(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let caller = Caller::Person(person.clone());
    let name = fields.text("name").trim();
    let outcome = state.desk.create_group(&caller, name).await;
    let outcome = outcome.map(|_| Done::See(format!("/admin/groups/{name}?done=created")));
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn change(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    Segment(name): Segment<String>,
    request: Request,
) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply(&state, &Caller::Person(person.clone()), &name, &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, caller: &Caller, name: &str, fields: &Form) -> Result<Done> {
    let (whom, group) = (fields.text("person").trim(), || vec![name.to_owned()]);
    let done = match fields.text("form") {
        "add" => {
            // A page of a group that there is not adds nobody to it.
            state.desk.group_page(caller, name).await?;
            if whom.is_empty() {
                return Err(Refusal::invalid("person", "expected the email of a person").into());
            }
            state.desk.change_groups(caller, whom, group(), Vec::new()).await?;
            "added"
        }
        "remove" => {
            state.desk.change_groups(caller, whom, Vec::new(), group()).await?;
            "removed"
        }
        _ => return Err(posted::unknown_form()),
    };
    Ok(Done::See(format!("/admin/groups/{name}?done={done}")))
}
