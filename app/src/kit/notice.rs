//! Notices: what happened, what did not, what to do.

use super::{badge::Tone, icon::Icon};
use leptos::prelude::*;

const fn frame(tone: Tone) -> &'static str {
    match tone {
        Tone::Pass => "rounded-lg border border-pass-line bg-pass-soft p-3 flex gap-2",
        Tone::Fail => "rounded-lg border border-fail-line bg-fail-soft p-3 flex gap-2",
        Tone::Warn => "rounded-lg border border-warn-line bg-warn-soft p-3 flex gap-2",
        Tone::Accent => "rounded-lg border border-accent-line bg-accent-soft p-3 flex gap-2",
        Tone::Quiet => "rounded-lg border border-rule-strong bg-sunken p-3 flex gap-2",
    }
}

const fn ink(tone: Tone) -> &'static str {
    match tone {
        Tone::Pass => "text-pass pt-0.5",
        Tone::Fail => "text-fail pt-0.5",
        Tone::Warn => "text-warn pt-0.5",
        Tone::Accent => "text-accent pt-0.5",
        Tone::Quiet => "text-muted pt-0.5",
    }
}

/// One line that says why something was refused, read at once.
#[component]
pub fn Alert(
    /// The id of the line, where a field is described by it.
    #[prop(optional)]
    id: Option<&'static str>,
    /// Why. Messages name what people typed, so whoever gives it says how it is shown.
    children: Children,
) -> impl IntoView {
    view! {
        <p id=id role="alert" class="flex gap-2 text-xs text-fail">
            <Icon name="circle-alert" class="w-3.5 h-3.5 mt-px shrink-0" />
            <span class="min-w-0">{children()}</span>
        </p>
    }
    .into_any()
}

/// A notice; an alert where it must be heard at once.
#[component]
pub fn Notice(
    /// Its colour.
    tone: Tone,
    /// Its icon.
    icon: &'static str,
    /// What happened.
    #[prop(into)]
    title: String,
    /// Whether assistive technology reads it at once.
    #[prop(default = false)]
    alert: bool,
    /// The rest.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=frame(tone) role=alert.then_some("alert")>
            <span class=ink(tone)><Icon name=icon /></span>
            <div class="min-w-0 flex-1">
                <p class="font-medium">{title}</p>
                <div class="text-muted mt-0.5 space-y-2">{children()}</div>
            </div>
        </div>
    }
    .into_any()
}
