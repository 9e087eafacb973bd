//! The session cookie: begun at sign-in with a fresh id, prolonged at most once a minute, ended at sign-out.

use std::sync::Arc;

use axum::{
    http::{HeaderMap, HeaderValue, Uri, header},
    response::Response,
};
use chrono::TimeDelta;
use domain::{Digest, Time, id::PersonId};
use serde::de::DeserializeOwned;
use tower_sessions::{Session, SessionManagerLayer, cookie::SameSite, session};

use super::origin::Origin;
use crate::{
    desk::{Desk, PersonCaller, sign_in::SignedIn},
    error::{Result, StoreError},
    store::{
        Database,
        web_session::{PERSON, WebSessions, digest},
    },
};

/// The member of a session's data with the mark of the password it was begun with.
const MARK: &str = "mark";
/// The member of a session's data that says when it was used.
const USED_AT: &str = "used_at";
/// Where the page asks by itself: the calls whose names begin so.
const REFRESH: &str = "/calls/refresh_";
/// How long its use goes unnoted: not every request writes.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The cookie's name. The prefix makes browsers insist on `Secure`, the whole path and this very host.
pub const fn cookie_name(origin: &Origin) -> &'static str {
    if origin.is_https() { "__Host-countersign" } else { "countersign" }
}

/// Gives each request its session. The cookie ends with the browser; the server ends it earlier.
pub fn layer(database: &Database, origin: &Origin) -> SessionManagerLayer<WebSessions> {
    SessionManagerLayer::new(WebSessions::new(database.clone()))
        .with_name(cookie_name(origin))
        .with_secure(origin.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
}

/// Marks every cookie `Secure` under https, those that remove one included: browsers ignore them otherwise.
pub fn secure_cookies(origin: &Origin, response: &mut Response) {
    if origin.is_https() && response.headers().contains_key(header::SET_COOKIE) {
        let cookies: Vec<HeaderValue> = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
        response.headers_mut().remove(header::SET_COOKIE);
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, secure(cookie));
        }
    }
}

fn secure(cookie: HeaderValue) -> HeaderValue {
    let text = cookie.to_str().unwrap_or_default();
    if text.split(';').any(|attribute| attribute.trim().eq_ignore_ascii_case("secure")) {
        return cookie;
    }
    HeaderValue::try_from(format!("{text}; Secure")).unwrap_or(cookie)
}

/// Begins a session for somebody who has just signed in, under an id that nobody knew before.
pub async fn begin(desk: &Desk, session: &Session, who: &SignedIn) -> Result<()> {
    session.cycle_id().await.map_err(broken)?;
    session.insert(PERSON, who.person.id).await.map_err(broken)?;
    session.insert(MARK, who.mark).await.map_err(broken)?;
    session.insert(USED_AT, desk.database.clock().now()).await.map_err(broken)
}

/// Ends a session: its row is gone before this answers.
pub async fn end(session: &Session) -> Result<()> {
    session.flush().await.map_err(broken)
}

/// What the store knows a session by; `None` for one that was never stored.
pub fn digest_of(session: &Session) -> Option<Digest> {
    session.id().map(digest)
}

/// Whether a request is a person's doing, or the open page's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Somebody did something: the session is used.
    ByPerson,
    /// The page listens, or asks again because of what it heard: the session is neither used nor prolonged. All that
    /// is checked for a person's request is checked for this one too.
    ByPage,
}

impl Use {
    /// What a request says of itself. Whoever says `ByPage` falsely only lets their own session end earlier.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let listens = |accepted: &HeaderValue| accepted.as_bytes().starts_with(b"text/event-stream");
        if uri.path().starts_with(REFRESH) || headers.get(header::ACCEPT).is_some_and(listens) {
            Self::ByPage
        } else {
            Self::ByPerson
        }
    }
}

/// The person of a session, as they are now. A session whose person may not go on is ended.
pub async fn person(desk: &Desk, session: &Session, of: Use) -> Result<Option<PersonCaller>> {
    let Some(id) = member::<PersonId>(session, PERSON).await? else { return Ok(None) };
    let mark = member::<Digest>(session, MARK).await?;
    let person = match mark {
        Some(mark) => desk.find_signed_in(id, mark).await?,
        None => None,
    };
    if person.is_none() {
        end(session).await?;
        return Ok(None);
    }
    if of == Use::ByPage {
        return Ok(person);
    }
    let now = desk.database.clock().now();
    let used_at = member::<Time>(session, USED_AT).await?;
    if used_at.is_none_or(|used_at| now - used_at >= NOTED_EVERY) {
        // The layer saves what changed once the answer is ready.
        session.insert(USED_AT, now).await.map_err(broken)?;
    }
    Ok(person)
}

/// When the session with this id ends unless it is used; `None` when it has ended, or its person may not go on.
pub async fn ends_at(desk: &Desk, id: session::Id) -> Result<Option<Time>> {
    let store = WebSessions::new(desk.database.clone());
    let session = Session::new(Some(id), Arc::new(store.clone()), None);
    match person(desk, &session, Use::ByPage).await? {
        Some(_) => store.ends_at(&id).await,
        None => Ok(None),
    }
}

async fn member<T: DeserializeOwned>(session: &Session, name: &str) -> Result<Option<T>> {
    session.get(name).await.map_err(broken)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn broken(error: session::Error) -> crate::error::Error {
    StoreError::Unexpected(format!("session: {error}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_marked_once() {
        let marked = |cookie: &'static str| secure(HeaderValue::from_static(cookie)).to_str().expect("text").to_owned();
        assert_eq!(marked("a=b; Path=/"), "a=b; Path=/; Secure");
        assert_eq!(marked("a=b; secure; Path=/"), "a=b; secure; Path=/");
    }
}
