//! Approvals: reading them, waiting for their outcome, deciding.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse as _,
};
use domain::{
    bulk::Bulk,
    claim::Step,
    decision::Ballot,
    id::ApprovalId,
    queue::{Assignee, Filters, Sort, Standing},
    workflow::Risk,
};

use super::{
    answers::{
        approvals::{ApprovalDetail, AssignmentStored, Attention, ClaimStored, ResumptionDetail},
        bulk::BulkDecided,
        votes::DecisionStored,
    },
    ok,
};
use crate::{
    desk::{
        Caller, assignment::AssignApproval, cancellation::Cancel, claim::MakeClaim, resumption::Abandon,
        revocation::Revoke,
    },
    http::{
        AppState,
        body::{Body, if_match},
        problem::Answer,
        query::{Id, Query},
    },
    store::queue::QueueFilter,
};

/// `GET /approvals`: what is narrowed to, in an order.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&[
        "status",
        "risk",
        "workflow",
        "gate",
        "agent",
        "assignee",
        "waiting_for",
        "q",
        "sort",
        "cursor",
        "limit",
    ])?;
    let text = |name: &str| query.text(name).map(str::to_owned);
    let filter = QueueFilter {
        standing: query.read::<Standing>("status")?,
        filters: Filters {
            status: None,
            risk: query.read::<Risk>("risk")?,
            workflow: text("workflow"),
            gate: text("gate"),
            agent: text("agent"),
            assignee: query.read::<Assignee>("assignee")?,
            waiting_for: text("waiting_for"),
            search: text("q"),
        },
        ..QueueFilter::default()
    };
    let sort = query.read::<Sort>("sort")?.unwrap_or(Sort::Due);
    Ok(ok(state.desk.list_approvals(&caller, filter, sort, query.text("cursor"), query.limit()?).await?))
}

/// `GET /approvals/{id}`, with the revision as `ETag`.
pub async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
) -> Answer {
    let (stored, votes) = state.desk.approval_detail(&caller, id).await?;
    let resumption = state.desk.resumption(stored.id).await?.map(ResumptionDetail::from);
    let etag = format!("\"{}\"", stored.revision);
    let claim = state.desk.held_claim(stored.id).await?;
    let attention = Attention { claim, assigned_to: state.desk.assignment(stored.id).await?.assigned_to };
    Ok(([(header::ETAG, etag)], Json(ApprovalDetail::new(stored, &votes, attention, resumption))).into_response())
}

/// `GET /approvals/{id}/decision?wait=30`: the outcome, waiting for it if need be.
pub async fn await_decision(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    query: Query,
) -> Answer {
    query.only(&["wait", "seen"])?;
    let wait = Duration::from_secs(query.read::<u32>("wait")?.unwrap_or(0).into());
    Ok(ok(state.desk.await_outcome(&caller, id, wait, query.read::<u32>("seen")?).await?))
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
            Ok((status, Json(DecisionStored::from(&decided))).into_response())
        }
        // What cannot be decided anyway is said first, what is wrong with the fields last.
        Err(refusal) => {
            state.desk.must_be_decidable(&caller, id).await?;
            Err(refusal.into())
        }
    }
}

/// `POST /approvals/{id}/claim`.
pub async fn claim(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    body: Body,
) -> Answer {
    match body.read::<MakeClaim>() {
        Ok(made) => {
            let claim = state.desk.move_claim(&caller, id, &made.into()).await?;
            Ok(ok(ClaimStored { approval_id: id, claim }))
        }
        // What cannot be claimed anyway is said first, what is wrong with the fields last.
        Err(refusal) => {
            state.desk.must_be_decidable(&caller, id).await?;
            Err(refusal.into())
        }
    }
}

/// `POST /approvals/{id}/release`.
pub async fn release(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
) -> Answer {
    let claim = state.desk.move_claim(&caller, id, &Step::Release).await?;
    Ok(ok(ClaimStored { approval_id: id, claim }))
}

/// `POST /approvals/{id}/assign`.
pub async fn assign(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    body: Body,
) -> Answer {
    match body.read::<AssignApproval>() {
        Ok(fields) => {
            let now = state.desk.assign_approval(&caller, id, &fields).await?;
            Ok(ok(AssignmentStored { approval_id: id, assigned_to: now.assigned_to, raised_to: now.raised_to }))
        }
        // What cannot be assigned anyway is said first, what is wrong with the fields last.
        Err(refusal) => {
            state.desk.may_assign(&caller, id).await?;
            Err(refusal.into())
        }
    }
}

/// `POST /approvals/bulk-decisions`.
pub async fn decide_together(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Body,
) -> Answer {
    let bulk: Bulk = body.read()?;
    Ok(ok(BulkDecided::from(state.desk.decide_together(&caller, &bulk).await?)))
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

/// `POST /approvals/{id}/revoke`.
pub async fn revoke(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    body: Body,
) -> Answer {
    match body.read::<Revoke>() {
        Ok(fields) => Ok(ok(state.desk.revoke_approval(&caller, id, &fields).await?)),
        // What cannot be taken back anyway is said first, what is wrong with the fields last.
        Err(refusal) => {
            state.desk.must_be_revocable(&caller, id).await?;
            Err(refusal.into())
        }
    }
}

/// `POST /approvals/{id}/resumption/retry`.
pub async fn retry_resumption(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
) -> Answer {
    Ok(ok(ResumptionDetail::from(state.desk.retry_resumption(&caller, id).await?)))
}

/// `POST /approvals/{id}/resumption/abandon`.
pub async fn abandon_resumption(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ApprovalId>,
    body: Body,
) -> Answer {
    state.desk.find_approval(&caller, id).await?;
    let fields: Abandon = body.read()?;
    Ok(ok(ResumptionDetail::from(state.desk.abandon_resumption(&caller, id, fields).await?)))
}
