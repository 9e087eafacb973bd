//! The drawer of a list: one item beside the rows on wide windows, alone on narrow ones. It covers nothing, so it traps
//! nothing: the rows stay usable. Escape closes it; links lead back and to its neighbours.

use super::{icon::Icon, script::scripted};
use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast};
use leptos_router::{NavigateOptions, hooks::use_navigate};

const STEP: &str = "w-7 h-7 max-lg:w-11 max-lg:h-11 inline-flex items-center justify-center rounded-md hover:bg-hover";

/// The drawer.
#[component]
pub fn Drawer(
    /// What it shows, as a landmark: `Event`.
    label: &'static str,
    /// What stands above the title, left.
    #[prop(into)]
    overline: String,
    /// The title.
    title: AnyView,
    /// The list without the drawer.
    close: String,
    /// The item above in the list.
    previous: Option<String>,
    /// The item below in the list.
    next: Option<String>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H2>::new();
    focus_when_opened(heading);
    close_by_escape(close.clone());
    let step = |href: Option<String>, word: &'static str, icon: &'static str| {
        href.map(
            |href| view! { <a href=href aria-label=word title=word data-noscroll="" class=STEP><Icon name=icon /></a> },
        )
    };
    view! {
        <aside aria-label=label class="min-w-0 xl:border-s border-rule xl:sticky xl:top-0 xl:h-dvh xl:overflow-y-auto px-4 lg:px-5 pt-4 pb-16">
            <div class="flex items-center gap-1">
                <span class="mono text-xs text-muted">{overline}</span>
                <nav aria-label="Neighbours" class="ms-auto flex items-center">
                    {step(previous, "Newer", "chevron-up")}
                    {step(next, "Older", "chevron-down")}
                    {step(Some(close), "Close", "x")}
                </nav>
            </div>
            <h2 node_ref=heading tabindex="-1" class="text-sm font-semibold tracking-[-0.01em] leading-5 mt-1 break-words">{title}</h2>
            {children()}
        </aside>
    }
    .into_any()
}

/// A drawer that appears on a page that is there already takes the focus; one that came with the page does not.
fn focus_when_opened(heading: NodeRef<html::H2>) {
    let was_there = !scripted().get_untracked();
    Effect::new(move |_| {
        if let Some(heading) = heading.get().filter(|_| !was_there) {
            // A heading that takes no focus stays as it was.
            let _ = heading.focus();
        }
    });
}

fn close_by_escape(close: String) {
    let close = StoredValue::new(close);
    Effect::new(move |_| {
        let navigate = use_navigate();
        let listening = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" && !event.default_prevented() && !is_typing() && !has_dialog() {
                let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
                navigate(&close.read_value(), options);
            }
        });
        on_cleanup(move || listening.remove());
    });
}

/// Whether a dialog is open, which the same Escape closes.
fn has_dialog() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some())
}

/// Whether the focus is in a field, where Escape means something else.
fn is_typing() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|element| {
        element.dyn_ref::<web_sys::HtmlInputElement>().is_some()
            || element.dyn_ref::<web_sys::HtmlTextAreaElement>().is_some()
    })
}
