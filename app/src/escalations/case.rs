//! One case: everything a person needs who has not read the chat, and what they can do.

use super::{
    act::Act,
    follow::FollowedCase,
    row::{badge, refund},
};
use crate::{
    brought::Posted,
    kit::{
        avatar, button,
        copy::Copy,
        icon::Icon,
        moment::{Moment, ZoneNote},
        section::Section,
        span,
    },
    recorded::{
        text::Text,
        value::{Asserted, shortened},
    },
    timeline::Timeline,
};
use domain::{
    escalation::{EscalatedConcern, Escalation},
    escalations::EscalationPage,
};
use leptos::prelude::*;
use serde_json::Value;

/// The case; what was posted belongs to the form it came from.
#[component]
pub fn CaseView<'a>(page: EscalationPage, back: String, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let now = page.now;
    let followed = FollowedCase::follow(page);
    // Newest first, as everywhere in the console.
    let items = move || followed.with(|page| page.activity.iter().rev().cloned().collect::<Vec<_>>());
    let activity = view! { <Timeline items=items now=now /> }.into_any();
    let aside = view! { <ZoneNote /> }.into_any();
    view! {
        <div class="min-w-0 px-4 lg:px-6 pt-4 pb-16">
            <a href=back class="lg:hidden inline-flex items-center gap-1.5 min-h-9 text-xs text-muted hover:text-fg">
                <Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />
                "Escalations"
            </a>
            {move || followed.with(head)}
            {move || followed.with(facts)}
            {move || followed.with(summary)}
            {move || followed.with(concerns)}
            {move || followed.with(resolution)}
            <Act followed=followed posted=posted />
            <Section id="activity" title="Activity" aside=aside>{activity}</Section>
        </div>
    }
    .into_any()
}

fn head(page: &EscalationPage) -> AnyView {
    let (case, id) = (&page.case, page.case.id().to_string());
    let open = page.waiting.first().map(|approval| {
        view! {
            <a href=format!("/approvals/{}", approval.id) class=button::PRIMARY_SMALL>
                <Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" />
                "Open approval"
            </a>
        }
    });
    view! {
        <div class="flex items-start gap-3 flex-wrap">
            <div class="min-w-0">
                <h2 class="text-xl font-semibold tracking-[-0.015em] leading-7 break-words"><Text text=&case.row.summary.customer_id /></h2>
                <p class="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted mt-0.5">
                    <code title=id.clone()>"esc_…"{case.id().tail()}</code>
                    <Copy text=id what="escalation id" />
                    {badge(&case.row.state)}
                    <avatar::Agent />
                    <span><Text text=&case.row.opened_by />" handed over "<Moment at=case.row.opened_at now=page.now /></span>
                    <a href=format!("/runs/{}", case.run) class="lnk mono">"run_…"{case.run.tail()}</a>
                    <span><code>{case.workflow.clone()}</code>", "<Text text=&case.subject /></span>
                </p>
            </div>
            <div class="ms-auto">{open}</div>
        </div>
    }
    .into_any()
}

/// Whom, how much, since when, whose.
fn facts(page: &EscalationPage) -> AnyView {
    let row = &page.case.row;
    let (until, lasts) = match &row.state {
        Escalation::Resolved { at, .. } => (*at, "Took"),
        Escalation::Open { .. } | Escalation::Acknowledged { .. } => (page.now, "Waits for"),
    };
    let taken = match (&row.state, &page.by) {
        (Escalation::Open { .. }, _) | (_, None) => view! { <span class="text-faint">"Nobody yet"</span> }.into_any(),
        (_, Some(name)) => person(name),
    };
    let (by, whose) = (
        if matches!(row.state, Escalation::Resolved { .. }) { "Resolved by" } else { "Acknowledged by" },
        row.assignee.as_deref().map_or_else(|| view! { <span class="text-faint">"Nobody"</span> }.into_any(), person),
    );
    let facts = [
        ("Customer", view! { <code class="break-words"><Text text=&row.summary.customer_id /></code> }.into_any()),
        ("Refund asked for", refund(row.summary.refund_amount.as_ref())),
        (by, taken),
        ("Assigned to", whose),
        (lasts, span::long((until - row.opened_at).num_seconds()).into_any()),
    ];
    let facts = facts.map(|(name, value)| {
        view! {
            <div class="min-w-0 px-4 py-2.5 border-rule max-sm:border-t max-sm:first:border-t-0 sm:border-s sm:first:border-s-0">
                <dt class="text-xs text-muted">{name}</dt>
                <dd class="mt-0.5 break-words">{value}</dd>
            </div>
        }
    });
    view! { <dl class="mt-3 rounded-lg border border-rule grid sm:grid-cols-5">{facts.collect_view()}</dl> }.into_any()
}

fn person(name: &str) -> AnyView {
    view! { <span class="inline-flex items-center gap-1.5 min-w-0"><avatar::Person name=name /><span class="min-w-0 break-words"><Text text=name /></span></span> }
        .into_any()
}

/// Why, beside what is advised: the agent's words.
fn summary(page: &EscalationPage) -> AnyView {
    let row = &page.case.row;
    let (why, what) = (Value::from(&*row.summary.root_cause_analysis), Value::from(&*row.summary.recommended_action));
    view! {
        <div class="mt-3 grid md:grid-cols-2 gap-3">
            <section aria-labelledby="cause-h" class="min-w-0 rounded-lg border border-rule px-4 py-3">
                <h3 id="cause-h" class="text-xs text-muted mb-1">"Root cause analysis"</h3>
                <div class="whitespace-pre-wrap"><Asserted value=&why anchor=format!("{}-cause", row.id) /></div>
            </section>
            <section aria-labelledby="action-h" class="min-w-0 rounded-lg border border-accent-line bg-accent-soft px-4 py-3">
                <h3 id="action-h" class="text-xs text-muted mb-1">"Recommended action"</h3>
                <div class="whitespace-pre-wrap font-medium"><Asserted value=&what anchor=format!("{}-action", row.id) /></div>
            </section>
        </div>
    }
    .into_any()
}

fn concerns(page: &EscalationPage) -> AnyView {
    let row = &page.case.row;
    if row.summary.concerns.is_empty() {
        return ().into_any();
    }
    let columns: Vec<AnyView> =
        row.summary.concerns.iter().enumerate().map(|(place, concern)| column(concern, place, page)).collect();
    let list = view! { <ul class="rounded-lg border border-rule grid md:grid-cols-3 overflow-hidden">{columns}</ul> };
    let list = list.into_any();
    view! { <Section id="concerns" title="Concerns">{list}</Section> }.into_any()
}

fn column(concern: &EscalatedConcern, place: usize, page: &EscalationPage) -> AnyView {
    let title = Value::from(concern.title.as_str());
    let kind =
        concern.kind.clone().map(|kind| view! { <p class="text-xs text-muted break-words"><Text text=&kind /></p> });
    let refs: Vec<AnyView> = concern
        .refs
        .iter()
        .map(|name| view! { <code class="break-words"><Text text=name /></code> }.into_any())
        .collect();
    let refs = (!refs.is_empty()).then(|| {
        view! { <p class="flex flex-wrap gap-x-2 gap-y-1 items-center text-xs text-muted mt-2"><Icon name="link" class="w-3.5 h-3.5 shrink-0" />{refs}</p> }
    });
    view! {
        <li class="min-w-0 px-4 py-3 -mt-px -ms-px border-t border-s border-rule">
            {kind}
            <div class="font-medium"><Asserted value=&title anchor=format!("{}-concern-{place}", page.case.id()) /></div>
            {refs}
        </li>
    }
    .into_any()
}

/// How it was settled.
fn resolution(page: &EscalationPage) -> AnyView {
    let Escalation::Resolved { at, resolution, .. } = &page.case.row.state else { return ().into_any() };
    let words = shortened(resolution, format!("{}-resolution", page.case.id()));
    view! {
        <section aria-labelledby="settled-h" class="mt-3 rounded-lg border border-pass-line bg-pass-soft px-4 py-3">
            <h3 id="settled-h" class="flex items-center gap-1.5 font-medium text-pass"><Icon name="check" class="w-4 h-4 shrink-0" />"Resolved "<Moment at=*at now=page.now /></h3>
            <p class="mt-1 break-words whitespace-pre-wrap"><bdi>"“"{words}"”"</bdi></p>
        </section>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::escalation::Escalation;

    fn html(page: &EscalationPage) -> String {
        let page = page.clone();
        let view = || view! { <CaseView page=page back="/escalations".to_owned() posted=None /> }.to_html();
        Owner::new().with(view).replace("<!>", "")
    }

    #[test]
    fn a_case_is_told_in_full_and_stays_text() {
        let html = html(&sample::case());
        for said in ["1840.00 EUR", "Two carriers", "Parcel lost", "Nobody yet", "Acknowledge", "Resolve", "/runs/run_"]
        {
            assert!(html.contains(said), "{said} in {html}");
        }
        assert!(!html.contains("<img") && !html.contains("style="), "{html}");
    }

    #[test]
    fn whoever_may_not_work_it_is_shown_no_form() {
        let page = EscalationPage { may_work: false, ..sample::case() };
        assert!(!html(&page).contains("<form"));
        let mut settled = page;
        settled.case.row.state = Escalation::Resolved {
            at: settled.now,
            by: domain::Actor::Person(settled.viewer),
            resolution: "Paid <b>back</b>.".to_owned(),
            assignee: None,
        };
        let html = html(&settled);
        assert!(html.contains("Paid &lt;b&gt;back") && html.contains("Resolved by"), "{html}");
    }
}
