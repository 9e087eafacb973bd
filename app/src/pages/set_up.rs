//! First-run set-up: one step at a time, each can be left and returned to.

use super::failed::Failed;
use crate::{
    brought::{Brought, brought},
    calls::{carried::Loaded, set_up::load_set_up},
    set_up::SetUpView,
};
use domain::set_up::Step;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page; step and token are in the URL.
#[component]
pub fn SetUpScreen() -> impl IntoView {
    let query = use_query_map();
    let token = Memo::new(move |_| query.with(|query| query.get("token")).filter(|token| !token.is_empty()));
    let step = Memo::new(move |_| query.with(|query| query.get("step")).and_then(|word| word.parse::<Step>().ok()));
    let loaded = Loaded::new_with_options(move || token.get(), load_set_up, true);
    view! {
        <Title text="Set-up · Countersign" />
        <Transition>
            {move || {
                let (step, token) = (step.get(), token.get());
                Suspend::new(async move {
                    let Brought { posted, base_url, .. } = brought().await;
                    match loaded.await {
                        Ok(page) => {
                            let step = page.shown(step);
                            view! { <SetUpView page=&page step=step token=token posted=posted base_url=&base_url /> }.into_any()
                        }
                        Err(failure) => view! { <main id="main"><Failed what="The set-up" failure=failure /></main> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}
