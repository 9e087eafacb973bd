//! Keys of the list: those of every list, and U shows what is new.

use crate::kit::row_keys::move_by_key;
use leptos::{ev::KeyboardEvent, prelude::*, wasm_bindgen::JsCast};

/// Does what the key asks for.
pub fn act(event: &KeyboardEvent, show_new: impl Fn()) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    match event.key().as_str() {
        "u" => show_new(),
        _ => move_by_key(event),
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
