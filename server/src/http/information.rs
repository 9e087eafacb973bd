//! The form that answers a reviewer's question, posted to the approval's own page.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Refusal, id::ApprovalId, refusal::Code};

use super::{
    AppState,
    caller::{PageCaller, sign_in_path},
    form::Form,
    posted::{Done, answer},
    query::Id,
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, PersonCaller, information::GiveInformation},
    error::Error,
};

/// The form's route.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/approvals/{id}", Access::Form, inform)
}

async fn inform(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    Id(id): Id<ApprovalId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(person) = person else { return Redirect::to(&sign_in_path(&parts.uri)).into_response() };
    let fields = match Form::from_request(Request::from_parts(parts.clone(), body), &state).await {
        Ok(fields) => fields,
        Err(error) => return error.into_response(),
    };
    let outcome = apply(&state, &person, id, &fields).await;
    answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, person: &PersonCaller, id: ApprovalId, fields: &Form) -> Result<Done, Error> {
    if fields.text("form") != "information" {
        return Err(Refusal::new(Code::MalformedRequest, "This page has no such form; reload it.").into());
    }
    // Browsers send line ends as CR LF.
    let body = GiveInformation { answer: fields.text("answer").replace("\r\n", "\n"), attachments: None };
    let read = fields.text("revision").parse().ok();
    state.desk.give_information(&Caller::Person(person.clone()), id, body, read).await?;
    Ok(Done::See(format!("/approvals/{id}")))
}
