//! Approvals: reading them, waiting for their outcome, deciding.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse as _,
};
use domain::{
    approval::Status,
    decision::{Ballot, Decision},
    id::ApprovalId,
    workflow::Risk,
};
use serde_json::{Value, json};

use super::ok;
use crate::{
    desk::{Caller, cancellation::Cancel, decision::Decided},
    http::{
        AppState,
        body::{Body, if_match},
        problem::Answer,
        query::{Id, Query},
    },
    store::queue::QueueFilter,
};

/// `GET /approvals`: soonest deadline first.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["status", "risk", "workflow", "cursor", "limit"])?;
    let filter = QueueFilter {
        status: query.read::<Status>("status")?,
        risk: query.read::<Risk>("risk")?.map(|risk| risk.to_string()),
        workflow: query.text("workflow").map(str::to_owned),
        ..QueueFilter::default()
    };
    Ok(ok(state.desk.list_approvals(&caller, filter, query.text("cursor"), query.limit()?).await?))
}

/// `GET /approvals/{id}`, with the revision as `ETag`.
pub async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
) -> Answer {
    let (stored, votes) = state.desk.approval_detail(&caller, id).await?;
    let votes: Vec<Value> = votes.iter().map(vote).collect();
    let body = json!({
        "approval_id": stored.id, "status": stored.state.status(), "revision": stored.revision,
        "package_digest": stored.package_digest, "package": stored.package, "policy": stored.package.policy,
        "votes": votes, "opened_at": stored.opened_at, "decided_at": stored.state.ended_at(), "state": stored.state,
        "origin": "gate",
    });
    let etag = format!("\"{}\"", stored.revision);
    Ok(([(header::ETAG, etag)], Json(body)).into_response())
}

fn vote(decision: &Decision) -> Value {
    json!({
        "decision_id": decision.id, "person_id": decision.person, "name": decision.name, "group": decision.group,
        "verdict": decision.verdict, "revision": decision.revision, "package_digest": decision.package_digest,
        "reason_code": decision.reason_code, "notes": decision.notes, "decided_at": decision.at,
    })
}

/// `GET /approvals/{id}/decision?wait=30`: the outcome, waiting for it if need be.
pub async fn await_decision(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    query: Query,
) -> Answer {
    query.only(&["wait"])?;
    let wait = Duration::from_secs(query.read::<u32>("wait")?.unwrap_or(0).into());
    Ok(ok(state.desk.await_outcome(&caller, id, wait).await?))
}

/// `POST /approvals/{id}/decisions`.
pub async fn decide(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let read = if_match(&headers)?;
    match body.read::<Ballot>() {
        Ok(ballot) => {
            let ballot = Ballot { revision: read.or(ballot.revision), ..ballot };
            let decided = state.desk.decide(&caller, id, &ballot).await?;
            let status = if decided.is_repeat { StatusCode::OK } else { StatusCode::CREATED };
            Ok((status, Json(answer(&decided))).into_response())
        }
        // What cannot be decided anyway is said first, what is wrong with the fields last.
        Err(refusal) => {
            state.desk.must_be_decidable(&caller, id).await?;
            Err(refusal.into())
        }
    }
}

/// `POST /approvals/{id}/cancel`.
pub async fn cancel(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    body: Body,
) -> Answer {
    state.desk.must_see_outcome(&caller, id).await?;
    let fields: Cancel = body.read()?;
    Ok(ok(state.desk.cancel_approval(&caller, id, fields).await?))
}

fn answer(decided: &Decided) -> Value {
    let mut body = vote(&decided.decision);
    body["status"] = json!(decided.status);
    body["standing"] = json!(decided.standing);
    body
}
