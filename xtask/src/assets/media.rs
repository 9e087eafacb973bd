//! The order of generated rules: plain, narrower and narrower screens, wider and wider ones, print.

use std::cmp::Ordering;

/// A generated rule and its place among rules for the same screens.
pub struct Rule<'a> {
    pub css: &'a str,
    /// Order of its variant (0 without one).
    pub variant: usize,
    /// Order of its utility.
    pub utility: usize,
}

/// For which screens a rule is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Screen {
    Any,
    Below(f32),
    From(f32),
    Print,
}

/// Sorts the rules and joins neighbours that share a media condition.
pub fn arrange(rules: Vec<Rule>) -> String {
    let mut rules: Vec<_> = rules.into_iter().map(|rule| (screen(rule.css), rule)).collect();
    rules.sort_by(|(a_screen, a), (b_screen, b)| {
        compare(*a_screen, *b_screen).then((a.variant, a.utility).cmp(&(b.variant, b.utility)))
    });
    let mut sheet = String::new();
    let mut open = None;
    for (_, rule) in &rules {
        let (condition, body) = unwrapped(rule.css);
        if open != condition {
            sheet.push_str(if open.is_some() { "}\n" } else { "" });
            if let Some(condition) = condition {
                sheet.push_str(condition);
                sheet.push_str(" {\n");
            }
            open = condition;
        }
        sheet.push_str(body.trim());
        sheet.push('\n');
    }
    sheet.push_str(if open.is_some() { "}\n" } else { "" });
    sheet
}

/// The outermost `@media …` of a rule and what it encloses.
fn unwrapped(css: &str) -> (Option<&str>, &str) {
    let whole = css.starts_with("@media").then(|| css.split_once('{')).flatten();
    match whole.zip(css.rfind('}')) {
        Some(((condition, _), end)) => (Some(condition.trim()), &css[condition.len() + 1..end]),
        None => (None, css),
    }
}

fn screen(css: &str) -> Screen {
    let conditions = || css.lines().map(str::trim).filter(|line| line.starts_with("@media"));
    let widest = |mark: &str| conditions().find_map(|line| length(line.split_once(mark)?.1));
    if conditions().any(|line| line.contains("print")) {
        Screen::Print
    } else if let Some(from) = widest("width >= ").or_else(|| widest("min-width: ")) {
        Screen::From(from)
    } else if let Some(below) = widest("width < ").or_else(|| widest("max-width: ")) {
        Screen::Below(below)
    } else {
        Screen::Any
    }
}

/// A length in pixels, from `48rem` or `768px` at the beginning of a text.
fn length(text: &str) -> Option<f32> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let number: f32 = text[..end].parse().ok()?;
    if text[end..].starts_with("rem") || text[end..].starts_with("em") { Some(number * 16.0) } else { Some(number) }
}

fn compare(a: Screen, b: Screen) -> Ordering {
    let group = |screen: Screen| match screen {
        Screen::Any => 0,
        Screen::Below(_) => 1,
        Screen::From(_) => 2,
        Screen::Print => 3,
    };
    match (a, b) {
        (Screen::Below(a), Screen::Below(b)) => b.total_cmp(&a),
        (Screen::From(a), Screen::From(b)) => a.total_cmp(&b),
        _ => group(a).cmp(&group(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_are_read_from_the_condition() {
        assert_eq!(screen("@media (width < 48rem) {\n  .a { }\n}"), Screen::Below(768.0));
        assert_eq!(screen("@media (min-width: 640px) { }"), Screen::From(640.0));
        assert_eq!(screen("@media print { }"), Screen::Print);
        assert_eq!(screen(".hover\\:a:hover { }"), Screen::Any);
    }

    #[test]
    fn neighbours_share_their_block() {
        let rule = |css, utility| Rule { css, variant: 0, utility };
        let sheet = arrange(vec![
            rule("@media (width >= 80rem) {\n  .d {}\n}", 0),
            rule("@media (width >= 48rem) {\n  .c {}\n}", 2),
            rule("@media (width >= 48rem) {\n  .b {}\n}", 1),
            rule(".a {}", 9),
        ]);
        let expected = ".a {}\n@media (width >= 48rem) {\n.b {}\n.c {}\n}\n@media (width >= 80rem) {\n.d {}\n}\n";
        assert_eq!(sheet, expected);
    }
}
