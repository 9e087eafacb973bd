//! The text of a definition with line numbers and colours, and remarks under their lines.

use crate::recorded::{
    lines::{Kind, Piece},
    text::pieces,
    yaml,
};
use leptos::prelude::*;

/// Lines before and after a remark in an excerpt.
const AROUND: u32 = 3;

/// The text exactly as it is.
#[component]
pub fn Definition<'a>(
    /// The text.
    source: &'a str,
    /// What stands under lines, by line number.
    #[prop(optional)]
    mut below: Vec<(u32, AnyView)>,
    /// Whether lines far from every remark are left out, so that the first remark stands in view.
    #[prop(optional)]
    excerpt: bool,
) -> impl IntoView + use<> {
    let remarked: Vec<u32> = below.iter().map(|(at, _)| *at).collect();
    let is_shown = move |number: u32| !excerpt || remarked.iter().any(|at| at.abs_diff(number) <= AROUND);
    let mut is_gap = false;
    let lines = yaml::lines(source).into_iter().zip(1_u32..).map(|(line, number)| {
        if !is_shown(number) {
            return (!std::mem::replace(&mut is_gap, true)).then_some(gap()).into_any();
        }
        is_gap = false;
        let remarks: Vec<AnyView> = below.extract_if(.., |(at, _)| *at == number).map(|(_, remark)| remark).collect();
        view! {
            <div class="flex pe-4" id=format!("L{number}")>
                <span class="w-10 shrink-0 pe-3 text-end text-faint select-none tabular-nums" aria-hidden="true">{number}</span>
                <span class="whitespace-pre">{coloured(&line)}</span>
            </div>
            {remarks}
        }
        .into_any()
    });
    view! { <div class="mono py-2 leading-5 w-max min-w-full">{lines.collect_view()}</div> }.into_any()
}

fn gap() -> impl IntoView {
    view! { <div class="ps-10 text-faint select-none"><span class="sr-only">"Lines left out"</span><span aria-hidden="true">"…"</span></div> }
}

/// A line's pieces.
pub fn coloured(line: &[Piece]) -> Vec<AnyView> {
    line.iter().map(piece).collect()
}

fn piece(piece: &Piece) -> AnyView {
    let class = match piece.kind {
        Kind::Mark => return pieces(&piece.text).into_any(),
        Kind::Key => "j-k",
        Kind::Text => "j-s",
        Kind::Number => "j-n",
        Kind::Note => "text-faint",
    };
    view! { <span class=class>{pieces(&piece.text)}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_text_stays_text() {
        let html = Owner::new().with(|| view! { <Definition source="a: </div><script>x\nb: \u{202e}'c'" /> }.to_html());
        assert!(!html.contains("<script>") && html.contains("U+202E") && html.contains("id=\"L2\""), "{html}");
    }

    #[test]
    fn an_excerpt_begins_near_the_first_remark() {
        let source = "k: 1\n".repeat(40);
        let remark = || view! { <p>"remark"</p> }.into_any();
        let below = vec![(20, remark()), (30, remark())];
        let html = Owner::new().with(|| view! { <Definition source=&source below=below excerpt=true /> }.to_html());
        let has = |number: u32| html.contains(&format!("id=\"L{number}\""));
        assert!(has(17) && has(23) && has(27) && has(33), "{html}");
        assert!(!has(16) && !has(24) && !has(26) && !has(34), "{html}");
        assert_eq!(html.matches("Lines left out").count(), 3, "{html}");
    }

    #[test]
    fn remarks_stand_under_their_lines() {
        let remark = view! { <p>"remark"</p> }.into_any();
        let html =
            Owner::new().with(|| view! { <Definition source="a: 1\nb: 2\nc: 3" below=vec![(2, remark)] /> }.to_html());
        let at = |needle: &str| html.find(needle).expect("it stands there");
        assert!(at("L2") < at("remark") && at("remark") < at("L3"), "{html}");
    }
}
