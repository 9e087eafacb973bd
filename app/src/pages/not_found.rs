//! No page at this address.

use crate::{
    frame::{Bar, Frame, Place},
    kit::button,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Says so, and leads back. The answer's status is 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(crate::desk::AnswerStatus(set)) = use_context() {
        set(404);
    }
    view! {
        <Title text="No such page · Countersign" />
        <Frame place=Place::Elsewhere>
            <Bar title="No such page" />
            <div class="px-4 lg:px-6 py-6 space-y-3">
                <p class="text-muted">"Nothing is at this address. An id may be incomplete, or a link out of date."</p>
                <a href="/approvals" class=button::SMALL>"Open approvals"</a>
            </div>
        </Frame>
    }
}
