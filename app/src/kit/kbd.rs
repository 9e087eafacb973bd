//! The caps of keys.

use leptos::prelude::*;

const CAP: &str = "inline-flex items-center justify-center min-w-4.5 h-4.5 px-1 rounded-sm border border-rule-strong bg-surface text-muted text-[11px] leading-none whitespace-nowrap";

/// Keys as caps, one beside the other.
#[component]
pub fn Kbd(
    /// What stands on them.
    caps: Vec<String>,
) -> impl IntoView {
    let caps: Vec<AnyView> = caps.into_iter().map(|cap| view! { <kbd class=CAP>{cap}</kbd> }.into_any()).collect();
    view! { <span class="inline-flex gap-1 shrink-0">{caps}</span> }.into_any()
}
