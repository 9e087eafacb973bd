//! Endpoints: where are sessions woken, and does it work?

use super::failed::Failed;
use crate::{
    admin::{AdminTab, AdminTabs, EndpointsView},
    brought::brought,
    calls::{carried::Loaded, endpoint::load_endpoints},
    frame::{Bar, Frame, Place},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The endpoints.
#[component]
pub fn EndpointsPage() -> impl IntoView {
    let query = use_query_map();
    let tested = Memo::new(move |_| query.with(|query| query.get("tested")));
    let loaded = Loaded::new_with_options(move || tested.get(), |_| load_endpoints(), true);
    view! {
        <Title text="Endpoints · Countersign" />
        <Frame place=Place::Admin>
            <Bar title="Admin" />
            <AdminTabs current=AdminTab::Endpoints />
            <Transition>
                {move || {
                    let tested = tested.get();
                    Suspend::new(async move {
                        let (loaded, brought) = (loaded.await, brought().await);
                        match loaded {
                            Ok(page) => view! { <EndpointsView page=page posted=brought.posted tested=tested /> }.into_any(),
                            Err(failure) => view! { <Failed what="The endpoints" failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}
