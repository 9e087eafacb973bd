//! The form that decides several approvals at once, answered by the page with what became of each.

use axum::{
    body::Body,
    extract::{Request, State},
    http::Method,
    response::Response,
};
use domain::{
    Refusal,
    bulk::{Bulk, Done, Item},
};

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    pages, posted,
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, PersonCaller},
    error::Result,
};

/// The form's route.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/approvals/bulk", Access::Form, decide)
}

async fn decide(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    match apply(&state, &person, &fields).await {
        Ok(done) => {
            let mut page = Request::from_parts(parts, Body::empty());
            *page.method_mut() = Method::GET;
            let mut incoming = pages::incoming(&state, &page);
            incoming.decided = Some(done);
            pages::render(&state, Some(person), page, incoming).await
        }
        Err(error) => posted::answer(&state, Some(person), parts, &fields, Err(error)).await,
    }
}

async fn apply(state: &AppState, person: &PersonCaller, fields: &Form) -> Result<Done> {
    let bulk = bulk(fields)?;
    let outcomes = state.desk.decide_together(&Caller::Person(person.clone()), &bulk).await?;
    let outcomes = outcomes.into_iter().map(|(outcome, _)| outcome).collect();
    Ok(Done { now: state.desk.database.clock().now(), verdict: bulk.verdict, outcomes })
}

fn bulk(fields: &Form) -> Result<Bulk, Refusal> {
    let text = |name: &str| Some(fields.text(name)).filter(|text| !text.trim().is_empty());
    let verdict = text("verdict").and_then(|word| word.parse().ok());
    let items = fields.text("items").split_whitespace().map(|text| item(text, fields)).collect::<Option<Vec<Item>>>();
    Ok(Bulk {
        verdict: verdict.ok_or_else(|| Refusal::invalid("/verdict", "Choose to approve or to reject."))?,
        reason_code: text("reason_code").map(str::to_owned),
        // Browsers send line ends as CR LF.
        notes: text("notes").map(|notes| notes.replace("\r\n", "\n")),
        items: items.ok_or_else(|| Refusal::invalid("/items", "The form is incomplete; go back to the list."))?,
    })
}

/// `apr_…:revision:digest`, as the page wrote it, with the seat it named in fields of its own.
fn item(text: &str, fields: &Form) -> Option<Item> {
    let (name, rest) = text.split_once(':')?;
    let (revision, digest) = rest.split_once(':')?;
    let said = |what: &str| Some(fields.text(&format!("{what}:{name}"))).filter(|text| !text.is_empty());
    Some(Item {
        id: name.parse().ok()?,
        revision: revision.parse().ok()?,
        package_digest: digest.parse().ok()?,
        for_group: said("for_group").map(str::to_owned),
        on_behalf_of: match said("on_behalf_of") {
            Some(person) => Some(person.parse().ok()?),
            None => None,
        },
    })
}
