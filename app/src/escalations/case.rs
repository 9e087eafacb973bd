//! One case: everything a person needs who has not read the chat, and what they can do.

use super::{
    act::Act,
    due::{Due, is_overdue, late_by, word},
    evidence::evidence,
    follow::FollowedCase,
    row::{badge, refund},
};
use crate::{
    brought::Posted,
    concerns::{Column, Stated, columns, progress, resolution},
    kit::{
        avatar,
        badge::{Badge, Tone},
        button,
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
    Time,
    escalation::{EscalatedConcern, Escalation},
    escalations::EscalationPage,
    timeline::ConcernRow,
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
            {move || followed.with(told)}
            {move || followed.with(settled)}
            <Act followed=followed posted=posted />
            {move || followed.with(evidence)}
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
    let late =
        is_overdue(&case.row, page.now).then(|| view! { <Badge tone=Tone::Fail icon="circle-alert" text="Overdue" /> });
    view! {
        <div class="flex items-start gap-3 flex-wrap">
            <div class="min-w-0">
                <h2 class="text-xl font-semibold tracking-[-0.015em] leading-7 break-words"><Text text=&case.row.summary.customer_id /></h2>
                <p class="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted mt-0.5">
                    <code title=id.clone()>"esc_…"{case.id().tail()}</code>
                    <Copy text=id what="escalation id" />
                    {badge(&case.row.state)}
                    {late}
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

/// Whom, how much, whose, and by when.
fn facts(page: &EscalationPage) -> AnyView {
    let row = &page.case.row;
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
        ("Refund amount", refund(row.summary.refund_amount.as_ref())),
        (by, taken),
        ("Assigned to", whose),
        lasts(page),
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

/// What is left until the next deadline; without one how long it waits, or took.
fn lasts(page: &EscalationPage) -> (&'static str, AnyView) {
    let row = &page.case.row;
    let long = |until: Time| span::long((until - row.opened_at).num_seconds());
    match (&row.state, row.deadlines.due(row.state.status())) {
        (Escalation::Resolved { at, .. }, _) => {
            let late = late_by(row).map(|seconds| {
                view! { <span class="text-fail font-medium whitespace-nowrap">", "{span::long(seconds)}" over"</span> }
            });
            ("Took", view! { {long(*at)}{late} }.into_any())
        }
        (_, Some((duty, by))) => (word(duty), view! { <Due by=by now=page.now /> }.into_any()),
        (_, None) => ("Waits for", long(page.now).into_any()),
    }
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

/// What it is about, each with what was found, and what that comes to.
fn concerns(page: &EscalationPage) -> AnyView {
    let row = &page.case.row;
    let named = &row.summary.concerns;
    if named.is_empty() {
        return ().into_any();
    }
    let of = |concern: &EscalatedConcern| page.concerns.iter().find(|row| Some(row.id) == concern.concern_id);
    let known: Vec<&ConcernRow> = named.iter().filter_map(of).collect();
    let items = named
        .iter()
        .enumerate()
        .map(|(place, concern)| Column::named(concern, format!("{}-concern-{place}", row.id), of(concern)));
    let list = columns(&items.collect::<Vec<_>>());
    let (aside, sum) = if known.is_empty() {
        (().into_any(), ().into_any())
    } else {
        let sum = resolution(Stated::Agent(row.summary.refund_amount.as_ref()), &known, named.len());
        (view! { <span>{progress(&known)}</span> }.into_any(), sum)
    };
    let rounds = page.unified.iter().filter(|unified| known.iter().any(|row| row.round == unified.round));
    let unified: Vec<AnyView> = rounds
        .map(|unified| {
            let words = Value::from(unified.resolution.as_str());
            let anchor = format!("{}-unified-{}", row.id, unified.round);
            view! { <p class="mt-2 px-4 whitespace-pre-wrap"><Asserted value=&words anchor=anchor /></p> }.into_any()
        })
        .collect();
    view! { <Section id="concerns" title="Concerns" aside=aside>{list}{sum}{unified}</Section> }.into_any()
}

/// What the customer knows.
fn told(page: &EscalationPage) -> AnyView {
    let row = &page.case.row;
    let words = match &row.summary.told {
        Some(told) => {
            let told = Value::from(told.as_str());
            view! { <div class="whitespace-pre-wrap min-w-0"><Asserted value=&told anchor=format!("{}-told", row.id) /></div> }.into_any()
        }
        None => view! { <span class="text-faint">"Not stated by the agent"</span> }.into_any(),
    };
    let box_ = view! {
        <div class="flex gap-2.5 rounded-lg border border-rule px-4 py-3"><Icon name="quote" class="w-4 h-4 shrink-0 mt-0.5 text-faint" />{words}</div>
    };
    let box_ = box_.into_any();
    view! { <Section id="told" title="What the customer was told">{box_}</Section> }.into_any()
}

/// How it was settled.
fn settled(page: &EscalationPage) -> AnyView {
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
    use domain::escalation::{Escalation, sla::Deadlines};

    fn html(page: &EscalationPage) -> String {
        let page = page.clone();
        let view = || view! { <CaseView page=page back="/escalations".to_owned() posted=None /> }.to_html();
        Owner::new().with(view).replace("<!>", "")
    }

    #[test]
    fn a_case_is_told_in_full_and_stays_text() {
        let html = html(&sample::case());
        for said in [
            "1840.00 EUR",
            "Two carriers",
            "Parcel lost",
            "Nobody yet",
            "Acknowledge",
            "Resolve",
            "/runs/run_",
            "You hear from us",
            "Sums match",
            "of 1 resolved",
        ] {
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

    #[test]
    fn what_is_late_is_said() {
        let mut page = sample::case();
        let by = page.now - chrono::TimeDelta::minutes(12);
        page.case.row.deadlines = Deadlines { acknowledge_by: Some(by), resolve_by: Some(page.now) };
        let late = html(&page);
        assert!(
            late.contains("Overdue") && late.contains("12 min over") && late.contains("To be acknowledged"),
            "{late}"
        );
        page.case.row.deadlines.acknowledge_by = None;
        let soon = html(&page);
        assert!(!soon.contains("Overdue") && soon.contains("To be resolved") && soon.contains("0 s left"), "{soon}");
    }

    #[test]
    fn what_is_not_stated_is_said() {
        let mut page = sample::case();
        page.case.row.summary.told = None;
        page.case.row.summary.refund_amount = None;
        assert_eq!(html(&page).matches("Not stated by the agent").count(), 3, "amount, sum, and what was told");
    }
}
