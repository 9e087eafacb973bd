//! The queue's parts: tabs, groups, rows and pages.

mod keys;
mod row;

use self::row::{COLUMNS, Row};
use crate::{
    frame::Bar,
    kit::{button, empty::Empty, icon::Icon},
};
use domain::{
    Time,
    queue::{QueueCounts, QueuePage, QueueRow, View},
    workflow::Risk,
};
use leptos::prelude::*;

use crate::kit::risk::Level;

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
    }
}

/// The queue.
#[component]
pub fn QueueView(page: QueuePage, view: View) -> impl IntoView {
    let counts = page.counts;
    let content = if page.rows.is_empty() {
        view! { <Nothing counts=counts view=view /> }.into_any()
    } else {
        view! { <Table page=page view=view /> }.into_any()
    };
    view! {
        <Bar title="Approvals" state=format!("{} pending", counts.pending) />
        <nav class="flex items-center gap-5 px-4 lg:px-6 border-b border-rule overflow-x-auto" aria-label="Saved views">
            <Tab word="All pending" count=counts.pending view=View::AllPending current=view />
            <Tab word="Needs my decision" count=counts.mine view=View::NeedsMyDecision current=view />
        </nav>
        {content}
    }
    .into_any()
}

#[component]
fn Tab(word: &'static str, count: u32, view: View, current: View) -> impl IntoView {
    let is_current = view == current;
    let class = if is_current {
        "inline-flex items-center gap-1.5 h-10 px-1 border-b-2 whitespace-nowrap border-accent text-fg font-medium"
    } else {
        "inline-flex items-center gap-1.5 h-10 px-1 border-b-2 whitespace-nowrap border-transparent text-muted hover:text-fg"
    };
    view! {
        <a href=address(view) aria-current=is_current.then_some("page") class=class>
            {word}
            <span class="text-xs tabular-nums text-faint font-normal">{count}</span>
        </a>
    }
    .into_any()
}

#[component]
fn Nothing(counts: QueueCounts, view: View) -> impl IntoView {
    let decided = match counts.decided_today {
        0 => "Nothing was decided today.".to_owned(),
        1 => "You decided 1 today.".to_owned(),
        more => format!("You decided {more} today."),
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
    }
}

#[component]
fn Table(page: QueuePage, view: View) -> impl IntoView {
    let now = page.now;
    let whole = page.next_cursor.is_none() && !page.is_continued;
    let groups = groups(page.rows, now).into_iter().map(|(due, rows)| {
        let count = whole.then_some(rows.len());
        view! {
            <GroupHead due=due count=count />
            {rows.into_iter().map(|row| view! { <Row row=row now=now /> }).collect_view()}
        }
    });
    view! {
        <div role="table" aria-label="Pending approvals" on:keydown=|event| keys::move_by_key(&event)>
            <div role="row" class=format!("max-lg:hidden grid items-center gap-x-3 px-6 h-8 border-b border-rule text-[11px] leading-4 text-faint {COLUMNS}")>
                <span role="columnheader">"Risk"</span>
                <span role="columnheader">"Proposed action"</span>
                <span role="columnheader">"Gate"</span>
                <span role="columnheader">"Quorum"</span>
                <span role="columnheader">"Waiting for"</span>
                <span role="columnheader" class="text-end">"Waiting"</span>
                <span role="columnheader" class="text-end" aria-sort="ascending">"Due"</span>
            </div>
            {groups.collect_view()}
        </div>
        <Paging next=page.next_cursor is_continued=page.is_continued view=view />
    }
    .into_any()
}

#[component]
fn GroupHead(due: Due, count: Option<usize>) -> impl IntoView {
    let class = match due {
        Due::Overdue => "font-medium text-fail whitespace-nowrap",
        Due::Soon | Due::Later | Due::Never => "font-medium text-muted whitespace-nowrap",
    };
    view! {
        <div role="row" class="bg-canvas border-b border-rule">
            <div role="rowheader" aria-colspan="7" class="flex items-center gap-2 h-8 px-4 lg:px-6 text-xs min-w-0">
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

/// How soon a row is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Overdue,
    Soon,
    Later,
    Never,
}

impl Due {
    const fn title(self) -> &'static str {
        match self {
            Self::Overdue => "Overdue",
            Self::Soon => "Due within an hour",
            Self::Later => "Later",
            Self::Never => "No deadline",
        }
    }

    fn of(row: &QueueRow, now: Time) -> Self {
        match row.expires_at.map(|end| (end - now).num_seconds()) {
            None => Self::Never,
            Some(left) if left < 0 => Self::Overdue,
            Some(left) if left <= 3600 => Self::Soon,
            Some(_) => Self::Later,
        }
    }
}

/// Rows in the order they came, under the heads of their groups.
fn groups(rows: Vec<QueueRow>, now: Time) -> Vec<(Due, Vec<QueueRow>)> {
    let mut groups: Vec<(Due, Vec<QueueRow>)> = Vec::new();
    for row in rows {
        let due = Due::of(&row, now);
        match groups.last_mut() {
            Some((last, rows)) if *last == due => rows.push(row),
            _ => groups.push((due, vec![row])),
        }
    }
    groups
}
