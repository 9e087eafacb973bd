//! The audit log.

use axum::{Extension, extract::State};
use domain::{Refusal, id::RunId, page::Page, refusal::Code};

use super::{answers::runs::TimelineEntry, ok};
use crate::{
    desk::{
        Caller,
        audit::{read_actor, read_kind},
    },
    http::{AppState, problem::Answer, query::Query},
    store::audit::{EventSearch, Start},
};

/// `GET /audit/events`: oldest first from the beginning or `after` a number, newest first `before` one.
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>, query: Query) -> Answer {
    query.only(&["after", "before", "kind", "actor", "run", "limit"])?;
    let start = match (query.read("after")?, query.read("before")?) {
        (after, None) => Start::After(after.unwrap_or(0)),
        (None, Some(before)) => Start::Before(before),
        (Some(_), Some(_)) => {
            return Err(Refusal::new(Code::MalformedRequest, "after, before: give one of them").into());
        }
    };
    let search = EventSearch {
        run: query.read::<RunId>("run")?,
        kind: query.text("kind").map(read_kind).transpose()?.map(str::to_owned),
        actors: query.text("actor").map(read_actor).transpose()?.into_iter().collect(),
        ..EventSearch::default()
    };
    let page = state.desk.list_events(&caller, search, start, query.limit()?).await?;
    Ok(ok(Page { items: page.items.into_iter().map(TimelineEntry::from).collect(), next_cursor: page.next_cursor }))
}
