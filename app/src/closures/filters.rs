//! What is listed, and what it is narrowed to: tabs and filters, all of them in the address.

use super::words::word;
use crate::{
    kit::{
        address::Address,
        filter::{Choice, FilterBar, FilterChoice},
    },
    recorded::text::{pieces, set},
};
use domain::{
    closure::ClosureStatus,
    closures::{ClosuresQuery, ClosuresView},
};
use leptos::prelude::*;

const CURRENT: &str = "inline-flex items-center gap-1.5 h-10 border-b-2 border-accent font-medium whitespace-nowrap";
const OTHER: &str =
    "inline-flex items-center gap-1.5 h-10 border-b-2 border-transparent text-muted hover:text-fg whitespace-nowrap";

/// The word for a view in the address; closures need none.
pub const FOLLOW_UPS: &str = "follow-ups";
/// The word for what drifts.
pub const DRIFT: &str = "drift";

/// The word in the address for what was given to the viewer.
pub const ME: &str = "me";
/// The same for samples.
pub const SAMPLES: &str = "samples";

/// The first page of the list with these filters.
pub fn address(query: &ClosuresQuery) -> Address {
    let view = match query.view {
        ClosuresView::All => None,
        ClosuresView::FollowUps => Some(FOLLOW_UPS),
        ClosuresView::Drift => Some(DRIFT),
        ClosuresView::Samples => Some(SAMPLES),
    };
    Address::new("/closures")
        .with("view", view)
        .with("status", query.status.map(ClosureStatus::as_str))
        .with("workflow", query.workflow.clone())
        .with("owner", query.mine.then_some(ME))
}

/// Closures, what waits for a person, samples, or what drifts.
#[component]
pub fn Tabs(
    view: ClosuresView,
    #[prop(into)] open: Signal<u32>,
    #[prop(into)] samples: Signal<u32>,
    #[prop(into)] drifted: Signal<u32>,
) -> impl IntoView {
    let count = |of: Signal<u32>| {
        let shown = move || {
            let count = of.get();
            (count > 0).then(|| view! { <span class="tabular-nums text-xs text-fail">{count}</span> })
        };
        Some(shown.into_any())
    };
    let looks = move || {
        let samples = samples.get();
        (samples > 0).then(|| view! { <span class="tabular-nums text-xs text-accent">{samples}<span class="sr-only">" for you"</span></span> })
    };
    let tab = |of: ClosuresView, label: &'static str, count: Option<AnyView>| {
        let is_current = of == view;
        let to = address(&ClosuresQuery { view: of, ..ClosuresQuery::default() }).to_string();
        view! {
            <a href=to aria-current=is_current.then_some("page") class=if is_current { CURRENT } else { OTHER }>{label}{count}</a>
        }
        .into_any()
    };
    view! {
        <nav class="flex gap-4 h-10 px-4 border-b border-rule overflow-x-auto" aria-label="Views of closures">
            {tab(ClosuresView::All, "All", None)}
            {tab(ClosuresView::FollowUps, "Needs a person", count(open))}
            {tab(ClosuresView::Samples, "Samples", Some(looks.into_any()))}
            {tab(ClosuresView::Drift, "Drift", count(drifted))}
        </nav>
    }
    .into_any()
}

/// Status and workflow.
#[component]
pub fn Filters<'a>(query: &'a ClosuresQuery, workflows: Vec<String>) -> impl IntoView + use<> {
    let here = address(query);
    let statuses = ClosureStatus::ALL.iter().map(|status| Choice {
        shown: word(*status).into_any(),
        to: here.clone().with("status", Some(status.as_str())),
    });
    let named = workflows.into_iter().map(|name| Choice {
        shown: view! { <bdi>{pieces(&name)}</bdi> }.into_any(),
        to: here.clone().with("workflow", Some(name)),
    });
    let (statuses, named) = (statuses.collect(), named.collect());
    let (status, workflow) = (query.status.map(|status| set(word(status))), query.workflow.as_deref().map(set));
    view! {
        <FilterBar label="Filter closures">
            <FilterChoice name="Status" value=status clear=here.clone().without("status") choices=statuses />
            <FilterChoice name="Workflow" value=workflow clear=here.without("workflow") choices=named />
        </FilterBar>
    }
    .into_any()
}

/// Whose follow-ups.
#[component]
pub fn Owners<'a>(query: &'a ClosuresQuery) -> impl IntoView + use<> {
    let here = address(query);
    let mine = vec![Choice { shown: "Me".into_any(), to: here.clone().with("owner", Some(ME)) }];
    let whose = query.mine.then(|| set("Me"));
    view! {
        <FilterBar label="Filter follow-ups">
            <FilterChoice name="Owner" value=whose clear=here.without("owner") choices=mine />
        </FilterBar>
    }
    .into_any()
}
