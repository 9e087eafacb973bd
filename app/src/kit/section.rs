//! A section of a page: a heading that names it, something small at its right, and its content.

use leptos::prelude::*;

/// A section with its heading; `id` is the anchor.
#[component]
pub fn Section(
    /// The anchor.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// What stands at the right of the heading.
    #[prop(optional, into)]
    aside: Option<AnyView>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-h");
    let label = heading.clone();
    view! {
        <section id=id aria-labelledby=label class="pt-6">
            <div class="flex items-center gap-2 min-h-7 mb-2">
                <h2 id=heading class="text-sm font-semibold tracking-[-0.01em]">{title}</h2>
                <div class="ms-auto flex items-center gap-2 text-xs text-faint">{aside}</div>
            </div>
            {children()}
        </section>
    }
    .into_any()
}
