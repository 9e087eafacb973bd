//! One recorded value within a line, in the colour of its type.

use super::{
    folded::Folded,
    json::cut,
    lines::{Kind, kind},
    text::pieces,
};
use domain::canonical;
use leptos::prelude::*;
use serde_json::Value;

const SHOWN_CHARACTERS: usize = 200;

/// A value, or "absent".
#[component]
pub fn Recorded<'a>(
    /// The value.
    value: Option<&'a Value>,
    /// The anchor of its hidden part.
    anchor: String,
) -> impl IntoView + use<> {
    match value {
        None | Some(Value::Null) => view! { <span class="text-muted">"absent"</span> }.into_any(),
        Some(value) => {
            let class = match kind(value) {
                Kind::Text => "j-s",
                Kind::Number => "j-n",
                Kind::Mark | Kind::Key | Kind::Note => "text-fg",
            };
            let text = canonical::to_string(value);
            view! { <code class="break-words"><span class=class>{shortened(&text, anchor)}</span></code> }.into_any()
        }
    }
}

/// What an agent said, in its colour and in quotation marks.
#[component]
pub fn Asserted<'a>(
    /// Its words.
    value: &'a Value,
    /// The anchor of its hidden part.
    anchor: String,
) -> impl IntoView + use<> {
    let text = match value {
        Value::String(words) => words.clone(),
        other => canonical::to_string(other),
    };
    view! { <span class="text-agent break-words"><bdi>"“"{shortened(&text, anchor)}"”"</bdi></span> }
}

/// A text that folds where it is long.
pub fn shortened(text: &str, anchor: String) -> impl IntoView + use<> {
    let (head, tail) = cut(text, SHOWN_CHARACTERS);
    let tail = tail.map(|tail| {
        let hidden = format!("+{} characters hidden", tail.chars().count());
        let tail = pieces(tail);
        view! { <Folded anchor=anchor hidden=hidden>{tail}</Folded> }
    });
    (pieces(head), tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_unknown_is_said() {
        let html = |value: Option<Value>| {
            Owner::new().with(|| view! { <Recorded value=value.as_ref() anchor="a".to_owned() /> }.to_html())
        };
        assert!(html(None).contains("absent"));
        assert!(html(Some(Value::Null)).contains("absent"));
        assert!(html(Some(json!(false))).contains("false"));
        assert!(html(Some(json!(""))).contains("\"\"") || html(Some(json!(""))).contains("&quot;&quot;"));
    }

    #[test]
    fn an_assertion_is_quoted() {
        let value = json!("medium <b>tier</b>");
        let html = Owner::new().with(|| view! { <Asserted value=&value anchor="a".to_owned() /> }.to_html());
        assert!(html.contains('“') && html.contains('”') && html.contains("text-agent"), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }
}
