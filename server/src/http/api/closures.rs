//! Closures: events from systems of record, receipts, replays, and what was handed over.

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::id::{ClosureId, FollowUpId};

use super::ok;
use crate::{
    desk::{
        Caller,
        closure::{EventOutcome, Replay},
    },
    http::{
        AppState,
        body::Body,
        problem::Answer,
        query::{Id, Query},
    },
    store::{
        closure::{drift::DriftFilter, list::ClosureFilter},
        follow_up::FollowUpFilter,
    },
};

/// `POST /closure/events`.
pub async fn post_event(State(state): State<AppState>, Extension(caller): Extension<Caller>, body: Body) -> Answer {
    let taken = state.desk.post_closure_event(&caller, body.read()?).await?;
    let status = match taken.outcome {
        EventOutcome::Accepted => StatusCode::ACCEPTED,
        EventOutcome::SkippedIdempotent | EventOutcome::NoPolicy => StatusCode::OK,
    };
    Ok((status, Json(taken)).into_response())
}

/// `GET /closures`, newest first.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["status", "workflow", "run", "cursor", "limit"])?;
    let workflow = query.text("workflow").map(str::to_owned);
    let filter =
        ClosureFilter { status: query.read("status")?, workflow, run: query.read("run")?, ..Default::default() };
    Ok(ok(state.desk.list_closures(&caller, filter, query.text("cursor"), query.limit()?).await?))
}

/// `GET /closures/{id}`.
pub async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ClosureId>,
) -> Answer {
    Ok(ok(state.desk.read_closure(&caller, id).await?))
}

/// `POST /closures/{id}/replay`.
pub async fn replay(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ClosureId>,
    body: Body,
) -> Answer {
    state.desk.must_see_closure(&caller, id).await?;
    let replay: Replay = body.read()?;
    if replay.dry_run {
        return Ok(ok(state.desk.try_replay(&caller, id).await?));
    }
    Ok(accepted(state.desk.replay_closure(&caller, id).await?))
}

/// `POST /closures/{id}/look`.
pub async fn look(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ClosureId>,
) -> Answer {
    Ok(ok(state.desk.look_now(&caller, id).await?))
}

/// `POST /closures/{id}/drift/accept`.
pub async fn accept_drift(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ClosureId>,
    body: Body,
) -> Answer {
    state.desk.must_see_closure(&caller, id).await?;
    Ok(ok(state.desk.accept_drift(&caller, id, body.read()?).await?))
}

/// `GET /closure-drift`, the newest closures first.
pub async fn list_drift(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["status", "cursor", "limit"])?;
    let filter = DriftFilter { status: query.read("status")?, ..Default::default() };
    Ok(ok(state.desk.list_drift(&caller, filter, query.text("cursor"), query.limit()?).await?))
}

/// `GET /closure-reviews`, newest first.
pub async fn list_reviews(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["status", "cursor", "limit"])?;
    let status = query.read("status")?;
    Ok(ok(state.desk.list_closure_reviews(&caller, status, query.text("cursor"), query.limit()?).await?))
}

/// `POST /closures/{id}/review`.
pub async fn review(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<ClosureId>,
    body: Body,
) -> Answer {
    state.desk.must_see_closure(&caller, id).await?;
    Ok(ok(state.desk.review_closure(&caller, id, body.read()?).await?))
}

/// `GET /follow-ups`, newest first.
pub async fn list_follow_ups(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    query: Query,
) -> Answer {
    query.only(&["status", "closure", "assignee", "cursor", "limit"])?;
    let filter = FollowUpFilter {
        status: query.read("status")?,
        closure: query.read("closure")?,
        assignee: query.read("assignee")?,
        ..Default::default()
    };
    Ok(ok(state.desk.list_follow_ups(&caller, filter, query.text("cursor"), query.limit()?).await?))
}

/// `POST /follow-ups/{id}/resolve`.
pub async fn resolve(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<FollowUpId>,
    body: Body,
) -> Answer {
    state.desk.must_see_follow_up(&caller, id).await?;
    Ok(ok(state.desk.resolve_follow_up(&caller, id, body.read()?).await?))
}

/// `POST /follow-ups/{id}/assign`.
pub async fn assign(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<FollowUpId>,
    body: Body,
) -> Answer {
    state.desk.must_see_follow_up(&caller, id).await?;
    Ok(ok(state.desk.assign_follow_up(&caller, id, body.read()?).await?))
}

fn accepted(body: impl serde::Serialize) -> Response {
    (StatusCode::ACCEPTED, Json(body)).into_response()
}
