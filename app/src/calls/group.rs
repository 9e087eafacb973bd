//! The groups pages.

use super::carried::Answer;
use crate::failure::Failure;
use domain::group::{GroupDetail, GroupsPage};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// The names of all groups.
#[server(prefix = "/calls", endpoint = "load_group_names", input = Json, output = Answer)]
pub async fn load_group_names() -> Result<Vec<String>, Failure> {
    answer(desk()?.group_names()).await
}

/// Every group.
#[server(prefix = "/calls", endpoint = "load_groups", input = Json, output = Answer)]
pub async fn load_groups() -> Result<GroupsPage, Failure> {
    answer(desk()?.groups()).await
}

/// A group with everybody in it.
#[server(prefix = "/calls", endpoint = "load_group", input = Json, output = Answer)]
pub async fn load_group(name: String) -> Result<GroupDetail, Failure> {
    answer(desk()?.group(name)).await
}
