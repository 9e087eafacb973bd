//! The profile page.

use super::carried::Answer;
use crate::failure::Failure;
use domain::profile::Profile;
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// What the profile shows besides the viewer.
#[server(prefix = "/calls", endpoint = "load_profile", input = Json, output = Answer)]
pub async fn load_profile() -> Result<Profile, Failure> {
    answer(desk()?.profile()).await
}
