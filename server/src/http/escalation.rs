//! The forms of an escalation's page: a support lead takes it up, gives it to somebody, and says how it was settled.

use axum::{
    extract::{Path as Segment, Request, State},
    http::Method,
    response::Response,
};
use domain::{Refusal, id::EscalationId};

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
        escalation::{Assign, Resolve, Step},
    },
    error::Result,
};

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/escalations/{id}", Access::Form, work)
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
    let id: EscalationId = id.parse().map_err(|_| Refusal::not_found("escalation"))?;
    let text = |name: &str| fields.text(name).trim().to_owned();
    let (step, done) = match fields.text("form") {
        "acknowledge" => (Step::Acknowledge, "acknowledged"),
        "assign" => (Step::Assign(Assign { to: text("to"), reason: text("reason") }), "assigned"),
        "resolve" => (Step::Resolve(Resolve { resolution: text("resolution") }), "resolved"),
        _ => return Err(posted::unknown_form()),
    };
    state.desk.work_escalation(caller, id, step).await?;
    Ok(Done::See(format!("/escalations/{id}?done={done}")))
}
