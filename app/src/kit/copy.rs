//! Copying a recorded value; there only once script runs, because without it the button could do nothing.

use super::{button, icon::Icon, script::scripted};
use leptos::prelude::*;

/// A button that copies `text`.
#[component]
pub fn Copy(
    /// What is copied.
    #[prop(into)]
    text: String,
    /// What it is, for the button's name: `Copy digest`.
    what: &'static str,
) -> impl IntoView {
    let scripted = scripted();
    let copied = RwSignal::new(false);
    let text = StoredValue::new(text);
    let name = move || if copied.get() { format!("{what} copied") } else { format!("Copy {what}") };
    view! {
        <Show when=move || scripted.get()>
            <button
                type="button"
                aria-label=name
                title=name
                class="inline-flex items-center justify-center w-6 h-6 text-faint hover:text-fg cursor-pointer"
                on:click=move |_| {
                    copy(&text.read_value());
                    copied.set(true);
                }
            >
                <Show when=move || copied.get() fallback=|| view! { <Icon name="copy" class="w-3 h-3 shrink-0" /> }>
                    <Icon name="check" class="w-3 h-3 shrink-0" />
                </Show>
            </button>
        </Show>
    }
    .into_any()
}

fn copy(text: &str) {
    // The promise is dropped: a browser that refuses has said so to its user.
    drop(window().navigator().clipboard().write_text(text));
}

/// A button that copies the whole address of a page of ours.
#[component]
pub fn CopyLink(
    /// Its path.
    path: String,
) -> impl IntoView {
    let scripted = scripted();
    let copied = RwSignal::new(false);
    let path = StoredValue::new(path);
    view! {
        <Show when=move || scripted.get()>
            <button
                type="button"
                class=button::QUIET
                on:click=move |_| {
                    let origin = window().location().origin().unwrap_or_default();
                    copy(&format!("{origin}{}", path.read_value()));
                    copied.set(true);
                }
            >
                <Icon name="link" class="w-3.5 h-3.5 shrink-0" />
                {move || if copied.get() { "Link copied" } else { "Copy link" }}
            </button>
        </Show>
    }
    .into_any()
}
