//! Closures: the list, and one receipt.

use super::carried::Answer;
use crate::failure::Failure;
use domain::{
    closures::{ClosurePage, ClosuresPage, ClosuresQuery},
    id::ClosureId,
};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of closures, or of open follow-ups.
#[server(prefix = "/calls", endpoint = "load_closures", input = Json, output = Answer)]
pub async fn load_closures(query: ClosuresQuery) -> Result<ClosuresPage, Failure> {
    answer(desk()?.closures(query)).await
}

/// One closure's receipt.
#[server(prefix = "/calls", endpoint = "load_closure", input = Json, output = Answer)]
pub async fn load_closure(id: ClosureId) -> Result<ClosurePage, Failure> {
    answer(desk()?.closure(id)).await
}
