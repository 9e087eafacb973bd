//! The run's parts: what it is, what holds it, its gates, its timeline, and what is recorded.

mod concerns;
mod escalations;
mod follow;
mod gates;
mod record;
mod side;
pub mod stages;
pub mod status;
mod undoing;

use self::{
    concerns::Concerns,
    escalations::{Resolved, Unresolved},
    follow::Followed,
    gates::Gates,
    record::{Assertions, Facts},
    side::{Approvals, Sessions},
    stages::Stages,
    status::StatusBadge,
    undoing::{Attempts, Compensations, Handoffs},
};
use crate::{
    kit::{
        address::Address,
        button,
        copy::Copy,
        icon::Icon,
        moment::{Moment, ZoneNote},
        pager::Pager,
        section::Section,
        span,
    },
    live::pill::Pill,
    recorded::text::Text,
    timeline::Timeline,
};
use domain::{
    Time,
    timeline::{ActorKind, RunPage, WaitingApproval},
};
use leptos::prelude::*;

/// The run; `actors` is whose events the timeline shows.
#[component]
pub fn RunView<'a>(
    /// Everything there is to show.
    run: &'a RunPage,
    /// Whose events the timeline shows.
    actors: Option<ActorKind>,
) -> impl IntoView + use<> {
    let followed = Followed::follow(run.clone(), actors);
    let timeline = timeline(followed, run, actors);
    let aside = view! { <ActorLinks run=run actors=actors /> }.into_any();
    view! {
        {move || followed.with(|run| view! { <Bar run=run /> })}
        <div class="px-4 lg:px-6 pb-16 pt-4">
            {move || followed.with(|run| view! { <Head run=run /> })}
            {move || followed.with(|run| view! { <Waiting run=run /> })}
            {move || followed.with(|run| view! { <Unresolved run=run /> })}
            {move || followed.with(|run| view! { <Concerns run=run /> })}
            {move || followed.with(|run| view! { <Stages run=run /> })}
            {move || followed.with(|run| view! { <Gates run=run /> })}
            <div class="grid xl:grid-cols-[minmax(0,1fr)_400px] gap-x-8">
                <div class="min-w-0">
                    <Section id="timeline" title="Timeline" aside=aside>{timeline}</Section>
                </div>
                <div class="min-w-0">
                    {move || followed.with(|run| view! { <Resolved run=run /> })}
                    <Undoing followed=followed />
                    <Section id="facts" title="Facts">{move || followed.with(|run| view! { <Facts run=run /> })}</Section>
                    <Section id="assertions" title="Asserted by the agent">
                        {move || followed.with(|run| view! { <Assertions run=run /> })}
                    </Section>
                    <Section id="sessions" title="Sessions">{move || followed.with(|run| view! { <Sessions run=run /> })}</Section>
                    <Section id="approvals" title="Approvals">{move || followed.with(|run| view! { <Approvals run=run /> })}</Section>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// What became of the stages; nothing for a workflow without any. What has forms or can be unfolded is made anew only
/// when it changes itself: what is typed stays, and what is open stays open.
#[component]
fn Undoing(followed: Followed) -> impl IntoView {
    let has_stages = Memo::new(move |_| followed.with(|run| !run.stages.is_empty()));
    let compensations = Memo::new(move |_| followed.with(|run| (run.compensations.clone(), run.may_settle)));
    let handoffs = Memo::new(move |_| followed.with(|run| run.handoffs.clone()));
    let undone = move || {
        let any = compensations.with(|(rows, _)| !rows.is_empty());
        any.then(|| {
            let rows = followed.with_untracked(|run| view! { <Compensations run=run /> }.into_any());
            view! { <Section id="compensations" title="Compensations">{rows}</Section> }
        })
    };
    let handed_over = move || {
        handoffs.track();
        followed.with_untracked(|run| view! { <Handoffs run=run /> })
    };
    move || {
        has_stages.get().then(|| {
            view! {
                <Section id="attempts" title="Attempts">{move || followed.with(|run| view! { <Attempts run=run /> })}</Section>
                {undone}
                <Section id="handoffs" title="Handoffs">{handed_over}</Section>
            }
            .into_any()
        })
    }
}

#[component]
fn Bar<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let id = run.id.to_string();
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
            <a href="/runs" class="text-muted hover:text-fg max-sm:hidden">"Runs"</a>
            <span class="text-rule-strong max-sm:hidden" aria-hidden="true">"/"</span>
            <code class="font-medium truncate min-w-0">{id.clone()}</code>
            <span class="max-sm:hidden"><Copy text=id what="run id" /></span>
            <StatusBadge status=run.status />
            {open}
        </header>
    }
    .into_any()
}

#[component]
fn Head<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let by = run.requested_by.clone().unwrap_or_else(|| "nobody named".to_owned());
    let (until, word) = run.ended_at.map_or((run.now, " so far"), |at| (at, " long"));
    let lasts = format!("{}{word}", span::long((until - run.started_at).num_seconds()));
    let why = run
        .why
        .clone()
        .map(|why| view! { <p class="mt-1 text-muted break-words">"It ended: “"<Text text=&why />"”"</p> });
    let sessions = match run.sessions.as_slice() {
        [] => view! { ", no session yet" }.into_any(),
        [one] => view! { ", session "<code><Text text=&one.external_id /></code> }.into_any(),
        more => format!(", {} sessions", more.len()).into_any(),
    };
    view! {
        <div class="flex items-baseline gap-x-3 gap-y-1 flex-wrap">
            <h1 class="text-xl font-semibold tracking-[-0.015em] leading-7 break-words min-w-0">
                <Text text=&run.workflow_title />", "<Text text=&run.subject />
            </h1>
            <p class="text-xs text-muted break-words min-w-0">
                <code>{format!("{}@{}", run.workflow, run.version)}</code>
                ", started "<Moment at=run.started_at now=run.now />" by "<Text text=&run.agent />", "{lasts}", requested by "<Text text=&by />
                {sessions}
            </p>
        </div>
        {why}
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

/// The address of the timeline for these actors.
fn address(run: &RunPage, actors: Option<ActorKind>) -> Address {
    Address::new(format!("/runs/{}", run.id)).with("actors", actors.map(ActorKind::as_str))
}

/// Whose events: links, so that they work without script.
#[component]
fn ActorLinks<'a>(run: &'a RunPage, actors: Option<ActorKind>) -> impl IntoView + use<> {
    const KINDS: [(Option<ActorKind>, &str); 4] = [
        (None, "All"),
        (Some(ActorKind::People), "People"),
        (Some(ActorKind::Keys), "Agents"),
        (Some(ActorKind::System), "System"),
    ];
    let links = KINDS.map(|(kind, word)| {
        let is_current = kind == actors;
        let class = if is_current {
            "inline-flex items-center h-7 px-2 rounded-md bg-selected text-fg font-medium"
        } else {
            "inline-flex items-center h-7 px-2 rounded-md text-muted hover:bg-hover hover:text-fg"
        };
        let href = address(run, kind).to_string();
        view! { <a href=href data-noscroll="" aria-current=is_current.then_some("true") class=class>{word}</a> }
    });
    view! {
        <ZoneNote />
        <nav aria-label="Whose events" class="flex items-center gap-0.5">{links.collect_view()}</nav>
    }
    .into_any()
}

/// The events of this page; newer ones wait behind the pill.
fn timeline(followed: Followed, run: &RunPage, actors: Option<ActorKind>) -> AnyView {
    let now = run.now;
    let is_empty = move || followed.with(|run| run.timeline.is_empty());
    let empty = move || is_empty().then(|| view! { <p class="text-muted">"No such event here."</p> });
    let words = ("new event", "new events");
    view! {
        <Pill count=Signal::derive(move || followed.unseen()) words=words show=move || followed.show() />
        {empty}
        <Timeline items=move || followed.with(|run| run.timeline.clone()) now=now />
        {move || followed.with(|run| paging(run, actors))}
    }
    .into_any()
}

fn paging(run: &RunPage, actors: Option<ActorKind>) -> AnyView {
    let here = address(run, actors);
    let first = run.is_continued.then(|| here.to_string());
    let next = run.next_cursor.clone().map(|cursor| here.with("cursor", Some(cursor)).to_string());
    let looked = run.looked_through.map(|count| {
        view! { <p class="text-xs text-muted pt-3">{format!("Looked through {count} events of this run; there are older ones.")}</p> }
    });
    view! {
        {looked}
        <Pager label="Pages of the timeline" first=first next=next first_word="Newest" next_word="Older" />
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::timeline::GateStanding;

    fn html(run: &RunPage, actors: Option<ActorKind>) -> String {
        Owner::new().with(|| view! { <RunView run=run actors=actors /> }.to_html()).replace("<!>", "")
    }

    #[test]
    fn the_whole_page_stays_text() {
        let html = html(&sample::run_page(), None);
        for markup in ["<script>", "<img", "<b>", "style=", "\u{202e}"] {
            assert!(!html.contains(markup), "{markup:?} in {html}");
        }
        assert_eq!(html.matches("<h1").count(), 1);
        for said in ["“medium tier”", "Differs from the record", "1 earlier version", "Open approval"] {
            assert!(html.contains(said), "{said} in {html}");
        }
    }

    #[test]
    fn every_standing_of_a_gate_has_its_word() {
        let html = html(&sample::run_page(), None);
        assert_eq!(sample::run_page().gates.len(), GateStanding::ALL.len());
        for word in ["Passed", "Holding a call", "Decided", "Not met", "Not reached"] {
            assert!(html.contains(word), "{word} in {html}");
        }
    }

    #[test]
    fn pages_of_the_timeline_keep_whose_events() {
        let run = RunPage { next_cursor: Some("7".to_owned()), looked_through: Some(10_000), ..sample::run_page() };
        let html = html(&run, Some(ActorKind::People));
        assert!(html.contains("?actors=people&amp;cursor=7"), "{html}");
        assert!(html.contains("Looked through 10000 events"), "{html}");
    }
}
