//! The forms in which definitions are written: checked, shown with what they would change, published; and the one in
//! which a second administrator rules on a version that could let more through.

use axum::{
    extract::{Path, Request, State},
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    Refusal,
    refusal::Code,
    workflow::{Version, shown::DraftQuery},
};

use super::{
    AppState,
    caller::{PageCaller, sign_in_path},
    form::Form,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{
    desk::{
        Caller, PersonCaller,
        workflow::{Ruling, Seen},
    },
    error::Error,
};

/// The largest form: a definition of 256 KiB, of which each byte may be sent as three.
const MOST_BYTES: usize = 800 << 10;

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Method::POST, "/workflows/new", Access::Form, new)
        .add(Method::POST, "/workflows/{name}/edit", Access::Form, edit)
        .add(Method::POST, "/workflows/{name}", Access::Form, rule)
}

async fn new(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    post(&state, person, None, request).await
}

async fn edit(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    post(&state, person, Some(name), request).await
}

async fn post(state: &AppState, person: Option<PersonCaller>, name: Option<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(person) = person else { return Redirect::to(&sign_in_path(&parts.uri)).into_response() };
    let fields = match Form::read(Request::from_parts(parts.clone(), body), MOST_BYTES).await {
        Ok(fields) => fields,
        Err(error) => return error.into_response(),
    };
    let outcome = apply(state, &person, name, &fields).await;
    posted::answer(state, Some(person), parts, &fields, outcome).await
}

/// Publishes a text that has no faults, and whose consequences were seen; else the page is shown again.
async fn apply(state: &AppState, person: &PersonCaller, name: Option<String>, fields: &Form) -> Result<Done, Error> {
    // Browsers send line ends as CR LF.
    let source = fields.text("source").replace("\r\n", "\n");
    let asked = DraftQuery { name: name.clone(), source: Some(source.clone()), sample: None };
    let page = state.desk.draft(person, asked).await?;
    if !page.faults.is_empty() {
        let message = "The definition has faults. Nothing was published.";
        return Err(Refusal::new(Code::InvalidWorkflow, message).with_errors(page.faults).into());
    }
    let is_seen = page.changes.is_none() || fields.text("seal") == page.seal;
    if fields.text("act") != "publish" || page.known.is_some() || !is_seen {
        return Ok(Done::Kept);
    }
    let caller = Caller::Person(person.clone());
    let published = state.desk.publish_workflow(&caller, name.as_deref(), &source).await?;
    let Version { name, version, .. } = published.version;
    Ok(Done::See(if published.standing.is_in_force() {
        format!("/workflows/{name}")
    } else {
        // What waits is shown, and why.
        format!("/workflows/{name}?tab=changes&version={version}")
    }))
}

async fn rule(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply_ruling(&state, &person, &name, &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

/// Confirms or declines the version that the form names, as the successor of the one it was shown to replace.
async fn apply_ruling(state: &AppState, person: &PersonCaller, name: &str, fields: &Form) -> Result<Done, Error> {
    if fields.text("form") != "rule" {
        return Err(posted::unknown_form());
    }
    let number = |field: &str| fields.text(field).parse::<u32>();
    let version = number("version").map_err(|_| Refusal::not_found("version of this workflow"))?;
    let base = number("base").map_err(|_| posted::unknown_form())?;
    let seen = Seen { version, base: (base > 0).then_some(base) };
    let ruling = match fields.text("act") {
        "confirm" => Ruling::Confirm,
        "decline" => Ruling::Decline { reason: fields.text("reason").trim().replace("\r\n", "\n") },
        _ => return Err(posted::unknown_form()),
    };
    state.desk.rule_on_version(person, name, seen, ruling).await?;
    Ok(Done::See(format!("/workflows/{name}?version={version}")))
}
