//! The form of the run page: a person says that an effect of a failed stage is undone by hand.

use axum::{
    extract::{Path as Segment, Request, State},
    http::Method,
    response::Response,
};
use domain::{Refusal, compensation::Outcome, id::RunId};

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, stage::ReportCompensation},
    error::Result,
};

/// The form and who may post it.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/runs/{id}", Access::Form, settle)
}

async fn settle(
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
    if fields.text("form") != "settle" {
        return Err(posted::unknown_form());
    }
    let run: RunId = id.parse().map_err(|_| Refusal::not_found("run"))?;
    let compensation = fields.text("compensation").parse();
    let compensation = compensation.map_err(|_| Refusal::not_found("compensation of this run"))?;
    let detail = fields.text("detail").trim();
    if detail.is_empty() {
        return Err(Refusal::invalid("detail", "Say what was done by hand: it is kept in the log.").into());
    }
    let body = ReportCompensation { outcome: Outcome::Done, detail: Some(detail.to_owned()) };
    state.desk.report_compensation(caller, run, compensation, body).await?;
    Ok(Done::See(format!("/runs/{run}#compensations")))
}
