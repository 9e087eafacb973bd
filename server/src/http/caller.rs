//! Who asks: a key in `Authorization`, or the person of the session cookie.

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, Uri, header, request::Parts},
};
use domain::{Refusal, permission::Action, refusal::Code};
use tower_sessions::Session;

use super::{
    AppState,
    problem::Problem,
    web_session::{self, Use},
};
use crate::{
    desk::{Caller, PersonCaller},
    error::{Error, Result, StoreError},
};

/// Whoever calls the API.
///
/// # Errors
/// `not_signed_in` for nobody, and for a key that is unknown, expired or revoked.
pub async fn identify(request: &mut Request, action: Action) -> Result<Caller> {
    let state = request.extensions().get::<AppState>().cloned();
    let state = state.ok_or_else(|| StoreError::Unexpected("a route without the server's state".to_owned()))?;
    if let Some(presented) = presented(request.headers())? {
        return match action {
            // The check itself finds out whether the key still stands.
            Action::CheckGate => state.desk.recall_key(&presented).await,
            _ => state.desk.identify_key(&presented).await.map(Caller::Key),
        };
    }
    let session = request.extensions().get::<Session>().cloned();
    match signed_in(&state, session, Use::of(request.uri(), request.headers())).await? {
        Some(person) => Ok(Caller::Person(person)),
        None => Err(nobody("Send a key as `Authorization: Bearer csk_…`, or sign in to the console.")),
    }
}

/// The person of the session cookie, for pages; `None` for nobody.
#[derive(Debug, Clone)]
pub struct PageCaller(pub Option<PersonCaller>);

impl FromRequestParts<AppState> for PageCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = parts.extensions.get::<Session>().cloned();
        Ok(Self(signed_in(state, session, Use::of(&parts.uri, &parts.headers)).await?))
    }
}

/// Where to sign in before this address is shown.
pub fn sign_in_path(wanted: &Uri) -> String {
    let wanted = wanted.path_and_query().map_or("/", |wanted| wanted.as_str());
    let to: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    format!("/sign-in?to={to}")
}

async fn signed_in(state: &AppState, session: Option<Session>, of: Use) -> Result<Option<PersonCaller>> {
    let Some(session) = session else { return Ok(None) };
    web_session::person(&state.desk, &session, of).await
}

/// The key that is presented, if one is.
fn presented(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let bearer = value.to_str().ok().and_then(|value| value.split_once(' '));
    match bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        Some((_, key)) => Ok(Some(key.trim().to_owned())),
        None => Err(nobody("Authorization must be `Bearer csk_…`.")),
    }
}

fn nobody(message: &str) -> Error {
    Refusal::new(Code::NotSignedIn, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_address_is_kept_whole() {
        let wanted: Uri = "/approvals?status=pending&q=a%20b".parse().expect("address");
        assert_eq!(sign_in_path(&wanted), "/sign-in?to=%2Fapprovals%3Fstatus%3Dpending%26q%3Da%2520b");
    }

    #[test]
    fn only_bearer_keys_are_read() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().expect("header"));
            presented(&headers)
        };
        assert_eq!(with("bearer  csk_a ").expect("key").as_deref(), Some("csk_a"));
        assert_eq!(presented(&HeaderMap::new()).expect("none"), None);
        for other in ["Basic YTpi", "csk_a", ""] {
            assert_eq!(with(other).expect_err("no key").code(), Some(Code::NotSignedIn), "{other}");
        }
    }
}
