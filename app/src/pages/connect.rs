//! Connecting an agent: the form that makes its key, and the lines its answer shows.

use super::failed::Failed;
use crate::{
    admin::ConnectView,
    brought::{brought, posted},
    calls::{carried::Loaded, group::load_group_names, workflow::load_workflows},
    frame::{Bar, Frame, Place},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The form, and its answer.
#[component]
pub fn ConnectPage() -> impl IntoView {
    // Whether the viewer may be here, and what they may choose among.
    let may = Loaded::new_with_options(|| (), |()| load_group_names(), true);
    let workflows = Loaded::new_with_options(|| (), |()| load_workflows(None), true);
    view! {
        <Title text="Connect an agent · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || Suspend::new(async move {
                    let base_url = brought().await.base_url;
                    let posted = posted("connect").await;
                    match (may.await, workflows.await) {
                        (Ok(_), Ok(list)) => {
                            let names = list.rows.into_iter().map(|row| row.name).collect();
                            view! { <ConnectView posted=posted base_url=base_url workflows=names /> }.into_any()
                        }
                        (Err(failure), _) | (_, Err(failure)) => view! { <Bar title="Admin" /><Failed what="The form" failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}
