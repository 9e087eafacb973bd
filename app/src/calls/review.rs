//! The approval page.

use super::carried::Answer;
use crate::failure::Failure;
use domain::{id::ApprovalId, review::Review};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Everything the approval page shows.
#[server(prefix = "/calls", endpoint = "load_review", input = Json, output = Answer)]
pub async fn load_review(id: ApprovalId) -> Result<Review, Failure> {
    answer(desk()?.review(id)).await
}
