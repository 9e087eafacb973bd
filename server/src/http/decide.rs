//! The decision form: posted with or without script, answered by a redirect or by the page with the draft kept.

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    Digest, Refusal, Time, canonical,
    decision::{Ballot, Verdict},
    gate::ConditionResult,
    id::{ApprovalId, PersonId},
    item::{ItemVerdict, MAX_ITEMS},
    refusal::Code,
    review::{Draft, DraftItem, Setback, Unapplied},
};
use serde_json::Value;

use super::{
    AppState,
    caller::{PageCaller, sign_in_path},
    form::Form,
    pages::{incoming, render},
    query::Id,
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, PersonCaller},
    error::Error,
    password::Password,
};

/// The largest form: the arguments come along, whether they are edited or not.
const MOST_BYTES: usize = 1 << 20;
/// The form's word for approving with edits.
const EDIT: &str = "edit";

/// The form's route.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/approvals/{id}/decide", Access::Form, decide)
}

async fn decide(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    Id(id): Id<ApprovalId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(person) = person else { return Redirect::to(&sign_in_path(&parts.uri)).into_response() };
    let fields = match Form::read(Request::from_parts(parts.clone(), body), MOST_BYTES).await {
        Ok(fields) => fields,
        Err(error) => return error.into_response(),
    };
    match apply(&state, &person, id, &fields).await {
        Ok(()) => Redirect::to(&format!("/approvals/{id}")).into_response(),
        Err((status, setback)) => {
            let mut page = Request::from_parts(parts, axum::body::Body::empty());
            *page.method_mut() = Method::GET;
            let mut incoming = incoming(&state, &page);
            incoming.unapplied = Some(Unapplied { setback, draft: draft(&fields) });
            let mut response = render(&state, Some(person), page, incoming).await;
            if response.status().is_success() {
                *response.status_mut() = status;
            }
            response
        }
    }
}

/// Applies the form, or says why not.
async fn apply(
    state: &AppState,
    person: &PersonCaller,
    id: ApprovalId,
    fields: &Form,
) -> Result<(), (StatusCode, Setback)> {
    let ballot = ballot(fields).map_err(|setback| (StatusCode::UNPROCESSABLE_ENTITY, setback))?;
    let caller = Caller::Person(person.clone());
    confirm(state, &caller, id, &ballot, fields).await?;
    // The password goes no further than this: no draft, no page and no log has it.
    let decided = match field(fields, "password") {
        Some(password) => state.desk.sign_and_decide(&caller, id, ballot.clone(), Password::new(password)).await,
        None => state.desk.decide(&caller, id, &ballot).await,
    };
    decided.map(drop).map_err(|error| setback(error, &ballot))
}

fn invalid(field: &str, message: &str) -> Setback {
    Setback::Invalid { field: field.to_owned(), message: message.to_owned() }
}

fn field<'a>(fields: &'a Form, name: &str) -> Option<&'a str> {
    Some(fields.text(name)).filter(|text| !text.trim().is_empty())
}

/// In whose place the page said it is.
fn person(text: &str) -> Result<PersonId, Setback> {
    text.parse().map_err(|_| invalid("verdict", "The form is incomplete; reload the page."))
}

fn ballot(fields: &Form) -> Result<Ballot, Setback> {
    let word = field(fields, "verdict");
    let edited_input = if word == Some(EDIT) { Some(edited_input(fields)?) } else { None };
    let verdict = if edited_input.is_some() { Some(Verdict::Approve) } else { word.and_then(|word| word.parse().ok()) };
    let digest = field(fields, "package_digest").and_then(|text| text.parse::<Digest>().ok());
    Ok(Ballot {
        verdict: verdict.ok_or_else(|| invalid("verdict", "Choose a decision."))?,
        package_digest: digest.ok_or_else(|| invalid("verdict", "The form is incomplete; reload the page."))?,
        revision: field(fields, "revision").and_then(|text| text.parse().ok()),
        reason_code: field(fields, "reason_code").map(str::to_owned),
        // Browsers send line ends as CR LF.
        notes: field(fields, "notes").map(|notes| notes.replace("\r\n", "\n")),
        for_group: field(fields, "for_group").map(str::to_owned),
        on_behalf_of: field(fields, "on_behalf_of").map(person).transpose()?,
        edited_input,
        items: if verdict == Some(Verdict::Approve) { items(fields) } else { Vec::new() },
        signature: None,
    })
}

/// The places of the items that came with the form.
fn places(fields: &Form) -> impl Iterator<Item = usize> {
    (0..MAX_ITEMS).take_while(|place| field(fields, &format!("item-{place}-id")).is_some())
}

/// What was said about each item; one without a verdict is missed by whoever decides.
fn items(fields: &Form) -> Vec<ItemVerdict> {
    let one = |place| {
        let text = |name: &str| field(fields, name).map(str::to_owned);
        Some(ItemVerdict {
            tool_use_id: text(&format!("item-{place}-id"))?,
            verdict: field(fields, &format!("item-{place}"))?.parse().ok()?,
            notes: text(&format!("item-{place}-notes")),
        })
    };
    places(fields).filter_map(one).collect()
}

/// The input as it was edited. It is read as strictly as a harness' own.
fn edited_input(fields: &Form) -> Result<Value, Setback> {
    let text = field(fields, "edited_input").unwrap_or_default();
    let read = canonical::parse(text.as_bytes());
    read.map_err(|refusal| invalid("edited_input", &format!("This is not JSON that can run: {}", refusal.message)))
}

/// Differences between assertion and record must be confirmed before an approval counts.
async fn confirm(
    state: &AppState,
    caller: &Caller,
    id: ApprovalId,
    ballot: &Ballot,
    fields: &Form,
) -> Result<(), (StatusCode, Setback)> {
    if ballot.verdict != Verdict::Approve || field(fields, "confirmed").is_some() {
        return Ok(());
    }
    let stored = state.desk.find_approval(caller, id).await.map_err(|error| setback(error, ballot))?;
    let differs = stored.package.evidence.assertions.iter().any(domain::gate::Asserted::differs);
    let is_open = stored.state.status() == domain::approval::Status::Pending;
    if !(differs && is_open) {
        return Ok(());
    }
    let message = "Confirm that you have seen what differs between assertion and record.";
    Err((StatusCode::UNPROCESSABLE_ENTITY, invalid("confirmed", message)))
}

fn draft(fields: &Form) -> Draft {
    let keep = |name| field(fields, name).map(str::to_owned);
    let verdict = keep("verdict");
    let edited_input = keep("edited_input").filter(|_| verdict.as_deref() == Some(EDIT));
    let said = |place| DraftItem {
        verdict: field(fields, &format!("item-{place}")).map(str::to_owned),
        notes: field(fields, &format!("item-{place}-notes")).map(str::to_owned),
    };
    let items = places(fields).map(said).collect();
    Draft { verdict, reason_code: keep("reason_code"), notes: keep("notes"), edited_input, items }
}

fn setback(error: Error, ballot: &Ballot) -> (StatusCode, Setback) {
    match error {
        Error::Refused(refusal) => {
            let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::CONFLICT);
            (status, refused(*refusal, ballot))
        }
        Error::Moved => {
            (StatusCode::CONFLICT, Setback::Unavailable { message: "The run changes too fast; try again.".to_owned() })
        }
        Error::Broken(error) => {
            let id = super::request_id::current();
            tracing::error!(%error, request_id = %id, "a decision broke");
            let message = format!("Nothing was stored. Something broke on our side; report {id}.");
            (StatusCode::INTERNAL_SERVER_ERROR, Setback::Unavailable { message })
        }
    }
}

fn refused(refusal: Refusal, ballot: &Ballot) -> Setback {
    let extra = |name: &str| refusal.extra.get(name).cloned().unwrap_or(Value::Null);
    match refusal.code {
        Code::AlreadyDecided => Setback::AlreadyDecided {
            winner: serde_json::from_value(extra("winner")).unwrap_or_default(),
            at: serde_json::from_value::<Option<Time>>(extra("decided_at")).unwrap_or_default(),
        },
        Code::StaleRevision | Code::DigestMismatch | Code::RevisionRequired => {
            let read = ballot.revision.unwrap_or_default();
            Setback::NewRevision { read, current: serde_json::from_value(extra("current_revision")).unwrap_or(read) }
        }
        Code::ConditionsChanged => Setback::ConditionsChanged {
            unmet: serde_json::from_value::<Vec<ConditionResult>>(extra("unmet")).unwrap_or_default(),
        },
        Code::Expired => Setback::Expired,
        Code::SignatureRequired => invalid("password", "Type your password to sign this decision. Nothing was stored."),
        Code::SignatureInvalid => invalid("password", &refusal.message),
        Code::ReasonRequired | Code::InvalidField => {
            let first = refusal.errors.first();
            let name = first.map_or("notes", |error| error.path.trim_start_matches('/'));
            invalid(name, first.map_or(&refusal.message, |error| &error.message))
        }
        Code::Unavailable | Code::TooMany | Code::Conflict => Setback::Unavailable { message: refusal.message },
        _ => Setback::NotAllowed { message: refusal.message },
    }
}
