//! The approvals queue: what must I do next, and what is late?

use super::failed::Failed;
use crate::{
    brought::brought,
    calls::{carried::Loaded, queue::load_queue},
    frame::{Frame, Place, viewer},
    queue::QueueView,
};
use domain::{
    permission::Action,
    queue::{QueueQuery, View},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// The queue; view, filters, order and page are in the URL.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let asked = use_query_map();
    let query = Memo::new(move |_| asked.with(query_of));
    let page = Loaded::new_with_options(move || query.get(), load_queue, true);
    let place = Signal::derive(move || match query.get().view {
        View::NeedsMyDecision => Place::NeedsMe,
        View::AllPending
        | View::HighRisk
        | View::Unclaimed
        | View::DueSoon
        | View::ResumptionFailed
        | View::InfoRequested
        | View::DecidedToday => Place::Approvals,
    });
    let (loading, set_loading) = signal(false);
    view! {
        <Frame place=place loading=loading>
            <Transition set_pending=set_loading>
                {move || {
                    let query = query.get();
                    Suspend::new(async move {
                        let (page, viewer, refused) = (page.await, viewer().await, brought().await.posted);
                        let can_wake = viewer.as_ref().is_some_and(|viewer| {
                            viewer.roles.iter().any(|role| Action::WakeSession.roles().contains(role))
                        });
                        match page {
                            Ok(page) => view! { <QueueView page=page query=query can_wake=can_wake viewer=viewer.map(|viewer| viewer.id) refused=refused.as_ref() /> }.into_any(),
                            Err(failure) => view! { <NoQueue failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

#[component]
fn NoQueue(failure: crate::failure::Failure) -> impl IntoView {
    view! {
        <Title text="Approvals · Countersign" />
        <crate::frame::Bar title="Approvals" />
        <Failed what="The approvals" failure=failure />
    }
}

/// What the URL asks for.
fn query_of(asked: &ParamsMap) -> QueueQuery {
    QueueQuery::read(|name| asked.get(name))
}
