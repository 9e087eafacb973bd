//! Administration: the keys, and creating one.

use super::failed::Failed;
use crate::{
    admin::{KeysView, NewKeyView},
    brought::{brought, posted},
    calls::{carried::Loaded, group::load_group_names, key::load_keys},
    frame::{Bar, Frame, Place},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Every key, newest first.
#[component]
pub fn KeysPage() -> impl IntoView {
    let asked = use_query_map();
    let cursor = Memo::new(move |_| asked.with(|asked| asked.get("cursor")).filter(|cursor| !cursor.is_empty()));
    let page = Loaded::new_with_options(move || cursor.get(), load_keys, true);
    view! {
        <Title text="API keys · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || {
                    let is_continued = cursor.get().is_some();
                    Suspend::new(async move {
                        let posted = posted("revoke").await;
                        match page.await {
                            Ok(page) => view! { <KeysView page=page is_continued=is_continued posted=posted /> }.into_any(),
                            Err(failure) => view! { <Bar title="Admin" /><Failed what="The keys" failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

/// The form that creates a key, and its answer.
#[component]
pub fn NewKeyPage() -> impl IntoView {
    // Nothing of it is shown: it says whether the viewer may be here.
    let may = Loaded::new_with_options(|| (), |()| load_group_names(), true);
    view! {
        <Title text="New key · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || Suspend::new(async move {
                    let base_url = brought().await.base_url;
                    let posted = posted("create").await;
                    match may.await {
                        Ok(_) => view! { <NewKeyView posted=posted base_url=base_url /> }.into_any(),
                        Err(failure) => view! { <Bar title="Admin" /><Failed what="The form" failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}
