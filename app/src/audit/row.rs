//! One event in the log: 40 px, its sentence a link to the drawer.

use crate::{
    kit::moment::{stamp, tooltip, utc_clock},
    recorded::text::Text,
    timeline::{Shape, in_brief, number},
};
use domain::{id::RunId, review::TimelineItem};
use leptos::prelude::*;

/// The columns of windows from 768 px; below, a row is two blocks.
pub const COLUMNS: &str = "md:grid-cols-[72px_64px_140px_minmax(0,1fr)_90px]";

const OTHER: &str = "relative grid items-center gap-x-3 px-4 lg:px-6 border-b border-rule max-md:py-2 md:h-10 grid-cols-[24px_minmax(0,1fr)_auto] md:grid-cols-[72px_64px_140px_minmax(0,1fr)_90px] hover:bg-hover focus-within:bg-selected";
const OPEN: &str = "relative grid items-center gap-x-3 px-4 lg:px-6 border-b border-rule max-md:py-2 md:h-10 grid-cols-[24px_minmax(0,1fr)_auto] md:grid-cols-[72px_64px_140px_minmax(0,1fr)_90px] bg-selected";

/// A row; `to` is the event in the drawer.
#[component]
pub fn Row<'a>(item: &'a TimelineItem, to: String, open: Signal<Option<i64>>) -> impl IntoView + use<> {
    let leaf = item.leaf_index;
    let is_open = Memo::new(move |_| open.get() == Some(leaf));
    let (sentence, badge) = in_brief(item);
    let at = item.entry.at;
    let digits = number(leaf);
    let name = item.actor_name.clone();
    view! {
        <div data-row role="row" class=move || if is_open.get() { OPEN } else { OTHER }>
            <span role="cell" class="mono tabular-nums text-xs text-faint max-md:hidden">{digits.trim_start_matches('#').to_owned()}</span>
            <span role="cell" class="text-xs tabular-nums text-muted max-md:hidden"><time datetime=stamp(at) title=tooltip(at)>{utc_clock(at)}</time></span>
            <span role="cell" class="inline-flex items-center gap-1.5 min-w-0 max-md:self-start">
                <Shape item=item />
                <span class="truncate max-md:sr-only"><Text text=&name /></span>
            </span>
            <span role="cell" class="min-w-0">
                <span class="flex items-center gap-2 min-w-0">
                    <a id=format!("event-{leaf}") href=to data-noscroll="" aria-current=move || is_open.get().then_some("true") class="truncate min-w-0 max-md:whitespace-normal max-md:break-words hover:underline">
                        {sentence}
                    </a>
                    {badge}
                </span>
                <span class="md:hidden flex gap-2 text-xs text-faint tabular-nums min-w-0">
                    <span>{utc_clock(at)}</span>
                    <span class="truncate"><Text text=&name /></span>
                    <span class="mono">{digits}</span>
                </span>
            </span>
            <span role="cell" class="justify-self-end max-md:self-start">{item.entry.run.map(run_link)}</span>
        </div>
    }
    .into_any()
}

fn run_link(run: RunId) -> AnyView {
    let label = format!("Run {run}");
    view! { <a href=format!("/runs/{run}") data-aside="" aria-label=label class="lnk mono text-xs whitespace-nowrap">"run_…"{run.tail()}</a> }
        .into_any()
}
