//! Several approvals decided at once: the preview of what was ticked, or what became of it.

use super::failed::Failed;
use crate::{
    brought::brought,
    bulk::{DoneView, PreviewView},
    calls::{carried::Loaded, queue::load_bulk},
    failure::Failure,
    frame::{Bar, Frame, Place},
    kit::{button, empty::Empty},
};
use domain::{bulk::Preview, id::ApprovalId};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// The page; what was ticked is in the URL, or came with the form.
#[component]
pub fn BulkPage() -> impl IntoView {
    let asked = use_query_map();
    let ids = Memo::new(move |_| asked.with(ids_of));
    let preview = Loaded::new_with_options(move || ids.get(), read, true);
    let content = move || {
        Suspend::new(async move {
            let brought = brought().await;
            let read = preview.await;
            if let Some(done) = &brought.decided {
                return view! { <DoneView done=done /> }.into_any();
            }
            match read {
                Ok(None) => view! { <Nothing /> }.into_any(),
                Ok(Some(preview)) => {
                    view! { <div class="max-w-[1080px]"><PreviewView preview=&preview posted=brought.posted.as_ref() /></div> }
                        .into_any()
                }
                Err(failure) => view! { <Failed what="The approvals" failure=failure /> }.into_any(),
            }
        })
    };
    view! {
        <Title text="Decide together · Countersign" />
        <Frame place=Place::Approvals>
            <Bar title="Decide together" state="Several approvals of one gate" />
            <Transition>{content}</Transition>
        </Frame>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <Empty title="Nothing is ticked" text="Tick approvals of the same gate in the list, then decide them here.">
            <a href="/approvals" class=button::SMALL>"Back to approvals"</a>
        </Empty>
    }
}

/// The approvals that were asked for, else those of the form that was refused.
async fn read(asked: Vec<ApprovalId>) -> Result<Option<Preview>, Failure> {
    let ids = if asked.is_empty() { posted().await } else { asked };
    if ids.is_empty() { Ok(None) } else { load_bulk(ids).await.map(Some) }
}

async fn posted() -> Vec<ApprovalId> {
    let brought = brought().await;
    if brought.decided.is_some() {
        return Vec::new();
    }
    let items = brought.posted.map(|posted| posted.value("items")).unwrap_or_default();
    items.split_whitespace().filter_map(|item| item.split(':').next()?.parse().ok()).collect()
}

/// What is ticked; what is no id of an approval is left out.
fn ids_of(asked: &ParamsMap) -> Vec<ApprovalId> {
    let all = asked.get_all("item").unwrap_or_default();
    let mut ids: Vec<ApprovalId> = Vec::new();
    for id in all.iter().filter_map(|text| text.parse().ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}
