//! Runs and what happens in them.

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{Refusal, id::RunId, page::Page, refusal::Code};
use serde_json::Value;

use super::{
    answers::runs::{RunSummary, TimelineEntry},
    ok,
};
use crate::{
    desk::{
        Caller, Desk,
        cancellation::{Cancel, Fail, RunEnd},
        fact::{RecordAssertions, WriteFacts},
        gate_check::CheckCall,
        idempotency::Idempotency,
        run::StartRun,
        session::AttachSession,
        tool_result::ReportResult,
    },
    error::Result,
    http::{
        AppState,
        body::Body,
        problem::Answer,
        query::{Id, Query},
    },
    store::runs::RunFilter,
};

/// `POST /runs`.
pub async fn start(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    Desk::may_start_runs(&caller)?;
    let key = body.idempotency(&headers, "start_run")?;
    let call = async |key| state.desk.start_run(&caller, body.read::<StartRun>()?, key).await;
    once(&state, &caller, key, StatusCode::CREATED, call).await
}

/// `GET /runs`.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["status", "workflow", "subject", "cursor", "limit"])?;
    let filter = RunFilter {
        status: query.read("status")?,
        workflow: query.text("workflow").map(str::to_owned),
        subject: query.text("subject").map(str::to_owned),
        only: None,
    };
    let page = state.desk.list_runs(&caller, filter, query.text("cursor"), query.limit()?).await?;
    Ok(ok(Page { items: page.items.into_iter().map(RunSummary::from).collect(), next_cursor: page.next_cursor }))
}

/// `GET /runs/{id}`: sessions, facts and assertions.
pub async fn show(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(id): Id<RunId>) -> Answer {
    Ok(ok(state.desk.run_detail(&caller, id).await?))
}

/// `GET /runs/{id}/timeline`: oldest first, `order=desc` turns it.
pub async fn timeline(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    query: Query,
) -> Answer {
    query.only(&["order", "cursor", "limit"])?;
    let newest_first = match query.text("order") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(Refusal::new(Code::MalformedRequest, "order: expected asc or desc").into()),
    };
    let page = state.desk.run_timeline(&caller, id, newest_first, query.text("cursor"), query.limit()?).await?;
    Ok(ok(Page { items: page.items.into_iter().map(TimelineEntry::from).collect(), next_cursor: page.next_cursor }))
}

/// `POST /runs/{id}/sessions`.
pub async fn attach(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let fields: AttachSession = body.read()?;
    let answer = state.desk.attach_session(&caller, id, fields).await?;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// `POST /runs/{id}/cancel`.
pub async fn cancel(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let fields: Cancel = body.read()?;
    Ok(ok(state.desk.end_run(&caller, id, RunEnd::Cancel(fields)).await?))
}

/// `POST /runs/{id}/fail`.
pub async fn fail(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let fields: Fail = body.read()?;
    Ok(ok(state.desk.end_run(&caller, id, RunEnd::Fail(fields)).await?))
}

/// `POST /runs/{id}/facts`.
pub async fn write_facts(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let key = body.idempotency(&headers, &format!("write_facts {id}"))?;
    let call = async |key| state.desk.write_facts(&caller, id, body.read::<WriteFacts>()?, key).await;
    once(&state, &caller, key, StatusCode::OK, call).await
}

/// `POST /runs/{id}/assertions`.
pub async fn record_assertions(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let key = body.idempotency(&headers, &format!("record_assertions {id}"))?;
    let call = async |key| state.desk.record_assertions(&caller, id, body.read::<RecordAssertions>()?, key).await;
    once(&state, &caller, key, StatusCode::OK, call).await
}

/// `POST /runs/{id}/gate-checks`.
pub async fn check_gate(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    body: Body,
) -> Answer {
    match body.read::<CheckCall>() {
        Ok(call) => {
            let answer = state.desk.check_gate(&caller, id, call).await?;
            Ok(([(header::CONTENT_TYPE, "application/json")], answer).into_response())
        }
        Err(refusal) => {
            let caller = state.desk.confirmed(&caller).await?;
            state.desk.must_see_run(&caller, id).await?;
            Err(refusal.into())
        }
    }
}

/// `POST /runs/{id}/tool-results`.
pub async fn report_result(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let fields: ReportResult = body.read()?;
    Ok(ok(state.desk.report_result(&caller, id, fields).await?))
}

/// Makes a call unless it was made before with this key; whoever repeats it, or loses against a repeat, gets the kept
/// answer.
pub(super) async fn once(
    state: &AppState,
    caller: &Caller,
    key: Option<Idempotency>,
    status: StatusCode,
    call: impl AsyncFnOnce(Option<Idempotency>) -> Result<Value>,
) -> Answer {
    if let Some(kept) = kept(state, caller, key.as_ref()).await? {
        return Ok(kept);
    }
    match call(key.clone()).await {
        Ok(answer) => Ok((status, Json(answer)).into_response()),
        Err(error) => match kept(state, caller, key.as_ref()).await? {
            Some(kept) => Ok(kept),
            None => Err(error.into()),
        },
    }
}

/// The kept answer of a call made before with this key.
pub(super) async fn kept(state: &AppState, caller: &Caller, key: Option<&Idempotency>) -> Answer<Option<Response>> {
    let kept = state.desk.replay(caller, key).await?;
    Ok(kept.map(|(status, answer)| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        (
            status,
            [
                (header::CONTENT_TYPE, "application/json"),
                (header::HeaderName::from_static("idempotent-replayed"), "true"),
            ],
            answer,
        )
            .into_response()
    }))
}
