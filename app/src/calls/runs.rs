//! The list of runs.

use super::carried::Answer;
use crate::failure::Failure;
use domain::runs::{RunsPage, RunsQuery};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of runs, newest first.
#[server(prefix = "/calls", endpoint = "load_runs", input = Json, output = Answer)]
pub async fn load_runs(query: RunsQuery) -> Result<RunsPage, Failure> {
    answer(desk()?.runs(query)).await
}
