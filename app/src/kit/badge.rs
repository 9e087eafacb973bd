//! Badges: an icon and a word for a verdict or a state.

use super::icon::Icon;
use leptos::prelude::*;

/// What a badge says by its colour, always beside its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Met, approved, done.
    Pass,
    /// Not met, rejected, failed.
    Fail,
    /// Differs, soon due.
    Warn,
    /// Waits for a person.
    Accent,
    /// Neither good nor bad.
    Quiet,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Pass => {
                "inline-flex items-center gap-1 h-5 px-1.5 rounded-sm border text-[11px] leading-none font-medium whitespace-nowrap bg-pass-soft text-pass border-pass-line"
            }
            Self::Fail => {
                "inline-flex items-center gap-1 h-5 px-1.5 rounded-sm border text-[11px] leading-none font-medium whitespace-nowrap bg-fail-soft text-fail border-fail-line"
            }
            Self::Warn => {
                "inline-flex items-center gap-1 h-5 px-1.5 rounded-sm border text-[11px] leading-none font-medium whitespace-nowrap bg-warn-soft text-warn border-warn-line"
            }
            Self::Accent => {
                "inline-flex items-center gap-1 h-5 px-1.5 rounded-sm border text-[11px] leading-none font-medium whitespace-nowrap bg-accent-soft text-accent border-accent-line"
            }
            Self::Quiet => {
                "inline-flex items-center gap-1 h-5 px-1.5 rounded-sm border text-[11px] leading-none font-medium whitespace-nowrap bg-sunken text-muted border-rule-strong"
            }
        }
    }
}

/// A badge.
#[component]
pub fn Badge(
    /// Its colour.
    tone: Tone,
    /// Its icon.
    icon: &'static str,
    /// Its words.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <span class=tone.class()><Icon name=icon class="w-3 h-3 shrink-0" />{text}</span> }
}
