//! The keys pages.

use super::carried::Answer;
use crate::failure::Failure;
use domain::key::KeysPage;
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of keys, newest first.
#[server(prefix = "/calls", endpoint = "load_keys", input = Json, output = Answer)]
pub async fn load_keys(cursor: Option<String>) -> Result<KeysPage, Failure> {
    answer(desk()?.keys(cursor)).await
}
