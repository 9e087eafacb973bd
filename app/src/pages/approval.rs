//! The approval page: loads one approval; what happens to it comes by itself.

use super::failed::Failed;
use crate::{
    brought::{brought, posted},
    calls::{carried::Loaded, review::load_review},
    failure::Failure,
    frame::{NarrowFrame, viewer},
    kit::button,
    review::ReviewView,
};
use domain::{Refusal, id::ApprovalId, inspect::spelled, package::Origin};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// An approval.
#[component]
pub fn ApprovalPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")));
    let loaded = Loaded::new_with_options(
        move || id.get(),
        |id| async move {
            match id.as_deref().map(str::parse::<ApprovalId>) {
                Some(Ok(id)) => load_review(id).await,
                Some(Err(_)) | None => Err(no_such_approval()),
            }
        },
        true,
    );
    settle_address();
    let (loading, set_loading) = signal(false);
    view! {
        <NarrowFrame loading=loading>
            <Transition set_pending=set_loading>
                {move || Suspend::new(async move {
                    let (loaded, brought, viewer) = (loaded.await, brought().await, viewer().await);
                    let posted = posted("information").await;
                    match loaded {
                        Ok(review) => {
                            let title = match review.package.origin {
                                Origin::Gate => format!("{}, {} · Countersign", review.package.subject, review.package.tool),
                                Origin::Stage => format!("{}, {} · Countersign", review.package.subject, review.package.gate_id),
                                Origin::Request | Origin::Items | Origin::Step => format!("{} · Countersign", review.package.title),
                            };
                            let viewer = viewer.map(|viewer| viewer.id);
                            view! {
                                <Title text=spelled(&title) />
                                <ReviewView review=&review unapplied=brought.unapplied.as_ref() posted=posted.as_ref() viewer=viewer />
                            }
                            .into_any()
                        }
                        Err(failure) => view! { <NoApproval failure=failure /> }.into_any(),
                    }
                })}
            </Transition>
        </NarrowFrame>
    }
}

#[component]
fn NoApproval(failure: Failure) -> impl IntoView {
    view! {
        <Title text="Approval · Countersign" />
        <crate::frame::Bar title="Approval" />
        <Failed what="The approval" failure=failure />
        <p class="px-4 lg:px-6"><a href="/approvals" class=button::SMALL>"Open approvals"</a></p>
    }
}

fn no_such_approval() -> Failure {
    #[cfg(feature = "ssr")]
    if let Some(crate::desk::AnswerStatus(set)) = use_context() {
        set(404);
    }
    Failure::Refused { refusal: Refusal::not_found("approval") }
}

/// A decision that was not applied is answered at the address it was posted to. Loading that address again would post
/// it again, so the browser is shown the approval's own.
fn settle_address() {
    Effect::new(move |_| {
        let window = window();
        let Ok(path) = window.location().pathname() else { return };
        if let (Some(path), Ok(history)) = (path.strip_suffix("/decide"), window.history()) {
            // A browser that refuses keeps the old address, which is no harm.
            let _ = history.replace_state_with_url(&history.state().unwrap_or_default(), "", Some(path));
        }
    });
}
