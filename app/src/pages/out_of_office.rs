//! Out of office: everybody's delegations.

use super::failed::Failed;
use crate::{
    absence::OutOfOfficeView,
    brought::brought,
    calls::{carried::Loaded, delegation::load_delegations},
    frame::{Bar, Frame, Place, viewer},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Who is away, and who decides in their place.
#[component]
pub fn OutOfOfficePage() -> impl IntoView {
    let page = Loaded::new_with_options(|| (), |()| load_delegations(), true);
    view! {
        <Title text="Out of office · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || Suspend::new(async move {
                    let (page, posted) = (page.await, brought().await.posted);
                    match (page, viewer().await) {
                        (Ok(page), Some(viewer)) => {
                            view! { <OutOfOfficeView page=page viewer=&viewer posted=posted /> }.into_any()
                        }
                        (Err(failure), _) => {
                            view! { <Bar title="Out of office" /><Failed what="The delegations" failure=failure /> }.into_any()
                        }
                        // Who is signed out meanwhile is told so by the list itself.
                        (Ok(_), None) => ().into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}
