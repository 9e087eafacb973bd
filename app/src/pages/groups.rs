//! Administration: the groups, and one of them.

use super::failed::Failed;
use crate::{
    admin::{GroupView, GroupsView},
    brought::brought,
    calls::{
        carried::Loaded,
        group::{load_group, load_groups},
    },
    frame::{Bar, Frame, Place},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// Every group.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let page = Loaded::new_with_options(|| (), |()| load_groups(), true);
    view! {
        <Title text="Groups · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || Suspend::new(async move {
                    let posted = brought().await.posted;
                    match page.await {
                        Ok(page) => view! { <GroupsView page=page posted=posted /> }.into_any(),
                        Err(failure) => view! { <Bar title="Admin" /><Failed what="The groups" failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}

/// One group.
#[component]
pub fn GroupPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("name")).unwrap_or_default());
    let detail = Loaded::new_with_options(move || name.get(), load_group, true);
    view! {
        <Title text="Group · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || Suspend::new(async move {
                    let posted = brought().await.posted;
                    match detail.await {
                        Ok(detail) => view! { <GroupView detail=detail posted=posted /> }.into_any(),
                        Err(failure) => view! { <Bar title="Admin" /><Failed what="The group" failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}
