//! Risk as bars and a word.

use leptos::prelude::*;

/// A level of risk as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Bars filled, of four.
    pub bars: usize,
    /// The word beside them.
    pub word: &'static str,
    /// The colour of both.
    pub class: &'static str,
}

const BARS: [(&str, &str, &str); 4] = [("0", "9", "5"), ("4", "6", "8"), ("8", "3", "11"), ("12", "0", "14")];

/// The bars alone, for places where the word stands elsewhere.
#[component]
pub fn RiskBars(
    /// Bars filled, of four.
    filled: usize,
) -> impl IntoView {
    let bars = BARS.into_iter().enumerate().map(|(place, (x, y, height))| {
        let fill = if place < filled { "currentColor" } else { "var(--cs-rule-strong)" };
        view! { <rect x=x y=y width="3" height=height rx=".75" fill=fill /> }
    });
    view! { <svg class="w-4 h-3.5 shrink-0 bar" viewBox="0 0 16 14" aria-hidden="true">{bars.collect_view()}</svg> }
}

/// Bars and word.
#[component]
pub fn RiskMark(
    /// The level.
    level: Level,
) -> impl IntoView {
    view! {
        <span class=level.class>
            <RiskBars filled=level.bars />
            <span class="font-medium">{level.word}</span>
        </span>
    }
    .into_any()
}
