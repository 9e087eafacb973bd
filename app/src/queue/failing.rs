//! Above the queue: decided approvals whose session could not be woken, and what does not fit together.

use super::{level, list::List, row::COLUMNS};
use crate::{
    kit::{
        badge::Tone,
        button,
        icon::Icon,
        notice::Notice,
        risk::{RiskBars, RiskMark},
        seal::{Ending, Seal},
        span,
    },
    recorded::text::Text,
    timeline::trouble,
};
use domain::{
    Time,
    alert::Alert,
    approval::Status,
    queue::{FailingRow, View},
    resumption::{ATTEMPTS, Resumption},
};
use leptos::prelude::*;

/// Failed resumptions on the first page of the queue; the others have a view of their own.
const FAILING_SHOWN: u32 = 10;

/// The group, while there is anything in it. Rows stay where they are and change when what they show does.
#[component]
pub fn FailingRows(list: List, view: View, can_wake: bool) -> impl IntoView {
    move || {
        let (rows, now) = list.failing();
        let count = list.counts().failing;
        let is_more = view == View::AllPending && count > FAILING_SHOWN;
        (!rows.is_empty()).then(|| {
            let rows = rows.into_iter().map(|row| view! { <Failing row=row now=now can_wake=can_wake /> });
            view! {
                <FailingHead count=count />
                {rows.collect_view()}
                {is_more.then(|| view! { <MoreFailing /> })}
            }
            .into_any()
        })
    }
}

#[component]
fn MoreFailing() -> impl IntoView {
    view! {
        <div role="row" class="border-b border-rule">
            <span role="cell" aria-colspan="8" class="flex items-center h-8 px-4 lg:px-6 text-xs"><a class="lnk" href="/approvals?view=failed">"All failed resumptions"</a></span>
        </div>
    }
    .into_any()
}

/// The head of the group.
#[component]
fn FailingHead(count: u32) -> impl IntoView {
    view! {
        <div role="row" class="bg-canvas border-b border-rule">
            <div role="rowheader" aria-colspan="8" class="flex items-center gap-2 h-8 px-4 lg:px-6 text-xs min-w-0">
                <span class="font-medium text-fail whitespace-nowrap">"Resumption failed"</span>
                <span class="text-faint tabular-nums">{count}</span>
                <span class="text-faint truncate max-lg:hidden">"The decision is recorded. Retry it; nobody has to decide again."</span>
            </div>
        </div>
    }
    .into_any()
}

/// A row: the reason first, then the next try or that a person is needed; Retry in place of a due time.
#[component]
fn Failing(row: FailingRow, now: Time, can_wake: bool) -> impl IntoView {
    let (given, needed) = (row.given, row.quorum);
    let verdict = match row.status {
        Status::Approved => Ending::Approved,
        Status::Rejected => Ending::Rejected,
        Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked => Ending::Expired,
        Status::Pending => Ending::Open,
    };
    let since = row.since;
    let next = next(&row.resumption, now);
    let (label, class) = next;
    let retry = can_wake && matches!(row.resumption, Resumption::Failed { .. });
    let action = format!("/approvals/{}", row.id);
    view! {
        <div
            data-row
            role="row"
            class=format!("relative grid items-center gap-x-3 px-4 lg:px-6 border-b border-rule hover:bg-hover focus-within:bg-selected max-lg:py-3 lg:h-12.5 grid-cols-[1fr_auto] {COLUMNS}")
        >
            <span role="cell" class="max-lg:hidden text-fail"><Icon name="rotate-ccw" class="w-4 h-4 shrink-0" /></span>
            <span role="cell" class="max-lg:hidden"><RiskMark level=level(row.risk) /></span>
            <Reason row=row.clone() />
            <span role="cell" class="max-lg:hidden min-w-0 flex items-center gap-1.5 text-xs text-muted">
                <Icon name="lock" class="w-3.5 h-3.5 text-faint shrink-0" />
                <code class="truncate">{row.gate_id}</code>
            </span>
            <span role="cell" class="max-lg:hidden inline-flex items-center gap-1 text-xs tabular-nums text-muted">
                <Seal needed=needed given=given ending=verdict />{format!("{given}/{needed}")}
            </span>
            <span role="cell" class=format!("max-lg:hidden text-xs truncate {class}")>{label.clone()}</span>
            <span role="cell" class="max-lg:hidden text-end tabular-nums text-muted text-xs" title="since it fails">{span::short((now - since).num_seconds())}</span>
            <span role="cell" class="text-xs flex flex-col items-end gap-1">
                {retry
                    .then(|| view! {
                        <form method="post" action=action>
                            <input type="hidden" name="form" value="retry" />
                            <button type="submit" class=button::SMALL><Icon name="rotate-ccw" class="w-3.5 h-3.5 shrink-0" />"Retry"</button>
                        </form>
                    })}
                <span class=format!("lg:hidden {class}")>{label}</span>
            </span>
        </div>
    }
    .into_any()
}

#[component]
fn Reason(row: FailingRow) -> impl IntoView {
    let level = level(row.risk);
    let href = format!("/approvals/{}", row.id);
    let cause = match &row.resumption {
        Resumption::Failed { cause, attempts, .. } => format!("Attempt {attempts} of {ATTEMPTS}: {cause}"),
        Resumption::Delivering { attempt, .. } => format!("Attempt {attempt} of {ATTEMPTS} is under way"),
        Resumption::Queued { .. } => "Queued again".to_owned(),
        Resumption::Resumed { .. } | Resumption::Abandoned { .. } => "Nothing is to be done any more".to_owned(),
    };
    let origin = format!("{}, {}, {}", row.workflow_title, row.agent, row.subject);
    view! {
        <span role="cell" class="min-w-0 block">
            <a href=href class="block">
                <span class="flex items-center gap-2 min-w-0">
                    <span class=format!("lg:hidden {}", level.class)>
                        <RiskBars filled=level.bars />
                        <span class="sr-only">{level.word}" risk"</span>
                    </span>
                    <Icon name="rotate-ccw" class="w-3.5 h-3.5 text-fail shrink-0" />
                    <span class="text-fail truncate max-lg:whitespace-normal"><Text text=&cause /></span>
                </span>
                <span class="flex items-center gap-1.5 min-w-0 text-xs text-faint mt-0.5">
                    <span class="font-medium text-fg truncate"><Text text=&row.title /></span>
                    <span class="max-lg:hidden" aria-hidden="true">"·"</span>
                    <code class="text-muted truncate shrink-0 max-w-[30%] max-lg:hidden"><Text text=&row.tool /></code>
                    <span class="max-lg:hidden" aria-hidden="true">"·"</span>
                    <span class="truncate max-lg:hidden"><Text text=&origin /></span>
                </span>
            </a>
        </span>
    }
    .into_any()
}

/// What happens next, and its looks.
fn next(state: &Resumption, now: Time) -> (String, &'static str) {
    match state {
        Resumption::Failed { next_try: Some(next), .. } => {
            (format!("next in {}", span::long((*next - now).num_seconds())), "text-muted tabular-nums")
        }
        Resumption::Failed { next_try: None, .. } => ("Needs a person".to_owned(), "font-medium text-fail"),
        Resumption::Queued { .. } | Resumption::Delivering { .. } => ("under way".to_owned(), "text-muted"),
        Resumption::Resumed { .. } | Resumption::Abandoned { .. } => ("settled".to_owned(), "text-muted"),
    }
}

/// What does not fit together and needs a person.
#[component]
pub fn Alerts(alerts: Vec<Alert>) -> impl IntoView {
    let lines = alerts.into_iter().map(|alert| {
        let (href, word) = match alert.approval {
            Some(approval) => (format!("/approvals/{approval}"), "Open approval"),
            None => (format!("/runs/{}", alert.run), "Open run"),
        };
        view! {
            <Notice tone=Tone::Fail icon="circle-alert" title=trouble(alert.kind) alert=true>
                <p class="text-xs"><code class="break-words">{alert.about}</code>". Nothing wakes this by itself. "<a class="lnk" href=href>{word}</a></p>
            </Notice>
        }
    });
    view! { <div class="px-4 lg:px-6 py-3 space-y-2 empty:hidden">{lines.collect_view()}</div> }.into_any()
}
