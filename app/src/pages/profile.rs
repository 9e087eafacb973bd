//! The profile: who one is here, and what one sets for oneself.

use super::failed::Failed;
use crate::{
    brought::brought,
    calls::{carried::Loaded, profile::load_profile},
    frame::{Bar, Frame, Place, viewer},
    profile::{ProfileView, saved},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The viewer's own page.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let loaded = Loaded::new_with_options(|| (), |()| load_profile(), true);
    let asked = use_query_map();
    view! {
        <Title text="Profile · Countersign" />
        <Frame place=Place::Elsewhere>
            <Bar title="Profile" />
            <Transition>
                {move || {
                    let word = asked.with(|query| query.get("saved"));
                    Suspend::new(async move {
                        let (loaded, refused) = (loaded.await, brought().await.posted);
                        match (loaded, viewer().await) {
                            (Ok(profile), Some(viewer)) => {
                                let saved = if refused.is_some() { None } else { word.as_deref().and_then(saved) };
                                view! { <ProfileView viewer=&viewer profile=&profile refused=refused.as_ref() saved=saved /> }.into_any()
                            }
                            (Err(failure), _) => view! { <Failed what="Your profile" failure=failure /> }.into_any(),
                            // Who is signed out meanwhile is told so by the profile itself.
                            (Ok(_), None) => ().into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}
