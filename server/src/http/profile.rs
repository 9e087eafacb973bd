//! The forms of the profile: keys on or off, what one is told by which channel, the person's own password, their other sessions.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    Refusal,
    channel::Channel,
    notification::{Notices, Quiet, Topic},
    profile::Preferences,
};
use tower_sessions::Session;

use super::{
    AppState,
    caller::{PageCaller, sign_in_path},
    delegation,
    form::Form,
    posted::{Done, answer},
    routes::{Access, Routes},
    web_session,
};
use crate::{
    desk::{Caller, PersonCaller},
    error::Result,
    password::Password,
};

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/profile", Access::Form, post)
}

/// `POST /profile`: its hidden field `form` says which.
async fn post(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    session: Session,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(person) = person else { return Redirect::to(&sign_in_path(&parts.uri)).into_response() };
    let fields = match Form::from_request(Request::from_parts(parts.clone(), body), &state).await {
        Ok(fields) => fields,
        Err(error) => return error.into_response(),
    };
    let outcome = apply(&state, &person, &session, &fields).await;
    answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, person: &PersonCaller, session: &Session, fields: &Form) -> Result<Done> {
    let form = fields.text("form");
    match form {
        "keys" => {
            let preferences = Preferences { keys: fields.text("keys") == "on" };
            state.desk.set_preferences(person, preferences).await?;
        }
        "notifications" => state.desk.set_notices(person, notices(fields)?).await?,
        "password" => {
            let new = fields.text("password");
            if fields.text("password_again") != new {
                return Err(Refusal::invalid("password_again", "The two do not agree. Type the new one again.").into());
            }
            let current = Password::new(fields.text("current_password"));
            let who = state.desk.change_own_password(person, current, Password::new(new)).await?;
            web_session::begin(&state.desk, session, &who).await?;
        }
        "sessions" => {
            if let Some(kept) = web_session::digest_of(session) {
                state.desk.sign_out_elsewhere(person, kept).await?;
            }
        }
        delegation::SET => delegation::set(state, &Caller::Person(person.clone()), None, fields).await?,
        delegation::END => delegation::end(state, &Caller::Person(person.clone()), fields).await?,
        other => return Err(Refusal::invalid("form", format!("There is no form {other:?} here.")).into()),
    }
    Ok(Done::See(format!("/profile?saved={form}")))
}

/// What is ticked is sent; what is not there to be ticked yet is sent too.
fn notices(fields: &Form) -> Result<Notices> {
    let unticked = |channel: Channel| {
        let is_off = |topic: &&Topic| fields.text(&format!("{channel}_{topic}")).is_empty();
        Topic::ALL.iter().filter(is_off).copied().collect()
    };
    let quiet = if fields.text("quiet").is_empty() {
        None
    } else {
        Some(Quiet {
            from: Quiet::minutes(fields.text("quiet_from").trim(), "quiet_from")?,
            to: Quiet::minutes(fields.text("quiet_to").trim(), "quiet_to")?,
            zone: fields.text("zone").trim().to_owned(),
        })
    };
    Ok(Notices { no_mail: unticked(Channel::Mail), no_slack: unticked(Channel::Slack), quiet })
}
