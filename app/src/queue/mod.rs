//! The queue's parts: tabs, filters, groups, rows and pages.

mod empty;
mod failing;
mod filters;
mod list;
mod reconcile;
mod row;
mod tabs;

use self::{
    empty::Nothing,
    failing::FailingRows,
    filters::{Filters, Known},
    list::{Line, List},
    reconcile::{Due, ShownRow},
    row::{COLUMNS, Row},
    tabs::Tabs,
};
use crate::{
    brought::Posted,
    bulk::{Bulk, TickHead, Ticks},
    claims::{Attention, Then},
    frame::Bar,
    keys::hint::NextForMe,
    kit::pager::Pager,
    live::pill::Pill,
};
use domain::{
    id::{ApprovalId, PersonId},
    queue::{QueuePage, QueueQuery, SavedView, Sort, Standing, View},
    workflow::Risk,
};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::kit::risk::Level;

pub use self::{failing::Alerts, filters::address};

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

/// The queue, followed while it is open.
#[component]
pub fn QueueView<'a>(
    /// The page.
    page: QueuePage,
    /// What it was asked for.
    query: QueueQuery,
    /// Whether the viewer may have resumptions sent again.
    can_wake: bool,
    /// Who looks.
    viewer: Option<PersonId>,
    /// A form of the page that was posted and refused.
    refused: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let (alerts, known) = (page.alerts.clone(), Known::of(&page));
    let saved: Vec<SavedView> = page.saved.iter().map(|tab| tab.view.clone()).collect();
    let pending_at_first = page.counts.pending;
    let list = List::follow(page, query.clone(), viewer);
    let ticks = Ticks::provide();
    let pending = move || list.counts().pending;
    let title = move || {
        let pending = list.counts_if_here().map_or(pending_at_first, |counts| counts.pending);
        format!("({pending}) Approvals · Countersign")
    };
    let next = view! { <NextForMe waiting=Signal::derive(move || list.counts().mine) /> }.into_any();
    let tabs = view! { <Tabs list=list query=&query saved=&saved refused=refused /> }.into_any();
    let filters = (query.view != View::ResumptionFailed).then(|| view! { <Filters query=&query known=known /> });
    let is_empty = Memo::new(move |_| list.is_empty());
    let content = move || {
        if is_empty.get() {
            view! { <Nothing counts=list.counts() query=&query /> }.into_any()
        } else {
            view! { <Table list=list query=query.clone() can_wake=can_wake viewer=viewer /> }.into_any()
        }
    };
    view! {
        <Title text=title />
        <Bar title="Approvals" state=Signal::derive(move || format!("{} pending", pending())) actions=next />
        {tabs}
        {filters}
        <Alerts alerts=alerts />
        <Pill count=Signal::derive(move || list.unseen()) words=("new approval", "new approvals") has_key=true show=move || list.show() />
        {content}
        <Bulk ticks=ticks rows=move |ids| list.open_rows(ids) />
    }
    .into_any()
}

#[component]
fn Table(list: List, query: QueueQuery, can_wake: bool, viewer: Option<PersonId>) -> impl IntoView {
    let (view, sort) = (query.view, query.order());
    let (label, end) = match query.standing() {
        Standing::Pending => ("Pending approvals", "Due"),
        Standing::Any => ("Approvals", "Due, ended"),
        Standing::Approved
        | Standing::Rejected
        | Standing::Expired
        | Standing::Cancelled
        | Standing::Superseded
        | Standing::Revoked
        | Standing::Decided => ("Ended approvals", "Ended"),
    };
    let sorted = |by: &[(Sort, &'static str)]| by.iter().find(|(known, _)| *known == sort).map(|(_, order)| *order);
    let opened = sorted(&[(Sort::Newest, "ascending"), (Sort::Oldest, "descending")]);
    view! {
        <div role="table" aria-label=label>
            <div role="row" class=format!("max-lg:hidden grid items-center gap-x-3 px-6 h-8 border-b border-rule text-[11px] leading-4 text-faint {COLUMNS}")>
                <TickHead />
                <span role="columnheader" aria-sort=sorted(&[(Sort::Risk, "descending")])>"Risk"</span>
                <span role="columnheader">"Proposed action"</span>
                <span role="columnheader">"Gate"</span>
                <span role="columnheader">"Quorum"</span>
                <span role="columnheader">"Waiting for"</span>
                <span role="columnheader" class="text-end" aria-sort=opened>"Waiting"</span>
                <span role="columnheader" class="text-end" aria-sort=sorted(&[(Sort::Due, "ascending")])>{end}</span>
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
            let first = address(&query);
            let next = next.map(|cursor| first.clone().with("cursor", Some(cursor)).to_string());
            let first = is_continued.then(|| first.to_string());
            view! { <div class="px-4 lg:px-6"><Pager label="Pages" first=first next=next /></div> }
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
