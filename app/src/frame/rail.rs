//! The rail: the sidebar of the approval page, icons only.

use super::{
    Count, Place,
    account::Account,
    places::{Entry, shown_to},
    search::SearchIcon,
};
use crate::{
    kit::{avatar, icon::Icon, mark::Mark},
    live::view::FootMark,
};
use domain::review::Viewer;
use leptos::prelude::*;

const CURRENT: &str = "relative w-9 h-9 inline-flex items-center justify-center rounded-md bg-selected text-accent";
const OTHER: &str = "relative w-9 h-9 inline-flex items-center justify-center rounded-md text-muted hover:bg-hover";
const COUNT: &str = "absolute -top-0.5 -right-1 min-w-4 h-4 px-0.5 rounded-full border border-canvas bg-rule-strong text-fg text-[10px] leading-none font-semibold tabular-nums inline-flex items-center justify-center";

const ALARM: &str = "absolute -top-0.5 -right-1 min-w-4 h-4 px-0.5 rounded-full border border-canvas bg-fail-solid text-white text-[10px] leading-none font-semibold tabular-nums inline-flex items-center justify-center";

/// Icons with counts, and the person.
#[component]
pub fn Rail<'a>(viewer: &'a Viewer) -> impl IntoView + use<> {
    let name = viewer.name.clone();
    let lines = shown_to(viewer).into_iter().flat_map(|(_, entries)| entries);
    let entries = lines.map(|line| view! { <Line line=line count=Count::at(line.place, viewer) /> }).collect_view();
    view! {
        <aside class="hidden lg:flex flex-col items-center w-13 shrink-0 h-dvh sticky top-0 bg-canvas border-r border-rule py-3 gap-1" aria-label="Main">
            <a href="/approvals" class="mb-3" aria-label="Countersign, approvals"><Mark /></a>
            <SearchIcon />
            {entries}
            <span class="mt-auto"><FootMark /></span>
            <span class="relative">
                <Account menu="bottom-0 left-10 w-56"><span class="sr-only">"Theme and account"</span><avatar::Viewer name=&name /></Account>
            </span>
        </aside>
    }
    .into_any()
}

/// The rail belongs to the approval page, so approvals are the place it is in.
#[component]
fn Line(line: Entry, count: Count) -> impl IntoView {
    let label = move || count.get().map_or_else(|| line.label.to_owned(), |count| format!("{}, {count}", line.label));
    view! {
        <a href=line.href aria-label=label title=line.label class=if line.place == Place::Approvals { CURRENT } else { OTHER }>
            <Icon name=line.icon />
            {move || count.get().and_then(|count| bubble(count, line.place.is_alarming()))}
        </a>
    }
    .into_any()
}

/// How many wait; nothing when nothing does.
fn bubble(count: u32, is_alarming: bool) -> Option<impl IntoView> {
    (count > 0).then(|| view! { <span class=if is_alarming { ALARM } else { COUNT }>{count}</span> })
}
