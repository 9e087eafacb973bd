//! One line of the list: a closure with a segment a step, or a follow-up with its question.

use super::words::segments;
use crate::{
    kit::{
        icon::Icon,
        moment::{Grain, Moment, stamp, tooltip},
        span,
    },
    recorded::text::Text,
};
use domain::{Time, closure::page::ClosureRow, closures::OpenFollowUp, id::ClosureId};
use leptos::prelude::*;

const OTHER: &str = "relative block px-4 py-3 border-b border-rule hover:bg-hover focus-within:bg-selected";
const OPEN: &str = "relative block px-4 py-3 border-b border-rule bg-selected";

/// Whether this closure is the one beside the list.
pub fn chosen(id: ClosureId, open: Signal<Option<ClosureId>>) -> Memo<bool> {
    Memo::new(move |_| open.get() == Some(id))
}

/// A closure; `to` is its receipt beside the list.
#[component]
pub fn Row<'a>(row: &'a ClosureRow, now: Time, to: String, open: Signal<Option<ClosureId>>) -> impl IntoView + use<> {
    let is_open = chosen(row.closure_id, open);
    let waits = (row.open_follow_ups > 0).then(|| {
        view! {
            <span class="inline-flex items-center gap-1 text-warn font-medium whitespace-nowrap">
                <Icon name="hand" class="w-3.5 h-3.5 shrink-0" />
                {row.open_follow_ups}
                <span class="sr-only">" for a person"</span>
            </span>
        }
    });
    let started_at = row.started_at;
    view! {
        <li data-row class=move || if is_open.get() { OPEN } else { OTHER }>
            <span class="flex items-baseline gap-2">
                <a id=format!("closure-{}", row.closure_id) href=to data-noscroll="" aria-current=move || is_open.get().then_some("true") class="font-medium truncate min-w-0 hover:underline">
                    <Text text=&row.title />
                </a>
                <span class="ms-auto text-xs text-muted"><Moment at=started_at now=now grain=Grain::Minute /></span>
            </span>
            <span class="flex items-center gap-2 mt-1.5">
                {segments(row.status, &row.steps)}
                <span class="min-w-0 text-xs text-muted text-end">{row.sentence()}</span>
                <span class="text-xs empty:hidden">{waits}</span>
            </span>
        </li>
    }
    .into_any()
}

/// An open follow-up; `to` is the receipt of its closure beside the list.
#[component]
pub fn Waiting<'a>(
    waiting: &'a OpenFollowUp,
    now: Time,
    to: String,
    open: Signal<Option<ClosureId>>,
) -> impl IntoView + use<> {
    let row = &waiting.row;
    let is_open = chosen(row.closure_id, open);
    let at = row.state.opened_at();
    let owner = match &row.packet.owner {
        Some(owner) => view! { <Text text=owner /> }.into_any(),
        None => view! { <span class="text-faint">"No owner named"</span> }.into_any(),
    };
    view! {
        <li data-row class=move || if is_open.get() { OPEN } else { OTHER }>
            <span class="flex items-baseline gap-2">
                <a id=format!("waiting-{}", row.follow_up_id) href=to data-noscroll="" aria-current=move || is_open.get().then_some("true") class="font-medium min-w-0 break-words hover:underline">
                    <Text text=&row.packet.question />
                </a>
                <time class="ms-auto text-xs text-muted whitespace-nowrap" datetime=stamp(at) title=tooltip(at)>{span::ago(at, now)}</time>
            </span>
            <span class="flex items-center gap-1.5 mt-1 text-xs text-warn">
                <Icon name="hand" class="w-3.5 h-3.5 shrink-0" />
                {row.packet.reason.title()}
            </span>
            <span class="flex items-baseline gap-2 mt-0.5 text-xs text-muted">
                <span class="truncate min-w-0"><Text text=&waiting.title /></span>
                <span class="ms-auto truncate min-w-0">{owner}</span>
            </span>
        </li>
    }
    .into_any()
}
