//! The page of everybody's delegations.

use super::carried::Answer;
use crate::failure::Failure;
use domain::delegations::DelegationsPage;
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Everybody's delegations in force and to come.
#[server(prefix = "/calls", endpoint = "load_delegations", input = Json, output = Answer)]
pub async fn load_delegations() -> Result<DelegationsPage, Failure> {
    answer(desk()?.delegations()).await
}
