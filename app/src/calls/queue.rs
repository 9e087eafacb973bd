//! The approvals list, and what is decided from it.

use super::carried::Answer;
use crate::failure::Failure;
use domain::{
    bulk::Preview,
    id::ApprovalId,
    queue::{QueuePage, QueueQuery},
};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of approvals, due first.
#[server(prefix = "/calls", endpoint = "load_queue", input = Json, output = Answer)]
pub async fn load_queue(query: QueueQuery) -> Result<QueuePage, Failure> {
    answer(desk()?.queue(query)).await
}

/// Approvals that are about to be decided together.
#[server(prefix = "/calls", endpoint = "load_bulk", input = Json, output = Answer)]
pub async fn load_bulk(ids: Vec<ApprovalId>) -> Result<Preview, Failure> {
    answer(desk()?.bulk(ids)).await
}
