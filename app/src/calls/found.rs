//! What the palette finds.

use super::carried::Answer;
use crate::failure::Failure;
use domain::found::Found;
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Approvals and runs that a typed text finds.
#[server(prefix = "/calls", endpoint = "load_found", input = Json, output = Answer)]
pub async fn load_found(typed: String) -> Result<Found, Failure> {
    answer(desk()?.found(typed)).await
}
