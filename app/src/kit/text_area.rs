//! Long texts to be edited. What stands between the tags of a text area is not escaped by the renderer, so nothing is
//! put there while rendering: the server is told the text and fills it in, escaped, once the page is complete.

use leptos::{html, prelude::*};

/// What takes an id and a text.
#[cfg(feature = "ssr")]
type Fill = dyn Fn(&str, &str) + Send + Sync;

/// Takes the text of the text area with an id. The server provides it as context.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct Filling(pub std::sync::Arc<Fill>);

/// A reference for the text area with this id, which begins with this text. The text area itself has no children.
pub fn filled(id: &str, text: &str) -> NodeRef<html::Textarea> {
    #[cfg(feature = "ssr")]
    if let Some(Filling(fill)) = use_context() {
        fill(id, text);
    }
    let field = NodeRef::<html::Textarea>::new();
    let _ = id;
    let text = StoredValue::new(text.to_owned());
    // A page the server rendered has the text already, and perhaps what was typed meanwhile.
    Effect::new(move |_| {
        if let Some(field) = field.get().filter(|field| field.value().is_empty()) {
            field.set_value(&text.read_value());
        }
    });
    field
}
