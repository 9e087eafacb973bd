//! The approval page: loads one approval, and asks again while a decided one is being resumed.

use super::failed::Failed;
use crate::{
    brought::brought,
    calls::{carried::Loaded, review::load_review},
    failure::Failure,
    frame::{NarrowFrame, viewer},
    kit::button,
    review::{ReviewView, is_settling},
};
use domain::{Refusal, id::ApprovalId, review::Review};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

/// Asked every second this often, then every ten.
const QUICK: u32 = 60;

type Answer = Loaded<Result<Review, Failure>>;

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
    ask_again(loaded);
    settle_address();
    view! {
        <NarrowFrame>
            <Transition>
                {move || Suspend::new(async move {
                    let (loaded, brought, viewer) = (loaded.await, brought().await, viewer().await);
                    match loaded {
                        Ok(review) => {
                            let title = format!("{}, {} · Countersign", review.package.subject, review.package.tool);
                            let viewer = viewer.map(|viewer| viewer.id);
                            view! {
                                <Title text=title />
                                <ReviewView review=&review unapplied=brought.unapplied.as_ref() viewer=viewer />
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

/// While the outcome is on its way, the page asks for it: every second at first, then every ten.
fn ask_again(loaded: Answer) {
    let asked = StoredValue::new(0_u32);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(handle)) = timer.try_update_value(Option::take) {
            handle.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        let settling = loaded.with(|loaded| matches!(loaded, Some(Ok(review)) if is_settling(review)));
        if !settling {
            asked.set_value(0);
            return;
        }
        let count = asked.get_value();
        asked.set_value(count.saturating_add(1));
        let pause = Duration::from_secs(if count < QUICK { 1 } else { 10 });
        timer.set_value(set_timeout_with_handle(move || loaded.refetch(), pause).ok());
    });
    on_cleanup(stop);
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
