//! The run page.

use crate::failure::Failure;
use domain::{id::RunId, timeline::RunPage};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Everything the run page shows; the timeline begins after `cursor`.
#[server(prefix = "/calls", endpoint = "load_run", input = Json)]
pub async fn load_run(id: RunId, cursor: Option<String>) -> Result<RunPage, Failure> {
    answer(desk()?.run(id, cursor)).await
}
