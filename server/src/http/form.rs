//! Posted forms: small, each field once, unknown ones left alone.

use std::collections::{BTreeMap, HashMap};

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::header,
};
use domain::{Refusal, refusal::Code};

use super::problem::Problem;

/// The largest form, in bytes, unless its page says otherwise.
const MOST_BYTES: usize = 64 << 10;

/// A posted form.
#[derive(Clone, Default)]
pub struct Form(HashMap<String, String>);

impl Form {
    /// A field as it was typed; empty when it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The names of the fields that were sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A form with these fields.
    #[cfg(test)]
    pub fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// What may be shown again: everything but passwords and secrets.
    pub fn shown_again(&self) -> BTreeMap<String, String> {
        let is_secret = |name: &str| ["password", "secret", "token"].iter().any(|word| name.contains(word));
        self.0.iter().filter(|(name, _)| !is_secret(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

impl Form {
    /// Reads a form of at most so many bytes.
    pub async fn read(request: Request, most: usize) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Refusal::new(Code::UnsupportedMediaType, "Send application/x-www-form-urlencoded.").into());
        }
        let body = to_bytes(request.into_body(), most).await;
        let body = body.map_err(|_| Refusal::new(Code::TooLarge, format!("The form is larger than {most} bytes.")))?;
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(&body) {
            if value.contains('\0') {
                return Err(Refusal::new(Code::MalformedRequest, format!("{name}: U+0000 is not allowed")).into());
            }
            fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Ok(Self(fields))
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Self::read(request, MOST_BYTES).await
    }
}
