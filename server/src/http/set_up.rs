//! The first-run set-up: opened by the link the server printed, then by the first administrator's session.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Refusal, refusal::Code};
use tower_sessions::Session;

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    pages,
    posted::{self, Done},
    problem::Answer,
    query::Query,
    routes::{Access, Routes},
    web_session,
};
use crate::{
    desk::{PersonCaller, person::NewPerson, set_up::Door},
    error::Error,
    password::Password,
};

/// The page's address.
const HERE: &str = "/set-up";

/// The page and its forms.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::GET, HERE, Access::Page, page).add(Method::POST, HERE, Access::Form, post)
}

async fn page(State(state): State<AppState>, PageCaller(person): PageCaller, query: Query, request: Request) -> Answer {
    match state.desk.set_up_door(person.as_ref(), query.text("token")).await? {
        Door::Open => {
            let incoming = pages::incoming(&state, &request);
            Ok(pages::render(&state, person, request, incoming).await)
        }
        Door::Locked if query.text("token").is_some() => Ok(Redirect::to("/sign-in?set-up=refused").into_response()),
        Door::Locked => Ok(Redirect::to("/sign-in").into_response()),
        Door::Shut if person.is_some() => Ok(Redirect::to("/approvals").into_response()),
        Door::Shut => Ok(Redirect::to("/sign-in?to=%2Fset-up").into_response()),
    }
}

/// Each step's form; a refusal shows the step again with what was typed.
async fn post(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    session: Session,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let fields = Form::from_request(Request::from_parts(parts.clone(), body), &state).await?;
    let outcome = match (&person, fields.text("form")) {
        (_, "administrator") => begin(&state, &session, &fields).await,
        (Some(person), form) => step(&state, person, form, &fields).await,
        (None, _) => return Ok(Redirect::to("/sign-in?to=%2Fset-up").into_response()),
    };
    Ok(answered(&state, person, parts, &fields, outcome).await)
}

async fn answered(
    state: &AppState,
    person: Option<PersonCaller>,
    parts: axum::http::request::Parts,
    fields: &Form,
    outcome: Result<Done, Error>,
) -> Response {
    match outcome {
        // Without a good token there is no page to show the refusal on.
        Err(Error::Refused(refusal)) if refusal.code == Code::NotSignedIn => {
            Redirect::to("/sign-in?set-up=refused").into_response()
        }
        outcome => posted::answer(state, person, parts, fields, outcome).await,
    }
}

/// The first administrator; signed in from here on.
async fn begin(state: &AppState, session: &Session, fields: &Form) -> Result<Done, Error> {
    if fields.text("password") != fields.text("password_again") {
        return Err(Refusal::invalid("password_again", "The two passwords differ. Type them again.").into());
    }
    let new = NewPerson {
        email: fields.text("email").trim().to_owned(),
        name: fields.text("name").trim().to_owned(),
        password: Password::new(fields.text("password")),
        roles: Vec::new(),
        groups: Vec::new(),
    };
    let who = state.desk.begin_set_up(fields.text("token"), new).await?;
    web_session::begin(&state.desk, session, &who).await?;
    Ok(Done::See(HERE.to_owned()))
}

async fn step(state: &AppState, person: &PersonCaller, form: &str, fields: &Form) -> Result<Done, Error> {
    match form {
        "sample" => state.desk.publish_sample(person, fields.text("sample")).await?,
        "skip" => state.desk.skip_first_workflow(person).await?,
        "finish" => {
            state.desk.finish_set_up(person).await?;
            return Ok(Done::See("/approvals".to_owned()));
        }
        _ => return Err(Refusal::new(Code::MalformedRequest, "The set-up has no such form. Reload the page.").into()),
    }
    Ok(Done::See(format!("{HERE}?step=agent")))
}
