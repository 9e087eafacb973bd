//! A workflow: what is enforced, what changed? Tab and version are in the URL.

use super::failed::Failed;
use crate::{
    brought::brought,
    calls::{carried::Loaded, workflow::load_workflow},
    failure::Failure,
    frame::{Bar, Frame, Place},
    workflow::{Tab, WorkflowView},
};
use domain::{inspect::spelled, workflow::shown::WorkflowQuery};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

/// One version of a workflow.
#[component]
pub fn WorkflowScreen() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let name = params.with(|params| params.get("name")).unwrap_or_default();
        query.with(|query| asked_for(name, query))
    });
    let loaded = Loaded::new_with_options(move || asked.get().1, load_workflow, true);
    view! {
        <Frame place=Place::Workflows>
            <Transition>
                {move || {
                    let (tab, query) = asked.get();
                    Suspend::new(async move {
                        let (loaded, posted) = (loaded.await, brought().await.posted);
                        match loaded {
                            Ok(page) => {
                                let title = format!("{} · Countersign", spelled(&page.title));
                                view! { <Title text=title /><WorkflowView page=&page tab=tab pinned=query.version.is_some() posted=posted.as_ref() /> }.into_any()
                            }
                            Err(failure) => view! { <NoWorkflow failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

#[component]
fn NoWorkflow(failure: Failure) -> impl IntoView {
    view! {
        <Title text="Workflow · Countersign" />
        <Bar title="Workflow" />
        <Failed what="The workflow" failure=failure />
    }
}

/// What the URL asks for; an unknown tab is the definition.
fn asked_for(name: String, query: &ParamsMap) -> (Tab, WorkflowQuery) {
    let number = |key: &str| query.get(key).and_then(|text| text.parse().ok());
    let tab = query.get("tab").and_then(|word| Tab::of(&word)).unwrap_or(Tab::Definition);
    let query = WorkflowQuery { name, version: number("version"), changes: tab == Tab::Changes, from: number("from") };
    (tab, query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_names_tab_and_versions() {
        let asked = |pairs: &[(&'static str, &str)]| {
            let mut map = ParamsMap::new();
            for (name, value) in pairs {
                map.insert(*name, (*value).to_owned());
            }
            asked_for("payments".to_owned(), &map)
        };
        let (tab, query) = asked(&[("tab", "changes"), ("version", "4"), ("from", "2")]);
        assert_eq!((tab, query.version, query.from, query.changes), (Tab::Changes, Some(4), Some(2), true));
        let (tab, query) = asked(&[("tab", "secrets"), ("version", "x")]);
        assert_eq!((tab, query.version, query.from, query.changes), (Tab::Definition, None, None, false));
    }
}
