//! The run page: where is it, what holds it?

use super::failed::Failed;
use crate::{
    calls::{carried::Loaded, run::load_run},
    failure::Failure,
    frame::{Frame, Place},
    run::RunView,
};
use domain::{
    Refusal,
    id::RunId,
    inspect::spelled,
    timeline::{ActorKind, RunQuery},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A run.
#[component]
pub fn RunPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let actors =
        Memo::new(move |_| query.with(|query| query.get("actors")).and_then(|word| word.parse::<ActorKind>().ok()));
    let asked = Memo::new(move |_| {
        let id = params.with(|params| params.get("id"));
        (id, actors.get(), query.with(|query| query.get("cursor")).filter(|cursor| !cursor.is_empty()))
    });
    let loaded = Loaded::new_with_options(
        move || asked.get(),
        |(id, actors, cursor)| async move {
            match id.as_deref().map(str::parse::<RunId>) {
                Some(Ok(id)) => load_run(RunQuery { id, actors, cursor }).await,
                Some(Err(_)) | None => Err(no_such_run()),
            }
        },
        true,
    );
    view! {
        <Frame place=Place::Runs>
            <Transition>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(run) => {
                            let title = spelled(&format!("{}, {} · Countersign", run.workflow_title, run.subject));
                            view! { <Title text=title /><RunView run=&run actors=actors.get_untracked() /> }.into_any()
                        }
                        Err(failure) => view! { <NoRun failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </Frame>
    }
}

#[component]
fn NoRun(failure: Failure) -> impl IntoView {
    view! {
        <Title text="Run · Countersign" />
        <crate::frame::Bar title="Run" />
        <Failed what="The run" failure=failure />
    }
}

fn no_such_run() -> Failure {
    #[cfg(feature = "ssr")]
    if let Some(crate::desk::AnswerStatus(set)) = use_context() {
        set(404);
    }
    Failure::Refused { refusal: Refusal::not_found("run") }
}
