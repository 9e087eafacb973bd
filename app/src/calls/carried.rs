//! How values travel to the browser, with the page or as an answer: as JSON. Both are read by the very same code, so
//! that the browser loads one reader for each type.

use super::reader::{Unreadable, read};
use leptos::{
    prelude::Resource,
    server::codee::{Decoder, Encoder},
    server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post},
};
use serde::{Serialize, de::DeserializeOwned};

/// A value that is loaded with the page.
pub type Loaded<T> = Resource<T, Carried>;

/// The answer of a server function.
pub type Answer = Post<Carried>;

/// The encoding of both.
pub struct Carried;

impl<T: Serialize> Encoder<T> for Carried {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Carried {
    type Error = Unreadable;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Unreadable> {
        read(text.as_bytes())
    }
}

impl ContentType for Carried {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Carried {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Carried {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Carried {
    type Error = Unreadable;

    fn decode(text: Bytes) -> Result<T, Unreadable> {
        read(&text)
    }
}
