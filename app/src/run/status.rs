//! The status of a run as a badge.

use crate::kit::badge::{Badge, Tone};
use domain::run::RunStatus;
use leptos::prelude::*;

/// The word for a status.
pub const fn word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Active => "Active",
        RunStatus::Suspended => "Suspended",
        RunStatus::Completed => "Completed",
        RunStatus::Failed => "Failed",
        RunStatus::Cancelled => "Cancelled",
    }
}

/// The badge of a status.
#[component]
pub fn StatusBadge(status: RunStatus) -> impl IntoView {
    let (tone, icon) = match status {
        RunStatus::Active => (Tone::Pass, "play"),
        RunStatus::Suspended => (Tone::Accent, "hourglass"),
        RunStatus::Completed => (Tone::Pass, "check-check"),
        RunStatus::Failed => (Tone::Fail, "circle-x"),
        RunStatus::Cancelled => (Tone::Quiet, "ban"),
    };
    view! { <Badge tone=tone icon=icon text=word(status) /> }
}
