//! Forms of the approval page, apart from the decision: posted to the page itself, with or without script.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Refusal, claim::Step, id::ApprovalId, refusal::Code};

use super::{
    AppState,
    caller::{PageCaller, sign_in_path},
    form::Form,
    posted::{Done, answer},
    query::Id,
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, assignment::AssignApproval, information::GiveInformation, resumption::Abandon, revocation::Revoke},
    error::Result,
};

/// The forms' route.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/approvals/{id}", Access::Form, post)
}

async fn post(
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
    let outcome = apply(&state, &Caller::Person(person.clone()), id, &fields).await;
    answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, caller: &Caller, id: ApprovalId, fields: &Form) -> Result<Done> {
    match fields.text("form") {
        "information" => {
            // Browsers send line ends as CR LF.
            let body = GiveInformation { answer: fields.text("answer").replace("\r\n", "\n"), attachments: None };
            let read = fields.text("revision").parse().ok();
            state.desk.give_information(caller, id, body, read).await?;
        }
        "retry" => {
            state.desk.retry_resumption(caller, id).await?;
        }
        "abandon" => {
            let body = Abandon { reason: fields.text("reason").to_owned() };
            state.desk.abandon_resumption(caller, id, body).await?;
        }
        "revoke" => {
            let body = Revoke { reason: fields.text("reason").replace("\r\n", "\n") };
            state.desk.revoke_approval(caller, id, &body).await?;
        }
        form @ ("delegate" | "escalate" | "give_back") => {
            let field = |name: &str| Some(fields.text(name).replace("\r\n", "\n"));
            let to = if form == "give_back" { None } else { field("to") };
            state.desk.assign_approval(caller, id, &AssignApproval { to, reason: field("reason") }).await?;
        }
        form @ ("claim" | "release" | "take_over") => {
            let step = match form {
                "claim" => Step::Claim,
                "release" => Step::Release,
                _ => Step::TakeOver { reason: fields.text("reason").to_owned() },
            };
            state.desk.move_claim(caller, id, &step).await?;
            // Whoever did so in the list goes on there.
            if fields.text("to") == "list" {
                return Ok(Done::See("/approvals".to_owned()));
            }
        }
        _ => return Err(Refusal::new(Code::MalformedRequest, "This page has no such form; reload it.").into()),
    }
    Ok(Done::See(format!("/approvals/{id}")))
}
