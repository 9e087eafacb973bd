//! What was changed about a JSON object, argument by argument: the old lines beside the new ones, nothing hidden.

use super::{
    json::content,
    lines::{Kind, Line, Piece, lines},
};
use leptos::prelude::*;
use serde_json::Value;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Same,
    Gone,
    New,
}

/// The lines of both documents. Arguments stand in the order of their names; one that differs stands twice.
fn changes(before: &Value, after: &Value) -> Vec<(Mark, Line)> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        let gone = lines(before).into_iter().map(|line| (Mark::Gone, line));
        return gone.chain(lines(after).into_iter().map(|line| (Mark::New, line))).collect();
    };
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    // The order of canonical JSON: by UTF-16 code units.
    names.sort_by(|one, other| one.encode_utf16().cmp(other.encode_utf16()));
    names.dedup();
    let bracket = |text: &str| (Mark::Same, vec![Piece { kind: Kind::Mark, text: text.to_owned() }]);
    let mut all = vec![bracket("{")];
    for name in names {
        let (was, is) = (old.get(name), new.get(name));
        let entry = |mark, value: Option<&Value>| {
            value.into_iter().flat_map(|value| argument(name, value)).map(|line| (mark, line)).collect::<Vec<_>>()
        };
        if was == is {
            all.extend(entry(Mark::Same, is));
        } else {
            all.extend(entry(Mark::Gone, was));
            all.extend(entry(Mark::New, is));
        }
    }
    all.push(bracket("}"));
    all
}

/// The lines of one argument, without the brackets around all of them.
fn argument(name: &str, value: &Value) -> Vec<Line> {
    let mut alone = lines(&Value::Object([(name.to_owned(), value.clone())].into_iter().collect()));
    alone.pop();
    alone.split_off(1.min(alone.len()))
}

/// The documents as one.
#[component]
pub fn Changes<'a>(
    /// What it was.
    before: &'a Value,
    /// What it is.
    after: &'a Value,
) -> impl IntoView + use<> {
    let all = changes(before, after).into_iter().enumerate().map(|(place, (mark, line))| {
        let (class, sign, word) = match mark {
            Mark::Same => ("flex pe-4", view! { "" }.into_any(), ""),
            Mark::Gone => ("flex pe-4 bg-fail-soft", view! { <span class="text-fail">"−"</span> }.into_any(), "was "),
            Mark::New => ("flex pe-4 bg-pass-soft", view! { <span class="text-pass">"+"</span> }.into_any(), "is "),
        };
        let anchor = format!("change-{place}");
        view! {
            <span class=class>
                <span class="w-9 shrink-0 select-none" aria-hidden="true"></span>
                <span class="w-4 shrink-0 select-none" aria-hidden="true">{sign}</span>
                <span class="min-w-0 flex-1 whitespace-pre-wrap break-all">
                    <span class="sr-only">{word}</span>
                    {content(line, &anchor)}
                </span>
            </span>
        }
    });
    view! { <div class="mono py-2 leading-5"><pre class="text-[1em]">{all.collect_view()}</pre></div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let sign = |mark| match mark {
            Mark::Same => ' ',
            Mark::Gone => '-',
            Mark::New => '+',
        };
        let text = |line: &Line| line.iter().map(|piece| piece.text.as_str()).collect::<String>();
        changes(before, after).iter().map(|(mark, line)| format!("{}{}", sign(*mark), text(line))).collect()
    }

    #[test]
    fn each_argument_stands_once_or_as_both() {
        let (before, after) = (
            json!({"amount": 1840, "to": {"iban": "DE1"}, "why": "x"}),
            json!({"amount": 500, "to": {"iban": "DE1"}, "note": true}),
        );
        let lines = told(&before, &after);
        assert_eq!(
            lines,
            [
                "{",
                "-  \"amount\": 1840",
                "+  \"amount\": 500",
                "+  \"note\": true",
                "   \"to\": {",
                "     \"iban\": \"DE1\"",
                "   }",
                "-  \"why\": \"x\"",
                " }"
            ]
            .map(|line| if line == "{" { " {" } else { line })
        );
    }

    #[test]
    fn what_is_no_object_stands_whole() {
        assert_eq!(told(&json!(1), &json!(2)), ["-1", "+2"]);
    }
}
