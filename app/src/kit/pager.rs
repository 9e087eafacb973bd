//! Pages of a list without a total: back to the first, on to the next.

use super::{button, icon::Icon};
use leptos::prelude::*;

/// Links to the first and the next page; nothing when there is neither.
#[component]
pub fn Pager(
    /// What has pages: `Pages of runs`.
    label: &'static str,
    /// The first page, when this is another.
    first: Option<String>,
    /// The next page.
    next: Option<String>,
    /// What the first page is called.
    #[prop(default = "First page")]
    first_word: &'static str,
    /// What the next page is called.
    #[prop(default = "Next page")]
    next_word: &'static str,
) -> impl IntoView {
    if first.is_none() && next.is_none() {
        return ().into_any();
    }
    view! {
        <nav class="flex items-center gap-2 py-3" aria-label=label>
            {first.map(|href| view! { <a href=href class=button::SMALL>{first_word}</a> })}
            {next
                .map(|href| {
                    view! { <a href=href class=button::SMALL>{next_word}<Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" /></a> }
                })}
        </nav>
    }
    .into_any()
}
