//! The audit log.

use axum::http::Method;
use domain::{id::RunId, page::Page, permission::Action};

use crate::http::{
    api::{answers::runs::TimelineEntry, audit},
    operation::Operation,
    routes::{Access, Routes},
};

pub fn routes(routes: Routes) -> Routes {
    routes.call(Method::GET, "/api/v1/audit/events", Access::Granted(Action::ReadAudit), list(), audit::list)
}

fn list() -> Operation {
    Operation::new("Audit", "list_audit_events", "List events of the log")
        .notes(
            "Oldest first from the beginning or after a place, newest first before one; `next_cursor` goes back as the \
             same parameter. One call looks through 10,000 events at the most: a page can be short, or empty, and still \
             have a `next_cursor`.",
        )
        .query::<i64>("after", "Oldest first, after this place.")
        .query::<i64>("before", "Newest first, before this place.")
        .query::<String>("kind", "Only events of this kind.")
        .query::<String>("actor", "Only what `people`, `keys` or `system` did, or one `usr_…`, `key_…` or part.")
        .query::<RunId>("run", "Only events of this run.")
        .limited()
        .gives::<Page<TimelineEntry>>(200, "A page of the log.")
}
