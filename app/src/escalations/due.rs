//! By when a case is to be worked: how much time is left, or by how much it is over.

use crate::kit::{
    icon::Icon,
    moment::{stamp, tooltip},
    passing::passing,
    span,
};
use domain::{
    Time,
    escalation::{Escalation, sla::Duty},
    timeline::EscalationRow,
};
use leptos::prelude::*;

/// What a deadline is for, as a label.
pub const fn word(duty: Duty) -> &'static str {
    match duty {
        Duty::Acknowledge => "To be acknowledged",
        Duty::Resolve => "To be resolved",
    }
}

/// Whether what is due is late at this moment.
pub fn is_overdue(row: &EscalationRow, now: Time) -> bool {
    row.deadlines.due(row.state.status()).is_some_and(|(_, by)| by < now)
}

/// By how much a settled case was settled late, in seconds.
pub fn late_by(row: &EscalationRow) -> Option<i64> {
    let Escalation::Resolved { at, .. } = &row.state else { return None };
    let by = row.deadlines.resolve_by?;
    (*at > by).then(|| (*at - by).num_seconds())
}

/// The time that is left, which passes while the page is open.
#[component]
pub fn Due(by: Time, now: Time) -> impl IntoView {
    let passing = passing(now);
    let look = move || match (by - passing()).num_seconds() {
        ..0 => ("inline-flex items-center gap-1 whitespace-nowrap text-fail font-medium", Some("circle-alert")),
        0..=3600 => ("inline-flex items-center gap-1 whitespace-nowrap text-warn font-medium", Some("clock")),
        _ => ("inline-flex items-center gap-1 whitespace-nowrap text-muted", None),
    };
    let icon = move || look().1.map(|icon| view! { <Icon name=icon class="w-3.5 h-3.5 shrink-0" /> });
    view! {
        <time datetime=stamp(by) title=tooltip(by) class=move || look().0>
            {icon}
            {move || span::left(by, passing())}
        </time>
    }
    .into_any()
}
