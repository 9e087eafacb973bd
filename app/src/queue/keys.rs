//! Keys of the list: J and K move from row to row. They move the focus, so that Enter opens the row as it opens any
//! link, and they are silent in fields and beside modifiers.

use leptos::{
    ev::{KeyboardEvent, keydown},
    prelude::*,
    wasm_bindgen::JsCast,
};

/// Listens for as long as the list is shown.
pub fn listen() {
    Effect::new(move |_| {
        let listener = window_event_listener(keydown, |event| {
            if let Some(step) = step(&event) {
                move_focus(step);
            }
        });
        on_cleanup(move || listener.remove());
    });
}

enum Step {
    Next,
    Previous,
}

fn step(event: &KeyboardEvent) -> Option<Step> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || is_in_field(event) {
        return None;
    }
    match event.key().as_str() {
        "j" => Some(Step::Next),
        "k" => Some(Step::Previous),
        _ => None,
    }
}

fn is_in_field(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

fn move_focus(step: Step) {
    let Ok(links) = document().query_selector_all("[data-row] a") else { return };
    let focused = document().active_element();
    let current = (0..links.length()).find(|place| {
        links.get(*place).is_some_and(|link| focused.as_ref().is_some_and(|focused| link.is_same_node(Some(focused))))
    });
    let wanted = match (step, current) {
        (Step::Next, Some(place)) => place + 1,
        (Step::Previous, Some(place)) => place.saturating_sub(1),
        (Step::Next | Step::Previous, None) => 0,
    };
    if let Some(link) = links.get(wanted).and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A row that takes no focus stays as it was.
        let _ = link.focus();
    }
}
