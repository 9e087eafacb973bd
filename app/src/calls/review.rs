//! The approval page.

use super::carried::Answer;
use crate::failure::Failure;
use domain::{
    claim::{Held, Step},
    id::ApprovalId,
    review::Review,
};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Everything the approval page shows.
#[server(prefix = "/calls", endpoint = "load_review", input = Json, output = Answer)]
pub async fn load_review(id: ApprovalId) -> Result<Review, Failure> {
    answer(desk()?.review(id)).await
}

/// Claims an approval, takes its claim over or releases it; answers with the claim as it is then.
#[server(prefix = "/calls", endpoint = "move_claim", input = Json, output = Answer)]
pub async fn move_claim(id: ApprovalId, step: Step) -> Result<Option<Held>, Failure> {
    answer(desk()?.move_claim(id, step)).await
}
