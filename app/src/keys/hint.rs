//! Hints on screen: the keys beside what they do, in wide windows, once script runs and unless keys are off.

use super::{
    Hands, Keys,
    table::{Act, Mark, binding},
};
use crate::kit::{button, icon::Icon, kbd::Kbd};
use leptos::prelude::*;

/// Whether the machine has a ⌘ key. Asked in the browser only.
pub fn is_mac() -> bool {
    let agent = window().navigator().user_agent().unwrap_or_default();
    ["Mac OS", "Macintosh", "iPhone", "iPad"].iter().any(|word| agent.contains(word))
}

/// Whether hints are shown. Keys come with script, so that the first render has none. Nothing is derived here: what
/// belongs to a page goes with it, while hints are still told of changes.
fn are_shown(keys: Option<Keys>) -> bool {
    keys.is_some_and(|keys| keys.are_on.get())
}

/// The keys of an act as one cap.
#[component]
pub fn Hint(act: Act) -> impl IntoView {
    let keys = use_context::<Keys>();
    view! {
        <Show when=move || are_shown(keys)>
            <span class="max-lg:hidden inline-flex" aria-hidden="true">
                {binding(act).map(|binding| view! { <Kbd caps=vec![binding.caps(is_mac()).join(" ")] /> })}
            </span>
        </Show>
    }
    .into_any()
}

/// The keys of an act as words, inside a button of any colour.
#[component]
pub fn InlineHint(act: Act) -> impl IntoView {
    let keys = use_context::<Keys>();
    view! {
        <Show when=move || are_shown(keys)>
            <kbd class="ms-1 max-lg:hidden opacity-80" aria-hidden="true">
                {binding(act).map(|binding| binding.caps(is_mac()).join(" "))}
            </kbd>
        </Show>
    }
    .into_any()
}

/// The bar's own: the sheet of keys in wide windows, the palette in narrow ones.
#[component]
pub fn BarKeys() -> impl IntoView {
    let Some(keys) = use_context::<Keys>() else { return ().into_any() };
    view! {
        <Show when=move || are_shown(Some(keys))>
            <button type="button" class=format!("max-lg:hidden {}", button::QUIET) on:click=move |_| keys.sheet.set(true)>
                <Icon name="keyboard" class="w-3.5 h-3.5 shrink-0" />
                "Keys"
                <InlineHint act=Act::Sheet />
            </button>
        </Show>
        <Show when=move || keys.viewer.with(Option::is_some)>
            <button
                type="button"
                aria-label="Search or jump"
                class="lg:hidden w-9 h-9 inline-flex items-center justify-center rounded-md text-muted cursor-pointer"
                on:click=move |_| keys.palette.set(true)
            >
                <Icon name="search" class="w-5 h-5 shrink-0" />
            </button>
        </Show>
    }
    .into_any()
}

/// The hint inside a field that `/` leads to.
#[component]
pub fn SearchHint() -> impl IntoView {
    view! { <Hint act=Act::Enter(Mark::Search) /> }
}

/// Leads to the next approval that waits for the viewer, where one does.
#[component]
pub fn NextForMe(
    /// How many wait.
    waiting: Signal<u32>,
) -> impl IntoView {
    let (Some(keys), Some(hands)) = (use_context::<Keys>(), use_context::<Hands>()) else {
        return ().into_any();
    };
    view! {
        // The count goes with the page, while this is still told of changes.
        <Show when=move || keys.viewer.with(Option::is_some) && waiting.try_get().is_some_and(|waiting| waiting > 0)>
            <button type="button" class=format!("max-md:hidden {}", button::SMALL) on:click=move |_| hands.act(Act::NextForMe, None, false)>
                <Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" />
                "Next approval"
                <InlineHint act=Act::NextForMe />
            </button>
        </Show>
    }
    .into_any()
}
