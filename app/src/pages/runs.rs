//! The list of runs.

use super::failed::Failed;
use crate::{
    calls::{carried::Loaded, runs::load_runs},
    frame::{Frame, Place},
    runs::RunsView,
};
use domain::runs::RunsQuery;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// Runs; filters and page are in the URL.
#[component]
pub fn RunsPage() -> impl IntoView {
    let asked = use_query_map();
    let query = Memo::new(move |_| asked.with(query_of));
    let page = Loaded::new_with_options(move || query.get(), load_runs, true);
    let (loading, set_loading) = signal(false);
    view! {
        <Title text="Runs · Countersign" />
        <Frame place=Place::Runs loading=loading>
            <Transition set_pending=set_loading>
                {move || {
                    let query = query.get();
                    Suspend::new(async move {
                        match page.await {
                            Ok(page) => view! { <RunsView page=page query=query /> }.into_any(),
                            Err(failure) => view! { <NoRuns failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

#[component]
fn NoRuns(failure: crate::failure::Failure) -> impl IntoView {
    view! {
        <crate::frame::Bar title="Runs" />
        <Failed what="The runs" failure=failure />
    }
}

/// What the URL asks for; an unknown status is any.
fn query_of(asked: &ParamsMap) -> RunsQuery {
    let text = |name: &str| asked.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    RunsQuery {
        status: text("status").and_then(|word| word.parse().ok()),
        workflow: text("workflow"),
        subject: text("subject"),
        cursor: text("cursor"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::run::RunStatus;

    #[test]
    fn empty_values_and_unknown_statuses_narrow_nothing() {
        let mut asked = ParamsMap::new();
        for (name, value) in [("status", "suspended"), ("workflow", " "), ("subject", " acc_1 "), ("cursor", "")] {
            asked.insert(name, value.to_owned());
        }
        let wanted =
            RunsQuery { status: Some(RunStatus::Suspended), subject: Some("acc_1".to_owned()), ..RunsQuery::default() };
        assert_eq!(query_of(&asked), wanted);
        asked.replace("status", "gone".to_owned());
        assert_eq!(query_of(&asked).status, None);
    }
}
