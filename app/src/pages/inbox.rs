//! The inbox: what was I told, and what have I not read?

use super::failed::Failed;
use crate::{
    admin::{Done, Refused},
    brought::brought,
    calls::{carried::Loaded, notification::load_inbox},
    frame::{Bar, Frame, Place},
    inbox::InboxView,
};
use domain::notification::InboxQuery;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// What the form has done.
const DONE: &[(&str, &str)] = &[("read", "All of it is marked read.")];

/// The viewer's inbox; the page is in the URL.
#[component]
pub fn InboxPage() -> impl IntoView {
    let asked = use_query_map();
    let query = Memo::new(move |_| InboxQuery {
        cursor: asked.with(|asked| asked.get("cursor")).and_then(|cursor| cursor.parse().ok()),
    });
    let loaded = Loaded::new_with_options(move || query.get(), load_inbox, true);
    view! {
        <Title text="Inbox · Countersign" />
        <Frame place=Place::Inbox>
            <Bar title="Inbox" />
            <Transition>
                {move || {
                    let query = query.get();
                    Suspend::new(async move {
                        let (loaded, posted) = (loaded.await, brought().await.posted);
                        match loaded {
                            Ok(page) => view! {
                                <div class="px-4 lg:px-6 pt-3 max-w-[1080px] empty:hidden"><Done words=DONE /><Refused posted=posted.as_ref().filter(|posted| posted.refusal.is_some()) /></div>
                                <InboxView page=page query=query />
                            }
                            .into_any(),
                            Err(failure) => view! { <Failed what="Your inbox" failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}
