//! Server functions: what the browser may ask of the server, each a one-line call to the desk.

pub mod audit;
pub mod carried;
pub mod channel;
pub mod closures;
pub mod delegation;
pub mod endpoint;
pub mod escalations;
pub mod found;
pub mod group;
pub mod key;
pub mod notification;
pub mod person;
pub mod profile;
pub mod queue;
pub mod reader;
pub mod refresh;
pub mod review;
pub mod run;
pub mod runs;
pub mod set_up;
pub mod viewer;
pub mod workflow;

#[cfg(feature = "ssr")]
use crate::{
    desk::{AnswerStatus, Desk},
    failure::Failure,
};
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
#[cfg(feature = "ssr")]
use std::sync::Arc;

/// The desk of the current request.
#[cfg(feature = "ssr")]
fn desk() -> Result<Arc<dyn Desk>, Failure> {
    use_context().ok_or_else(|| Failure::Offline { detail: "no desk was provided".to_owned() })
}

/// Waits for the desk and gives the answer the HTTP status of its failure: the only place that does.
#[cfg(feature = "ssr")]
async fn answer<T>(asked: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let status = use_context::<AnswerStatus>();
    let outcome = asked.await;
    if let (Err(failure), Some(AnswerStatus(set))) = (&outcome, status) {
        set(failure.status());
    }
    outcome
}
