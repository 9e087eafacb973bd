//! The sidebar of wide windows.

use super::{
    Count, Place,
    account::Account,
    places::{Entry, shown_to},
    search::SearchBox,
};
use crate::{
    kit::{avatar, icon::Icon, mark::Mark},
    live::view::Foot,
    recorded::text::Text,
};
use domain::review::Viewer;
use leptos::prelude::*;

const CURRENT: &str = "flex items-center gap-2 h-7.5 px-2 rounded-md bg-selected text-fg font-medium";
const OTHER: &str = "flex items-center gap-2 h-7.5 px-2 rounded-md text-muted hover:bg-hover";
const CURRENT_VIEW: &str = "flex items-center h-7 ps-8 pe-2 rounded-md text-xs bg-selected text-fg font-medium";
const OTHER_VIEW: &str = "flex items-center h-7 ps-8 pe-2 rounded-md text-xs text-muted hover:bg-hover";

/// Navigation, and the person.
#[component]
pub fn Sidebar(viewer: Viewer, place: Place) -> impl IntoView {
    let sections = shown_to(&viewer)
        .into_iter()
        .map(|(label, entries)| {
            let lines = entries
                .into_iter()
                .map(|line| view! { <Line line=line count=Count::at(line.place, &viewer) current=place /> });
            view! {
                <div class="pt-2.5">
                    <div class="px-2 pb-1 text-[11px] leading-4 text-faint">{label}</div>
                    {lines.collect_view()}
                </div>
            }
        })
        .collect_view();
    view! {
        <aside class="hidden lg:flex flex-col w-54 shrink-0 h-dvh sticky top-0 bg-canvas border-r border-rule" aria-label="Main">
            <a href="/approvals" class="flex items-center gap-2 h-12 px-4">
                <Mark />
                <span class="text-sm font-semibold tracking-[-0.01em]">"Countersign"</span>
            </a>
            <SearchBox />
            <nav class="flex-1 overflow-y-auto px-3 pb-3" aria-label="Sections">
                {sections}
            </nav>
            <Foot />
            <PersonRow viewer=viewer />
        </aside>
    }
    .into_any()
}

#[component]
fn Line(line: Entry, count: Count, current: Place) -> impl IntoView {
    let is_current = line.place == current;
    let is_view = line.place == Place::NeedsMe;
    let class = match (is_view, is_current) {
        (false, true) => CURRENT,
        (false, false) => OTHER,
        (true, true) => CURRENT_VIEW,
        (true, false) => OTHER_VIEW,
    };
    view! {
        <a href=line.href aria-current=is_current.then_some("page") class=class>
            {(!is_view).then(|| view! { <Icon name=line.icon /> })}
            {line.label}
            {move || count.get().map(|count| number(line.place, count))}
        </a>
    }
    .into_any()
}

/// Grey is what waits, red with an icon what needs attention.
fn number(place: Place, count: u32) -> AnyView {
    if !place.is_alarming() {
        return view! { <span class="ms-auto text-xs tabular-nums text-faint">{count}</span> }.into_any();
    }
    view! {
        <span class="ms-auto inline-flex items-center gap-1 text-xs tabular-nums text-fail font-medium">
            <Icon name="circle-alert" class="w-3.5 h-3.5 shrink-0" />
            {count}
        </span>
    }
    .into_any()
}

#[component]
fn PersonRow(viewer: Viewer) -> impl IntoView {
    let groups = if viewer.groups.is_empty() { "in no group".to_owned() } else { viewer.groups.join(", ") };
    view! {
        <div class="relative border-t border-rule px-3 h-12 flex items-center gap-2">
            <avatar::Viewer name=&viewer.name />
            <div class="min-w-0 leading-4">
                <div class="font-medium truncate"><Text text=&viewer.name /></div>
                <div class="text-[11px] text-faint truncate">{groups}</div>
            </div>
            <div class="ms-auto">
                <Account menu="bottom-11 inset-x-3">
                    <span class="w-7 h-7 inline-flex items-center justify-center rounded-md text-muted hover:bg-hover">
                        <span class="sr-only">"Theme and account"</span>
                        <Icon name="settings" />
                    </span>
                </Account>
            </div>
        </div>
    }
    .into_any()
}
