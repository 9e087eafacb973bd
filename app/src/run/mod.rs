//! The run's parts: what it is, what holds it, its timeline, facts and sessions.

mod follow;

use self::follow::Followed;
use crate::{
    kit::{
        badge::{Badge, Tone},
        button,
        copy::Copy,
        icon::Icon,
        moment::{Moment, ZoneNote},
        section::Section,
        span,
    },
    live::pill::Pill,
    recorded::{text::Text, value::Recorded},
    timeline::Timeline,
};
use domain::{
    Time,
    session::SessionStatus,
    timeline::{FactRow, RunPage, SessionRow, WaitingApproval},
};
use leptos::prelude::*;

/// The run.
#[component]
pub fn RunView<'a>(
    /// Everything there is to show.
    run: &'a RunPage,
) -> impl IntoView + use<> {
    let followed = Followed::follow(run.clone());
    let now = run.now;
    let words = ("new event", "new events");
    let sessions = move || followed.with(|run| run.sessions.iter().map(session_row).collect::<Vec<AnyView>>());
    view! {
        {move || followed.with(|run| view! { <Bar run=run /> })}
        <div class="px-4 lg:px-6 pb-16 pt-4">
            {move || followed.with(|run| view! { <Head run=run /> })}
            {move || followed.with(|run| view! { <Waiting run=run /> })}
            <div class="grid xl:grid-cols-[minmax(0,1fr)_400px] gap-x-8">
                <div class="min-w-0">
                    <Section id="timeline" title="Timeline" aside=view! { <ZoneNote /> }.into_any()>
                        <Pill count=Signal::derive(move || followed.unseen()) words=words show=move || followed.show() />
                        <Timeline items=move || followed.with(|run| run.timeline.clone()) now=now />
                    </Section>
                    {move || followed.with(|run| view! { <Paging run=run /> })}
                </div>
                <div class="min-w-0">
                    <Section id="facts" title="Facts">{move || followed.with(|run| facts(&run.facts, run.now))}</Section>
                    <Section id="sessions" title="Sessions">
                        <ul class="rounded-lg border border-rule">{sessions}</ul>
                    </Section>
                </div>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Bar<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let id = run.id.to_string();
    let (tone, icon, status) = status(run);
    let open = run.waiting.first().map(|approval| {
        view! {
            <a
                href=format!("/approvals/{}", approval.id)
                class="ms-auto inline-flex items-center justify-center gap-1.5 h-7 max-lg:h-9 px-2 text-xs rounded-md font-medium whitespace-nowrap bg-ink text-ink-fg hover:bg-ink-hover border border-ink"
            >
                <Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" />
                "Open approval"
            </a>
        }
    });
    view! {
        <header class="flex items-center gap-2 h-12 px-4 lg:px-6 border-b border-rule bg-surface">
            <span class="text-muted max-sm:hidden">"Run"</span>
            <span class="text-rule-strong max-sm:hidden" aria-hidden="true">"/"</span>
            <code class="font-medium truncate min-w-0">{id.clone()}</code>
            <span class="max-sm:hidden"><Copy text=id what="run id" /></span>
            <Badge tone=tone icon=icon text=status />
            {open}
        </header>
    }
    .into_any()
}

fn status(run: &RunPage) -> (Tone, &'static str, &'static str) {
    let any = |wanted| run.sessions.iter().any(|session| session.status == wanted);
    if !run.waiting.is_empty() || any(SessionStatus::Suspended) {
        (Tone::Accent, "hourglass", "Session suspended")
    } else if any(SessionStatus::Active) {
        (Tone::Pass, "play", "Session active")
    } else if run.sessions.is_empty() {
        (Tone::Quiet, "circle-dashed", "No session yet")
    } else {
        (Tone::Quiet, "circle", "Sessions ended")
    }
}

#[component]
fn Head<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let by = run.requested_by.clone().unwrap_or_else(|| "nobody named".to_owned());
    view! {
        <div class="flex items-baseline gap-x-3 gap-y-1 flex-wrap">
            <h1 class="text-xl font-semibold tracking-[-0.015em] leading-7 break-words min-w-0">
                <Text text=&run.workflow_title />", "<Text text=&run.subject />
            </h1>
            <p class="text-xs text-muted">
                <code>{format!("{}@{}", run.workflow, run.version)}</code>
                ", started "<Moment at=run.started_at now=run.now />", "{span::long((run.now - run.started_at).num_seconds())}" so far, requested by "<Text text=&by />
            </p>
        </div>
    }
    .into_any()
}

/// What holds the run.
#[component]
fn Waiting<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.waiting.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = run.waiting.iter().map(|approval| waiting_row(approval, run.now)).collect();
    view! {
        <section aria-labelledby="waiting-h" class="mt-3 rounded-lg border border-accent-line overflow-hidden">
            <h2 id="waiting-h" class="flex items-center gap-2 px-4 min-h-9 py-1.5 bg-accent-soft border-b border-accent-line font-semibold">
                <Icon name="hourglass" class="w-4 h-4 shrink-0 text-accent" />
                "Waits for people"
            </h2>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}

fn waiting_row(approval: &WaitingApproval, now: Time) -> AnyView {
    view! {
        <li class="flex items-center gap-3 px-4 py-2 border-t border-rule first:border-t-0">
            <span class="min-w-0 font-medium break-words"><Text text=&approval.title /></span>
            <span class="ms-auto text-xs text-muted whitespace-nowrap">{span::long((now - approval.opened_at).num_seconds())}</span>
            <a href=format!("/approvals/{}", approval.id) class=button::SMALL>"Open approval"</a>
        </li>
    }
    .into_any()
}

#[component]
fn Paging<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let here = format!("/runs/{}", run.id);
    let older = run.next_cursor.as_ref().map(|cursor| format!("{here}?cursor={cursor}"));
    view! {
        <nav class="flex items-center gap-2 py-3" aria-label="Pages of the timeline">
            {run.is_continued.then(|| view! { <a href=here class=button::SMALL>"Newest"</a> })}
            {older.map(|href| view! { <a href=href class=button::SMALL>"Older"<Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" /></a> })}
        </nav>
    }
    .into_any()
}

fn facts(facts: &[FactRow], now: Time) -> AnyView {
    if facts.is_empty() {
        return view! { <p class="text-muted">"No fact is recorded yet."</p> }.into_any();
    }
    let rows: Vec<AnyView> = facts.iter().enumerate().map(|(place, fact)| fact_row(fact, place, now)).collect();
    view! { <dl class="rounded-lg border border-rule">{rows}</dl> }.into_any()
}

fn fact_row(fact: &FactRow, place: usize, now: Time) -> AnyView {
    let reference = fact.reference.clone().map(|reference| view! { " "<code><Text text=&reference /></code> });
    view! {
        <div class="px-3 py-1.5 border-t border-rule first:border-t-0">
            <dt class="flex items-baseline gap-3">
                <code class="font-medium break-words min-w-0"><Text text=&fact.name /></code>
                <span class="ms-auto text-xs text-faint whitespace-nowrap"><Moment at=fact.written_at now=now /></span>
            </dt>
            <dd class="flex items-baseline gap-3 flex-wrap">
                <span class="min-w-0"><Recorded value=Some(&fact.value) anchor=format!("fact-{place}") /></span>
                <span class="ms-auto text-xs text-muted"><Text text=&fact.source />{reference}", version "{fact.version}</span>
            </dd>
        </div>
    }
    .into_any()
}

fn session_row(session: &SessionRow) -> AnyView {
    let (tone, icon, word) = match session.status {
        SessionStatus::Active => (Tone::Pass, "play", "Active"),
        SessionStatus::Suspended => (Tone::Accent, "pause", "Suspended"),
        SessionStatus::Ended => (Tone::Quiet, "circle", "Ended"),
    };
    view! {
        <li class="flex items-center gap-3 px-3 py-1.5 border-t border-rule first:border-t-0">
            <span class="min-w-0">
                <code class="block font-medium break-words"><Text text=&session.external_id /></code>
                <span class="text-xs text-muted"><Text text=&session.framework />", "<code>"ses_…"{session.id.tail()}</code></span>
            </span>
            <span class="ms-auto"><Badge tone=tone icon=icon text=word /></span>
        </li>
    }
    .into_any()
}
