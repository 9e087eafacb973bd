//! Markup rules of the console: a text area gets its text as `prop:value`, never as children.

use super::{File, Violation};
use crate::source::line_of;

const REASON: &str = "a <textarea> with children: Leptos does not escape them on the server; use `prop:value`";

pub fn check(file: &File) -> Vec<Violation> {
    if !file.path.starts_with("app/") || !file.is_rust() {
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
        check(&File::new("app/src/a.rs".to_owned(), text.to_owned())).into_iter().map(|found| found.line).collect()
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
    }
}
