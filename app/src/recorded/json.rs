//! A JSON document with line numbers and colours, long parts folded. What runs is exactly what stands here.

use super::{
    folded::Folded,
    lines::{Kind, Line, Piece, lines},
    text::pieces,
};
use leptos::prelude::*;
use serde_json::Value;

/// Lines shown before the rest folds.
const SHOWN_LINES: usize = 30;
/// Fewer lines than this are not worth a fold.
const LEAST_HIDDEN: usize = 6;
/// Characters of a string shown before the rest folds.
const SHOWN_CHARACTERS: usize = 400;

/// The document.
#[component]
pub fn Json<'a>(
    /// The value.
    value: &'a Value,
    /// Begins the anchors of folded parts.
    anchor: &'a str,
) -> impl IntoView + use<> {
    let mut shown = lines(value);
    let rest = if shown.len() >= SHOWN_LINES + LEAST_HIDDEN { shown.split_off(SHOWN_LINES) } else { Vec::new() };
    let from = shown.len();
    let folded = (!rest.is_empty()).then(|| {
        let hidden = format!("+{} lines hidden", rest.len());
        let more = view! { <Lines lines=rest from=from anchor=anchor outdent=true /> }.into_any();
        view! {
            <div class="ps-13">
                <Folded anchor=format!("{anchor}-more") hidden=hidden>{more}</Folded>
            </div>
        }
    });
    view! {
        <div class="mono py-2 leading-5">
            <Lines lines=shown from=0 anchor=anchor />
            {folded}
        </div>
    }
    .into_any()
}

#[component]
fn Lines<'a>(lines: Vec<Line>, from: usize, anchor: &'a str, #[prop(optional)] outdent: bool) -> impl IntoView + use<> {
    let numbered = lines.into_iter().enumerate().map(|(place, line)| {
        let number = from + place + 1;
        view! {
            <span class="flex pe-4">
                <span class="w-9 shrink-0 pe-3 text-end text-faint select-none tabular-nums" aria-hidden="true">{number}</span>
                <span class="w-4 shrink-0 select-none" aria-hidden="true"></span>
                <span class="min-w-0 flex-1 whitespace-pre-wrap break-all">{content(line, &format!("{anchor}-{number}"))}</span>
            </span>
        }
    });
    let class = if outdent { "-ms-13 text-[1em]" } else { "text-[1em]" };
    view! { <pre class=class>{numbered.collect_view()}</pre> }.into_any()
}

pub(super) fn content(line: Line, anchor: &str) -> impl IntoView + use<> {
    let anchor = anchor.to_owned();
    line.into_iter().map(move |piece| coloured(&piece, &anchor)).collect_view()
}

fn coloured(piece: &Piece, anchor: &str) -> AnyView {
    let class = match piece.kind {
        Kind::Mark => return piece.text.clone().into_any(),
        Kind::Key => "j-k",
        Kind::Text => "j-s",
        Kind::Number => "j-n",
        Kind::Note => "text-faint",
    };
    let (head, tail) = cut(&piece.text, SHOWN_CHARACTERS);
    let tail = tail.map(|tail| {
        let hidden = format!("+{} characters hidden", tail.chars().count());
        let tail = pieces(tail);
        view! { <Folded anchor=anchor.to_owned() hidden=hidden><span class=class>{tail}</span></Folded> }
    });
    view! { <span class=class>{pieces(head)}</span>{tail} }.into_any()
}

/// The beginning of a text, and the rest where it is long.
pub fn cut(text: &str, shown: usize) -> (&str, Option<&str>) {
    match text.char_indices().nth(shown) {
        // A rest of a few characters is shorter than the words that announce it.
        Some((at, _)) if text.len() - at > 40 => (&text[..at], Some(&text[at..])),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn html(value: &Value) -> String {
        Owner::new().with(|| view! { <Json value=value anchor="input" /> }.to_html())
    }

    #[test]
    fn hostile_values_stay_text() {
        let html = html(&json!({"<img src=x onerror=alert(1)>": "</pre><script>\u{202e}\u{200b}"}));
        assert!(!html.contains("<script>") && !html.contains("<img"), "{html}");
        assert!(html.contains("U+202E") && html.contains("U+200B"), "{html}");
    }

    #[test]
    fn long_parts_say_how_much_they_hide() {
        let many: Vec<u32> = (0..60).collect();
        assert!(html(&json!(many)).contains("+32 lines hidden"));
        let long = "x".repeat(1_000);
        assert!(html(&json!(long)).contains("+602 characters hidden"));
        assert_eq!(cut("short", 400), ("short", None));
    }
}
