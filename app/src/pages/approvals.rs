//! The approvals queue: what must I do next, and what is late?

use super::failed::Failed;
use crate::{
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

/// The queue; view and page are in the URL.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let asked = use_query_map();
    let query = Memo::new(move |_| asked.with(query_of));
    let page = Loaded::new_with_options(move || query.get(), load_queue, true);
    let place = Signal::derive(move || match query.get().view {
        View::AllPending | View::Unclaimed | View::ResumptionFailed => Place::Approvals,
        View::NeedsMyDecision => Place::NeedsMe,
    });
    let (loading, set_loading) = signal(false);
    view! {
        <Frame place=place loading=loading>
            <Transition set_pending=set_loading>
                {move || {
                    let query = query.get();
                    Suspend::new(async move {
                        let (page, viewer) = (page.await, viewer().await);
                        let can_wake = viewer.as_ref().is_some_and(|viewer| {
                            viewer.roles.iter().any(|role| Action::WakeSession.roles().contains(role))
                        });
                        match page {
                            Ok(page) => view! { <QueueView page=page query=query can_wake=can_wake viewer=viewer.map(|viewer| viewer.id) /> }.into_any(),
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

/// What the URL asks for; an unknown view is all of them.
fn query_of(asked: &ParamsMap) -> QueueQuery {
    let view = asked.get("view").and_then(|word| word.parse().ok()).unwrap_or(View::AllPending);
    QueueQuery { view, cursor: asked.get("cursor").filter(|cursor| !cursor.is_empty()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_view_shows_everything() {
        let asked = |pairs: &[(&'static str, &str)]| {
            let mut map = ParamsMap::new();
            for (name, value) in pairs {
                map.insert(*name, (*value).to_owned());
            }
            query_of(&map)
        };
        assert_eq!(
            asked(&[("view", "mine"), ("cursor", "c1")]),
            QueueQuery { view: View::NeedsMyDecision, cursor: Some("c1".to_owned()) }
        );
        assert_eq!(asked(&[("view", "secret"), ("cursor", "")]), QueueQuery { view: View::AllPending, cursor: None });
    }
}
