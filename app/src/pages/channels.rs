//! Notifications, for administrators: how are people told, and did it arrive?

use super::failed::Failed;
use crate::{
    admin::{AdminTab, AdminTabs, ChannelsView, Done},
    brought::brought,
    calls::{carried::Loaded, channel::load_channels},
    frame::{Bar, Frame, Place},
};
use domain::channel::ChannelsQuery;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// What the forms have done.
const DONE: &[(&str, &str)] = &[
    ("mail", "Mail is set."),
    ("slack", "Slack is set."),
    ("webhook", "The signed webhook is set."),
    ("tested", "The test was taken."),
    ("removed", "Nothing is sent there any more."),
    ("again", "It is sent again."),
];

/// Channels and the log; filter and page are in the URL.
#[component]
pub fn ChannelsPage() -> impl IntoView {
    let asked = use_query_map();
    let query = Memo::new(move |_| asked.with(query_of));
    let loaded = Loaded::new_with_options(move || query.get(), load_channels, true);
    view! {
        <Title text="Notifications · Countersign" />
        <Frame place=Place::Admin>
            <Bar title="Admin" />
            <AdminTabs current=AdminTab::Notifications />
            <Transition>
                {move || {
                    let failed_only = query.get().failed_only;
                    Suspend::new(async move {
                        let (loaded, posted) = (loaded.await, brought().await.posted);
                        match loaded {
                            Ok(page) => view! {
                                <div class="px-4 lg:px-6 pt-3 max-w-[1080px] empty:hidden"><Done words=DONE /></div>
                                <ChannelsView page=page posted=posted failed_only=failed_only />
                            }
                            .into_any(),
                            Err(failure) => view! { <Failed what="The channels" failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

fn query_of(asked: &ParamsMap) -> ChannelsQuery {
    ChannelsQuery {
        failed_only: asked.get("only").is_some_and(|only| only == "failed"),
        cursor: asked.get("cursor").and_then(|cursor| cursor.parse().ok()),
    }
}
