//! Nothing to show: what is true, and what could be next.

use super::seal::{Ending, Seal};
use leptos::prelude::*;

/// An empty list.
#[component]
pub fn Empty(
    /// What is true.
    title: &'static str,
    /// More of it.
    #[prop(into)]
    text: String,
    /// What could be next.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center text-center px-4 py-20">
            <Seal needed=1 given=1 ending=Ending::Approved size=44 />
            <p class="font-medium mt-3">{title}</p>
            <p class="text-muted text-xs mt-1 max-w-64">{text}</p>
            {children.map(|children| view! { <div class="mt-3">{children()}</div> })}
        </div>
    }
    .into_any()
}
