//! Administration: one person.

use super::failed::Failed;
use crate::{
    admin::PersonView,
    brought::brought,
    calls::{carried::Loaded, person::load_person},
    failure::Failure,
    frame::{Bar, Frame, Place},
};
use domain::{Refusal, id::PersonId};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// A person, with all that may be changed.
#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")));
    let loaded = Loaded::new_with_options(
        move || id.get(),
        |id| async move {
            match id.as_deref().map(str::parse::<PersonId>) {
                Some(Ok(id)) => load_person(id).await,
                Some(Err(_)) | None => Err(no_such_person()),
            }
        },
        true,
    );
    view! {
        <Title text="Person · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || Suspend::new(async move {
                    let posted = brought().await.posted;
                    match loaded.await {
                        Ok(detail) => view! { <PersonView detail=detail posted=posted.as_ref() /> }.into_any(),
                        Err(failure) => view! { <Bar title="Admin" /><Failed what="The person" failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}

fn no_such_person() -> Failure {
    #[cfg(feature = "ssr")]
    if let Some(crate::desk::AnswerStatus(set)) = use_context() {
        set(404);
    }
    Failure::Refused { refusal: Refusal::not_found("person") }
}
