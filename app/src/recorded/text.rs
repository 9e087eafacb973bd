//! Text from elsewhere: plain, isolated, every character that hides or turns others a visible chip.

use domain::inspect::{Segment, mixes_scripts, segments, spelled};
use leptos::prelude::*;

use crate::kit::{
    badge::{Badge, Tone},
    filter::Set,
};

/// The text inline. Direction-changing characters are chips; what is left is isolated from the text around it.
#[component]
pub fn Text<'a>(
    /// The text.
    text: &'a str,
) -> impl IntoView + use<> {
    view! { <bdi>{pieces(text)}</bdi> }
}

/// What a filter is set to, with everything marked that hides or turns.
pub fn set(words: &str) -> Set {
    Set { shown: pieces(words).into_any(), words: spelled(words) }
}

/// The pieces of a text, for places that bring their own element.
pub fn pieces(text: &str) -> impl IntoView + use<> {
    segments(text).into_iter().map(piece).collect_view()
}

fn piece(segment: Segment) -> AnyView {
    match segment {
        Segment::Plain(text) => text.into_any(),
        Segment::Marked { code_point, name } => view! {
            <mark class="bg-warn-soft text-warn border border-warn-line rounded-xs px-1 text-[11px] whitespace-nowrap">
                {code_point}" "{name}
            </mark>
        }
        .into_any(),
    }
}

/// Says that a text mixes look-alike scripts within a word.
#[component]
pub fn ScriptWarning<'a>(
    /// The text.
    text: &'a str,
) -> impl IntoView + use<> {
    mixes_scripts(text)
        .then(|| view! { <Badge tone=Tone::Warn icon="triangle-alert" text="Mixed scripts in one word" /> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let html = view! { <Text text="</bdi><script>alert(1)</script>\u{202e}x" /> }.to_html();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
        assert!(!html.contains('\u{202e}'), "{html}");
        assert!(html.contains("U+202E"), "{html}");
    }
}
