//! Keys of the list: J and K move from row to row while a row has the focus, and Enter opens it as it opens any link;
//! U shows what is new.
//! Elsewhere the letters mean nothing, so that nobody who speaks or types meets them by accident.

use leptos::{ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast};

/// Does what the key asks for.
pub fn act(event: &KeyboardEvent, show_new: impl Fn()) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    match event.key().as_str() {
        "j" => move_focus(|place| place + 1),
        "k" => move_focus(|place| place.saturating_sub(1)),
        "u" => show_new(),
        _ => {}
    }
}

/// Puts the focus on the first row: what had it is gone.
pub fn focus_first() {
    let first = document().query_selector("[data-row] a").ok().flatten();
    if let Some(link) = first.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A row that takes no focus stays as it was.
        let _ = link.focus();
    }
}

fn move_focus(step: impl FnOnce(u32) -> u32) {
    let (Ok(links), Some(focused)) = (document().query_selector_all("[data-row] a"), document().active_element())
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
