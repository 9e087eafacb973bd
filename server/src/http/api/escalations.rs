//! Escalations: opened by the agent's side, worked by support leads.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::{
    id::{EscalationId, RunId},
    page::Page,
};

use super::{
    answers::escalations::{EscalationDetail, EscalationItem},
    ok,
    runs::once,
};
use crate::{
    desk::{
        Caller,
        escalation::{OpenEscalation, Step},
    },
    http::{
        AppState,
        body::Body,
        problem::Answer,
        query::{Id, Query},
    },
    store::escalation::EscalationFilter,
};

/// `POST /runs/{id}/escalations`.
pub async fn open(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<RunId>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    state.desk.must_see_run(&caller, id).await?;
    let key = body.idempotency(&headers, &format!("open_escalation {id}"))?;
    let call = async |key| state.desk.open_escalation(&caller, id, body.read::<OpenEscalation>()?, key).await;
    once(&state, &caller, key, StatusCode::CREATED, call).await
}

/// `GET /escalations`, newest first.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["status", "run", "cursor", "limit"])?;
    let filter = EscalationFilter { status: query.read("status")?, run: query.read("run")?, of: None };
    let page = state.desk.list_escalations(&caller, filter, query.text("cursor"), query.limit()?).await?;
    Ok(ok(Page { items: page.items.into_iter().map(EscalationItem::from).collect(), next_cursor: page.next_cursor }))
}

/// `GET /escalations/{id}`.
pub async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<EscalationId>,
) -> Answer {
    Ok(ok(EscalationDetail::from(state.desk.read_escalation(&caller, id).await?)))
}

/// `POST /escalations/{id}/acknowledge`.
pub async fn acknowledge(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<EscalationId>,
) -> Answer {
    worked(&state, &caller, id, Step::Acknowledge).await
}

/// `POST /escalations/{id}/assign`.
pub async fn assign(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<EscalationId>,
    body: Body,
) -> Answer {
    state.desk.must_see_escalation(&caller, id).await?;
    worked(&state, &caller, id, Step::Assign(body.read()?)).await
}

/// `POST /escalations/{id}/resolve`.
pub async fn resolve(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<EscalationId>,
    body: Body,
) -> Answer {
    state.desk.must_see_escalation(&caller, id).await?;
    worked(&state, &caller, id, Step::Resolve(body.read()?)).await
}

async fn worked(state: &AppState, caller: &Caller, id: EscalationId, step: Step) -> Answer {
    Ok(ok(EscalationDetail::from(state.desk.work_escalation(caller, id, step).await?)))
}
