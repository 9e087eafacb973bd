//! The workflows: what is enforced, since when, and what runs on it.

use super::failed::Failed;
use crate::{
    calls::{carried::Loaded, workflow::load_workflows},
    failure::Failure,
    frame::{Bar, Frame, Place},
    workflow::list::WorkflowListView,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The list; the page is in the URL.
#[component]
pub fn WorkflowsPage() -> impl IntoView {
    let asked = use_query_map();
    let cursor = Memo::new(move |_| asked.with(|query| query.get("cursor")).filter(|cursor| !cursor.is_empty()));
    let page = Loaded::new_with_options(move || cursor.get(), load_workflows, true);
    view! {
        <Title text="Workflows · Countersign" />
        <Frame place=Place::Workflows>
            <Transition>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(page) => view! { <WorkflowListView page=page /> }.into_any(),
                        Err(failure) => view! { <NoList failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}

#[component]
fn NoList(failure: Failure) -> impl IntoView {
    view! {
        <Bar title="Workflows" />
        <Failed what="The workflows" failure=failure />
    }
}
