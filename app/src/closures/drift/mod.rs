//! What became of the records a closure has written: in the list of what drifts, and on the receipt.

mod fields;
mod receipt;
mod row;
mod settle;

pub use self::{receipt::Drifts, row::Drifting};

use crate::kit::badge::{Badge, Tone};
use domain::closure::drift::DriftStatus;
use leptos::prelude::*;

/// How the records of a closure stand, as a badge.
fn badge(status: DriftStatus) -> AnyView {
    let (tone, icon, word) = match status {
        DriftStatus::Unseen => (Tone::Quiet, "circle-dashed", "Not looked at yet"),
        DriftStatus::AsWanted => (Tone::Pass, "check", "As it was left"),
        DriftStatus::Unreadable => (Tone::Warn, "eye", "Could not be looked at"),
        DriftStatus::Drifted => (Tone::Warn, "circle-alert", "Not as it was left"),
        DriftStatus::Accepted => (Tone::Quiet, "check", "Accepted"),
    };
    view! { <Badge tone=tone icon=icon text=word /> }.into_any()
}
