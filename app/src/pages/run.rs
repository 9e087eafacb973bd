//! Stub.
use leptos::prelude::*;

/// Stub.
#[component]
pub fn RunPage() -> impl IntoView {
    view! { <p>"stub"</p> }
}
