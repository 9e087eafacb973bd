//! What a form has done, said once on the page it leads to.

use crate::kit::{badge::Tone, notice::Notice};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The words for `?done=…`; nothing for an unknown one.
#[component]
pub fn Done(
    /// What can be done on this page, with its words.
    words: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let done = use_query_map().with_untracked(|query| query.get("done")).unwrap_or_default();
    words.iter().find(|(word, _)| *word == done).map(|(_, text)| {
        view! {
            <div role="status">
                <Notice tone=Tone::Pass icon="circle-check" title=*text>
                    <span class="sr-only">"It is in the log."</span>
                </Notice>
            </div>
        }
    })
}
