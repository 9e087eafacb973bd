//! Markup rules: a text area gets its text as `prop:value`, never as children.

use super::{File, Violation};
use crate::source::line_of;

const REASON: &str = "a <textarea> with children: Leptos does not escape them on the server; use `prop:value`";

pub fn check(file: &File) -> Vec<Violation> {
    if !file.is_rust() || !["app/", "server/"].iter().any(|layer| file.path.starts_with(layer)) {
        return Vec::new();
    }
    let openings = file.bare.match_indices("<textarea");
    let bad = openings.filter(|(at, _)| has_children(&file.bare[*at..], &file.code[*at..]));
    bad.map(|(at, _)| file.violation(line_of(&file.bare, at), REASON)).collect()
}

/// `bare` has its literals blanked, so that no `>` in a text ends the tag; `code` still has them.
fn has_children(bare: &str, code: &str) -> bool {
    let Some(end) = tag_end(bare) else { return false };
    if bare[..end].ends_with('/') {
        return false;
    }
    let close = bare.find("</textarea").unwrap_or(bare.len());
    // Blanking keeps the count of characters; `code` may have more bytes, so characters are skipped.
    let before = bare[..=end].chars().count();
    let inside: String = code.chars().skip(before).take(bare[end + 1..close].chars().count()).collect();
    !inside.trim().is_empty()
}

/// Where the opening tag ends: the first `>` outside brackets that is no arrow.
fn tag_end(bare: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in bare.char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            '>' if depth == 0 && !bare[..at].ends_with(['=', '-']) => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let found = |path: &str| -> Vec<_> {
            check(&File::new(path.to_owned(), text.to_owned())).iter().map(|found| found.line).collect()
        };
        // The console's pages, and the one page of the server's own.
        assert_eq!(found("app/src/a.rs"), found("server/src/http/reference/page.rs"));
        found("app/src/a.rs")
    }

    #[test]
    fn children_of_a_text_area_are_found() {
        assert_eq!(lines("view! {\n<textarea name=\"a\">{text}</textarea> }"), [2]);
        assert_eq!(lines("<textarea title=\"ä >\" on:input=move |e| { x > 1 }>\"text\"</textarea>"), [1]);
    }

    #[test]
    fn empty_ones_pass() {
        assert!(lines("<textarea prop:value=text />").is_empty());
        assert!(lines("<textarea on:input=move |_| set()>\n</textarea>").is_empty());
        assert!(lines("page.find(\"<textarea>text</textarea>\")").is_empty());
    }
}
