//! The rail: the sidebar of the approval page, icons only.

use super::account::Account;
use crate::kit::{avatar, icon::Icon, mark::Mark};
use domain::review::Viewer;
use leptos::prelude::*;

const COUNT: &str = "absolute -top-0.5 -right-1 min-w-4 h-4 px-0.5 rounded-full border border-canvas bg-rule-strong text-fg text-[10px] leading-none font-semibold tabular-nums inline-flex items-center justify-center";

/// Icons with counts, and the person.
#[component]
pub fn Rail<'a>(viewer: &'a Viewer) -> impl IntoView + use<> {
    let counts = viewer.counts;
    let name = viewer.name.clone();
    view! {
        <aside class="hidden lg:flex flex-col items-center w-13 shrink-0 h-dvh sticky top-0 bg-canvas border-r border-rule py-3 gap-1" aria-label="Main">
            <a href="/approvals" class="mb-3" aria-label="Countersign, approvals"><Mark /></a>
            <a
                href="/approvals"
                aria-label=format!("Approvals, {}", counts.pending)
                class="relative w-9 h-9 inline-flex items-center justify-center rounded-md bg-selected text-accent"
            >
                <Icon name="inbox" />
                {bubble(counts.pending)}
            </a>
            <a
                href="/approvals?view=mine"
                aria-label=format!("Needs my decision, {}", counts.mine)
                class="relative w-9 h-9 inline-flex items-center justify-center rounded-md text-muted hover:bg-hover"
            >
                <Icon name="user-round" />
                {bubble(counts.mine)}
            </a>
            <span class="relative mt-auto">
                <Account menu="bottom-0 left-10 w-56"><span class="sr-only">"Theme and account"</span><avatar::Viewer name=&name /></Account>
            </span>
        </aside>
    }
    .into_any()
}

/// How many wait; nothing when nothing does.
fn bubble(count: u32) -> Option<impl IntoView> {
    (count > 0).then(|| view! { <span class=COUNT>{count}</span> })
}
