//! Samples: closures that needed nobody, and that process owners look at.

use super::{
    follow::FollowedList,
    row::{OPEN, OTHER, chosen},
    words::verdict,
};
use crate::{
    kit::{
        address::Address,
        empty::Empty,
        moment::{stamp, tooltip},
        span,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    closure::review::ReviewStatus,
    closures::{Listed, Sampled},
    id::ClosureId,
};
use leptos::prelude::*;

/// The rows: what waits, then the others.
pub fn samples(followed: FollowedList, here: StoredValue<Address>, open: Signal<Option<ClosureId>>) -> AnyView {
    let rows = move || {
        followed.with(|page| match &page.listed {
            Listed::Samples(rows) => rows.iter().map(|row| (row.clone(), page.now)).collect(),
            Listed::Closures(_) | Listed::FollowUps(_) | Listed::Drift(_) => Vec::new(),
        })
    };
    view! {
        <ul aria-label="Samples">
            <For
                each=rows
                key=|(sampled, _)| (sampled.row.closure_id, sampled.row.status, sampled.is_mine)
                children=move |(sampled, now)| {
                    let address = here.with_value(|here| here.clone().at(format!("/closures/{}", sampled.row.closure_id)));
                    view! { <Sample sampled=&sampled now=now to=address.to_string() open=open /> }
                }
            />
        </ul>
    }
    .into_any()
}

/// A sample; `to` is the receipt of its closure beside the list.
#[component]
fn Sample<'a>(sampled: &'a Sampled, now: Time, to: String, open: Signal<Option<ClosureId>>) -> impl IntoView + use<> {
    let row = &sampled.row;
    let is_open = chosen(row.closure_id, open);
    let at = row.state.drawn_at();
    let whose = match (&row.status, &row.reviewed_by) {
        (ReviewStatus::Waiting, _) if sampled.is_mine => "For you".into_any(),
        (ReviewStatus::Waiting, _) => view! { "For "<Text text=&row.group /> }.into_any(),
        (_, Some(name)) => view! { <Text text=name /> }.into_any(),
        (_, None) => ().into_any(),
    };
    let version = row.workflow_version;
    view! {
        <li data-row class=move || if is_open.get() { OPEN } else { OTHER }>
            <span class="flex items-baseline gap-2">
                <a id=format!("sample-{}", row.closure_id) href=to data-noscroll="" aria-current=move || is_open.get().then_some("true") class="font-medium truncate min-w-0 hover:underline">
                    <Text text=&row.title />
                </a>
                <time class="ms-auto text-xs text-muted whitespace-nowrap" datetime=stamp(at) title=tooltip(at)>{span::ago(at, now)}</time>
            </span>
            <span class="flex items-center gap-2 mt-1.5">
                {verdict(row.status)}
                <span class="ms-auto truncate min-w-0 text-xs text-muted">{whose}</span>
            </span>
            <span class="block truncate mt-1 text-xs text-muted">
                <Text text=&row.workflow />" v"{version}", "<Text text=&row.rule />
            </span>
        </li>
    }
    .into_any()
}

/// Where there is no sample: how there would be.
pub fn nothing() -> AnyView {
    let text = "A policy says with sample: { one_in: 20, by: process-owners } which of its closures people look at, though \
                nobody was needed for them; docs/closure.md has how.";
    view! { <Empty title="No samples yet" text=text /> }.into_any()
}
