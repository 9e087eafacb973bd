//! The forms of a closure's page: what it handed over is given to a person, a reviewer says how it was settled, a process
//! owner whether a sample is in order, an administrator has it finish what was left or sees what that would do, has its
//! records looked at, and accepts how they are.

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
    desk::{
        Caller,
        closure::{AcceptDrift, ReviewClosure},
        follow_up::{AssignFollowUp, ResolveFollowUp},
    },
    error::Result,
};

/// Why a form that no page shows so is refused.
const UNREADABLE: &str = "The form does not say what was shown. Nothing was changed; reload the page.";

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
    let outcome = apply(&state, &Caller::Person(person.clone()), &id, (&fields, parts.uri.query())).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, caller: &Caller, id: &str, (fields, query): (&Form, Option<&str>)) -> Result<Done> {
    let id: ClosureId = id.parse().map_err(|_| Refusal::not_found("closure"))?;
    let done = match fields.text("form") {
        "resolve" => {
            caller.authorize(Action::ResolveFollowUp)?;
            let follow_up = of_closure(state, caller, id, fields).await?;
            // Browsers send line ends as CR LF.
            let resolution = fields.text("resolution").replace("\r\n", "\n");
            let outcome = fields.text("outcome").parse().map_err(|_| unchosen())?;
            state.desk.resolve_follow_up(caller, follow_up, ResolveFollowUp { resolution, outcome }).await?;
            "resolved"
        }
        "assign" => {
            caller.authorize(Action::AssignFollowUp)?;
            let follow_up = of_closure(state, caller, id, fields).await?;
            let (to, reason) = (fields.text("to").to_owned(), Some(fields.text("reason").to_owned()));
            state.desk.assign_follow_up(caller, follow_up, AssignFollowUp { to, reason }).await?;
            "assigned"
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
        "look" => {
            state.desk.look_now(caller, id).await?;
            "looked"
        }
        "accept" => {
            caller.authorize(Action::SettleDrift)?;
            state.desk.must_see_closure(caller, id).await?;
            let reason = fields.text("reason").replace("\r\n", "\n");
            let since = fields.text("since").parse().map_err(|_| Refusal::new(Code::MalformedRequest, UNREADABLE))?;
            state.desk.accept_drift(caller, id, AcceptDrift { reason, since: Some(since) }).await?;
            "accepted"
        }
        "try" => return Ok(Done::Tried(Box::new(state.desk.try_replay(caller, id).await?))),
        _ => return Err(posted::unknown_form()),
    };
    Ok(Done::See(seen_at(id, query, done)))
}

/// The follow-up that a form names, if this closure has handed it over.
async fn of_closure(state: &AppState, caller: &Caller, id: ClosureId, fields: &Form) -> Result<FollowUpId> {
    let follow_up = fields.text("follow_up").parse().map_err(|_| Refusal::not_found("follow-up"))?;
    state.desk.must_be_of_closure(caller, follow_up, id).await?;
    Ok(follow_up)
}

/// Where the receipt is seen with what was done, the list beside it narrowed as it was.
fn seen_at(id: ClosureId, query: Option<&str>, done: &str) -> String {
    const KEPT: [&str; 5] = ["view", "status", "workflow", "owner", "cursor"];
    let mut kept = form_urlencoded::Serializer::new(String::new());
    let asked = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    kept.extend_pairs(asked.filter(|(name, _)| KEPT.contains(&&**name)));
    format!("/closures/{id}?{}", kept.append_pair("done", done).finish())
}

fn unjudged() -> Refusal {
    let message = "Say whether it is in order.";
    Refusal::new(Code::InvalidField, message).with_errors(vec![FieldError::new("/verdict", message)])
}

fn unchosen() -> Refusal {
    let message = "Choose what becomes of the step.";
    Refusal::new(Code::InvalidField, message).with_errors(vec![FieldError::new("/outcome", message)])
}
