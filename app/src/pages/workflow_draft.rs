//! Writing a definition: a new one, or the next version of one. Checked and published by plain forms.

use super::failed::Failed;
use crate::{
    brought::posted,
    calls::{carried::Loaded, workflow::load_draft},
    failure::Failure,
    frame::{Bar, Frame, Place},
    workflow::draft::DraftView,
};
use domain::workflow::shown::{DraftPage, DraftQuery};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The name of the form.
const FORM: &str = "definition";

/// The page; without a name in the address, for a new workflow.
#[component]
pub fn WorkflowDraftPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        (given(params.with(|params| params.get("name"))), given(query.with(|query| query.get("sample"))))
    });
    let loaded = Loaded::new_with_options(move || asked.get(), |(name, sample)| load(name, sample), true);
    view! {
        <Frame place=Place::Workflows>
            <Transition>
                {move || {
                    let (name, _) = asked.get();
                    Suspend::new(async move {
                        match loaded.await {
                            Ok((page, wants)) => {
                                let title = if name.is_some() { "Edit workflow · Countersign" } else { "New workflow · Countersign" };
                                view! { <Title text=title /><DraftView page=&page edited=name wants=wants /> }.into_any()
                            }
                            Err(failure) => view! { <NoDraft failure=failure /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </Frame>
    }
}

/// The text that was sent, or the one to begin with; and whether it was sent to be published.
async fn load(name: Option<String>, sample: Option<String>) -> Result<(DraftPage, bool), Failure> {
    let sent = posted(FORM).await;
    let wants = sent.as_ref().is_some_and(|sent| sent.value("act") == "publish");
    // Browsers send line ends as CR LF.
    let source = sent.map(|sent| sent.value("source").replace("\r\n", "\n"));
    load_draft(DraftQuery { name, source, sample }).await.map(|page| (page, wants))
}

#[component]
fn NoDraft(failure: Failure) -> impl IntoView {
    view! {
        <Title text="Workflow · Countersign" />
        <Bar title="Workflow" />
        <Failed what="The text" failure=failure />
    }
}
