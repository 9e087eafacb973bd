//! A dialog above everything else: the browser keeps the focus in it, closes it with Escape, and gives the focus back.

use leptos::{html, prelude::*, wasm_bindgen::JsCast};

/// A dialog that is open while its signal says so. A press beside it closes it.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What it is called.
    label: &'static str,
    /// Where it stands and how large it is.
    class: &'static str,
    /// What is in it while it is open.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // A dialog that cannot be shown leaves the page as it was.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    let beside = move |event: web_sys::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_beside = dialog.get_untracked().is_some_and(|dialog| dialog.is_same_node(target.as_ref()));
        if is_beside {
            open.set(false);
        }
    };
    // The browser tells late that it has closed: by then the dialog may be open again.
    let closed = move |_| {
        if !dialog.get_untracked().is_some_and(|dialog| dialog.open()) {
            open.set(false);
        }
    };
    view! {
        <dialog
            node_ref=dialog
            aria-label=label
            class=format!("pop p-0 rounded-lg bg-surface text-fg border border-rule overflow-hidden {class}")
            on:close=closed
            on:click=beside
        >
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
    .into_any()
}
