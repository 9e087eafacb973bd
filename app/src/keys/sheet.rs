//! The sheet of keys, from the key map.

use super::{
    Keys,
    hint::is_mac,
    table::{Binding, TABLE, Where},
};
use crate::kit::{button, dialog::Dialog, kbd::Kbd};
use leptos::prelude::*;

/// The groups of each column.
const COLUMNS: [&[(Where, &str)]; 2] =
    [&[(Where::Anywhere, "Anywhere"), (Where::Lists, "In lists")], &[(Where::Approval, "On an approval")]];

/// The dialog with every key.
#[component]
pub fn Sheet() -> impl IntoView {
    let Some(keys) = use_context::<Keys>() else { return ().into_any() };
    view! {
        <Dialog open=keys.sheet label="Keys" class="m-auto w-full max-w-[680px]">
            <Content open=keys.sheet />
        </Dialog>
    }
    .into_any()
}

#[component]
fn Content(open: RwSignal<bool>) -> impl IntoView {
    let is_mac = is_mac();
    let column = |groups: &[(Where, &'static str)]| {
        let groups: Vec<AnyView> = groups.iter().map(|(place, title)| group(*place, title, is_mac)).collect();
        view! { <div class="space-y-4">{groups}</div> }.into_any()
    };
    let columns: Vec<AnyView> = COLUMNS.into_iter().map(column).collect();
    view! {
        <div class="p-5 max-h-[80dvh] overflow-y-auto">
            <div class="flex items-center mb-2">
                <h2 class="text-sm font-semibold tracking-[-0.01em]">"Keys"</h2>
                <button type="button" class=format!("ms-auto {}", button::QUIET) on:click=move |_| open.set(false)>
                    "Close"
                    <kbd class="ms-1 text-faint" aria-hidden="true">"Esc"</kbd>
                </button>
            </div>
            <div class="grid gap-x-8 gap-y-4 sm:grid-cols-2">{columns}</div>
            <p class="text-xs text-muted mt-4">
                "Letters choose, they never submit. "
                <a href="/profile#keys" class="lnk" on:click=move |_| open.set(false)>"Switch keys off in your profile"</a>
                "."
            </p>
        </div>
    }
    .into_any()
}

fn group(place: Where, title: &'static str, is_mac: bool) -> AnyView {
    let lines = TABLE.iter().filter(|binding| binding.place == place).map(|binding| line(binding, is_mac));
    let lines: Vec<AnyView> = lines.collect();
    view! {
        <section>
            <h3 class="text-xs text-faint mb-1">{title}</h3>
            <dl>{lines}</dl>
        </section>
    }
    .into_any()
}

fn line(binding: &Binding, is_mac: bool) -> AnyView {
    view! {
        <div class="flex items-center gap-2 min-h-7">
            <dt class="w-18 shrink-0"><Kbd caps=binding.caps(is_mac) /></dt>
            <dd class="text-muted">{binding.what}</dd>
        </div>
    }
    .into_any()
}
