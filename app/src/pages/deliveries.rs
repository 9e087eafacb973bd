//! Deliveries: what was sent, and what did not arrive?

use super::failed::Failed;
use crate::{
    admin::{AdminTab, AdminTabs, DeliveriesView},
    calls::{carried::Loaded, endpoint::load_deliveries},
    frame::{Bar, Frame, Place},
};
use domain::endpoint::DeliveryQuery;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// The log of deliveries; filter and page are in the URL.
#[component]
pub fn DeliveriesPage() -> impl IntoView {
    let asked = use_query_map();
    let query = Memo::new(move |_| asked.with(query_of));
    let loaded = Loaded::new_with_options(move || query.get(), load_deliveries, true);
    view! {
        <Title text="Deliveries · Countersign" />
        <Frame place=Place::Admin>
            <Bar title="Admin" />
            <AdminTabs current=AdminTab::Deliveries />
            <Transition>
                {move || {
                    let failed_only = query.get().failed_only;
                    Suspend::new(async move {
                        match loaded.await {
                            Ok(page) => view! { <DeliveriesView page=page failed_only=failed_only /> }.into_any(),
                            Err(failure) => view! { <Failed what="The deliveries" failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

fn query_of(asked: &ParamsMap) -> DeliveryQuery {
    DeliveryQuery {
        failed_only: asked.get("only").is_some_and(|only| only == "failed"),
        cursor: asked.get("cursor").and_then(|cursor| cursor.parse().ok()),
    }
}
