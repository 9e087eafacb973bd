//! The approvals list.

use super::carried::Answer;
use crate::failure::Failure;
use domain::queue::{QueuePage, QueueQuery};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of approvals, due first.
#[server(prefix = "/calls", endpoint = "load_queue", input = Json, output = Answer)]
pub async fn load_queue(query: QueueQuery) -> Result<QueuePage, Failure> {
    answer(desk()?.queue(query)).await
}
