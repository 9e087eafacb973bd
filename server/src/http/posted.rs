//! Forms that are posted to the page they stand on: a redirect when done, else the page again with what was typed.

use app::desk::Posted;
use axum::{
    body::Body,
    extract::{FromRequest as _, Request},
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Refusal, closure::replay::DryRun, refusal::Code};

use super::{AppState, caller::sign_in_path, form::Form, pages};
use crate::{desk::PersonCaller, error::Error};

/// What a form did.
pub enum Done {
    /// The result is seen at this address.
    See(String),
    /// A secret was made; the page shows it once, and no other address does.
    Show {
        /// The secret.
        secret: String,
    },
    /// Nothing was stored: the page shows once what would have been done.
    Tried(Box<DryRun>),
    /// Nothing was stored: the page is shown again with what was typed.
    Kept,
}

/// Reads a form that somebody signed in has posted; others are sent to sign in.
pub async fn read(
    state: &AppState,
    person: Option<PersonCaller>,
    request: Request,
) -> Result<(PersonCaller, Parts, Form), Response> {
    let (parts, body) = request.into_parts();
    let Some(person) = person else { return Err(Redirect::to(&sign_in_path(&parts.uri)).into_response()) };
    let fields = Form::from_request(Request::from_parts(parts.clone(), body), state).await;
    let fields = fields.map_err(IntoResponse::into_response)?;
    Ok((person, parts, fields))
}

/// The page has no form by the name that was posted.
pub fn unknown_form() -> Error {
    Refusal::new(Code::MalformedRequest, "This page has no such form. Nothing was changed; reload the page.").into()
}

/// Answers a form whose hidden field `form` names it. A refusal shows the page at the same address with the fields kept
/// and the refusal's status; nothing was stored then.
pub async fn answer(
    state: &AppState,
    person: Option<PersonCaller>,
    parts: Parts,
    fields: &Form,
    outcome: Result<Done, Error>,
) -> Response {
    let mut posted = Posted { form: fields.text("form").to_owned(), values: fields.shown_again(), ..Posted::default() };
    let mut tried = None;
    let status = match outcome {
        Ok(Done::See(path)) => return Redirect::to(&path).into_response(),
        Ok(Done::Show { secret }) => {
            posted.secret = Some(secret);
            StatusCode::OK
        }
        Ok(Done::Tried(run)) => {
            tried = Some(*run);
            StatusCode::OK
        }
        Ok(Done::Kept) => StatusCode::OK,
        Err(error) => {
            let refusal = refusal(error);
            let status = refusal.code.status();
            posted.refusal = Some(refusal);
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    let mut page = Request::from_parts(parts, Body::empty());
    *page.method_mut() = Method::GET;
    let mut incoming = pages::incoming(state, &page);
    incoming.posted = Some(posted);
    incoming.tried = tried;
    let mut response = pages::render(state, person, page, incoming).await;
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    response
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::Refused(refusal) => *refusal,
        Error::Moved => Refusal::new(Code::Conflict, "Somebody changed this at the same moment; try again."),
        Error::Broken(error) => {
            let id = super::request_id::current();
            tracing::error!(%error, request_id = %id, "a form broke");
            Refusal::new(Code::Unavailable, format!("Nothing was stored. Something broke on our side; report {id}."))
        }
    }
}
