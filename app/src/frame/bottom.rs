//! The bottom bar of narrow windows.

use super::{Place, account::Account};
use crate::kit::icon::Icon;
use domain::review::Viewer;
use leptos::prelude::*;

const CURRENT: &str =
    "relative flex flex-col items-center justify-center gap-0.5 text-[11px] leading-4 text-accent font-medium";
const OTHER: &str = "relative flex flex-col items-center justify-center gap-0.5 text-[11px] leading-4 text-muted";

/// Approvals, those that need the viewer, and the account.
#[component]
pub fn BottomBar<'a>(viewer: &'a Viewer, place: Place) -> impl IntoView + use<> {
    let counts = viewer.counts;
    let all = place == Place::Approvals;
    let mine = place == Place::NeedsMe;
    view! {
        <nav class="lg:hidden fixed bottom-0 inset-x-0 z-30 h-14 bg-surface border-t border-rule grid grid-cols-3 noprint" aria-label="Sections, below">
            <a href="/approvals" aria-current=all.then_some("page") class=if all { CURRENT } else { OTHER }>
                <Icon name="inbox" class="w-5 h-5 shrink-0" />
                <span>"Approvals "<span class="tabular-nums">{counts.pending}</span></span>
            </a>
            <a href="/approvals?view=mine" aria-current=mine.then_some("page") class=if mine { CURRENT } else { OTHER }>
                <Icon name="user-round" class="w-5 h-5 shrink-0" />
                <span>"Needs me "<span class="tabular-nums">{counts.mine}</span></span>
            </a>
            <span class="relative flex items-center justify-center">
                <Account menu="bottom-16 right-2 w-56">
                    <span class="flex flex-col items-center justify-center gap-0.5 h-14 px-6 text-[11px] leading-4 text-muted">
                        <Icon name="menu" class="w-5 h-5 shrink-0" />
                        <span>"Account"</span>
                    </span>
                </Account>
            </span>
        </nav>
    }
    .into_any()
}
