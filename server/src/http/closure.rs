//! The forms of a closure's page: a reviewer says how what it handed over was settled, a process owner whether a sample is
//! in order, an administrator has it finish what was left or sees what that would do.

use axum::{
    extract::{Path as Segment, Request, State},
    http::Method,
    response::Response,
};
use domain::{
    FieldError, Refusal,
    id::{ClosureId, FollowUpId},
    permission::Action,
    refusal::Code,
};

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, closure::ReviewClosure, follow_up::ResolveFollowUp},
    error::Result,
};

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/closures/{id}", Access::Form, work)
}

async fn work(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    Segment(id): Segment<String>,
    request: Request,
) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply(&state, &Caller::Person(person.clone()), &id, &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, caller: &Caller, id: &str, fields: &Form) -> Result<Done> {
    let id: ClosureId = id.parse().map_err(|_| Refusal::not_found("closure"))?;
    let done = match fields.text("form") {
        "resolve" => {
            let follow_up: FollowUpId =
                fields.text("follow_up").parse().map_err(|_| Refusal::not_found("follow-up"))?;
            // Browsers send line ends as CR LF.
            let resolution = fields.text("resolution").replace("\r\n", "\n");
            caller.authorize(Action::ResolveFollowUp)?;
            state.desk.must_see_follow_up(caller, follow_up).await?;
            let outcome = fields.text("outcome").parse().map_err(|_| unchosen())?;
            state.desk.resolve_follow_up(caller, follow_up, ResolveFollowUp { resolution, outcome }).await?;
            "resolved"
        }
        "review" => {
            caller.authorize(Action::ReviewClosure)?;
            state.desk.must_see_closure(caller, id).await?;
            let verdict = fields.text("verdict").parse().map_err(|_| unjudged())?;
            let note = Some(fields.text("note").replace("\r\n", "\n"));
            state.desk.review_closure(caller, id, ReviewClosure { verdict, note }).await?;
            "reviewed"
        }
        "replay" => {
            state.desk.replay_closure(caller, id).await?;
            "replayed"
        }
        "try" => return Ok(Done::Tried(Box::new(state.desk.try_replay(caller, id).await?))),
        _ => return Err(posted::unknown_form()),
    };
    Ok(Done::See(format!("/closures/{id}?done={done}")))
}

fn unjudged() -> Refusal {
    let message = "Say whether it is in order.";
    Refusal::new(Code::InvalidField, message).with_errors(vec![FieldError::new("/verdict", message)])
}

fn unchosen() -> Refusal {
    let message = "Choose what becomes of the step.";
    Refusal::new(Code::InvalidField, message).with_errors(vec![FieldError::new("/outcome", message)])
}
