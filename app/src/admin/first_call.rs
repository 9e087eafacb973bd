//! Whether a key has been used: asked again while the page is open, until it has.

use crate::{
    calls::key::load_keys,
    kit::{badge::Tone, icon::Icon, notice::Notice, script::scripted},
    live::refresh::refresher,
};
use domain::key::KeysPage;
use leptos::prelude::*;

/// Waits for the first call of the key that begins like this, and then says so.
#[component]
pub fn FirstCall(
    /// How the key begins.
    hint: String,
    /// Its name.
    name: String,
) -> impl IntoView {
    let has_called = RwSignal::new(false);
    let of_key = move |page: KeysPage| {
        let is_it = |row: &&domain::key::KeyRow| row.hint.as_deref() == Some(&hint) && row.name == name;
        // The list begins with the newest keys.
        has_called.set(page.rows.iter().find(is_it).is_some_and(|row| row.last_used_at.is_some()));
    };
    ask_until(has_called, refresher(|| load_keys(None), of_key));
    let scripted = scripted();
    view! {
        <div role="status">
            <Show
                when=move || has_called.get()
                fallback=move || {
                    view! {
                        <p class="flex items-center gap-2 text-muted">
                            <Show when=move || scripted.get() fallback=|| view! { <Icon name="circle-dashed" class="w-4 h-4 shrink-0" /> }>
                                <Icon name="loader-circle" class="w-4 h-4 spin shrink-0" />
                            </Show>
                            <Show when=move || scripted.get() fallback=|| "The list of keys says when this one was used.">
                                "Waiting for the first call"
                            </Show>
                        </p>
                    }
                }
            >
                <Notice tone=Tone::Pass icon="circle-check" title="Connected">
                    <p>"The first call has arrived. " <a class="lnk" href="/runs" rel="external">"See its runs"</a></p>
                </Notice>
            </Show>
        </div>
    }
    .into_any()
}

/// How often it is asked.
#[cfg(feature = "hydrate")]
const PAUSE: std::time::Duration = std::time::Duration::from_secs(2);

#[cfg(feature = "hydrate")]
fn ask_until(is_done: RwSignal<bool>, ask: impl Fn() + 'static) {
    let asking = move || {
        if !is_done.get_untracked() {
            ask();
        }
    };
    if let Ok(timer) = set_interval_with_handle(asking, PAUSE) {
        on_cleanup(move || timer.clear());
    }
}

/// Without script the list of keys tells.
#[cfg(not(feature = "hydrate"))]
fn ask_until(is_done: RwSignal<bool>, ask: impl Fn() + 'static) {
    let _ = (is_done, ask);
}
