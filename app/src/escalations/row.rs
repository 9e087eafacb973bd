//! One case in the list: whom it is about, how long it waits or may still wait, what is advised, how much, whose it is.

use super::due::Due;
use crate::{
    kit::{
        avatar,
        badge::{Badge, Tone},
        moment::{stamp, tooltip},
        span,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    escalation::{Escalation, Money},
    escalations::Case,
    id::EscalationId,
};
use leptos::prelude::*;

const OTHER: &str = "relative block px-4 py-3 border-b border-rule hover:bg-hover focus-within:bg-selected";
const OPEN: &str = "relative block px-4 py-3 border-b border-rule bg-selected";

/// How far a case is, as a badge.
pub fn badge(state: &Escalation) -> AnyView {
    let (tone, icon, word) = match state {
        Escalation::Open { .. } => (Tone::Warn, "circle-alert", "Open"),
        Escalation::Acknowledged { .. } => (Tone::Accent, "hourglass", "Acknowledged"),
        Escalation::Resolved { .. } => (Tone::Pass, "check", "Resolved"),
    };
    view! { <Badge tone=tone icon=icon text=word /> }.into_any()
}

/// What should be paid back, in the agent's words.
pub fn refund(money: Option<&Money>) -> AnyView {
    match money {
        Some(money) => view! { <span class="font-medium tabular-nums">{money.to_string()}</span> }.into_any(),
        None => view! { <span class="text-faint">"Not stated by the agent"</span> }.into_any(),
    }
}

/// A row; `to` is the case beside the list.
#[component]
pub fn Row<'a>(case: &'a Case, now: Time, to: String, open: Signal<Option<EscalationId>>) -> impl IntoView + use<> {
    let (id, row) = (case.id(), &case.row);
    let is_open = Memo::new(move |_| open.get() == Some(id));
    let advised = row.summary.recommended_action.clone();
    let whose = match &row.assignee {
        Some(name) => view! {
            <span class="ms-auto inline-flex items-center gap-1.5 min-w-0 text-muted"><avatar::Person name=name /><span class="truncate"><Text text=name /></span></span>
        }
        .into_any(),
        None => view! { <span class="ms-auto text-faint">"Unassigned"</span> }.into_any(),
    };
    let at = row.opened_at;
    let time = match row.deadlines.due(row.state.status()) {
        Some((_, by)) => view! { <span class="ms-auto text-xs"><Due by=by now=now /></span> }.into_any(),
        None => view! { <time class="ms-auto text-xs text-muted whitespace-nowrap" datetime=stamp(at) title=tooltip(at)>{span::ago(at, now)}</time> }.into_any(),
    };
    view! {
        <li data-row class=move || if is_open.get() { OPEN } else { OTHER }>
            <span class="flex items-baseline gap-2">
                <a id=format!("case-{id}") href=to data-noscroll="" aria-current=move || is_open.get().then_some("true") class="font-medium truncate min-w-0 hover:underline">
                    <Text text=&row.summary.customer_id />
                </a>
                {time}
            </span>
            <span class="block truncate text-agent mt-0.5"><bdi>"“"<Text text=&advised />"”"</bdi></span>
            <span class="flex items-center gap-2 mt-1 text-xs">
                {refund(row.summary.refund_amount.as_ref())}
                {badge(&row.state)}
                {whose}
            </span>
        </li>
    }
    .into_any()
}
