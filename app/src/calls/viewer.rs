//! Who looks.

use super::carried::Answer;
use crate::failure::Failure;
use domain::review::Viewer;
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Who is signed in; `None` for nobody.
#[server(prefix = "/calls", endpoint = "load_viewer", input = Json, output = Answer)]
pub async fn load_viewer() -> Result<Option<Viewer>, Failure> {
    answer(desk()?.viewer()).await
}
