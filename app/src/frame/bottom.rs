//! The bottom bar of narrow windows.

use super::{Count, Place, account::Account, places::shown_to};
use crate::kit::icon::Icon;
use domain::review::Viewer;
use leptos::prelude::*;

const CURRENT: &str =
    "relative flex flex-col items-center justify-center gap-0.5 text-[11px] leading-4 text-accent font-medium";
const OTHER: &str = "relative flex flex-col items-center justify-center gap-0.5 text-[11px] leading-4 text-muted";

/// The places that people reach for most, and under "More" the rest.
const MOST: [(Place, &str, &str, &str); 4] = [
    (Place::Approvals, "Approvals", "/approvals", "inbox"),
    (Place::Escalations, "Escalations", "/escalations", "headset"),
    (Place::Runs, "Runs", "/runs", "waypoints"),
    (Place::Audit, "Audit", "/audit", "scroll-text"),
];

/// Four places, and the rest with the account under "More".
#[component]
pub fn BottomBar<'a>(viewer: &'a Viewer, place: Place) -> impl IntoView + use<> {
    let places = MOST.map(|(at, label, href, icon)| {
        let is_current = at == place;
        let count = Count::at(at, viewer);
        let count = move || count.get().map(|count| view! { <span class="tabular-nums">{count}</span> });
        view! {
            <a href=href aria-current=is_current.then_some("page") class=if is_current { CURRENT } else { OTHER }>
                <Icon name=icon class="w-5 h-5 shrink-0" />
                <span>{label}" "{count}</span>
            </a>
        }
    });
    let more = [Place::NeedsMe, Place::Inbox, Place::Closures, Place::Workflows, Place::Admin];
    let rest = shown_to(viewer).into_iter().flat_map(|(_, entries)| entries).filter(|line| more.contains(&line.place));
    let rest = rest
        .map(|line| {
            view! {
                <a href=line.href class="flex items-center gap-2 h-11 px-2 rounded-md hover:bg-hover">
                    <Icon name=line.icon />
                    {line.label}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="lg:hidden fixed bottom-0 inset-x-0 z-30 h-14 bg-surface border-t border-rule grid grid-cols-5 noprint" aria-label="Sections, below">
            {places.collect_view()}
            <div class="relative flex items-center justify-center">
                <Account menu="bottom-16 right-2 w-56" rest=rest.into_any()>
                    <span class="flex flex-col items-center justify-center gap-0.5 h-14 px-2 text-[11px] leading-4 text-muted">
                        <Icon name="menu" class="w-5 h-5 shrink-0" />
                        <span>"More"</span>
                    </span>
                </Account>
            </div>
        </nav>
    }
    .into_any()
}
