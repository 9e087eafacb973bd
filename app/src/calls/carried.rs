//! How loaded values travel with the page: as the JSON that server functions speak, read by the very same code, so
//! that the browser loads one reader for each type instead of two.

use leptos::{
    prelude::Resource,
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

/// A value that is loaded with the page.
pub type Loaded<T> = Resource<T, Carried>;

/// The encoding of [`Loaded`] values.
pub struct Carried;

impl<T: Serialize> Encoder<T> for Carried {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Carried {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}
