//! What the logs of deliveries and of messages have in common: the link that narrows them, the table, its pages.

use crate::kit::{address::Address, button, icon::Icon, moment::ZoneNote, pager::Pager};
use leptos::prelude::*;

const HEAD: &str = "h-8 px-3 text-start text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// A log: where it is, and whether it is narrowed to what has failed.
#[derive(Clone, Copy)]
pub struct LogPlace {
    /// Its page.
    pub path: &'static str,
    /// Whether only what has failed is shown.
    pub failed_only: bool,
}

impl LogPlace {
    fn address(self, failed_only: bool) -> Address {
        Address::new(self.path).with("only", failed_only.then_some("failed"))
    }
}

/// Beside the heading: in which zone times are, and the way to all or to what has failed.
#[component]
pub fn LogAside(place: LogPlace, all: &'static str) -> impl IntoView {
    let word = if place.failed_only { all } else { "Failed only" };
    let href = place.address(!place.failed_only).to_string();
    view! {
        <ZoneNote />
        <a href=href class=button::QUIET><Icon name="list-filter" class="w-3.5 h-3.5 shrink-0" />{word}</a>
    }
    .into_any()
}

/// The table and its pages; the first column says what was sent.
#[component]
pub fn LogTable(
    place: LogPlace,
    what: &'static str,
    rows: Vec<AnyView>,
    next_cursor: Option<String>,
    is_continued: bool,
) -> impl IntoView {
    let here = place.address(place.failed_only);
    let first = is_continued.then(|| here.to_string());
    let next = next_cursor.map(|cursor| here.with("cursor", Some(cursor)).to_string());
    let heads = [what, "To", "Result", "Try", "At"].map(|word| view! { <th scope="col" class=HEAD>{word}</th> });
    view! {
        <div tabindex="0" role="group" aria-label="Table, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
            <table class="w-full">
                <thead class="bg-canvas">
                    <tr>
                        {heads.into_iter().collect_view()}
                        <th scope="col" class=HEAD><span class="sr-only">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager label="Pages of the log" first=first next=next />
    }
    .into_any()
}
