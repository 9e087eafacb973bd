//! Channels and what was sent by them, for administrators.

use super::carried::Answer;
use crate::failure::Failure;
use domain::channel::{ChannelsPage, ChannelsQuery};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// The channels, and a page of the log.
#[server(prefix = "/calls", endpoint = "load_channels", input = Json, output = Answer)]
pub async fn load_channels(query: ChannelsQuery) -> Result<ChannelsPage, Failure> {
    answer(desk()?.channels(query)).await
}
