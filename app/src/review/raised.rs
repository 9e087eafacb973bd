//! To whom the approval was raised, or will be.

use crate::{
    kit::{
        icon::Icon,
        moment::{stamp, tooltip},
        passing::passing,
        span,
    },
    recorded::text::Text,
};
use domain::{deadline::Raising, review::Review};
use leptos::prelude::*;

/// One line; nothing where the policy raises to nobody, and once the status is final.
#[component]
pub fn Raised<'a>(review: &'a Review) -> impl IntoView + use<> {
    let raise = review.state.steps().and_then(|steps| steps.raise.clone());
    let Some(Raising { to, at, raised_at }) = raise else { return ().into_any() };
    let now = passing(review.now);
    if let Some(at) = raised_at {
        return view! {
            <p class="mt-2 flex gap-1.5 text-xs text-warn">
                <Icon name="trending-up" class="w-3.5 h-3.5 shrink-0 mt-px" />
                <span class="min-w-0 break-words">
                    "Raised to "<Text text=&to />" "<time datetime=stamp(at) title=tooltip(at)>{move || span::ago(at, now())}</time>
                    ". Its people may fill any open seat."
                </span>
            </p>
        }
        .into_any();
    }
    // While a question is open it is not known when.
    if review.state.is_waiting_for_information() {
        return ().into_any();
    }
    view! {
        <p class="mt-2 flex gap-1.5 text-xs text-muted">
            <Icon name="timer" class="w-3.5 h-3.5 text-faint shrink-0 mt-px" />
            <span class="min-w-0 break-words">
                "Raised to "<Text text=&to />" in "
                <time datetime=stamp(at) title=tooltip(at)>{move || span::long((at - now()).num_seconds())}</time>
                ", unless it is decided."
            </span>
        </p>
    }
    .into_any()
}
