//! The first-run set-up.

use super::carried::Answer;
use crate::failure::Failure;
use domain::set_up::SetUpPage;
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// How far the set-up has come, for whoever has the token or is the first administrator.
#[server(prefix = "/calls", endpoint = "load_set_up", input = Json, output = Answer)]
pub async fn load_set_up(token: Option<String>) -> Result<SetUpPage, Failure> {
    answer(desk()?.set_up(token)).await
}
