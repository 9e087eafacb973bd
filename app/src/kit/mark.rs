//! The mark: two open arcs and two ticks crossing, proposed and countersigned.

use leptos::prelude::*;

/// The mark in ink and accent.
#[component]
pub fn Mark(
    /// Width and height in pixels.
    #[prop(default = 22)]
    size: u32,
) -> impl IntoView {
    view! {
        <svg class="shrink-0" width=size height=size viewBox="0 0 24 24" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d="M9.6 2.8a9.5 9.5 0 0 0 0 18.4M7.2 12.4l3 3 3.2-3.8" stroke="var(--cs-fg)" />
            <path d="M14.4 2.8a9.5 9.5 0 0 1 0 18.4M12.2 14.2l1.4 1.3 4.2-6" stroke="var(--cs-accent)" />
        </svg>
    }
}
