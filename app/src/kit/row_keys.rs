//! Keys of a list: J and K move from row to row while a row has the focus, and Enter opens it as it opens any link.
//! Links beside the row's own are marked `data-aside`.
//! Elsewhere the letters mean nothing, so that nobody who speaks or types meets them by accident.

use leptos::{ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast};

/// Moves the focus when the key asks for it.
pub fn move_by_key(event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    match event.key().as_str() {
        "j" => move_focus(|place| place + 1),
        "k" => move_focus(|place| place.saturating_sub(1)),
        _ => {}
    }
}

fn move_focus(step: impl FnOnce(u32) -> u32) {
    let (Ok(links), Some(focused)) =
        (document().query_selector_all("[data-row] a:not([data-aside])"), document().active_element())
    else {
        return;
    };
    let current =
        (0..links.length()).find(|place| links.get(*place).is_some_and(|link| link.is_same_node(Some(&focused))));
    let wanted = current.and_then(|place| links.get(step(place)));
    if let Some(link) = wanted.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A row that takes no focus stays as it was.
        let _ = link.focus();
    }
}
