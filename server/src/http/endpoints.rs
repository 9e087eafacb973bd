//! Forms of the endpoints page: adding, rotating, testing, disabling and enabling.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Refusal, refusal::Code};

use super::{
    AppState,
    caller::{PageCaller, sign_in_path},
    form::Form,
    posted::{Done, answer},
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, endpoint::NewEndpoint},
    error::Result,
};

/// The page.
const PAGE: &str = "/admin/endpoints";

/// The forms' route.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, PAGE, Access::Form, post)
}

async fn post(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(person) = person else { return Redirect::to(&sign_in_path(&parts.uri)).into_response() };
    let fields = match Form::from_request(Request::from_parts(parts.clone(), body), &state).await {
        Ok(fields) => fields,
        Err(error) => return error.into_response(),
    };
    let outcome = apply(&state, &Caller::Person(person.clone()), &fields).await;
    answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, caller: &Caller, fields: &Form) -> Result<Done> {
    let named = fields.text("endpoint");
    match fields.text("form") {
        "add" => {
            let new = NewEndpoint {
                name: fields.text("name").trim().to_owned(),
                url: fields.text("url").trim().to_owned(),
                secret: Some(fields.text("secret").trim()).filter(|secret| !secret.is_empty()).map(str::to_owned),
                allow_private: !fields.text("allow_private").is_empty(),
            };
            Ok(Done::Show { secret: state.desk.add_endpoint(caller, new).await?.reveal() })
        }
        "rotate" => Ok(Done::Show { secret: state.desk.rotate_endpoint(caller, named, None).await?.reveal() }),
        "disable" => state.desk.disable_endpoint(caller, named).await.map(|()| Done::See(PAGE.to_owned())),
        "enable" => state.desk.enable_endpoint(caller, named).await.map(|()| Done::See(PAGE.to_owned())),
        "test" => test(state, caller, named).await,
        _ => Err(Refusal::new(Code::MalformedRequest, "This page has no such form; reload it.").into()),
    }
}

async fn test(state: &AppState, caller: &Caller, named: &str) -> Result<Done> {
    let answered = state.desk.test_endpoint(caller, named).await?;
    match answered.cause {
        None => Ok(Done::See(format!("{PAGE}?tested={named}"))),
        Some(cause) => {
            let message = format!("{named} did not take the test: {cause}.");
            Err(Refusal::new(Code::Conflict, message).into())
        }
    }
}
