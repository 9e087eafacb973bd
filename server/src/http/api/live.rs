//! The live stream: server-sent events with ids and kinds, for signed-in people, for as long as their session lasts.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName},
    response::{
        IntoResponse as _,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{Refusal, Time, refusal::Code};
use futures::stream;
use tower_sessions::{Session, session::Id};

use crate::{
    desk::{
        Caller, Desk,
        live::{Following, Told},
    },
    error::{Result, StoreError},
    http::{AppState, problem::Answer, query::Query, web_session},
};

/// A sign of life after so long without news. It is an event and not a comment, because pages cannot see comments.
const ALIVE_EVERY: Duration = Duration::from_secs(4);
/// However long the session lasts: notice of its end may have been lost on its way, or given by another process.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// What a browser sends when it connects again.
const LAST_EVENT_ID: &str = "last-event-id";

/// `GET /live?after=41`: what happens, after the event with this number or from now on.
pub async fn follow(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    session: Session,
    headers: HeaderMap,
    query: Query,
) -> Answer {
    query.only(&["after"])?;
    let after = after(&headers, &query)?;
    let following = state.desk.follow_live(&caller, after).await?;
    let session = session.id().ok_or_else(|| StoreError::Unexpected("a person without a session".to_owned()))?;
    let mut stream = Stream { following, session, desk: state.desk, ends_at: Time::UNIX_EPOCH };
    stream.look().await;
    let events = stream::unfold(stream, |mut stream| async {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let alive = KeepAlive::new().interval(ALIVE_EVERY).event(Event::default().event("alive").data("0"));
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, Sse::new(events).keep_alive(alive)).into_response())
}

/// Where to begin. The header wins: the address of a stream stays as it was when the browser connects again.
fn after(headers: &HeaderMap, query: &Query) -> Result<Option<i64>, Refusal> {
    let refuse = || Refusal::new(Code::MalformedRequest, "Last-Event-ID: expected the number of an event");
    match headers.get(LAST_EVENT_ID) {
        Some(id) => id.to_str().ok().and_then(|id| id.parse().ok()).map(Some).ok_or_else(refuse),
        None => query.read("after"),
    }
}

/// A stream that ends with the session it hangs on. It does not use the session, so it cannot keep it alive.
struct Stream {
    following: Following,
    session: Id,
    desk: Desk,
    /// When the session ends unless it is used.
    ends_at: Time,
}

impl Stream {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let told = tokio::select! {
                told = self.following.next() => Some(told?),
                () = self.desk.database.clock().sleep_until(self.ends_at) => None,
                () = tokio::time::sleep(LOOK_AGAIN) => None,
            };
            let must_look = told.as_ref().is_none_or(Told::may_end_sessions);
            if must_look && !self.look().await {
                return None;
            }
            if let Some(told) = told {
                return Some(event(&told));
            }
        }
    }

    /// Whether the session still lasts, and until when.
    async fn look(&mut self) -> bool {
        match web_session::ends_at(&self.desk, self.session).await {
            Ok(Some(ends_at)) => {
                self.ends_at = ends_at;
                true
            }
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(%error, "whether a session lasts could not be read; its stream ends");
                false
            }
        }
    }
}

fn event(told: &Told) -> Event {
    let event = told.up_to().map_or_else(Event::default, |place| Event::default().id(place.to_string()));
    match told {
        Told::News(leaves) => event.data(serde_json::to_string(leaves).unwrap_or_default()),
        Told::Reset(_) => event.event("reset").data("0"),
        Told::Presence(approvals) => event.event("presence").data(serde_json::to_string(approvals).unwrap_or_default()),
    }
}
