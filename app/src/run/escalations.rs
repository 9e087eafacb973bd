//! What was handed over to people: in full while it is not resolved, then how it was.

use crate::{
    kit::{
        badge::{Badge, Tone},
        icon::Icon,
        moment::Moment,
        section::Section,
    },
    recorded::{
        text::Text,
        value::{Asserted, shortened},
    },
};
use domain::{
    Time,
    escalation::{EscalatedConcern, Escalation},
    timeline::{EscalationRow, RunPage},
};
use leptos::prelude::*;
use serde_json::Value;

const fn is_resolved(row: &EscalationRow) -> bool {
    matches!(row.state, Escalation::Resolved { .. })
}

/// The escalations that need somebody, above everything else; nothing without any.
#[component]
pub fn Unresolved<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let rows: Vec<AnyView> =
        run.escalations.iter().filter(|row| !is_resolved(row)).map(|row| unresolved_row(row, run.now)).collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section aria-labelledby="escalated-h" class="mt-3 rounded-lg border border-warn-line overflow-hidden">
            <h2 id="escalated-h" class="flex items-center gap-2 px-4 min-h-9 py-1.5 bg-warn-soft border-b border-warn-line font-semibold">
                <Icon name="circle-alert" class="w-4 h-4 shrink-0 text-warn" />
                "Escalated to people"
            </h2>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}

fn unresolved_row(row: &EscalationRow, now: Time) -> AnyView {
    let (tone, icon, word) = match &row.state {
        Escalation::Open { .. } => (Tone::Warn, "circle-alert", "Open"),
        Escalation::Acknowledged { .. } => (Tone::Accent, "hourglass", "Acknowledged"),
        Escalation::Resolved { .. } => (Tone::Pass, "check", "Resolved"),
    };
    let whose = match &row.assignee {
        Some(name) => view! { ", assigned to "<Text text=name /> }.into_any(),
        None => view! { ", assigned to nobody" }.into_any(),
    };
    view! {
        <li class="px-4 py-2 border-t border-rule first:border-t-0">
            <div class="flex items-center gap-2">
                <span class="min-w-0 break-words text-xs text-muted">
                    <code>"esc_…"{row.id.tail()}</code>" by "<Text text=&row.opened_by />", "<Moment at=row.opened_at now=now />{whose}
                </span>
                <span class="ms-auto"><Badge tone=tone icon=icon text=word /></span>
            </div>
            {handed_over(row)}
        </li>
    }
    .into_any()
}

/// All of the summary, in the agent's words.
fn handed_over(row: &EscalationRow) -> AnyView {
    let summary = &row.summary;
    let refund =
        summary.refund_amount.as_ref().map_or_else(|| "Not stated by the agent".to_owned(), ToString::to_string);
    let concerns = (!summary.concerns.is_empty()).then(|| {
        let items: Vec<AnyView> =
            summary.concerns.iter().enumerate().map(|(place, concern)| concern_item(concern, place, row)).collect();
        view! {
            <dt class="text-xs text-muted mt-1">"Concerns"</dt>
            <dd><ul class="list-disc ps-5">{items}</ul></dd>
        }
    });
    view! {
        <dl class="mt-1">
            {said("Customer", &summary.customer_id, row, "customer")}
            {said("Refund", &refund, row, "refund")}
            {said("Root cause", &summary.root_cause_analysis, row, "cause")}
            {said("Recommended", &summary.recommended_action, row, "action")}
            {concerns}
        </dl>
    }
    .into_any()
}

/// A part of the summary.
fn said(name: &'static str, text: &str, row: &EscalationRow, anchor: &str) -> AnyView {
    let words = Value::from(text);
    view! {
        <dt class="text-xs text-muted mt-1">{name}</dt>
        <dd class="whitespace-pre-wrap"><Asserted value=&words anchor=format!("{}-{anchor}", row.id) /></dd>
    }
    .into_any()
}

fn concern_item(concern: &EscalatedConcern, place: usize, row: &EscalationRow) -> AnyView {
    let words = Value::from(concern.title.as_str());
    let kind = concern.kind.clone().map(|kind| view! { " "<code class="break-words"><Text text=&kind /></code> });
    let refs: Vec<AnyView> = concern
        .refs
        .iter()
        .map(|reference| view! { " "<code class="break-words text-muted"><Text text=reference /></code> }.into_any())
        .collect();
    view! { <li><Asserted value=&words anchor=format!("{}-concern-{place}", row.id) />{kind}{refs}</li> }.into_any()
}

/// The escalations that are settled, with how; nothing without any.
#[component]
pub fn Resolved<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let rows: Vec<AnyView> = run.escalations.iter().filter_map(|row| resolved_row(row, run.now)).collect();
    if rows.is_empty() {
        return ().into_any();
    }
    let list = view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any();
    view! { <Section id="escalations" title="Resolved escalations">{list}</Section> }.into_any()
}

fn resolved_row(row: &EscalationRow, now: Time) -> Option<AnyView> {
    let Escalation::Resolved { at, resolution, .. } = &row.state else { return None };
    let resolution = shortened(resolution, format!("{}-resolution", row.id));
    let row = view! {
        <li class="px-3 py-1.5 border-t border-rule first:border-t-0">
            <div class="flex items-center gap-2">
                <code>"esc_…"{row.id.tail()}</code>
                <span class="ms-auto"><Badge tone=Tone::Pass icon="check" text="Resolved" /></span>
                <span class="text-xs text-faint whitespace-nowrap"><Moment at=*at now=now /></span>
            </div>
            <div class="break-words whitespace-pre-wrap"><bdi>"“"{resolution}"”"</bdi></div>
            <details class="mt-0.5">
                <summary class="inline-flex items-center gap-1 min-h-6 text-xs text-muted hover:text-fg">
                    <Icon name="chevron-right" class="chev w-3 h-3 shrink-0" />"What was handed over"
                </summary>
                {handed_over(row)}
            </details>
        </li>
    };
    Some(row.into_any())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    fn html(run: &RunPage) -> String {
        let view = Owner::new().with(|| view! { <Unresolved run=run /><Resolved run=run /> }.to_html());
        view.replace("<!>", "").replace("<!---->", "").replace("<!--<() />-->", "")
    }

    #[test]
    fn what_needs_somebody_stands_in_full() {
        let html = html(&sample::run_page());
        for said in [
            "Escalated to people",
            "assigned to nobody",
            "“1840.00 EUR”",
            "Two carriers",
            "Parcel lost",
            "ord_8&lt;/code&gt;",
            "Resolved escalations",
            "Paid back in full.",
        ] {
            assert!(html.contains(said), "{said} in {html}");
        }
        assert!(!html.contains("<img"), "{html}");
    }

    #[test]
    fn without_any_there_is_nothing() {
        assert_eq!(html(&RunPage { escalations: Vec::new(), ..sample::run_page() }), "");
    }
}
