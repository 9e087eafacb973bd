//! The run page.

use super::carried::Answer;
use crate::failure::Failure;
use domain::timeline::{RunPage, RunQuery};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Everything the run page shows.
#[server(prefix = "/calls", endpoint = "load_run", input = Json, output = Answer)]
pub async fn load_run(query: RunQuery) -> Result<RunPage, Failure> {
    answer(desk()?.run(query)).await
}
