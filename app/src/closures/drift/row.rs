//! One line of the list of what drifts: the closure, and each record that is not as it was left.

use super::{
    super::row::{OPEN, OTHER, chosen},
    fields::fields,
};
use crate::{
    kit::{
        icon::Icon,
        moment::{Grain, Moment, stamp, tooltip},
        span,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    closure::drift::{Drift, DriftRow, Looked},
    id::ClosureId,
};
use leptos::prelude::*;

/// A closure whose records are not as it left them; `to` is its receipt beside the list.
#[component]
pub fn Drifting<'a>(
    row: &'a DriftRow,
    now: Time,
    to: String,
    open: Signal<Option<ClosureId>>,
) -> impl IntoView + use<> {
    let is_open = chosen(row.closure_id, open);
    let since = match &row.drift.state {
        Drift::Drifted { since } => Some(*since),
        _ => None,
    };
    let since = since.map(|since| {
        view! { <time class="ms-auto text-xs text-muted whitespace-nowrap" datetime=stamp(since) title=tooltip(since)>{span::ago(since, now)}</time> }
    });
    let records: Vec<AnyView> =
        row.drift.records.iter().filter(|looked| looked.is_drift()).map(|looked| record(looked, now)).collect();
    view! {
        <li data-row class=move || if is_open.get() { OPEN } else { OTHER }>
            <span class="flex items-baseline gap-2">
                <a id=format!("drift-{}", row.closure_id) href=to data-noscroll="" aria-current=move || is_open.get().then_some("true") class="font-medium min-w-0 break-words hover:underline">
                    <Text text=&row.title />
                </a>
                {since}
            </span>
            {records}
        </li>
    }
    .into_any()
}

fn record(looked: &Looked, now: Time) -> AnyView {
    let Some(known) = looked.known() else { return ().into_any() };
    let unread = looked.is_unread().then_some("; it cannot be looked at now");
    let source = looked.step.is_none().then_some("Source: ");
    view! {
        <span class="block mt-1.5">
            <span class="flex items-start gap-1.5 text-xs">
                <span class="text-warn mt-px"><Icon name="circle-alert" class="w-3.5 h-3.5 shrink-0" /></span>
                <span class="min-w-0 break-words">{source}<Text text=&looked.target />", "<Text text=&looked.record /></span>
            </span>
            {fields(&known.found)}
            <span class="block text-xs text-muted">
                "Since "<Moment at=known.since now=now grain=Grain::Minute />", last looked at "
                <Moment at=known.at now=now grain=Grain::Minute />{unread}
            </span>
        </span>
    }
    .into_any()
}
