//! Administration: everybody who may sign in, and adding somebody.

use super::failed::Failed;
use crate::{
    admin::{NewPersonView, PeopleView},
    brought::posted,
    calls::{carried::Loaded, group::load_group_names, person::load_people},
    frame::{Bar, Frame, Place},
};
use domain::person::PeopleQuery;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// People, by name.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let asked = use_query_map();
    let query = Memo::new(move |_| {
        let given = |name: &str| asked.with(|asked| asked.get(name)).filter(|text| !text.is_empty());
        PeopleQuery { group: given("group"), cursor: given("cursor") }
    });
    let page = Loaded::new_with_options(move || query.get(), load_people, true);
    view! {
        <Title text="People · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || {
                    let query = query.get();
                    Suspend::new(async move {
                        match page.await {
                            Ok(page) => view! { <PeopleView page=page query=query /> }.into_any(),
                            Err(failure) => view! { <Bar title="Admin" /><Failed what="The people" failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

/// The form that adds a person.
#[component]
pub fn NewPersonPage() -> impl IntoView {
    let groups = Loaded::new_with_options(|| (), |()| load_group_names(), true);
    view! {
        <Title text="Add person · Countersign" />
        <Frame place=Place::Admin>
            <Transition>
                {move || Suspend::new(async move {
                    let posted = posted("add").await;
                    match groups.await {
                        Ok(groups) => view! { <NewPersonView groups=groups posted=posted.as_ref() /> }.into_any(),
                        Err(failure) => view! { <Bar title="Admin" /><Failed what="The form" failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}
