//! What opens the palette: in the sidebar and in the rail, once script runs.

use crate::{
    keys::{Act, Keys, hint::Hint},
    kit::icon::Icon,
};
use leptos::prelude::*;

/// The wide one. Its place is kept free, so that nothing moves when script begins.
#[component]
pub fn SearchBox() -> impl IntoView {
    let keys = use_context::<Keys>();
    view! {
        <div class="h-8 mx-3 mb-2">
            <Show when=move || is_ready(keys)>
                <button
                    type="button"
                    class="flex w-full items-center gap-2 h-8 px-2 rounded-md border border-rule-strong bg-surface text-faint text-start cursor-pointer hover:bg-hover"
                    on:click=move |_| open(keys)
                >
                    <Icon name="search" class="w-3.5 h-3.5 shrink-0" />
                    <span class="flex-1 whitespace-nowrap">"Search or jump"</span>
                    <Hint act=Act::Palette />
                </button>
            </Show>
        </div>
    }
    .into_any()
}

/// The narrow one.
#[component]
pub fn SearchIcon() -> impl IntoView {
    let keys = use_context::<Keys>();
    view! {
        <div class="h-9">
            <Show when=move || is_ready(keys)>
                <button
                    type="button"
                    aria-label="Search or jump"
                    title="Search or jump"
                    class="w-9 h-9 inline-flex items-center justify-center rounded-md text-muted cursor-pointer hover:bg-hover"
                    on:click=move |_| open(keys)
                >
                    <Icon name="search" />
                </button>
            </Show>
        </div>
    }
    .into_any()
}

fn is_ready(keys: Option<Keys>) -> bool {
    keys.is_some_and(|keys| keys.viewer.with(Option::is_some))
}

fn open(keys: Option<Keys>) {
    if let Some(keys) = keys {
        keys.palette.set(true);
    }
}
