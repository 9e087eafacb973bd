//! How far closures and their steps are, in words and colours.

use crate::kit::badge::{Badge, Tone};
use domain::closure::{ClosureStatus, review::ReviewStatus, step::StepStatus};
use leptos::prelude::*;

/// The word for a closure's status.
pub const fn word(status: ClosureStatus) -> &'static str {
    match status {
        ClosureStatus::Running => "Running",
        ClosureStatus::Completed => "Completed",
        ClosureStatus::Partial => "Partial",
        ClosureStatus::SkippedIdempotent => "Skipped",
        ClosureStatus::ManualFollowUp => "Needs a person",
    }
}

/// A closure's status, as a badge.
pub fn badge(status: ClosureStatus) -> AnyView {
    let (tone, icon) = match status {
        ClosureStatus::Running => (Tone::Accent, "clock"),
        ClosureStatus::Completed => (Tone::Pass, "check"),
        ClosureStatus::Partial => (Tone::Warn, "circle-alert"),
        ClosureStatus::SkippedIdempotent => (Tone::Quiet, "skip-forward"),
        ClosureStatus::ManualFollowUp => (Tone::Warn, "hand"),
    };
    view! { <Badge tone=tone icon=icon text=word(status) /> }.into_any()
}

/// A step's status, as a badge.
pub fn step_badge(status: StepStatus) -> AnyView {
    let (tone, icon, word) = match status {
        StepStatus::Planned => (Tone::Quiet, "circle-dashed", "Planned"),
        StepStatus::Writing => (Tone::Accent, "clock", "Running"),
        StepStatus::Done => (Tone::Pass, "check", "Done"),
        StepStatus::AlreadyDone => (Tone::Quiet, "skip-forward", "Already done"),
        StepStatus::Failed => (Tone::Fail, "x", "Failed"),
        StepStatus::Blocked => (Tone::Warn, "hand", "Blocked"),
    };
    view! { <Badge tone=tone icon=icon text=word /> }.into_any()
}

/// What came of a sample, as a badge.
pub fn verdict(status: ReviewStatus) -> AnyView {
    let (tone, icon, word) = match status {
        ReviewStatus::Waiting => (Tone::Accent, "eye", "Waits for a look"),
        ReviewStatus::InOrder => (Tone::Pass, "check", "In order"),
        ReviewStatus::NotInOrder => (Tone::Fail, "x", "Not in order"),
    };
    view! { <Badge tone=tone icon=icon text=word /> }.into_any()
}

/// The colour in which a count of steps stands beside the others.
pub const fn ink(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Done => "text-pass",
        StepStatus::Failed => "text-fail",
        StepStatus::Blocked => "text-warn",
        StepStatus::AlreadyDone | StepStatus::Writing | StepStatus::Planned => "text-muted",
    }
}

/// The segments of a closure: one a step. What stopped before it had steps has one.
pub fn segments(status: ClosureStatus, steps: &[StepStatus]) -> AnyView {
    let alone = match status {
        ClosureStatus::ManualFollowUp => "h-1.5 flex-1 rounded-xs bg-warn-solid",
        _ => "h-1.5 flex-1 rounded-xs bg-rule-strong",
    };
    let class = |step: &StepStatus| match step {
        StepStatus::Done => "h-1.5 flex-1 rounded-xs bg-pass-solid",
        StepStatus::AlreadyDone => "h-1.5 flex-1 rounded-xs bg-control",
        StepStatus::Failed => "h-1.5 flex-1 rounded-xs bg-fail-solid",
        StepStatus::Blocked => "h-1.5 flex-1 rounded-xs bg-warn-solid",
        StepStatus::Writing => "h-1.5 flex-1 rounded-xs bg-accent",
        StepStatus::Planned => "h-1.5 flex-1 rounded-xs bg-rule-strong",
    };
    let classes: Vec<&'static str> = if steps.is_empty() { vec![alone] } else { steps.iter().map(class).collect() };
    let parts = classes.into_iter().map(|class| view! { <span class=class></span> }).collect_view();
    view! { <span class="flex gap-0.5 flex-1 min-w-16" aria-hidden="true">{parts}</span> }.into_any()
}
