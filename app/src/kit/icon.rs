//! Icons of the one sprite, drawn in the colour of the text around them.

use leptos::prelude::*;

const SPRITE: &str = concat!("/assets/icons.svg?v=", env!("CARGO_PKG_VERSION"), "#");

/// An icon by its Lucide name; always decoration beside a word.
#[component]
pub fn Icon(
    /// The Lucide name.
    name: &'static str,
    /// Size and colour; 16 px unless told.
    #[prop(default = "w-4 h-4 shrink-0")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=class aria-hidden="true">
            <use_ href=format!("{SPRITE}{name}") />
        </svg>
    }
}
