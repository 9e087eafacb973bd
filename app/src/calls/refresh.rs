//! What an open page asks by itself, because of what it heard. These calls leave the session as it is: a page that
//! nobody looks at does not keep anybody signed in.

use super::carried::Answer;
use crate::failure::Failure;
use domain::{
    audit::{AuditPage, AuditQuery},
    closures::{ClosurePage, ClosuresPage, ClosuresQuery},
    escalations::{EscalationPage, EscalationsPage, EscalationsQuery},
    id::{ApprovalId, ClosureId, EscalationId},
    notification::{InboxPage, InboxQuery},
    queue::{QueueQuery, QueueRefresh},
    review::{Review, Viewer},
    timeline::{RunPage, RunQuery},
    viewing::Beat,
};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Who is signed in, with the counts as they are now.
#[server(prefix = "/calls", endpoint = "refresh_viewer", input = Json, output = Answer)]
pub async fn refresh_viewer() -> Result<Option<Viewer>, Failure> {
    answer(desk()?.viewer()).await
}

/// The list as it is now, and what became of the rows that are shown.
#[server(prefix = "/calls", endpoint = "refresh_queue", input = Json, output = Answer)]
pub async fn refresh_queue(query: QueueQuery, shown: Vec<ApprovalId>) -> Result<QueueRefresh, Failure> {
    answer(desk()?.refresh_queue(query, shown)).await
}

/// The approval as it is now.
#[server(prefix = "/calls", endpoint = "refresh_review", input = Json, output = Answer)]
pub async fn refresh_review(id: ApprovalId) -> Result<Review, Failure> {
    answer(desk()?.review(id)).await
}

/// The list of escalations as it is now.
#[server(prefix = "/calls", endpoint = "refresh_escalations", input = Json, output = Answer)]
pub async fn refresh_escalations(query: EscalationsQuery) -> Result<EscalationsPage, Failure> {
    answer(desk()?.escalations(query)).await
}

/// The inbox as it is now.
#[server(prefix = "/calls", endpoint = "refresh_inbox", input = Json, output = Answer)]
pub async fn refresh_inbox(query: InboxQuery) -> Result<InboxPage, Failure> {
    answer(desk()?.inbox(query)).await
}

/// The escalation as it is now.
#[server(prefix = "/calls", endpoint = "refresh_escalation", input = Json, output = Answer)]
pub async fn refresh_escalation(id: EscalationId) -> Result<EscalationPage, Failure> {
    answer(desk()?.escalation(id)).await
}

/// The list of closures as it is now.
#[server(prefix = "/calls", endpoint = "refresh_closures", input = Json, output = Answer)]
pub async fn refresh_closures(query: ClosuresQuery) -> Result<ClosuresPage, Failure> {
    answer(desk()?.closures(query)).await
}

/// The closure as it is now.
#[server(prefix = "/calls", endpoint = "refresh_closure", input = Json, output = Answer)]
pub async fn refresh_closure(id: ClosureId) -> Result<ClosurePage, Failure> {
    answer(desk()?.closure(id)).await
}

/// The log as it is now.
#[server(prefix = "/calls", endpoint = "refresh_audit", input = Json, output = Answer)]
pub async fn refresh_audit(query: AuditQuery) -> Result<AuditPage, Failure> {
    answer(desk()?.audit(query)).await
}

/// The run as it is now.
#[server(prefix = "/calls", endpoint = "refresh_run", input = Json, output = Answer)]
pub async fn refresh_run(query: RunQuery) -> Result<RunPage, Failure> {
    answer(desk()?.run(query)).await
}

/// The page is there and looked at, or is being closed.
#[server(prefix = "/calls", endpoint = "refresh_view", input = Json, output = Answer)]
pub async fn refresh_view(beat: Beat) -> Result<(), Failure> {
    answer(desk()?.hear_view(beat)).await
}
