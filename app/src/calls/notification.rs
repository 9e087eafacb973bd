//! The viewer's inbox.

use super::carried::Answer;
use crate::failure::Failure;
use domain::notification::{InboxPage, InboxQuery};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of the inbox, the latest first.
#[server(prefix = "/calls", endpoint = "load_inbox", input = Json, output = Answer)]
pub async fn load_inbox(query: InboxQuery) -> Result<InboxPage, Failure> {
    answer(desk()?.inbox(query)).await
}
