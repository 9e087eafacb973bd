//! Request bodies: read strictly first, understood as fields last.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use domain::{Digest, FieldError, Refusal, canonical, refusal::Code};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{by_name::ByName, problem::Problem};
use crate::desk::idempotency::Idempotency;

/// The largest body, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// A JSON body with one reading. Its fields are looked at when the handler says so, after everything else that could
/// be wrong.
#[derive(Debug, Clone)]
pub struct Body(pub Value);

impl Body {
    /// Understands the body.
    ///
    /// # Errors
    /// `unknown_field` or `invalid_field` with the JSON pointer of the place.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_path_to_error::deserialize(ByName(&self.0)).map_err(|error| {
            let path = pointer(error.path());
            let message = error.into_inner().to_string();
            let code = if message.starts_with("unknown field") { Code::UnknownField } else { Code::InvalidField };
            Refusal::new(code, message.clone()).with_errors(vec![FieldError::new(path, message)])
        })
    }

    /// The caller's idempotency key with the digest of this request.
    ///
    /// # Errors
    /// `malformed_request` for a key that is empty, too long or not printable.
    pub fn idempotency(&self, headers: &HeaderMap, route: &str) -> Result<Option<Idempotency>, Refusal> {
        let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
        let text = value.to_str().map(|text| text.trim().trim_matches('"').to_owned()).unwrap_or_default();
        if text.is_empty() || text.len() > 255 {
            let message = "Idempotency-Key must be 1 to 255 printable characters.";
            return Err(Refusal::new(Code::MalformedRequest, message));
        }
        let canonical = canonical::to_string(&self.0);
        let request = Digest::of_parts("request/v1", &[route.as_bytes(), canonical.as_bytes()]);
        Ok(Some(Idempotency { name: text, request }))
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(step).collect()
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
                value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
            });
        if !is_json {
            return Err(Refusal::new(Code::UnsupportedMediaType, "Send application/json.").into());
        }
        Ok(Self(canonical::parse(&bytes(request).await?)?))
    }
}

/// The whole body, up to [`MOST_BYTES`].
pub async fn bytes(request: Request) -> Result<axum::body::Bytes, Refusal> {
    let too_large = || Refusal::new(Code::TooLarge, format!("The body is larger than {MOST_BYTES} bytes."));
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > MOST_BYTES) {
        return Err(too_large());
    }
    to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| too_large())
}

/// The revision a caller names in `If-Match`.
///
/// # Errors
/// `malformed_request` for anything but one revision.
pub fn if_match(headers: &HeaderMap) -> Result<Option<u32>, Refusal> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    let malformed = || Refusal::new(Code::MalformedRequest, "If-Match must be one revision, such as \"3\".");
    text.parse().map(Some).map_err(|_| malformed())
}
