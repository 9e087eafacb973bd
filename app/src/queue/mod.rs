//! The queue's parts: tabs, groups, rows and pages.

mod failing;
mod list;
mod reconcile;
mod row;

use self::{
    failing::FailingRows,
    list::{Line, List},
    reconcile::{Due, ShownRow},
    row::{COLUMNS, Row},
};
use crate::{
    bulk::{Bulk, TickHead, Ticks},
    claims::{Attention, Then},
    frame::Bar,
    keys::hint::NextForMe,
    kit::{button, empty::Empty, icon::Icon},
    live::pill::Pill,
};
use domain::{
    id::{ApprovalId, PersonId},
    queue::{QueueCounts, QueuePage, QueueQuery, View},
    workflow::Risk,
};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::kit::risk::Level;

pub use self::failing::Alerts;

/// How a risk is drawn.
pub const fn level(risk: Risk) -> Level {
    match risk {
        Risk::Low => {
            Level { bars: 1, word: "Low", class: "inline-flex items-center gap-1.5 whitespace-nowrap text-pass" }
        }
        Risk::Medium => {
            Level { bars: 2, word: "Medium", class: "inline-flex items-center gap-1.5 whitespace-nowrap text-muted" }
        }
        Risk::High => {
            Level { bars: 3, word: "High", class: "inline-flex items-center gap-1.5 whitespace-nowrap text-warn" }
        }
    }
}

/// The address of a view.
const fn address(view: View) -> &'static str {
    match view {
        View::AllPending => "/approvals",
        View::NeedsMyDecision => "/approvals?view=mine",
        View::Unclaimed => "/approvals?view=unclaimed",
        View::ResumptionFailed => "/approvals?view=failed",
    }
}

/// The queue, followed while it is open.
#[component]
pub fn QueueView(page: QueuePage, query: QueueQuery, can_wake: bool, viewer: Option<PersonId>) -> impl IntoView {
    let view = query.view;
    let alerts = page.alerts.clone();
    let pending_at_first = page.counts.pending;
    let list = List::follow(page, query, viewer);
    let ticks = Ticks::provide();
    let pending = move || list.counts().pending;
    let title = move || {
        let pending = list.counts_if_here().map_or(pending_at_first, |counts| counts.pending);
        format!("({pending}) Approvals · Countersign")
    };
    let is_empty = Memo::new(move |_| list.is_empty());
    let content = move || {
        if is_empty.get() {
            view! { <Nothing counts=list.counts() view=view /> }.into_any()
        } else {
            view! { <Table list=list view=view can_wake=can_wake viewer=viewer /> }.into_any()
        }
    };
    let next = view! { <NextForMe waiting=Signal::derive(move || list.counts().mine) /> }.into_any();
    view! {
        <Title text=title />
        <Bar title="Approvals" state=Signal::derive(move || format!("{} pending", pending())) actions=next />
        <nav class="flex items-center gap-5 px-4 lg:px-6 border-b border-rule overflow-x-auto" aria-label="Saved views">
            <Tab word="All pending" count=Signal::derive(pending) view=View::AllPending current=view />
            <Tab word="Needs my decision" count=Signal::derive(move || list.counts().mine) view=View::NeedsMyDecision current=view />
            <Tab word="Unclaimed" count=Signal::derive(move || list.counts().unclaimed) view=View::Unclaimed current=view />
            <Tab word="Resumption failed" count=Signal::derive(move || list.counts().failing) view=View::ResumptionFailed current=view />
        </nav>
        <Alerts alerts=alerts />
        <Pill count=Signal::derive(move || list.unseen()) words=("new approval", "new approvals") has_key=true show=move || list.show() />
        {content}
        <Bulk ticks=ticks rows=move |ids| list.open_rows(ids) />
    }
    .into_any()
}

#[component]
fn Tab(word: &'static str, count: Signal<u32>, view: View, current: View) -> impl IntoView {
    let is_current = view == current;
    let class = if is_current {
        "inline-flex items-center gap-1.5 h-10 px-1 border-b-2 whitespace-nowrap border-accent text-fg font-medium"
    } else {
        "inline-flex items-center gap-1.5 h-10 px-1 border-b-2 whitespace-nowrap border-transparent text-muted hover:text-fg"
    };
    view! {
        <a href=address(view) aria-current=is_current.then_some("page") class=class>
            {word}
            <span class="text-xs tabular-nums text-faint font-normal">{move || count.get()}</span>
        </a>
    }
    .into_any()
}

#[component]
fn Nothing(counts: QueueCounts, view: View) -> impl IntoView {
    let decided = match counts.decided_today {
        0 => "Nothing was decided today.".to_owned(),
        1 => "1 was decided today.".to_owned(),
        more => format!("{more} were decided today."),
    };
    match view {
        View::AllPending => view! {
            <Empty title="No approval is pending" text=format!("{decided} An agent's call appears here when a gate holds it.") />
        }
        .into_any(),
        View::NeedsMyDecision if counts.pending > 0 => view! {
            <Empty title="Nothing waits for you" text=format!("{decided} {} wait for others.", counts.pending)>
                <a href=address(View::AllPending) class=button::SMALL>"See all pending"</a>
            </Empty>
        }
        .into_any(),
        View::NeedsMyDecision => view! { <Empty title="Nothing waits for you" text=format!("{decided} No approval is pending.") /> }.into_any(),
        View::Unclaimed => view! { <Empty title="Nothing is unclaimed" text=format!("{decided} Whatever waits, somebody looks into it.") /> }.into_any(),
        View::ResumptionFailed => view! { <Empty title="No resumption has failed" text="Every session whose approval was decided was woken, or is about to be." /> }.into_any(),
    }
}

#[component]
fn Table(list: List, view: View, can_wake: bool, viewer: Option<PersonId>) -> impl IntoView {
    view! {
        <div role="table" aria-label="Pending approvals">
            <div role="row" class=format!("max-lg:hidden grid items-center gap-x-3 px-6 h-8 border-b border-rule text-[11px] leading-4 text-faint {COLUMNS}")>
                <TickHead />
                <span role="columnheader">"Risk"</span>
                <span role="columnheader">"Proposed action"</span>
                <span role="columnheader">"Gate"</span>
                <span role="columnheader">"Quorum"</span>
                <span role="columnheader">"Waiting for"</span>
                <span role="columnheader" class="text-end">"Waiting"</span>
                <span role="columnheader" class="text-end" aria-sort="ascending">"Due"</span>
            </div>
            <FailingRows list=list view=view can_wake=can_wake />
            <For each=move || list.lines() key=|line| line.clone() let:line>
                {match line {
                    Line::Head(due, count) => view! { <GroupHead due=due count=count /> }.into_any(),
                    Line::Row(id) => view! { <LiveRow list=list id=id viewer=viewer /> }.into_any(),
                }}
            </For>
        </div>
        {move || {
            let (next, is_continued) = list.pages();
            view! { <Paging next=next is_continued=is_continued view=view /> }
        }}
    }
    .into_any()
}

/// A row that stays where it is and changes when what it shows does.
#[component]
fn LiveRow(list: List, id: ApprovalId, viewer: Option<PersonId>) -> impl IntoView {
    let (row, viewing) = (list.row(id), list.viewing(id));
    let then = Then::new(move |claim| list.set_claim(id, claim));
    move || {
        let there = viewing.get();
        let attention = |shown: &ShownRow, now| {
            view! { <Attention row=&shown.row viewing=&there viewer=viewer now=now then=then /> }.into_any()
        };
        row.get().map(|(shown, now)| view! { <Row attention=attention(&shown, now) shown=shown now=now /> })
    }
}

#[component]
fn GroupHead(due: Due, count: Option<usize>) -> impl IntoView {
    let class = match due {
        Due::Overdue => "font-medium text-fail whitespace-nowrap",
        Due::Yours | Due::Soon | Due::Later | Due::Never | Due::Paused => "font-medium text-muted whitespace-nowrap",
    };
    view! {
        <div role="row" class="bg-canvas border-b border-rule">
            <div role="rowheader" aria-colspan="8" class="flex items-center gap-2 h-8 px-4 lg:px-6 text-xs min-w-0">
                <span class=class>{due.title()}</span>
                <span class="text-faint tabular-nums">{count}</span>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Paging(next: Option<String>, is_continued: bool, view: View) -> impl IntoView {
    let next = next.map(|cursor| format!("/approvals?view={view}&cursor={cursor}"));
    view! {
        <nav class="flex items-center gap-2 px-4 lg:px-6 py-3" aria-label="Pages">
            {is_continued.then(|| view! { <a href=address(view) class=button::SMALL>"First page"</a> })}
            {next
                .map(|href| {
                    view! { <a href=href class=button::SMALL>"Next page"<Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" /></a> }
                })}
        </nav>
    }
    .into_any()
}
