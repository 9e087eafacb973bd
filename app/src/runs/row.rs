//! One run in the list: 50 px, its subject a link.

use crate::{
    kit::{
        moment::{Grain, Moment, stamp, tooltip},
        span,
    },
    recorded::text::Text,
    run::status::StatusBadge,
};
use domain::{Time, runs::RunRow};
use leptos::prelude::*;

/// The columns of windows from 768 px; below, a row is two blocks.
pub const COLUMNS: &str = "md:grid-cols-[minmax(0,1.2fr)_100px_minmax(0,1fr)_minmax(0,150px)_52px_116px]";

/// A row.
#[component]
pub fn Row<'a>(row: &'a RunRow, now: Time) -> impl IntoView + use<> {
    let sessions = row.sessions;
    let held = row.waiting.is_some();
    view! {
        <div
            data-row
            role="row"
            class=format!("relative grid items-center gap-x-3 px-4 lg:px-6 border-b border-rule hover:bg-hover focus-within:bg-selected max-md:py-3 md:h-12.5 grid-cols-[minmax(0,1fr)_auto] {COLUMNS}")
        >
            <Name row=row />
            <span role="cell" class="max-md:justify-self-end max-md:self-start"><StatusBadge status=row.status /></span>
            <span role="cell" class=if held { "min-w-0 text-xs" } else { "min-w-0 text-xs max-md:hidden" }><Waits row=row /></span>
            <span role="cell" class="min-w-0 text-xs max-md:hidden">
                <span class="block truncate"><Text text=&row.agent /></span>
                <span class="block truncate text-faint">{requested_by(row.requested_by.as_deref())}</span>
            </span>
            <span role="cell" class="text-end text-xs tabular-nums text-muted max-md:hidden">{sessions}</span>
            <span role="cell" class="text-end text-xs tabular-nums text-muted max-md:justify-self-end">
                <span class="block"><Moment at=row.started_at now=now grain=Grain::Minute /></span>
                <span class="block text-faint">{last_event(row.last_event_at, now)}</span>
            </span>
        </div>
    }
    .into_any()
}

#[component]
fn Name<'a>(row: &'a RunRow) -> impl IntoView + use<> {
    view! {
        <span role="cell" class="min-w-0 block">
            <a href=format!("/runs/{}", row.id) class="block">
                <span class="block font-medium truncate max-md:whitespace-normal"><Text text=&row.workflow_title />", "<Text text=&row.subject /></span>
                <span class="flex items-center gap-1.5 min-w-0 text-xs text-faint mt-0.5">
                    <code class="text-muted truncate">{format!("{}@{}", row.workflow, row.version)}</code>
                    <span aria-hidden="true">"·"</span>
                    <code class="whitespace-nowrap">"run_…"{row.id.tail()}</code>
                </span>
            </a>
        </span>
    }
    .into_any()
}

#[component]
fn Waits<'a>(row: &'a RunRow) -> impl IntoView + use<> {
    let Some(waiting) = &row.waiting else { return view! { <span class="text-faint">"nothing"</span> }.into_any() };
    let more = (row.more_waiting > 0)
        .then(|| view! { <span class="block text-faint">{format!("and {} more", row.more_waiting)}</span> });
    view! {
        <span class="sr-only">"Waits for "</span>
        <a href=format!("/approvals/{}", waiting.id) data-aside="" class="lnk inline-block max-w-full truncate align-bottom"><Text text=&waiting.title /></a>
        {more}
    }
    .into_any()
}

fn requested_by(email: Option<&str>) -> AnyView {
    match email {
        Some(email) => view! { "for "<Text text=email /> }.into_any(),
        None => "requester not named".into_any(),
    }
}

fn last_event(at: Option<Time>, now: Time) -> AnyView {
    let Some(at) = at else { return "no event yet".into_any() };
    view! { <time datetime=stamp(at) title=tooltip(at)>{span::ago(at, now)}</time> }.into_any()
}
