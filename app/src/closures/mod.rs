//! Closures: what was done downstream, what not, and what must a person do? The list, and the receipt beside it.

mod drift;
mod dry_run;
mod figures;
mod filters;
mod follow;
mod follow_ups;
mod owner;
mod phases;
mod receipt;
mod record;
mod review;
mod row;
mod samples;
mod steps;
mod words;

pub use self::{
    drift::Drifting,
    filters::{DRIFT, FOLLOW_UPS, ME, SAMPLES, address},
    receipt::ReceiptView,
};

use self::{
    filters::{Filters, Owners, Tabs},
    follow::FollowedList,
    row::{Row, Waiting},
};
use crate::kit::{address::Address, button, empty::Empty, pager::Pager};
use domain::{
    closure::drift::DAYS,
    closures::{ClosuresPage, ClosuresQuery, ClosuresView, Listed},
    id::ClosureId,
};
use leptos::prelude::*;

/// The rows of a page; `open` is the closure beside the list.
#[component]
pub fn ClosuresList(
    page: ClosuresPage,
    query: ClosuresQuery,
    #[prop(into)] open: Signal<Option<ClosureId>>,
) -> impl IntoView {
    let first = query.cursor.is_some().then(|| address(&query).to_string());
    let next = page.next_cursor.clone().map(|cursor| address(&query).with("cursor", Some(cursor)).to_string());
    let here = StoredValue::new(address(&query).with("cursor", query.cursor.clone()));
    let view = query.view;
    let filters = match view {
        ClosuresView::All => view! { <Filters query=&query workflows=page.workflows.clone() /> }.into_any(),
        ClosuresView::FollowUps => view! { <Owners query=&query /> }.into_any(),
        ClosuresView::Samples | ClosuresView::Drift => ().into_any(),
    };
    let followed = FollowedList::follow(page, query.clone());
    let waiting = Signal::derive(move || followed.with(|page| page.open_follow_ups));
    let mine = Signal::derive(move || followed.with(|page| page.my_samples));
    let is_empty = Memo::new(move |_| followed.with(|page| page.listed.is_empty()));
    let drifted = Signal::derive(move || followed.with(|page| page.drifted));
    let rows = match view {
        ClosuresView::All => closures(followed, here, open),
        ClosuresView::FollowUps => follow_ups(followed, here, open),
        ClosuresView::Samples => samples::samples(followed, here, open),
        ClosuresView::Drift => drifts(followed, here, open),
    };
    let (pages, about) = match view {
        ClosuresView::All => {
            ("Pages of closures", "Closures finish what follows a decision, and stop at whatever is doubtful.")
        }
        ClosuresView::FollowUps => ("Pages of follow-ups", "A follow-up is what a closure could not finish safely."),
        ClosuresView::Samples => {
            ("Pages of samples", "Closures of the sample needed nobody; process owners look whether they are in order.")
        }
        ClosuresView::Drift => {
            ("Pages of what drifts", "Looking writes nothing. What is mended or accepted leaves the list.")
        }
    };
    view! {
        <Tabs view=view open=waiting samples=mine drifted=drifted />
        {filters}
        {move || is_empty.get().then(|| view! { <Nothing query=query.clone() /> })}
        {rows}
        <div class="px-4"><Pager label=pages first=first next=next next_word="More" /></div>
        <p class="px-4 py-3 text-xs text-muted">{about}{move || (view == ClosuresView::Drift).then(|| followed.with(|page| out_of_reach(page.unreadable)))}</p>
        {move || followed.with(|page| figures::figures(page.figures))}
    }
    .into_any()
}

fn closures(followed: FollowedList, here: StoredValue<Address>, open: Signal<Option<ClosureId>>) -> AnyView {
    let rows = move || {
        followed.with(|page| match &page.listed {
            Listed::Closures(rows) => rows.iter().map(|row| (row.clone(), page.now)).collect(),
            Listed::FollowUps(_) | Listed::Samples(_) | Listed::Drift(_) => Vec::new(),
        })
    };
    view! {
        <ul aria-label="Closures">
            <For
                each=rows
                key=|(row, _)| (row.closure_id, row.sentence(), row.steps.clone(), row.open_follow_ups)
                children=move |(row, now)| {
                    let to = here.get_value().at(format!("/closures/{}", row.closure_id)).to_string();
                    view! { <Row row=&row now=now to=to open=open /> }
                }
            />
        </ul>
    }
    .into_any()
}

fn follow_ups(followed: FollowedList, here: StoredValue<Address>, open: Signal<Option<ClosureId>>) -> AnyView {
    let rows = move || {
        followed.with(|page| match &page.listed {
            Listed::FollowUps(rows) => rows.iter().map(|row| (row.clone(), page.now, page.viewer)).collect(),
            Listed::Closures(_) | Listed::Samples(_) | Listed::Drift(_) => Vec::new(),
        })
    };
    view! {
        <ul aria-label="Open follow-ups">
            <For
                each=rows
                key=|(waiting, ..)| (waiting.row.follow_up_id, waiting.row.assigned_to.as_ref().map(|owner| owner.person_id))
                children=move |(waiting, now, viewer)| {
                    let to = here.get_value().at(format!("/closures/{}", waiting.row.closure_id)).to_string();
                    view! { <Waiting waiting=&waiting viewer=viewer now=now to=to open=open /> }
                }
            />
        </ul>
    }
    .into_any()
}

fn drifts(followed: FollowedList, here: StoredValue<Address>, open: Signal<Option<ClosureId>>) -> AnyView {
    let rows = move || {
        followed.with(|page| match &page.listed {
            Listed::Drift(rows) => rows.iter().map(|row| (row.clone(), page.now)).collect(),
            Listed::Closures(_) | Listed::FollowUps(_) | Listed::Samples(_) => Vec::new(),
        })
    };
    view! {
        <ul aria-label="Closures that drift">
            <For
                each=rows
                key=|(row, _)| (row.closure_id, row.drift.looked_at)
                children=move |(row, now)| {
                    let to = here.get_value().at(format!("/closures/{}", row.closure_id)).to_string();
                    view! { <Drifting row=&row now=now to=to open=open /> }
                }
            />
        </ul>
    }
    .into_any()
}

/// What is neither drift nor fine.
fn out_of_reach(closures: u32) -> String {
    match closures {
        0 => String::new(),
        1 => " The records of 1 closure could not be looked at.".to_owned(),
        more => format!(" The records of {more} closures could not be looked at."),
    }
}

#[component]
fn Nothing(query: ClosuresQuery) -> impl IntoView {
    if query.view == ClosuresView::FollowUps && query.mine {
        return view! {
            <Empty title="Nothing of yours waits" text="No open follow-up was given to you.">
                <a href=address(&ClosuresQuery { mine: false, ..query }).to_string() class=button::SMALL>"Show all"</a>
            </Empty>
        }
        .into_any();
    }
    if query.view == ClosuresView::FollowUps {
        return view! { <Empty title="Nothing needs a person" text="What a closure cannot do safely waits here until somebody says how it was settled." /> }
            .into_any();
    }
    if query.view == ClosuresView::Samples {
        return samples::nothing();
    }
    if query.view == ClosuresView::Drift {
        let text = format!(
            "Sources and records that closures have brought to what was wanted are looked at once a day, for {DAYS} days after \
             a closure has ended. What is not as it was left stands here."
        );
        return view! { <Empty title="Nothing has drifted" text=text /> }.into_any();
    }
    if query.is_narrowed() || query.cursor.is_some() {
        return view! {
            <Empty title="No closure matches" text="No closure has all of what is set above.">
                <a href="/closures" class=button::SMALL>"Clear filters"</a>
            </Empty>
        }
        .into_any();
    }
    let text = "A closure is the low-risk bookkeeping that follows a decision by itself: a status, a reference, a queue. \
                Workflows say what it is, under closure; docs/closure.md has how.";
    view! { <Empty title="No closures yet" text=text /> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
