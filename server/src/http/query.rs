//! Query strings and path segments, read with errors that name them.

use std::{collections::BTreeMap, str::FromStr};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use domain::{
    Refusal,
    page::{DEFAULT_LIMIT, MAX_LIMIT},
    refusal::Code,
};

use super::problem::Problem;

/// The query string's parameters; a name given twice is refused.
#[derive(Debug, Clone, Default)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// Refuses parameters the call does not know.
    pub fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let message = format!("There is no parameter {name:?} here; known are {}.", known.join(", "));
                Err(Refusal::new(Code::MalformedRequest, message))
            }
        }
    }

    /// A parameter as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A parameter of some type.
    pub fn read<T: FromStr<Err: ToString>>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let read = |text: &str| {
            let refuse = |error: T::Err| Refusal::new(Code::MalformedRequest, format!("{name}: {}", error.to_string()));
            text.parse().map_err(refuse)
        };
        self.text(name).map(read).transpose()
    }

    /// The page size.
    pub fn limit(&self) -> Result<u32, Refusal> {
        let limit = self.read("limit")?.unwrap_or(DEFAULT_LIMIT);
        if (1..=MAX_LIMIT).contains(&limit) {
            return Ok(limit);
        }
        Err(Refusal::new(Code::MalformedRequest, format!("limit: expected 1 to {MAX_LIMIT}")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut found = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if value.contains('\0') {
                return Err(Refusal::new(Code::MalformedRequest, format!("{name}: U+0000 is not allowed")).into());
            }
            if found.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Refusal::new(Code::MalformedRequest, format!("{name}: given twice")).into());
            }
        }
        Ok(Self(found))
    }
}

/// A path segment as an id. A text that is no id names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = || Problem::from(Refusal::not_found("record"));
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| missing())?;
        let text = params.iter().find(|(name, _)| *name == "id").map(|(_, value)| value.to_owned());
        text.and_then(|text| text.parse().ok()).map(Id).ok_or_else(missing)
    }
}
